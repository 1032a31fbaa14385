import { GoError } from "../errors/template-error.js";
import { GoInt } from "../values/int.js";
import { typeOf } from "../values/kind.js";
import { sortedKeys } from "../values/map.js";
import { GoStruct, type GoValue, goTypeOf, isNilContainer } from "../values/value.js";

/** Options of {@link encodeJson}. */
export interface JsonOptions {
  /** Writes `<`, `>` and `&` as escapes, as `toJson` does; default true. */
  readonly escapeHtml?: boolean;
  /** Indentation of one level; default none, everything on one line. */
  readonly indent?: string;
}

const MAX_DEPTH = 1000;
const SPECIAL = /["\\\0-\x1f<>&\u2028\u2029\ud800-\udfff]/;
const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A JSON string as Go's `encoding/json` writes it. */
export function quoteJson(text: string, escapeHtml = true): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (NAMED[char]) out += NAMED[char];
    else if (code < 0x20 || code === 0x2028 || code === 0x2029) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else if (escapeHtml && (char === "<" || char === ">" || char === "&")) out += `\\u00${code.toString(16)}`;
    else if (code >= 0xd800 && code <= 0xdfff) out += "\\ufffd";
    else out += char;
  }
  return out + '"';
}

/** A float as Go's `encoding/json` writes it. */
export function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new GoError(`json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`);
  }
  if (Object.is(value, -0)) return "-0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) {
    // JavaScript writes e-7 and e+21 as Go does after its clean-up of e-09.
    return value.toExponential();
  }
  return String(value);
}

/** `json.Marshal`: sorted keys, Go's numbers and escapes. @throws GoError for what JSON cannot hold */
export function encodeJson(value: GoValue, options: JsonOptions = {}): string {
  const { escapeHtml = true, indent } = options;
  const write = (item: GoValue, depth: number): string => {
    if (depth > MAX_DEPTH) throw new GoError("json: unsupported value: encountered a cycle");
    if (item === null || item === undefined) return "null";
    switch (typeof item) {
      case "string":
        return quoteJson(item, escapeHtml);
      case "number":
        return jsonNumber(item);
      case "boolean":
        return String(item);
    }
    if (item instanceof GoInt) return item.toString();
    if (item instanceof Uint8Array) return `"${Buffer.from(item).toString("base64")}"`;
    if (Array.isArray(item)) {
      if (isNilContainer(item)) return "null";
      return wrap(
        "[",
        "]",
        item.map((part) => write(part, depth + 1)),
        depth,
      );
    }
    const colon = indent === undefined ? ":" : ": ";
    if (item instanceof Map) {
      if (isNilContainer(item)) return "null";
      const parts = sortedKeys(item).map((key) => quoteJson(key, escapeHtml) + colon + write(item.get(key), depth + 1));
      return wrap("{", "}", parts, depth);
    }
    if (item instanceof GoStruct) {
      const json = goTypeOf(item)?.json;
      if (json) return write(json(item as never), depth);
      const parts = [...item.fields].map(([key, part]) => quoteJson(key, escapeHtml) + colon + write(part, depth + 1));
      return wrap("{", "}", parts, depth);
    }
    throw new GoError(`json: unsupported type: ${typeOf(item)}`);
  };
  const wrap = (open: string, close: string, parts: readonly string[], depth: number): string => {
    if (parts.length === 0) return open + close;
    if (indent === undefined) return open + parts.join(",") + close;
    const inner = "\n" + indent.repeat(depth + 1);
    return open + inner + parts.join("," + inner) + "\n" + indent.repeat(depth) + close;
  };
  return write(value, 0);
}
