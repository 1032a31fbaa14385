import type { Diagnostic } from "@epicube/core";
import type { PlannedEntry } from "../tree/entry.js";
import type { PlannedLayer } from "./layer.js";

const SHOWN = 3;

/**
 * Where a stack of layers, base first, writes one path twice. Layers that share no path can be put on any parent in any order, which is
 * what lets a new base be put under every image without building them again.
 */
export function findOverlaps(layers: readonly PlannedLayer[], isOwn: (layer: PlannedLayer) => boolean): Diagnostic[] {
  const owners = new Map<string, { entry: PlannedEntry; layer: PlannedLayer }>();
  const diagnostics: Diagnostic[] = [];
  for (const layer of layers) {
    const clashes = new Map<PlannedLayer, string[]>();
    const differing = new Map<PlannedLayer, { entry: PlannedEntry; lower: PlannedEntry }[]>();
    for (const entry of layer.entries) {
      const lower = owners.get(entry.path);
      if (lower) {
        if (entry.type !== "directory" || lower.entry.type !== "directory") {
          const list = clashes.get(lower.layer) ?? [];
          list.push(entry.path);
          clashes.set(lower.layer, list);
        } else if (entry.mode !== lower.entry.mode || entry.uid !== lower.entry.uid || entry.gid !== lower.entry.gid) {
          const list = differing.get(lower.layer) ?? [];
          list.push({ entry, lower: lower.entry });
          differing.set(lower.layer, list);
        }
      }
      // Of a folder the first that states it in words counts.
      if (!lower || entry.type !== "directory" || (lower.entry.implied && !entry.implied)) owners.set(entry.path, { entry, layer });
    }
    if (!isOwn(layer) || layer.declared.spec.overrides) continue;
    for (const [other, paths] of clashes)
      diagnostics.push({
        code: "IMAGE_LAYER_OVERLAP",
        severity: "error",
        message: `the layer ${layer.name} writes ${paths.length} path${paths.length === 1 ? "" : "s"} that the layer ${other.name} writes: ${list(paths)}`,
        range: layer.declared.range,
        labels: [{ range: other.declared.range, message: `${other.name} is here` }],
        help: "take them out of one of the two, or set overrides: true where the upper one shall replace them",
      });
    for (const [other, found] of differing) {
      const { entry, lower } = found[0]!;
      diagnostics.push({
        code: "IMAGE_FOLDER_DIFFERS",
        severity: "warning",
        message: `the layer ${layer.name} makes the folder /${entry.path} ${attributes(entry)}, where the layer ${other.name} makes it ${attributes(lower)}${found.length > 1 ? ` (and ${found.length - 1} more)` : ""}`,
        range: layer.declared.range,
        labels: [{ range: other.declared.range, message: `${other.name} is here` }],
        help: `the upper one wins; declare it the same in both: files: [{ path: /${entry.path}, directory: true, mode: … }]`,
      });
    }
  }
  return diagnostics;
}

function list(paths: readonly string[]): string {
  const shown = paths
    .slice(0, SHOWN)
    .map((path) => `/${path}`)
    .join(", ");
  return paths.length > SHOWN ? `${shown}, …` : shown;
}

function attributes(entry: PlannedEntry): string {
  return `${entry.mode.toString(8).padStart(4, "0")} ${entry.uid}:${entry.gid}`;
}
