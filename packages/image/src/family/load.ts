import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Checked, compareDiagnostics, type Diagnostic, hasErrors, messageOf, type SourceRange } from "@epicube/core";
import { diagnosticsOfIssues, loadYaml, rangeAtPath, type YamlSource, yamlToJs } from "@epicube/core/yaml";
import { type ImagesFile, imagesFileSchema, KNOWN_KEYS } from "../schemas.js";
import { checkEnvironment } from "./environment.js";
import { type FamilyNode, type FamilyTarget, type ImageFamily, orderNodes, TARGETS } from "./family.js";
import { inPlainWords } from "./issues.js";
import { helpForName } from "./suggest.js";

/** How {@link loadImages} reads. */
export interface LoadImagesOptions {
  /** Name of the file in diagnostics. Default the path as given. */
  readonly displayName?: string;
  readonly signal?: AbortSignal;
}

/**
 * Reads and checks an `images.yaml`. Every finding has its place; `value` is there only when none is an error. A file that cannot be
 * read is the diagnostic IMAGES_UNREADABLE. Whether the trees are there is checked by `buildImages`.
 */
export async function loadImages(file: string, options: LoadImagesOptions = {}): Promise<Checked<ImageFamily>> {
  const displayName = options.displayName ?? file;
  let text: string;
  try {
    text = await readFile(file, { encoding: "utf8", ...(options.signal ? { signal: options.signal } : {}) });
  } catch (error) {
    options.signal?.throwIfAborted();
    const range = { file: displayName, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
    return {
      diagnostics: [{ code: "IMAGES_UNREADABLE", severity: "error", message: `the file cannot be read: ${messageOf(error)}`, range }],
    };
  }
  return parseImages(text, { file: displayName, folder: dirname(resolve(file)) });
}

/** Checks the text of an `images.yaml`; `folder` is the absolute folder that its trees are relative to. */
export function parseImages(text: string, at: { readonly file: string; readonly folder: string }): Checked<ImageFamily> {
  const loaded = loadYaml(text, { file: at.file, maxLength: 4 * 1024 * 1024 });
  const source = loaded.value;
  if (!source || hasErrors(loaded.diagnostics)) return { diagnostics: loaded.diagnostics };
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  if (source.documents.length !== 1 || source.documents[0] === null) {
    const message = source.documents.length > 1 ? "images.yaml is one document, not several" : "images.yaml is empty";
    return { diagnostics: [{ code: "IMAGES_SCHEMA", severity: "error", message, range: rangeAt(source, []) }] };
  }
  let value: unknown;
  try {
    value = yamlToJs(source.documents[0] ?? null, { maxNodes: 200_000 });
  } catch (error) {
    return { diagnostics: [{ code: "IMAGES_SCHEMA", severity: "error", message: messageOf(error), range: rangeAt(source, []) }] };
  }
  const parsed = imagesFileSchema.safeParse(value);
  if (!parsed.success)
    return {
      diagnostics: [
        ...diagnostics,
        ...diagnosticsOfIssues(source, source.documents[0] ?? null, inPlainWords(parsed.error.issues, value), {
          code: "IMAGES_SCHEMA",
          knownKeys: () => KNOWN_KEYS,
        }),
      ].sort(compareDiagnostics),
    };
  const images: ImagesFile = parsed.data;

  const report = (path: readonly PropertyKey[], finding: Omit<Diagnostic, "range" | "severity">, key = false) =>
    diagnostics.push({ severity: "error", range: rangeAt(source, path, key), ...finding });
  const ordered = orderNodes(
    images.images,
    (node, finding) => report(["images", node, "parent"], finding),
    (word, node) =>
      helpForName(
        word,
        Object.keys(images.images).filter((name) => name !== node),
        "the other nodes are",
      ),
  );
  const nodes: FamilyNode[] = [];
  for (const [name, spec] of ordered) {
    const path = ["images", name] as const;
    const targets: Partial<Record<(typeof TARGETS)[number], FamilyTarget>> = {};
    for (const target of TARGETS) {
      const targetSpec = spec.targets[target];
      if (!targetSpec) continue;
      const targetPath = [...path, "targets", target] as const;
      if (spec.parent !== undefined && !images.images[spec.parent]?.targets[target])
        report(
          targetPath,
          {
            code: "IMAGE_PARENT_TARGET",
            message: `the parent ${spec.parent} has no target ${target}`,
            help: `give ${spec.parent} the target ${target}, with no layers if it adds nothing`,
          },
          true,
        );
      const layerNames = new Set<string>();
      for (const [index, layer] of targetSpec.layers.entries()) {
        if (layerNames.has(layer.name))
          report([...targetPath, "layers", index, "name"], {
            code: "IMAGE_LAYER_NAME",
            message: `the layer name ${layer.name} stands twice in this target`,
          });
        layerNames.add(layer.name);
        if (layer.tree === undefined && layer.zip === undefined && (layer.include ?? layer.exclude ?? layer.rules) !== undefined)
          report([...targetPath, "layers", index], {
            code: "IMAGES_SCHEMA",
            message: "include, exclude and rules are for a layer with a tree or zip",
          });
      }
      targets[target] = {
        layers: targetSpec.layers.map((layer, index) => ({
          spec: layer,
          range: rangeAt(source, [...targetPath, "layers", index]),
          ...(layer.tree === undefined && layer.zip === undefined
            ? {}
            : { sourceRange: rangeAt(source, [...targetPath, "layers", index, layer.tree === undefined ? "zip" : "tree"]) }),
        })),
        env: targetSpec.env ?? {},
        labels: targetSpec.labels ?? {},
        config: targetSpec.config ?? {},
        range: rangeAt(source, targetPath, true),
      };
    }
    nodes.push({
      name,
      ...(spec.parent === undefined ? {} : { parent: spec.parent }),
      env: spec.env ?? {},
      labels: spec.labels ?? {},
      targets,
      range: rangeAt(source, path, true),
    });
  }
  if (nodes.length === 0 && !hasErrors(diagnostics)) report(["images"], { code: "IMAGES_SCHEMA", message: "the family has no images" });
  const family: ImageFamily = { ...at, repository: images.repository, version: images.version, platform: images.platform, nodes };
  if (!hasErrors(diagnostics))
    for (const problem of checkEnvironment(family))
      report(["images", problem.node, ...(problem.target ? ["targets", problem.target] : []), "env", problem.variable], {
        code: "IMAGE_ENV_UNKNOWN",
        message: `\${${problem.name}} has no value here: no parent sets it and no line above`,
        help: "write $${ for a literal ${",
      });
  diagnostics.sort(compareDiagnostics);
  return hasErrors(diagnostics) ? { diagnostics } : { value: family, diagnostics };
}

function rangeAt(source: YamlSource, path: readonly PropertyKey[], key = false): SourceRange {
  return rangeAtPath(source, source.documents[0] ?? null, path, { key });
}
