/** Shortest decimal digits of a finite number and the place of its decimal point: 0.DIGITS × 10^point. */
function shortest(value: number): { negative: boolean; digits: string; point: number } {
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const negative = mantissa.startsWith("-");
  const digits = mantissa.replace("-", "").replace(".", "").replace(/0+$/, "");
  return { negative: negative || Object.is(value, -0), digits, point: value === 0 ? 0 : Number(exponent) + 1 };
}

/** Go's `strconv.FormatFloat(value, 'g', -1, 64)`: exponents from 1e+06 and below 1e-04, with at least two digits. */
export function formatFloatG(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const { negative, digits, point } = shortest(value);
  const sign = negative ? "-" : "";
  if (digits === "") return `${sign}0`;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= 6) return sign + withExponent(digits, exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (digits.length <= point) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function withExponent(digits: string, exponent: number): string {
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** The same for 32 bits, which helm uses for numbers that become map keys or texts. */
export function formatFloat32G(value: number): string {
  if (!Number.isFinite(value)) return formatFloatG(value);
  const narrow = Math.fround(value);
  if (!Number.isFinite(narrow)) return formatFloatG(narrow);
  for (let precision = 1; precision <= 9; precision++) {
    const candidate = Number(narrow.toPrecision(precision));
    if (Math.fround(candidate) === narrow) return formatFloatG(candidate);
  }
  return formatFloatG(narrow);
}

/** A float64 as Go's encoding/json writes it, or undefined for NaN and infinities. */
export function formatJsonFloat(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  return Object.is(value, -0) ? "-0" : String(value);
}
