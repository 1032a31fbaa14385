/** Verbs of Go's `strconv.FormatFloat` that templates can reach. */
export type FloatVerb = "e" | "E" | "f" | "g" | "G" | "b" | "x" | "X";

interface Decimal {
  /** Significant digits, no trailing zeros needed; "" for zero. */
  digits: string;
  /** Position of the point: 0.digits × 10^point. */
  point: number;
}

const view = new DataView(new ArrayBuffer(8));

/** Mantissa and power of two: |value| = mantissa × 2^exponent. */
function binaryParts(value: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function shortest(value: number): Decimal {
  if (value === 0) return { digits: "", point: 0 };
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e") as [string, string];
  return { digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

/** Every decimal digit of the binary value. */
function exact(value: number): Decimal {
  const { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) return { digits: "", point: 0 };
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return { digits, point: digits.length };
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits, point: digits.length + exponent };
}

/** Keeps `count` digits, rounding half to even on the exact value. */
function round(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return { digits: "", point: 0 };
  const next = digits[count]!;
  const rest = digits.slice(count + 1);
  const half = next === "5" && /^0*$/.test(rest);
  const up = half ? count > 0 && Number(digits[count - 1]) % 2 === 1 : next >= "5";
  const kept = digits.slice(0, count);
  if (!up) return count === 0 ? { digits: "", point: 0 } : { digits: kept, point };
  const grown = (BigInt(kept || "0") + 1n).toString().padStart(count, "0");
  return { digits: grown, point: grown.length > count ? point + 1 : point };
}

function exponential(decimal: Decimal, precision: number, letter: string): string {
  const digits = decimal.digits.padEnd(precision + 1, "0").slice(0, precision + 1);
  const exponent = decimal.digits === "" ? 0 : decimal.point - 1;
  const sign = exponent < 0 ? "-" : "+";
  return `${digits[0] ?? "0"}${precision > 0 ? "." + digits.slice(1) : ""}${letter}${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function fixed(decimal: Decimal, precision: number): string {
  const { digits, point } = decimal;
  const whole = point > 0 && digits !== "" ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision <= 0) return whole;
  const fraction = digits === "" ? "" : point >= 0 ? digits.slice(point) : "0".repeat(-point) + digits;
  return `${whole}.${fraction.padEnd(precision, "0").slice(0, precision)}`;
}

function general(value: number, precision: number, upper: boolean): string {
  const short = precision < 0;
  const wanted = precision === 0 ? 1 : precision;
  const decimal = short ? shortest(value) : round(exact(value), wanted);
  const digits = decimal.digits.replace(/0+$/, "");
  const trimmed = { digits, point: digits === "" ? 0 : decimal.point };
  // %e is used when the exponent is below -4 or not below the precision; shortest counts as 6, but 21 where the digits fill it.
  let limit = short ? 6 : wanted;
  if (limit > digits.length && digits.length >= trimmed.point) limit = digits.length;
  if (short) limit = 6;
  const exponent = trimmed.point - 1;
  if (exponent < -4 || exponent >= limit) {
    const shown = short ? digits.length : Math.min(wanted, digits.length);
    return exponential(trimmed, Math.max(shown - 1, 0), upper ? "E" : "e");
  }
  return fixed(trimmed, Math.max(digits.length - trimmed.point, 0));
}

function hexadecimal(value: number, precision: number, upper: boolean): string {
  let { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) exponent = 0;
  else {
    while (mantissa >> 52n === 0n) {
      mantissa <<= 1n;
      exponent--;
    }
    exponent += 52;
  }
  if (precision >= 0 && precision < 13) {
    const shift = BigInt((13 - precision) * 4);
    const rest = mantissa & ((1n << shift) - 1n);
    mantissa >>= shift;
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++;
    mantissa <<= shift;
    if (mantissa >> 53n !== 0n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const lead = mantissa === 0n ? "0" : "1";
  let fraction = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, "0");
  fraction = precision < 0 ? fraction.replace(/0+$/, "") : fraction.padEnd(precision, "0").slice(0, precision);
  const text = `0x${lead}${fraction === "" ? "" : "." + fraction}p${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return upper ? text.toUpperCase() : text;
}

/** `strconv.FormatFloat(value, verb, precision, 64)`; precision -1 is the shortest text that reads back the same. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  switch (verb) {
    case "e":
    case "E": {
      const decimal = precision < 0 ? shortest(value) : round(exact(value), precision + 1);
      return sign + exponential(decimal, precision < 0 ? Math.max(decimal.digits.length - 1, 0) : precision, verb);
    }
    case "f": {
      if (precision < 0) {
        const decimal = shortest(value);
        return sign + fixed(decimal, Math.max(decimal.digits.length - decimal.point, 0));
      }
      const decimal = exact(value);
      return sign + fixed(round(decimal, decimal.point + precision), precision);
    }
    case "g":
    case "G":
      return sign + general(value, precision, verb === "G");
    case "b": {
      const { mantissa, exponent } = binaryParts(value);
      return `${sign}${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
    }
    default:
      return sign + hexadecimal(value, precision, verb === "X");
  }
}

/** How Go prints a float64 with `%v`: `1e+06`, `0.0001`, `+Inf`. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && value > -1_000_000 && value < 1_000_000 && !Object.is(value, -0)) return String(value);
  return formatFloat(value, "g", -1);
}
