import { compareGo } from "../text/bytes.js";
import type { GoMap } from "./value.js";

/** Keys in Go's order: bytewise. */
export function sortedKeys(map: GoMap): string[] {
  const keys = [...map.keys()];
  return keys.length < 2 ? keys : keys.sort(compareGo);
}
