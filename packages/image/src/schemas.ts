/**
 * What people write in `images.yaml`, as zod schemas; `z.toJSONSchema(imagesFileSchema)` gives editors the JSON Schema.
 *
 * @packageDocumentation
 */
import { z } from "zod";
import { isGlob } from "./tree/glob.js";

const name = z
  .string()
  .regex(/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/, "a name has lower-case letters, digits and single . _ or - between them");

const environmentSchema = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name has letters, digits and _, and no digit first"),
    z.union([z.string(), z.number(), z.boolean()]).transform(String),
  )
  .describe("Environment variables; a name in dollar and braces is its value so far (parent's first); a doubled dollar makes it literal.");

const labelsSchema = z
  .record(z.string().min(1), z.string())
  .describe("Labels of the image; a child's replace its parent's of the same name.");

const modeSchema = z
  .string()
  .regex(/^0?[0-7]{3,4}$/, 'a mode is a quoted octal number, such as "0755"')
  .describe("Permission bits in octal, quoted.");

const ownerSchema = z
  .string()
  .regex(/^[0-9]{1,10}:[0-9]{1,10}$/, 'an owner is "UID:GID" in numbers')
  .describe('Numeric "UID:GID". Default "0:0".');

const imagePathSchema = z
  .string()
  .regex(/^\/[^\u0000]*$/, "a path in the image starts with /")
  .refine((path) => !path.split("/").includes(".."), "a path in the image has no ..");

const globSchema = z.string().min(1).refine(isGlob, "a glob with a range that runs backwards, or more than 500 characters");

const globsSchema = z.union([globSchema, z.array(globSchema)]).transform((value) => (typeof value === "string" ? [value] : value));

/** One rule on the files of a tree: later rules win over earlier ones, each for what it sets. */
export const treeRuleSchema = z.strictObject({
  match: globsSchema.describe("Globs on the path below the tree's folder: * ? [a-z] {a,b} and ** for any depth."),
  mode: modeSchema.optional(),
  owner: ownerSchema.optional(),
});

/** A file, link or folder whose content stands in images.yaml itself. */
export const generatedFileSchema = z
  .strictObject({
    path: imagePathSchema.describe("Where it stands in the image."),
    text: z.string().optional().describe("Content, UTF-8."),
    link: z
      .string()
      .min(1)
      .optional()
      .describe("Makes it a symbolic link to this target (an absolute one is taken from the image's root)."),
    directory: z.literal(true).optional().describe("Makes it a folder."),
    mode: modeSchema.optional().describe('Default "0644" for files, "0755" for folders.'),
    owner: ownerSchema.optional(),
  })
  .refine(
    (file) => [file.text, file.link, file.directory].filter((value) => value !== undefined).length === 1,
    "a generated file has exactly one of text, link and directory",
  );

/** One layer: a tree below the folder of images.yaml, generated files, or both. */
export const layerSchema = z
  .strictObject({
    name: name.describe("Name of the layer, unique among the layers of its target; shown in history and reports."),
    tree: z.string().min(1).optional().describe("Folder, relative to images.yaml and inside its folder."),
    zip: z.string().min(1).optional().describe("Zip archive or Python wheel, relative to images.yaml and inside its folder."),
    sha256: z
      .string("a checksum is text: put it in quotes")
      .regex(/^[0-9a-f]{64}$/, "a checksum is 64 lower-case hex digits")
      .optional()
      .describe("Checksum of the archive."),
    to: imagePathSchema.default("/").describe("Where the content of tree or zip goes in the image."),
    include: globsSchema.optional().describe("Take only these; a glob that matches a folder takes all of it."),
    exclude: globsSchema.optional().describe("Leave these out; a glob that matches a folder leaves out all of it."),
    rules: z.array(treeRuleSchema).optional(),
    files: z.array(generatedFileSchema).optional(),
    overrides: z.boolean().default(false).describe("True: this layer may replace files of layers below it, so their order matters."),
  })
  .refine(
    (layer) => layer.tree !== undefined || layer.zip !== undefined || (layer.files?.length ?? 0) > 0,
    "a layer has a tree or a zip, files, or both",
  )
  .refine((layer) => layer.tree === undefined || layer.zip === undefined, "a layer has a tree or a zip, not both: make two layers")
  .refine((layer) => (layer.zip === undefined) === (layer.sha256 === undefined), "zip and sha256 go together");

/** What a container starts with. Unset fields come from the parent. */
export const configSchema = z.strictObject({
  entrypoint: z.array(z.string()).optional(),
  cmd: z.array(z.string()).optional(),
  workingDir: imagePathSchema.optional(),
  user: z.string().min(1).optional().describe('"UID", "UID:GID" or names that the image knows.'),
  stopSignal: z
    .string()
    .regex(/^SIG[A-Z0-9+-]+$/)
    .optional(),
  exposedPorts: z.array(z.string().regex(/^[0-9]{1,5}(\/(tcp|udp))?$/)).optional(),
  volumes: z.array(imagePathSchema).optional(),
});

/** One target of a node: its own layers on top of the same target of its parent. */
export const targetSchema = z.strictObject({
  layers: z.array(layerSchema).default([]),
  env: environmentSchema.optional(),
  config: configSchema.optional(),
  labels: labelsSchema.optional(),
});

/** One node of the family. */
export const nodeSchema = z.strictObject({
  parent: name.optional().describe("The node below it; without one the image starts from nothing."),
  env: environmentSchema.optional().describe("For all targets of the node."),
  labels: labelsSchema.optional().describe("For all targets of the node."),
  targets: z
    .strictObject({ runtime: targetSchema.optional(), developer: targetSchema.optional() })
    .refine(
      (targets) => targets.runtime !== undefined || targets.developer !== undefined,
      "a node has the target runtime, developer, or both",
    ),
});

/** The whole of `images.yaml`. */
export const imagesFileSchema = z.strictObject({
  repository: z
    .string()
    .regex(
      /^[a-zA-Z0-9.-]+(:[0-9]{1,5})?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+$/,
      "a repository is REGISTRY/PREFIX, such as registry.example/bl45p",
    )
    .describe("REGISTRY/PREFIX: a node's image is PREFIX/NAME-TARGET:VERSION there."),
  version: z
    .string()
    .regex(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/, "a version is a tag: letters, digits, . _ and -, at most 128")
    .describe("Tag of every image of the family, quoted."),
  platform: z
    .string()
    .regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9.]+)?$/, "a platform is OS/ARCHITECTURE[/VARIANT]")
    .default("linux/amd64"),
  images: z.record(name, nodeSchema).describe("The nodes by name."),
});

/** What {@link imagesFileSchema} gives: `images.yaml` with defaults filled in. */
export type ImagesFile = z.output<typeof imagesFileSchema>;
export type LayerSpec = z.output<typeof layerSchema>;
export type TargetSpec = z.output<typeof targetSchema>;
export type NodeSpec = z.output<typeof nodeSchema>;
export type ConfigSpec = z.output<typeof configSchema>;
export type GeneratedFileSpec = z.output<typeof generatedFileSchema>;
export type TreeRuleSpec = z.output<typeof treeRuleSchema>;

/** Every field name of the format, for "did you mean". */
export const KNOWN_KEYS: readonly string[] = [
  ...new Set(
    [imagesFileSchema, nodeSchema, targetSchema, layerSchema, treeRuleSchema, generatedFileSchema, configSchema].flatMap((schema) =>
      Object.keys(schema.shape),
    ),
  ),
  "runtime",
  "developer",
];
