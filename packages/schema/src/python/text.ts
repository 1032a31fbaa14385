import { floatRepr } from "./numbers.js";
import {
  isObject,
  PyBytes,
  PyDate,
  PyDict,
  PyError,
  PyFunction,
  PyIterator,
  PyRange,
  PySet,
  PyTuple,
  type PyValue,
  PyView,
  typeName,
  Undefined,
} from "./value.js";

/** Deepest nesting that repr prints. */
const MAX_DEPTH = 100;

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `repr` of a string. */
export function strRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  if (/^[ -&(-[\]-~]*$/.test(text)) return `'${text}'`;
  let result = quote;
  for (const character of text) {
    if (character === quote) result += `\\${character}`;
    else if (ESCAPES[character] !== undefined) result += ESCAPES[character];
    else if (character === " " || !/[\p{C}\p{Z}]/u.test(character)) result += character;
    else {
      const code = character.codePointAt(0)!;
      const hex = code.toString(16);
      result += code <= 0xff ? `\\x${hex.padStart(2, "0")}` : code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
    }
  }
  return result + quote;
}

function bytesRepr(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let result = `b${quote}`;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character === quote) result += `\\${character}`;
    else if (ESCAPES[character] !== undefined) result += ESCAPES[character];
    else result += code >= 0x20 && code < 0x7f ? character : `\\x${code.toString(16).padStart(2, "0")}`;
  }
  return result + quote;
}

/** Python's `repr`. */
export function repr(value: PyValue, depth = 0): string {
  if (typeof value === "string") return strRepr(value);
  if (depth > MAX_DEPTH) throw new PyError("LimitExceeded", `the value is nested deeper than ${MAX_DEPTH}`);
  const list = (items: readonly PyValue[]) => items.map((item) => repr(item, depth + 1)).join(", ");
  if (Array.isArray(value)) return `[${list(value)}]`;
  if (value instanceof PyTuple) return value.items.length === 1 ? `(${list(value.items)},)` : `(${list(value.items)})`;
  if (value instanceof PyDict) {
    return `{${[...value.entries()].map(([key, item]) => `${repr(key, depth + 1)}: ${repr(item, depth + 1)}`).join(", ")}}`;
  }
  if (value instanceof PySet) return value.items.length === 0 ? "set()" : `{${list(value.items)}}`;
  if (value instanceof PyView) return `${value.name}([${list(value.items)}])`;
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof PyDate) throw new PyError("Unsupported", `repr() of a ${value.kind} is not supported`);
  return str(value);
}

/** Python's `str`: what `{{ value }}` prints. */
export function str(value: PyValue): string {
  switch (typeof value) {
    case "string":
      return value;
    case "bigint":
      return value.toString();
    case "number":
      return floatRepr(value);
    case "boolean":
      return value ? "True" : "False";
    default:
  }
  if (value === null) return "None";
  if (value instanceof Undefined) return value.strict ? value.fail() : "";
  if (value instanceof PyRange) {
    return value.step === 1n ? `range(${value.start}, ${value.stop})` : `range(${value.start}, ${value.stop}, ${value.step})`;
  }
  if (value instanceof PyDate) return value.text;
  if (value instanceof PyBytes) return bytesRepr(value.bytes);
  if (value instanceof PyFunction || value instanceof PyIterator) {
    throw new PyError(
      "Unsupported",
      `a ${typeName(value)} would print a memory address; ${value instanceof PyFunction ? "call it" : "add | list"}`,
    );
  }
  if (isObject(value)) return value.toStr();
  return repr(value);
}

const SURROGATES = /[\ud800-\udfff]/;

/** Characters as Python counts them: code points. */
export function characters(text: string): readonly string[] {
  return SURROGATES.test(text) ? [...text] : text.split("");
}

/** `len(text)`. */
export function lengthOf(text: string): number {
  return SURROGATES.test(text) ? [...text].length : text.length;
}
