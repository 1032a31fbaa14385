import { type Digest, digestOf, EpicubeError } from "@epicube/core";
import { z } from "zod";
import { type Descriptor, descriptorSchema } from "../descriptor/descriptor.js";
import { isIndexType, isManifestType, MEDIA_TYPES } from "../descriptor/media-types.js";
import { type ImageConfig, imageConfigSchema } from "./config.js";

const annotations = z.record(z.string(), z.string()).optional();

const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
  subject: descriptorSchema.optional(),
  annotations,
});

const indexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  manifests: z.array(descriptorSchema),
  subject: descriptorSchema.optional(),
  annotations,
});

/** An image manifest: one configuration and its layers, base first. @see OCI image-spec, manifest.md */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** An index: a list of manifests. @see OCI image-spec, image-index.md */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The largest manifest, index or configuration that is read. Registries refuse manifests above 4 MiB. */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

function parse<T>(content: Uint8Array, what: string, schema: z.ZodType, mediaType?: (type: string) => boolean): T {
  if (content.byteLength > MAX_DOCUMENT_BYTES)
    throw new EpicubeError("OCI_DOCUMENT", `the ${what} has ${content.byteLength} bytes, more than ${MAX_DOCUMENT_BYTES}`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (cause) {
    throw new EpicubeError("OCI_DOCUMENT", `the ${what} is not JSON in UTF-8`, { cause });
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new EpicubeError("OCI_DOCUMENT", `the ${what} is wrong at ${issue.path.join(".") || "its root"}: ${issue.message}`);
  }
  const declared = (value as { mediaType?: string }).mediaType;
  if (mediaType && declared !== undefined && !mediaType(declared))
    throw new EpicubeError("OCI_DOCUMENT", `the ${what} says it is ${declared.slice(0, 200)}`);
  // The value as it was written, not zod's copy: unknown fields and key order stay.
  return value as T;
}

/** Reads an image manifest (OCI, or Docker schema 2). @throws EpicubeError OCI_DOCUMENT */
export function parseManifest(content: Uint8Array): ImageManifest {
  return parse(content, "manifest", manifestSchema, isManifestType);
}

/** Reads an index (OCI, or Docker's manifest list). @throws EpicubeError OCI_DOCUMENT */
export function parseIndex(content: Uint8Array): ImageIndex {
  return parse(content, "index", indexSchema, isIndexType);
}

/** Reads an image configuration (OCI, or Docker's). @throws EpicubeError OCI_DOCUMENT */
export function parseImageConfig(content: Uint8Array): ImageConfig {
  return parse(content, "image configuration", imageConfigSchema);
}

/** Bytes of a document: JSON without spaces, keys in the order given, undefined left out. */
export function encodeDocument(document: ImageManifest | ImageIndex | ImageConfig): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

/** The descriptor of bytes. */
export function describe(mediaType: string, content: Uint8Array, annotated?: Readonly<Record<string, string>>): Descriptor {
  const digest: Digest = digestOf(content);
  return { mediaType, digest, size: content.byteLength, ...(annotated ? { annotations: annotated } : {}) };
}

/** The empty configuration of artifacts, `{}`. */
export const EMPTY_DESCRIPTOR: Descriptor = {
  mediaType: MEDIA_TYPES.empty,
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  size: 2,
};
