import { isEmpty } from "../values/empty.js";
import { type GoMap, GoStruct, type GoValue } from "../values/value.js";

/** Deepest nesting that is merged; deeper data is taken for a cycle. */
const MAX_DEPTH = 1000;

/**
 * Merges maps as sprig's `merge` and `mergeOverwrite` do, changing `target`. Without `overwrite` only what is empty in the target
 * (false, 0, "" and nil included) is filled; with it even false and nil of the source are written.
 */
export function mergeInto(target: GoMap, source: GoMap, overwrite: boolean, depth = 0): void {
  if (depth > MAX_DEPTH) throw new RangeError("the maps are nested too deeply to merge, or contain themselves");
  // What decides for lists is whether the maps around them were empty when the merge began.
  for (const [key, value] of source) {
    const known = target.get(key);
    const isKnown = target.has(key);
    if (value === null || value === undefined) {
      if (overwrite) target.set(key, null);
      continue;
    }
    if (value instanceof Map) {
      if (known instanceof Map) {
        mergeInto(known, value, overwrite, depth + 1);
        if (known.size > 0) continue;
      }
    } else if (Array.isArray(value) || value instanceof Uint8Array) {
      if (overwrite || target.size === 0) {
        target.set(key, value);
        continue;
      }
      if (isKnown && !isEmptyForMerge(known)) continue;
    }
    if (overwrite || !isKnown || isEmptyForMerge(known)) target.set(key, value);
  }
}

function isEmptyForMerge(value: GoValue): boolean {
  return value instanceof GoStruct ? false : isEmpty(value);
}
