import { GoError } from "../errors/template-error.js";
import { sprint } from "../format/print.js";
import { parseFloatText, parseIntegerText } from "../parse/number.js";
import { GoInt, goInt, goInt64 } from "../values/int.js";
import { type GoValue, goInts } from "../values/value.js";
import { type Decimal, decimalOf, decimalToNumber, divide, minus, plus, times } from "./decimal.js";
import { defineFunction, type FunctionTable } from "./function.js";
import type { RandomSource } from "./random.js";

const MIN_INT64 = -(1n << 63n);
const MAX_INT64 = (1n << 63n) - 1n;

/** Longest list that `until`, `untilStep` and `seq` make. */
const MAX_LENGTH = 10_000_000;

/** A float as Go converts it on amd64: what does not fit becomes the smallest int64. */
function floatToInt64(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return MIN_INT64;
  return BigInt(Math.trunc(value));
}

/** "1.00" is 1 for `int`: trailing zeros of a fraction go. */
function trimZeroDecimal(text: string): string {
  const match = /^(.*)\.0+$/s.exec(text);
  return match ? match[1]! : text;
}

/** `cast.ToInt64`: numbers, numeric strings, booleans; 0 for everything else. */
export function toInt64(value: GoValue): bigint {
  if (value instanceof GoInt) return BigInt.asIntN(64, value.value);
  if (typeof value === "number") return floatToInt64(value);
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "string") {
    const parsed = parseIntegerText(trimZeroDecimal(value));
    return parsed !== undefined && parsed >= MIN_INT64 && parsed <= MAX_INT64 ? parsed : 0n;
  }
  return 0n;
}

/** `cast.ToFloat64`. */
export function toFloat64(value: GoValue): number {
  if (typeof value === "number") return value;
  if (value instanceof GoInt) return Number(value.value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") {
    const parsed = parseFloatText(value);
    return parsed !== undefined && (Number.isFinite(parsed) || /^[+-]?(inf|nan)/i.test(value)) ? parsed : 0;
  }
  return 0;
}

function decimals(first: GoValue, others: readonly GoValue[], operate: (a: Decimal, b: Decimal) => Decimal): number {
  let sum = decimalOf(toFloat64(first));
  for (const other of others) sum = operate(sum, decimalOf(toFloat64(other)));
  return decimalToNumber(sum);
}

function steps(start: number, stop: number, step: number): GoInt[] {
  const list: GoInt[] = [];
  if (stop < start ? step >= 0 : step <= 0) return list;
  if (Math.abs(stop - start) / Math.abs(step) > MAX_LENGTH) throw new GoError(`a list of more than ${MAX_LENGTH} numbers is refused`);
  if (stop < start) for (let i = start; i > stop; i += step) list.push(goInt(i));
  else for (let i = start; i < stop; i += step) list.push(goInt(i));
  return list;
}

function seq(values: readonly number[]): string {
  const [a = 0, b = 0, c = 0] = values;
  let list: GoInt[];
  switch (values.length) {
    case 1: {
      const step = a < 1 ? -1 : 1;
      list = steps(1, a + step, step);
      break;
    }
    case 2: {
      const step = b < a ? -1 : 1;
      list = steps(a, b + step, step);
      break;
    }
    case 3: {
      if (c < a && b > 0) return "";
      list = steps(a, c + (c < a ? -1 : 1), b);
      break;
    }
    default:
      return "";
  }
  return list.join(" ");
}

function round(value: number, places: number, on: number): number {
  const power = 10 ** places;
  const digit = power * value;
  const fraction = Number.isFinite(digit) ? digit - Math.trunc(digit) : Number.NaN;
  return (fraction >= on ? Math.ceil(digit) : Math.floor(digit)) / power;
}

const asNumber = (value: GoValue): number => Number((value as GoInt).value);
const extreme = (better: (a: bigint, b: bigint) => boolean) =>
  defineFunction(["interface {}", "...interface {}"], ([first, ...others]) =>
    goInt64(others.map(toInt64).reduce((best, other) => (better(other, best) ? other : best), toInt64(first))),
  );

function floatExtreme(pick: (a: number, b: number) => number) {
  return defineFunction(["interface {}", "...interface {}"], ([first, ...others]) =>
    others.map(toFloat64).reduce((best, other) => pick(best, other), toFloat64(first)),
  );
}

const integerDivision = (operate: (a: bigint, b: bigint) => bigint) =>
  defineFunction(["interface {}", "interface {}"], ([a, b]) => {
    const divisor = toInt64(b);
    if (divisor === 0n) throw new GoError("runtime error: integer divide by zero");
    return goInt64(operate(toInt64(a), divisor));
  });

const floatOperation = (operate: (a: Decimal, b: Decimal) => Decimal) =>
  defineFunction(["interface {}", "...interface {}"], ([first, ...others]) => decimals(first, others, operate));

/** Arithmetic: integers wrap at 64 bits, the `f` functions compute in decimals. */
export function numberFunctions(random: RandomSource): FunctionTable {
  const maximum = extreme((a, b) => a > b);
  return {
    int: defineFunction(["interface {}"], ([value]) => goInt(toInt64(value))),
    int64: defineFunction(["interface {}"], ([value]) => goInt64(toInt64(value))),
    float64: defineFunction(["interface {}"], ([value]) => toFloat64(value)),
    toDecimal: defineFunction(["interface {}"], ([value]) => {
      const text = sprint([value]);
      if (!/^[+-]?[0-7]+$/.test(text)) return goInt64(0);
      const digits = BigInt("0o" + text.replace(/^[+-]/, ""));
      const result = text.startsWith("-") ? -digits : digits;
      return goInt64(result > MAX_INT64 || result < MIN_INT64 ? 0n : result);
    }),
    atoi: defineFunction(["string"], ([text]) => {
      if (!/^[+-]?[0-9]+$/.test(text as string)) return goInt(0);
      const value = BigInt((text as string).replace(/^\+/, ""));
      // Atoi gives the nearest limit together with its error, and the error is dropped.
      return goInt(value > MAX_INT64 ? MAX_INT64 : value < MIN_INT64 ? MIN_INT64 : value);
    }),
    add: defineFunction(["...interface {}"], (values) => goInt64(values.reduce<bigint>((sum, value) => sum + toInt64(value), 0n))),
    add1: defineFunction(["interface {}"], ([value]) => goInt64(toInt64(value) + 1n)),
    sub: defineFunction(["interface {}", "interface {}"], ([a, b]) => goInt64(toInt64(a) - toInt64(b))),
    div: integerDivision((a, b) => a / b),
    mod: integerDivision((a, b) => a % b),
    mul: defineFunction(["interface {}", "...interface {}"], ([first, ...others]) =>
      goInt64(others.reduce<bigint>((product, value) => BigInt.asIntN(64, product * toInt64(value)), toInt64(first))),
    ),
    add1f: defineFunction(["interface {}"], ([value]) => decimals(value, [1], plus)),
    addf: defineFunction(["...interface {}"], (values) => decimals(0, values, plus)),
    subf: floatOperation(minus),
    mulf: floatOperation(times),
    divf: floatOperation(divide),
    max: maximum,
    biggest: maximum,
    min: extreme((a, b) => a < b),
    maxf: floatExtreme(Math.max),
    minf: floatExtreme(Math.min),
    ceil: defineFunction(["interface {}"], ([value]) => Math.ceil(toFloat64(value))),
    floor: defineFunction(["interface {}"], ([value]) => Math.floor(toFloat64(value))),
    round: defineFunction(["interface {}", "int", "...float64"], ([value, places, on]) =>
      round(toFloat64(value), asNumber(places), (on as number | undefined) ?? 0.5),
    ),
    until: defineFunction(["int"], ([count]) => goInts(steps(0, asNumber(count), asNumber(count) < 0 ? -1 : 1))),
    untilStep: defineFunction(["int", "int", "int"], ([from, to, step]) => goInts(steps(asNumber(from), asNumber(to), asNumber(step)))),
    seq: defineFunction(["...int"], (values) => seq(values.map(asNumber))),
    randInt: defineFunction(["int", "int"], ([min, max]) => {
      const range = asNumber(max) - asNumber(min);
      if (range <= 0) throw new GoError("invalid argument to Intn");
      return goInt(asNumber(min) + random.below(range));
    }),
  };
}
