import { GoError } from "../errors/template-error.js";
import { floatText } from "../format/float.js";

/** A decimal number: digits × 10^exponent. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Digits after the point that a division keeps. */
const DIVISION_PRECISION = 16;

/** The shortest decimal that reads back as the float. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new GoError(`Cannot create a Decimal from ${floatText(value)}`);
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** The nearest float. */
export function decimalToNumber(value: Decimal): number {
  return Number(`${value.digits}e${value.exponent}`);
}

function align(a: Decimal, b: Decimal): { x: bigint; y: bigint; exponent: number } {
  const exponent = Math.min(a.exponent, b.exponent);
  return { x: a.digits * 10n ** BigInt(a.exponent - exponent), y: b.digits * 10n ** BigInt(b.exponent - exponent), exponent };
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const { x, y, exponent } = align(a, b);
  return { digits: x + y, exponent };
}

export function minus(a: Decimal, b: Decimal): Decimal {
  const { x, y, exponent } = align(a, b);
  return { digits: x - y, exponent };
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

/** Division to 16 digits after the point, half away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new GoError("decimal division by 0");
  const shift = a.exponent - b.exponent + DIVISION_PRECISION;
  const numerator = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits;
  const denominator = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift);
  let quotient = numerator / denominator;
  const rest = numerator % denominator;
  const magnitude = (value: bigint) => (value < 0n ? -value : value);
  if (magnitude(rest) * 2n >= magnitude(denominator)) quotient += numerator < 0n === denominator < 0n ? 1n : -1n;
  return { digits: quotient, exponent: -DIVISION_PRECISION };
}
