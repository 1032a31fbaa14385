import { floatDigits } from "./float-format.js";
import { floatRepr, toFloat } from "./numbers.js";
import { limitLength } from "./operators.js";
import { characters, lengthOf, repr, str } from "./text.js";
import { PyError, type PyValue, typeName, Undefined } from "./value.js";

/** Looks up `.name` and `[key]` of a replacement field. */
export interface FieldAccess {
  attribute(value: PyValue, name: string): PyValue;
  item(value: PyValue, key: PyValue): PyValue;
}

/** Python's `template.format(*args, **named)`. */
export function formatBraces(
  template: string,
  args: readonly PyValue[],
  named: ReadonlyMap<string, PyValue>,
  access: FieldAccess,
  depth = 2,
  counter = { automatic: 0, manual: false },
): string {
  if (depth < 0) throw new PyError("ValueError", "Max string recursion exceeded");
  let result = "";
  let at = 0;
  while (at < template.length) {
    const character = template[at]!;
    if (character !== "{" && character !== "}") {
      const brace = template.slice(at).search(/[{}]/);
      const end = brace === -1 ? template.length : at + brace;
      result += template.slice(at, end);
      at = end;
      continue;
    }
    if (template[at + 1] === character) {
      result += character;
      at += 2;
      continue;
    }
    if (character === "}") throw new PyError("ValueError", "Single '}' encountered in format string");
    const end = closing(template, at);
    const field = template.slice(at + 1, end);
    const match = /^([^!:[]*(?:\[[^\]]*\][^!:[]*)*)(?:!(.))?(?::([\s\S]*))?$/.exec(field);
    if (!match) throw new PyError("ValueError", "expected ':' after conversion specifier");
    const value = fieldValue(match[1]!, args, named, access, counter);
    const converted = match[2] === undefined ? value : convert(value, match[2]);
    const spec = match[3] === undefined ? "" : formatBraces(match[3], args, named, access, depth - 1, counter);
    result += formatValue(converted, spec);
    at = end + 1;
  }
  return result;
}

function closing(template: string, start: number): number {
  let depth = 0;
  for (let at = start; at < template.length; at++) {
    if (template[at] === "{") depth++;
    else if (template[at] === "}" && --depth === 0) return at;
  }
  throw new PyError(
    "ValueError",
    start === template.length - 1 ? "Single '{' encountered in format string" : "expected '}' before end of string",
  );
}

function fieldValue(
  name: string,
  args: readonly PyValue[],
  named: ReadonlyMap<string, PyValue>,
  access: FieldAccess,
  counter: { automatic: number; manual: boolean },
): PyValue {
  const match = /^([^.[]*)((?:\.[^.[]+|\[[^\]]+\])*)$/.exec(name);
  if (!match) throw new PyError("ValueError", "Empty attribute in format string");
  let value: PyValue | undefined;
  const first = match[1]!;
  if (first === "" || /^[0-9]+$/.test(first)) {
    if (first === "" ? counter.manual : counter.automatic > 0) {
      throw new PyError("ValueError", "cannot switch between manual field specification and automatic field numbering");
    }
    if (first !== "") counter.manual = true;
    const index = first === "" ? counter.automatic++ : Number(first);
    value = args[index];
    if (value === undefined) throw new PyError("IndexError", `Replacement index ${index} out of range for positional args tuple`);
  } else {
    value = named.get(first);
    if (value === undefined) throw new PyError("KeyError", repr(first));
  }
  for (const step of match[2]!.match(/\.[^.[]+|\[[^\]]+\]/g) ?? []) {
    if (step.startsWith(".")) value = access.attribute(value, step.slice(1));
    else {
      const key = step.slice(1, -1);
      value = access.item(value, /^[0-9]+$/.test(key) ? BigInt(key) : key);
    }
  }
  return value;
}

function convert(value: PyValue, conversion: string): string {
  if (conversion === "s") return str(value);
  if (conversion === "r") return repr(value);
  throw new PyError("ValueError", `Unknown conversion specifier '${conversion}'`);
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?([0-9]+)?([,_])?(?:\.([0-9]+))?([a-zA-Z%])?$/su;

/** Python's `format(value, spec)`. */
export function formatValue(value: PyValue, spec: string): string {
  if (value instanceof Undefined && value.strict) value.fail();
  if (spec === "") return str(value);
  const match = SPEC.exec(spec);
  if (!match) throw new PyError("ValueError", `Invalid format specifier '${spec}' for object of type '${typeName(value)}'`);
  const [, fillGiven, alignGiven, sign, , hash, zero, widthText, separator, precisionText, type] = match;
  const width = widthText === undefined ? 0 : Number(widthText);
  const precision = precisionText === undefined ? undefined : Number(precisionText);
  limitLength(Math.max(width, precision ?? 0));
  const numeric = typeof value === "bigint" || typeof value === "number" || typeof value === "boolean";
  const fill = fillGiven ?? (zero && !alignGiven ? "0" : " ");
  const align = alignGiven ?? (zero && numeric ? "=" : numeric ? ">" : "<");
  if (typeof value === "string") {
    if (type !== undefined && type !== "s") throw new PyError("ValueError", `Unknown format code '${type}' for object of type 'str'`);
    if (sign || separator || hash) throw new PyError("ValueError", "Sign not allowed in string format specifier");
    if (align === "=") throw new PyError("ValueError", "'=' alignment not allowed in string format specifier");
    const text = precision === undefined ? value : characters(value).slice(0, precision).join("");
    return padTo("", text, zero && !alignGiven ? "0" : fill, align, width);
  }
  if (!numeric) throw new PyError("TypeError", `unsupported format string passed to ${typeName(value)}.__format__`);
  if (typeof value === "boolean" && type === undefined && !sign && !separator && !hash && precision === undefined) {
    return padTo("", value ? "1" : "0", fill, align, width);
  }
  const whole = typeof value === "boolean" ? (value ? 1n : 0n) : value;
  const negative = whole < 0 || Object.is(whole, -0);
  const body =
    typeof whole === "bigint" && (type === undefined || "bcdoxXn".includes(type))
      ? integerBody(whole < 0n ? -whole : whole, type ?? "d", hash !== undefined, precision)
      : floatBody(Math.abs(typeof whole === "bigint" ? toFloat(whole) : whole), type, precision, hash !== undefined);
  const lead = negative ? "-" : sign === "+" ? "+" : sign === " " ? " " : "";
  let digits = body.digits;
  if (separator) digits = group(digits, separator, body.every);
  if (align === "=" && fill === "0" && separator) {
    let padded = body.digits;
    while ((lead + body.prefix + group(padded, separator, body.every)).length < width) padded = `0${padded}`;
    digits = group(padded, separator, body.every);
  }
  return padTo(lead + body.prefix, digits, fill, align, width);
}

function integerBody(value: bigint, type: string, alternate: boolean, precision: number | undefined) {
  if (precision !== undefined) throw new PyError("ValueError", "Precision not allowed in integer format specifier");
  if (type === "c") return { prefix: "", digits: String.fromCodePoint(Number(value)), every: 3 };
  const base = type === "b" ? 2 : type === "o" ? 8 : type === "x" || type === "X" ? 16 : 10;
  const prefix = alternate && base !== 10 ? `0${type}` : "";
  const digits = value.toString(base);
  return { prefix, digits: type === "X" ? digits.toUpperCase() : digits, every: base === 10 ? 3 : 4 };
}

function floatBody(value: number, type: string | undefined, precision: number | undefined, alternate: boolean) {
  if (type === undefined) {
    if (precision === undefined) return { prefix: "", digits: floatRepr(value), every: 3 };
    const digits = floatDigits(value, "g", precision, alternate);
    return {
      prefix: "",
      digits: /^[0-9]+$/.test(digits) ? (digits.length < precision ? `${digits}.0` : exponentIfFull(value, digits, precision)) : digits,
      every: 3,
    };
  }
  if (type === "%") return { prefix: "", digits: `${floatDigits(value * 100, "f", precision ?? 6, alternate)}%`, every: 3 };
  if (!"eEfFgGn".includes(type)) throw new PyError("ValueError", `Unknown format code '${type}' for object of type 'float'`);
  return { prefix: "", digits: floatDigits(value, type === "n" ? "g" : type, precision ?? 6, alternate), every: 3 };
}

/** Without a type a float must not look like an integer: with no room for `.0` it takes the exponent form. */
function exponentIfFull(value: number, digits: string, precision: number): string {
  const text = floatDigits(value, "e", Math.max(0, precision - 1), false);
  const [mantissa, exponent] = text.split("e") as [string, string];
  return digits.length >= precision && precision > 0
    ? `${mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa}e${exponent}`
    : `${digits}.0`;
}

function group(digits: string, separator: string, every: number): string {
  const match = /^([0-9a-fA-F]+?)(?=$|[.e%])/.exec(digits) ?? /^([0-9a-fA-F]+)/.exec(digits);
  if (!match) return digits;
  const whole = every === 4 ? /^[0-9a-fA-F]+/.exec(digits)![0] : /^[0-9]+/.exec(digits)![0];
  let grouped = "";
  for (let end = whole.length; end > 0; end -= every)
    grouped = whole.slice(Math.max(0, end - every), end) + (grouped ? separator + grouped : "");
  return grouped + digits.slice(whole.length);
}

function padTo(lead: string, body: string, fill: string, align: string, width: number): string {
  const missing = Math.max(0, width - lengthOf(lead) - lengthOf(body));
  if (align === "<") return lead + body + fill.repeat(missing);
  if (align === ">") return fill.repeat(missing) + lead + body;
  if (align === "=") return lead + fill.repeat(missing) + body;
  const left = Math.floor(missing / 2);
  return fill.repeat(left) + lead + body + fill.repeat(missing - left);
}
