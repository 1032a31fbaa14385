/** Conversions between numbers and text as an EPICS database does them when a client asks for another type. */

/** A decimal or hexadecimal number at the beginning of the text, after blanks. Units may follow it. */
const NUMBER =
  /^\s*([+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN]))/;

/** Reads a number from text; undefined where there is none. What follows the number is taken for a unit and left alone. */
export function numberFromText(text: string): number | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const word = match[1]!.toLowerCase();
  const sign = word.startsWith("-") ? -1 : 1;
  const digits = word.replace(/^[+-]/, "");
  if (digits.startsWith("inf")) return sign * Number.POSITIVE_INFINITY;
  if (digits === "nan") return Number.NaN;
  return sign * Number(digits);
}

/** An integer at the beginning of the text, in C's notation: hexadecimal after 0x, octal after 0. Units may follow it. */
const INTEGER = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;

/** Reads a whole number from text as strtol does; undefined where there is none. */
export function integerFromText(text: string): number | undefined {
  const match = INTEGER.exec(text);
  if (!match) return undefined;
  const digits = match[2]!;
  const size = /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return match[1] === "-" ? -size : size;
}

const FLOAT_MAX = 3.4028234663852886e38;
const FLOAT_MIN = 1.1754943508222875e-38;

/** To single precision: beyond its range the largest, below its normal range the smallest of the same sign, instead of infinity and zero. */
export function toFloat(value: number): number {
  if (value === 0 || Number.isNaN(value) || !Number.isFinite(value)) return value;
  const size = Math.abs(value);
  if (size >= FLOAT_MAX) return Math.sign(value) * FLOAT_MAX;
  if (size <= FLOAT_MIN) return Math.sign(value) * FLOAT_MIN;
  return Math.fround(value);
}

/**
 * Text of a floating-point value with `precision` digits. Large values and precisions switch the notation as base does: above 1e7 at most
 * 3 digits, above 1e16 (or with a precision above 8) exponents, padded on the left to precision + 7.
 */
export function formatFloating(value: number, precision: number): string {
  const digits = Math.max(0, Math.min(17, precision));
  const size = Math.abs(value);
  if (digits > 8 || size > 1e16) return exponential(value, digits).padStart(digits + 7);
  if (Number.isNaN(value)) return "nan";
  return fixed(value, size > 1e7 ? Math.min(3, digits) : digits);
}

/** `%.Ne` of C: at least two digits of exponent. */
function exponential(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = value.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2");
  return Object.is(value, -0) ? `-${text}` : text;
}

/** `%.Nf` of C. toFixed gives exponents from 1e21 on, which do not come here; negative zero keeps no sign. */
function fixed(value: number, digits: number): string {
  return value.toFixed(digits);
}
