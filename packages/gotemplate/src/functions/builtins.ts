import { GoError } from "../errors/template-error.js";
import { zeroElement } from "../execute/fields.js";
import { formatGo, sprint, sprintf, sprintln } from "../format/print.js";
import { byteLength, encodeGo } from "../text/bytes.js";
import { isPrint } from "../text/quote.js";
import { GoInt, goInt, goInteger } from "../values/int.js";
import { isTrue, typeOf } from "../values/kind.js";
import { GoComplex, GoStruct, type GoValue, goTypeOf, isNilContainer } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";
import { AND, CALL, OR } from "./special.js";

type BasicKind = "bool" | "int" | "uint" | "float" | "complex" | "string" | undefined;

function basicKind(value: GoValue): BasicKind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return "float";
    case "string":
      return "string";
  }
  if (value instanceof GoInt) return value.type.startsWith("u") ? "uint" : "int";
  if (value instanceof GoComplex) return "complex";
  return undefined;
}

function isNil(value: GoValue): boolean {
  return value === undefined || value === null || isNilContainer(value);
}

/** Kind as far as `eq` tells values that are not basic apart. */
function shape(value: GoValue): string {
  if (value instanceof Map) return "map";
  if (value instanceof GoStruct) return goTypeOf(value)!.name.startsWith("*") ? "pointer" : "struct";
  return value === undefined || value === null ? "nil" : "slice";
}

function equal(a: GoValue, b: GoValue): boolean {
  const x = basicKind(a);
  const y = basicKind(b);
  if (x !== y) {
    if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
    if (a !== undefined && a !== null && b !== undefined && b !== null)
      throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
    return false;
  }
  switch (x) {
    case "int":
    case "uint":
      return (a as GoInt).value === (b as GoInt).value;
    case "complex":
      return (a as GoComplex).real === (b as GoComplex).real && (a as GoComplex).imaginary === (b as GoComplex).imaginary;
    case undefined:
      break;
    default:
      return a === b;
  }
  const one = shape(a);
  const two = shape(b);
  if (one !== two && one !== "nil" && two !== "nil") {
    throw new GoError(`non-comparable types ${sprintf("%s", [a])}: ${typeOf(a)}, ${typeOf(b)}: ${formatGo(b)}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (two === "map" || two === "slice") throw new GoError(`non-comparable type ${sprintf("%s", [b])}: ${typeOf(b)}`);
  if (two === "pointer") return a === b;
  return typeOf(a) === typeOf(b) && formatGo(a) === formatGo(b);
}

function less(a: GoValue, b: GoValue): boolean {
  const x = basicKind(a);
  const y = basicKind(b);
  if (x === undefined || y === undefined) throw new GoError("invalid type for comparison");
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
  if (x !== y) throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
  if (typeof a === "number") return a < (b as number);
  if (typeof a === "string") return compareStrings(a, b as string) < 0;
  throw new GoError("invalid type for comparison");
}

function compareStrings(a: string, b: string): number {
  return Buffer.compare(encodeGo(a), encodeGo(b));
}

function lessOrEqual(a: GoValue, b: GoValue): boolean {
  return less(a, b) || equal(a, b);
}

/** Position in a list or string as `index` and `slice` take it. */
export function indexArgument(value: GoValue, length: number): number {
  if (value === undefined || value === null) throw new GoError("cannot index slice/array with nil");
  if (!(value instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeOf(value)}`);
  if (value.value < 0n || value.value > BigInt(length)) throw new GoError(`index out of range: ${value}`);
  return Number(value.value);
}

function index(item: GoValue, keys: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw new GoError("index of untyped nil");
  let current: GoValue = item;
  for (const key of keys) {
    if (current === null || current === undefined) throw new GoError("index of nil pointer");
    if (current instanceof Map) {
      if (key === undefined || key === null) throw new GoError("value is nil; should be of type string");
      if (typeof key !== "string") throw new GoError(`value has type ${typeOf(key)}; should be string`);
      const found: GoValue = current.get(key);
      current = found === undefined ? (current.has(key) ? null : zeroElement(goTypeOf(current)?.element)) : found;
    } else if (typeof current === "string" || Array.isArray(current) || current instanceof Uint8Array) {
      const bytes: GoValue = typeof current === "string" ? encodeGo(current) : current;
      const at = indexArgument(key, bytes.length);
      if (at === bytes.length) throw new GoError(`reflect: ${typeof current === "string" ? "string" : "slice"} index out of range`);
      const found: GoValue | number = bytes[at];
      current = bytes instanceof Uint8Array ? goInteger("uint8", found as number) : (found as GoValue);
      if (current === undefined) current = null;
    } else {
      throw new GoError(`can't index item of type ${typeOf(current)}`);
    }
  }
  return current;
}

function length(value: GoValue): GoInt {
  if (value === undefined) throw new GoError("reflect: call of reflect.Value.Type on zero Value");
  if (value === null) throw new GoError("len of nil pointer");
  if (typeof value === "string") return goInt(byteLength(value));
  if (value instanceof Map) return goInt(value.size);
  if (Array.isArray(value) || value instanceof Uint8Array) return goInt(value.length);
  throw new GoError(`len of type ${typeOf(value)}`);
}

/** The text of `html`, `js` and `urlquery`: their arguments as an action would print them. */
function printed(values: readonly GoValue[]): string {
  return sprint(values.map((value) => (value === undefined || value === null ? "<no value>" : value)));
}

const HTML: Readonly<Record<string, string>> = { "\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => HTML[char]!);
}

function escapeJs(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const rune = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    if (char === "\\" || char === "'" || char === '"') out += "\\" + char;
    else if ("<>&=".includes(char) || rune < 32) out += "\\u" + rune.toString(16).toUpperCase().padStart(4, "0");
    else if (rune < 0x80 || isPrint(rune)) out += char;
    else out += "\\u" + rune.toString(16).toUpperCase().padStart(4, "0");
  }
  return out;
}

/** `url.QueryEscape`. */
export function escapeQuery(text: string): string {
  let out = "";
  for (const byte of encodeGo(text)) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(char)) out += char;
    else out += byte === 32 ? "+" : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return out;
}

function goSlice(item: GoValue, bounds: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw new GoError("slice of untyped nil");
  if (bounds.length > 3) throw new GoError(`too many slice indexes: ${bounds.length}`);
  if (typeof item !== "string" && !Array.isArray(item) && !(item instanceof Uint8Array))
    throw new GoError(`can't slice item of type ${typeOf(item)}`);
  if (typeof item === "string" && bounds.length === 3) throw new GoError("cannot 3-index slice a string");
  const bytes = typeof item === "string" ? encodeGo(item) : item;
  const [from = 0, to = bytes.length, max = to] = bounds.map((bound) => indexArgument(bound, bytes.length));
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`);
  if (to > max) throw new GoError(`invalid slice index: ${to} > ${max}`);
  if (typeof item === "string") return new TextDecoder().decode((bytes as Uint8Array).subarray(from, to));
  return item.slice(from, to) as GoValue;
}

const compare = (test: (a: GoValue, b: GoValue) => boolean) => defineFunction(["reflect.Value", "reflect.Value"], ([a, b]) => test(a, b));

/** The functions that every Go template has. */
export const builtins: FunctionTable = {
  and: AND,
  or: OR,
  call: CALL,
  not: defineFunction(["reflect.Value"], ([value]) => !isTrue(value)),
  len: defineFunction(["reflect.Value"], ([value]) => length(value)),
  index: defineFunction(["reflect.Value", "...reflect.Value"], ([item, ...keys]) => index(item, keys)),
  slice: defineFunction(["reflect.Value", "...reflect.Value"], ([item, ...bounds]) => goSlice(item, bounds)),
  html: defineFunction(["...interface {}"], (values) => escapeHtml(printed(values))),
  js: defineFunction(["...interface {}"], (values) => escapeJs(printed(values))),
  urlquery: defineFunction(["...interface {}"], (values) => escapeQuery(printed(values))),
  print: defineFunction(["...interface {}"], (values) => sprint(values)),
  println: defineFunction(["...interface {}"], (values) => sprintln(values)),
  printf: defineFunction(["string", "...interface {}"], ([format, ...values]) => sprintf(format as string, values)),
  eq: defineFunction(["reflect.Value", "...reflect.Value"], ([first, ...others]) => {
    if (others.length === 0) throw new GoError("missing argument for comparison");
    return others.some((other) => equal(first, other));
  }),
  ne: compare((a, b) => !equal(a, b)),
  lt: compare(less),
  le: compare(lessOrEqual),
  gt: compare((a, b) => !lessOrEqual(a, b)),
  ge: compare((a, b) => !less(a, b)),
};
