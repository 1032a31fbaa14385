import { PyError } from "./value.js";

/** Most bits an integer may have; beyond it LimitExceeded, since a template could ask for `9**9**9`. */
const MAX_INT_BITS = 100_000;

/** `repr` of a float: the shortest digits that read back equal, exponent form below 1e-4 and from 1e16. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa, power] = Math.abs(value).toExponential().split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return `${sign}${mantissa}e${exponentText(exponent)}`;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/** An exponent with sign and at least two digits. */
export function exponentText(exponent: number): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** A finite float as `numerator / 2^shift`, exactly. */
function exactParts(value: number): { numerator: bigint; shift: number } {
  let numerator = value;
  let shift = 0;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    shift++;
  }
  return { numerator: BigInt(numerator), shift };
}

/** `value * 10^power`, rounded to an integer, ties to even, computed exactly. `value` is finite and not negative. */
export function scaledRound(value: number, power: number): bigint {
  const { numerator, shift } = exactParts(value);
  const top = power >= 0 ? numerator * 10n ** BigInt(power) : numerator;
  const bottom = (1n << BigInt(shift)) * (power < 0 ? 10n ** BigInt(-power) : 1n);
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  if (twice > bottom || (twice === bottom && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

/** `%.Nf` of a finite, not negative float. */
export function fixedText(value: number, decimals: number): string {
  const digits = scaledRound(value, decimals)
    .toString()
    .padStart(decimals + 1, "0");
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Digits and exponent of `%.Ne` of a finite, not negative float. */
export function exponentParts(value: number, decimals: number): { digits: string; exponent: number } {
  if (value === 0) return { digits: "0".repeat(decimals + 1), exponent: 0 };
  let exponent = Number(value.toExponential().split("e")[1]);
  let digits = scaledRound(value, decimals - exponent).toString();
  if (digits.length > decimals + 1) {
    exponent++;
    digits = scaledRound(value, decimals - exponent).toString();
  }
  return { digits, exponent };
}

/** A bigint as float; too large ones raise OverflowError as in Python. */
export function toFloat(value: bigint): number {
  const float = Number(value);
  if (!Number.isFinite(float)) throw new PyError("OverflowError", "int too large to convert to float");
  return float;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** `a / b` of two integers, correctly rounded. */
export function divideInts(a: bigint, b: bigint): number {
  if (b === 0n) throw new PyError("ZeroDivisionError", "division by zero");
  if (a <= SAFE && a >= -SAFE && b <= SAFE && b >= -SAFE) return Number(a) / Number(b);
  const negative = a < 0n !== b < 0n;
  const top = a < 0n ? -a : a;
  const bottom = b < 0n ? -b : b;
  const shift = Math.max(0, bitLength(bottom) - bitLength(top) + 66);
  const scaled = top << BigInt(shift);
  const quotient = (scaled / bottom) | (scaled % bottom === 0n ? 0n : 1n);
  const result = Number(quotient) / 2 ** Math.min(shift, 1000) / 2 ** Math.max(0, shift - 1000);
  if (!Number.isFinite(result)) throw new PyError("OverflowError", "integer division result too large for a float");
  return negative ? -result : result;
}

/** Bits of a non-negative integer. */
export function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16);
  if (value === 0n) return 0;
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)));
}

/** `a // b`: rounds down. */
export function floorDivideInts(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new PyError("ZeroDivisionError", "integer division or modulo by zero");
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** `a % b`: has the sign of b. */
export function moduloInts(a: bigint, b: bigint): bigint {
  return a - floorDivideInts(a, b) * b;
}

export function moduloFloats(a: number, b: number): number {
  if (b === 0) throw new PyError("ZeroDivisionError", "float modulo");
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

export function floorDivideFloats(a: number, b: number): number {
  if (b === 0) throw new PyError("ZeroDivisionError", "float floor division by zero");
  const rest = moduloFloats(a, b);
  const quotient = (a - rest) / b;
  if (quotient === 0) return a / b < 0 ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** `a ** b` of two integers: a float for a negative power. */
export function powerInts(a: bigint, b: bigint): bigint | number {
  if (b < 0n) {
    if (a === 0n) throw new PyError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
    return toFloat(a) ** Number(b);
  }
  if (a !== 0n && a !== 1n && a !== -1n && BigInt(bitLength(a)) * b > BigInt(MAX_INT_BITS)) {
    throw new PyError("LimitExceeded", `the power has more than ${MAX_INT_BITS} bits`);
  }
  return a ** b;
}

export function powerFloats(a: number, b: number): number {
  if (a === 0 && b < 0) throw new PyError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  if (a < 0 && !Number.isInteger(b) && Number.isFinite(b)) throw new PyError("Unsupported", "complex numbers are not supported");
  if (a === 1) return 1;
  const result = a ** b;
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
    throw new PyError("OverflowError", "(34, 'Numerical result out of range')");
  return result;
}

/** A product of integers, bounded in size. */
export function multiplyInts(a: bigint, b: bigint): bigint {
  const result = a * b;
  if ((result > SAFE || result < -SAFE) && bitLength(result) > MAX_INT_BITS) {
    throw new PyError("LimitExceeded", `the product has more than ${MAX_INT_BITS} bits`);
  }
  return result;
}

/** Reads an integer literal of `int(text, base)`: blanks around, sign, single underscores between digits, 0x/0o/0b where the base allows. */
export function parseInteger(text: string, base = 10): bigint | undefined {
  const match = /^([+-]?)(0[xX]_?|0[oO]_?|0[bB]_?)?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(trimPython(text));
  if (!match) return undefined;
  let radix = base;
  let digits = match[3]!;
  const prefix = match[2]?.replace("_", "").toLowerCase();
  if (prefix) {
    const own = prefix === "0x" ? 16 : prefix === "0o" ? 8 : 2;
    if (base === 0 || base === own) radix = own;
    else digits = prefix[1]! + digits;
    if (radix === base && base !== own && base !== 0) digits = `0${digits}`;
  } else if (base === 0) {
    radix = 10;
    if (/^0[0_]*[1-9]/.test(digits)) return undefined;
  }
  digits = digits.replaceAll("_", "").toLowerCase();
  let value = 0n;
  if (radix === 10) {
    if (!/^[0-9]+$/.test(digits)) return undefined;
    value = BigInt(digits);
  } else {
    for (const digit of digits) {
      const amount = Number.parseInt(digit, 36);
      if (amount >= radix) return undefined;
      value = value * BigInt(radix) + BigInt(amount);
    }
  }
  return match[1] === "-" ? -value : value;
}

/** Reads what `float(text)` reads, or undefined. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = trimPython(text);
  if (
    /^[+-]?([0-9]+(_[0-9]+)*)?(\.([0-9]+(_[0-9]+)*)?)?([eE][+-]?[0-9]+(_[0-9]+)*)?$/.test(trimmed) &&
    /[0-9]/.test(trimmed.split(/[eE]/)[0]!)
  ) {
    return Number(trimmed.replaceAll("_", ""));
  }
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (!special) return undefined;
  if (special[2]!.toLowerCase() === "nan") return Number.NaN;
  return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Python's white space, as a regular expression class. */
export const WHITESPACE = "\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LEADING = new RegExp(`^[${WHITESPACE}]+`);

/** `str.strip()`. */
export function trimPython(text: string): string {
  return trimEndPython(text.replace(LEADING, ""));
}

/** `str.lstrip()`. */
export function trimStartPython(text: string): string {
  return text.replace(LEADING, "");
}

const IS_SPACE = new RegExp(`[${WHITESPACE}]`);

/** `str.rstrip()`; by hand, since `[ ]+$` is quadratic on long runs of blanks. */
export function trimEndPython(text: string): string {
  let end = text.length;
  while (end > 0 && IS_SPACE.test(text[end - 1]!)) end--;
  return end === text.length ? text : text.slice(0, end);
}
