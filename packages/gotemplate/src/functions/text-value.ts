import { formatGo } from "../format/print.js";
import { decodeGo } from "../text/bytes.js";
import type { GoSlice, GoValue } from "../values/value.js";

/** sprig's `toString`: bytes are a text, everything else prints with `%v`. */
export function textOf(value: GoValue): string {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? decodeGo(value) : formatGo(value);
}

/** sprig's `toStrings`: nil items go, a single value becomes a list of one. */
export function textsOf(value: GoValue): string[] {
  if (Array.isArray(value)) return (value as GoSlice).filter((item) => item !== null && item !== undefined).map(textOf);
  if (value === null || value === undefined) return [];
  return [textOf(value)];
}
