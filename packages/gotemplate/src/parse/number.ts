import { quoteGo, unquoteGo } from "../text/quote.js";

/** What a number in a template can be, in Go's untyped way: `1.0` is both a float and an int. */
export interface NumberConstant {
  readonly int?: bigint;
  readonly uint?: bigint;
  readonly float?: number;
  readonly complex?: { readonly real: number; readonly imaginary: number };
}

const MAX_INT = (1n << 63n) - 1n;
const MIN_INT = -(1n << 63n);
const MAX_UINT = (1n << 64n) - 1n;

function underscoresOk(text: string): boolean {
  if (!text.includes("_")) return true;
  // Underscores only between digits, or between a base prefix and a digit; only with base 0, which is ours.
  return /^[+-]?(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO](_?[0-7])+|[0-9](_?[0-9])*)$/.test(text);
}

/** `strconv.ParseInt(text, 0, …)` without range: undefined for a syntax error. */
export function parseIntegerText(text: string): bigint | undefined {
  const match = /^([+-]?)(.*)$/s.exec(text)!;
  if (!underscoresOk(text)) return undefined;
  const body = match[2]!.replaceAll("_", "");
  let value: bigint;
  if (/^0[xX][0-9a-fA-F]+$/.test(body) || /^0[bB][01]+$/.test(body) || /^0[oO][0-7]+$/.test(body)) value = BigInt(body.toLowerCase());
  else if (/^0[0-7]+$/.test(body)) value = BigInt("0o" + body.slice(1));
  else if (/^(0|[1-9][0-9]*)$/.test(body)) value = BigInt(body);
  else return undefined;
  return match[1] === "-" ? -value : value;
}

/** `strconv.ParseFloat(text, 64)`: undefined for a syntax error, infinite when out of range. */
export function parseFloatText(text: string): number | undefined {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const hex = /^([+-]?)0[xX]([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9_]+)$/.exec(text);
  if (hex) return parseHexFloat(hex);
  return /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text) ? Number(text) : undefined;
}

function parseHexFloat(match: RegExpExecArray): number | undefined {
  const whole = match[2]!.replaceAll("_", "");
  const fraction = (match[3] ?? "").replaceAll("_", "");
  if (whole + fraction === "") return undefined;
  const mantissa = BigInt("0x" + (whole + fraction));
  let exponent = Number(match[4]!.replaceAll("_", "")) - fraction.length * 4;
  let value = mantissa;
  // Beyond 2^1100 both ways nothing but zero or infinity is left, whatever the digits.
  exponent = Math.max(-8000, Math.min(8000, exponent));
  while (exponent < -1074 && value > 1n << 60n) {
    value >>= 1n;
    exponent++;
  }
  const result = exponent > 1024 ? (value === 0n ? 0 : Number.POSITIVE_INFINITY) : scale(Number(value), exponent);
  return match[1] === "-" ? -result : result;
}

function scale(value: number, exponent: number): number {
  let left = exponent;
  let result = value;
  while (left < -1000) {
    result *= 2 ** -1000;
    left += 1000;
  }
  return result * 2 ** left;
}

/** Reads a number, character or complex token. A string is Go's message. */
export function parseNumber(text: string, type: "number" | "charConstant" | "complex"): NumberConstant | string {
  if (type === "charConstant") {
    const value = unquoteGo(text);
    if (value === undefined) return `malformed character constant: ${text}`;
    const code = BigInt(value.codePointAt(0)!);
    return { int: code, uint: code, float: Number(code) };
  }
  if (type === "complex") {
    const split = Math.max(text.lastIndexOf("+"), text.lastIndexOf("-"));
    const real = parseFloatText(text.slice(0, split));
    const imaginary = parseFloatText(text.slice(split, -1));
    return real === undefined || imaginary === undefined ? "expected complex" : simplify(real, imaginary);
  }
  if (text.endsWith("i")) {
    const imaginary = parseFloatText(text.slice(0, -1));
    if (imaginary !== undefined) return simplify(0, imaginary);
  }
  const whole = parseIntegerText(text);
  if (whole !== undefined) {
    const isUint = whole >= 0n && whole <= MAX_UINT && !/^[+-]/.test(text);
    const isInt = whole >= MIN_INT && whole <= MAX_INT;
    if (isInt) return { int: whole, ...(isUint || whole === 0n ? { uint: whole } : {}), float: Number(whole) };
    if (isUint) return { uint: whole, float: Number(whole) };
  }
  const float = parseFloatText(text);
  if (float !== undefined && Number.isFinite(float)) {
    if (!/[.eEpP]/.test(text)) return `integer overflow: ${quoteGo(text)}`;
    const isWhole = Number.isInteger(float);
    const int = isWhole ? BigInt(float) : undefined;
    return {
      float,
      ...(int !== undefined && int >= MIN_INT && int <= MAX_INT ? { int } : {}),
      ...(int !== undefined && int >= 0n && int <= MAX_UINT ? { uint: int } : {}),
    };
  }
  return `illegal number syntax: ${quoteGo(text)}`;
}

function simplify(real: number, imaginary: number): NumberConstant {
  const complex = { real, imaginary };
  if (imaginary !== 0) return { complex };
  const int = Number.isInteger(real) ? BigInt(real) : undefined;
  return {
    complex,
    float: real,
    ...(int !== undefined && int >= MIN_INT && int <= MAX_INT ? { int } : {}),
    ...(int !== undefined && int >= 0n && int <= MAX_UINT ? { uint: int } : {}),
  };
}
