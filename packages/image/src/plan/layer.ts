import type { Diagnostic } from "@epicube/core";
import { cleanTarPath, sortTarEntries } from "@epicube/oci";
import type { FamilyLayer } from "../family/family.js";
import type { GeneratedFileSpec } from "../schemas.js";
import { scanArchive } from "../tree/archive.js";
import type { PlannedEntry } from "../tree/entry.js";
import type { HashCache } from "../tree/hash-cache.js";
import { parseMode, parseOwner } from "../tree/rules.js";
import { scanTree } from "../tree/scan.js";

/** A layer with all its entries: sorted, each folder above them present, no path twice. */
export interface PlannedLayer {
  readonly name: string;
  readonly declared: FamilyLayer;
  readonly entries: readonly PlannedEntry[];
}

/** What {@link planLayer} needs. */
export interface PlanLayerOptions {
  readonly folder: string;
  /** Digests of files that were read before. */
  readonly files: HashCache;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly signal?: AbortSignal;
}

function generatedEntry(file: GeneratedFileSpec, layer: FamilyLayer): PlannedEntry {
  const path = cleanTarPath(file.path.replace(/^\/+/, "") || ".");
  const base = { path, ...parseOwner(file.owner), range: layer.range };
  if (file.link !== undefined) return { ...base, type: "symlink", mode: 0o777, linkTarget: file.link };
  if (file.directory) return { ...base, type: "directory", mode: parseMode(file.mode, 0o755) };
  return {
    ...base,
    type: "file",
    mode: parseMode(file.mode, 0o644),
    content: { kind: "text", bytes: new TextEncoder().encode(file.text ?? "") },
  };
}

/** Reads the trees and generated files of a declared layer. Problems go to `report`; the plan then holds what was sound. */
export async function planLayer(layer: FamilyLayer, options: PlanLayerOptions): Promise<PlannedLayer> {
  const { spec } = layer;
  const { folder, files, report, signal } = options;
  const byPath = new Map<string, PlannedEntry>();
  const problem = (code: string, message: string) => report({ code, severity: "error", message, range: layer.range });
  const add = (entry: PlannedEntry) => {
    const earlier = byPath.get(entry.path);
    // A declared folder says what the tree's folder of the same name is like.
    if (earlier && !(earlier.type === "directory" && entry.type === "directory"))
      problem("IMAGE_PATH_TWICE", `/${entry.path} stands twice in the layer ${spec.name}`);
    else byPath.set(entry.path, entry);
  };
  if (spec.tree !== undefined || spec.zip !== undefined) {
    let sound = true;
    const noting = (diagnostic: Diagnostic) => {
      sound = false;
      report(diagnostic);
    };
    const scan = { folder, files, range: layer.sourceRange ?? layer.range, report: noting, ...(signal ? { signal } : {}) };
    const found = spec.tree === undefined ? await scanArchive(spec, scan) : await scanTree(spec, scan);
    if (sound && found.length === 0 && (spec.files?.length ?? 0) === 0)
      report({
        code: "IMAGE_LAYER_EMPTY",
        severity: "warning",
        message: `the layer ${spec.name} holds nothing`,
        range: layer.range,
        help: "git keeps no empty folders; check include and exclude",
      });
    for (const entry of found) add(entry);
    if (spec.to !== "/") impliedFolder(cleanTarPath(spec.to.slice(1)), byPath, layer);
  }
  for (const file of spec.files ?? []) {
    const entry = generatedEntry(file, layer);
    if (entry.path === ".") problem("IMAGES_SCHEMA", `a generated file of the layer ${spec.name} has the path /`);
    else if (entry.path.split("/").some((part) => part.startsWith(".wh.")))
      problem("TREE_NAME", `/${entry.path}: a name that begins with .wh. means a deletion in a layer`);
    else add(entry);
  }
  for (const path of [...byPath.keys()])
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const above = byPath.get(path.slice(0, slash));
      if (above && above.type !== "directory")
        problem("IMAGE_PATH_TWICE", `/${above.path} is a ${above.type} of the layer ${spec.name}, yet /${path} lies below it`);
      if (above) break;
      impliedFolder(path.slice(0, slash), byPath, layer);
    }
  return { name: spec.name, declared: layer, entries: sortTarEntries(byPath.values()) };
}

/** Unpackers give a folder that a layer does not state 0755 and root; so do we, in words. */
function impliedFolder(path: string, byPath: Map<string, PlannedEntry>, layer: FamilyLayer): void {
  if (!byPath.has(path)) byPath.set(path, { path, type: "directory", mode: 0o755, uid: 0, gid: 0, implied: true, range: layer.range });
}
