import { floatDigits } from "./float-format.js";
import { toFloat } from "./numbers.js";
import { limitLength } from "./operators.js";
import { characters, lengthOf, repr, str } from "./text.js";
import { isObject, PyDict, PyError, PyIterator, PySet, PyTuple, type PyValue, PyView, typeName, Undefined } from "./value.js";

/** Python's `template % argument`: printf-style formatting. */
export function formatPercent(template: string, argument: PyValue): string {
  const values = argument instanceof PyTuple ? argument.items : [argument];
  const mapping = argument instanceof PyDict ? argument : undefined;
  let used = 0;
  let named = false;
  const next = (): PyValue => {
    const value = values[used++];
    if (value === undefined) throw new PyError("TypeError", "not enough arguments for format string");
    return value;
  };
  let result = "";
  let at = 0;
  while (at < template.length) {
    const start = template.indexOf("%", at);
    if (start === -1) break;
    result += template.slice(at, start);
    const match = /^%(?:\(([^)]*)\))?([-+ #0]*)(\*|[0-9]+)?(?:\.(\*|[0-9]*))?[hlL]?(.)?/su.exec(template.slice(start));
    const type = match?.[5];
    if (!match || type === undefined) throw new PyError("ValueError", "incomplete format");
    at = start + match[0].length;
    if (type === "%") {
      result += "%";
      continue;
    }
    let width = match[3] === "*" ? integer(next(), "* wants int") : match[3] === undefined ? 0 : Number(match[3]);
    let flags = match[2]!;
    if (width < 0) {
      flags += "-";
      width = -width;
    }
    const precision =
      match[4] === "*" ? Math.max(0, integer(next(), "* wants int")) : match[4] === undefined ? undefined : Number(match[4] || "0");
    limitLength(Math.max(width, precision ?? 0));
    let value: PyValue;
    if (match[1] !== undefined) {
      if (!mapping) throw new PyError("TypeError", "format requires a mapping");
      named = true;
      const found = mapping.get(match[1]);
      if (found === undefined) throw new PyError("KeyError", repr(match[1]));
      value = found;
    } else value = next();
    result += directive(type, flags, value, width, precision, at - 1);
  }
  // What can be indexed by a key counts as a mapping, and of a mapping nothing need be used.
  if (!named && !isIndexed(argument) && used < values.length)
    throw new PyError("TypeError", "not all arguments converted during string formatting");
  return result + template.slice(at);
}

function isIndexed(value: PyValue): boolean {
  if (value === null || typeof value !== "object" || value instanceof PyTuple) return false;
  return (
    !(isObject(value) && value.getItem === undefined) &&
    !(value instanceof PyIterator) &&
    !(value instanceof PyView) &&
    !(value instanceof PySet)
  );
}

function integer(value: PyValue, message: string): number {
  if (typeof value !== "bigint") throw new PyError("TypeError", message);
  return Number(value);
}

function directive(type: string, flags: string, value: PyValue, width: number, precision: number | undefined, index: number): string {
  if (value instanceof Undefined && value.strict && type !== "r" && type !== "a") value.fail();
  switch (type) {
    case "s":
    case "r":
    case "a": {
      const text = type === "s" ? str(value) : type === "r" ? repr(value) : ascii(repr(value));
      return pad(precision === undefined ? text : characters(text).slice(0, precision).join(""), "", flags.replaceAll("0", ""), width);
    }
    case "c": {
      const text =
        typeof value === "boolean"
          ? String.fromCodePoint(value ? 1 : 0)
          : typeof value === "bigint"
            ? String.fromCodePoint(Number(value))
            : value;
      if (typeof text !== "string" || lengthOf(text) !== 1) throw new PyError("TypeError", "%c requires int or char");
      return pad(text, "", flags.replaceAll("0", ""), width);
    }
    case "d":
    case "i":
    case "u":
    case "x":
    case "X":
    case "o":
      return integerDirective(flags, type, value, width, precision);
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G": {
      const float = asFloat(value);
      const negative = float < 0 || Object.is(float, -0);
      const digits = floatDigits(Math.abs(float), type, precision ?? 6, flags.includes("#"));
      return pad(digits, signOf(negative, flags), Number.isFinite(float) ? flags : flags.replaceAll("0", ""), width);
    }
    default:
      throw new PyError("ValueError", `unsupported format character '${type}' (0x${type.codePointAt(0)!.toString(16)}) at index ${index}`);
  }
}

function integerDirective(flags: string, type: string, value: PyValue, width: number, precision: number | undefined): string {
  let whole: bigint;
  if (typeof value === "bigint") whole = value;
  else if (typeof value === "boolean") whole = value ? 1n : 0n;
  else if (typeof value === "number" && "diu".includes(type)) {
    if (!Number.isFinite(value)) {
      throw Number.isNaN(value)
        ? new PyError("ValueError", "cannot convert float NaN to integer")
        : new PyError("OverflowError", "cannot convert float infinity to integer");
    }
    whole = BigInt(Math.trunc(value));
  } else {
    const wanted = "diu".includes(type) ? "a real number" : "an integer";
    throw new PyError("TypeError", `%${type} format: ${wanted} is required, not ${typeName(value)}`);
  }
  const base = type === "o" ? 8 : type === "x" || type === "X" ? 16 : 10;
  const magnitude = whole < 0n ? -whole : whole;
  let digits = magnitude.toString(base).padStart(precision ?? 0, "0");
  let sign = signOf(whole < 0n, flags);
  if (flags.includes("#") && base !== 10) sign += base === 8 ? "0o" : "0x";
  if (type === "X") {
    digits = digits.toUpperCase();
    sign = sign.toUpperCase();
  }
  return pad(digits, sign, flags, width);
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return "-";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function pad(body: string, sign: string, flags: string, width: number): string {
  const missing = Math.max(0, width - lengthOf(body) - sign.length);
  if (flags.includes("-")) return sign + body + " ".repeat(missing);
  return flags.includes("0") ? sign + "0".repeat(missing) + body : " ".repeat(missing) + sign + body;
}

function asFloat(value: PyValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return toFloat(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new PyError("TypeError", `must be real number, not ${typeName(value)}`);
}

function ascii(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (character) => {
    const code = character.codePointAt(0)!;
    const hex = code.toString(16);
    return code <= 0xff ? `\\x${hex}` : code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  });
}
