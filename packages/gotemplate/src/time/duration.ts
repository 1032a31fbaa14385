import { GoError } from "../errors/template-error.js";
import { quoteGo } from "../text/quote.js";

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  "\u00b5s": 1000n,
  "\u03bcs": 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const LIMIT = 1n << 63n;

/** `time.ParseDuration`: nanoseconds. @throws GoError with Go's text */
export function parseDuration(text: string): bigint {
  const invalid = (what = "invalid duration") => new GoError(`time: ${what} ${quoteGo(text)}`);
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0n;
  if (rest === "") throw invalid();
  let total = 0n;
  while (rest !== "") {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest)!;
    const whole = number[1]!;
    const fraction = number[2] ?? "";
    if (!/^[.0-9]/.test(rest) || (whole === "" && fraction === "")) throw invalid();
    rest = rest.slice(number[0].length);
    const name = /^[^.0-9]*/.exec(rest)![0];
    if (name === "") throw invalid("missing unit in duration");
    const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
    if (unit === undefined) throw new GoError(`time: unknown unit ${quoteGo(name)} in duration ${quoteGo(text)}`);
    rest = rest.slice(name.length);
    const digits = fraction.slice(0, 18);
    total += BigInt(whole || "0") * unit + (BigInt(digits || "0") * unit) / 10n ** BigInt(digits.length);
    if (total > LIMIT) throw invalid();
  }
  if (text.startsWith("-")) return -total;
  if (total === LIMIT) throw invalid();
  return total;
}

function withFraction(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (value % scale).toString().padStart(digits, "0").replace(/0+$/, "");
  return `${value / scale}${fraction === "" ? "" : "." + fraction}`;
}

/** `time.Duration.String`: `1h2m3.5s`. */
export function durationText(nanoseconds: bigint): string {
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const sign = nanoseconds < 0n ? "-" : "";
  if (value === 0n) return "0s";
  if (value < 1000n) return `${sign}${value}ns`;
  if (value < 1_000_000n) return `${sign}${withFraction(value, 3)}\u00b5s`;
  if (value < 1_000_000_000n) return `${sign}${withFraction(value, 6)}ms`;
  const seconds = withFraction(value % 60_000_000_000n, 9);
  const minutes = value / 60_000_000_000n;
  if (minutes === 0n) return `${sign}${seconds}s`;
  const hours = minutes / 60n;
  return `${sign}${hours === 0n ? "" : `${hours}h`}${minutes % 60n}m${seconds}s`;
}

/** sprig's `durationRound`: the largest unit that is exceeded. */
export function roundDuration(nanoseconds: bigint): string {
  const value = BigInt.asUintN(64, nanoseconds < 0n ? -nanoseconds : nanoseconds);
  const hour = 3_600_000_000_000n;
  const units: [string, bigint][] = [
    ["y", hour * 24n * 365n],
    ["mo", hour * 24n * 30n],
    ["d", hour * 24n],
    ["h", hour],
    ["m", 60_000_000_000n],
    ["s", 1_000_000_000n],
  ];
  for (const [name, size] of units) if (value > size) return `${value / size}${name}`;
  return "0s";
}
