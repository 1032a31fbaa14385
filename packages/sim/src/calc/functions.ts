/** C's conversion of a double to a signed 32-bit integer, as it comes out on the machines IOCs run on. */
export function toInt32(value: number): number {
  return value >= -2147483648 && value < 2147483648 ? Math.trunc(value) : -2147483648;
}

/** Operand of a bit operator: negative numbers as signed, others as unsigned, so that bit 31 can be set from either side. */
function toBits(value: number): number {
  if (value < 0) return toInt32(value) | 0;
  return value < 2 ** 63 ? Math.trunc(value) | 0 : 0;
}

const truth = (value: number) => value !== 0;
const number = (value: boolean) => (value ? 1 : 0);

function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}

function modulo(a: number, b: number): number {
  const divisor = toInt32(b);
  return divisor === 0 ? Number.NaN : (toInt32(a) % divisor) + 0;
}

/** NaN wins, as in base. */
function extreme(values: readonly number[], better: (candidate: number, best: number) => boolean): number {
  let best = values.at(-1)!;
  for (let at = values.length - 2; at >= 0; at--) {
    const value = values[at]!;
    if (!(better(best, value) || Number.isNaN(best))) best = value;
  }
  return best;
}

/** Binary operators: level (a higher one binds tighter) and result. All of them group from the left. */
export const INFIX: Readonly<Record<string, { readonly level: number; readonly apply: (a: number, b: number) => number }>> = {
  "||": { level: 1, apply: (a, b) => number(truth(a) || truth(b)) },
  "|": { level: 1, apply: (a, b) => toBits(a) | toBits(b) },
  OR: { level: 1, apply: (a, b) => toBits(a) | toBits(b) },
  XOR: { level: 1, apply: (a, b) => toBits(a) ^ toBits(b) },
  "&&": { level: 2, apply: (a, b) => number(truth(a) && truth(b)) },
  "&": { level: 2, apply: (a, b) => toBits(a) & toBits(b) },
  AND: { level: 2, apply: (a, b) => toBits(a) & toBits(b) },
  "<<": { level: 2, apply: (a, b) => toBits(a) << (toBits(b) & 31) },
  ">>": { level: 2, apply: (a, b) => toBits(a) >> (toBits(b) & 31) },
  ">>>": { level: 2, apply: (a, b) => toBits(a) >>> (toBits(b) & 31) },
  "=": { level: 3, apply: (a, b) => number(a === b) },
  "==": { level: 3, apply: (a, b) => number(a === b) },
  "!=": { level: 3, apply: (a, b) => number(a !== b) },
  "#": { level: 3, apply: (a, b) => number(a !== b) },
  "<": { level: 3, apply: (a, b) => number(a < b) },
  "<=": { level: 3, apply: (a, b) => number(a <= b) },
  ">": { level: 3, apply: (a, b) => number(a > b) },
  ">=": { level: 3, apply: (a, b) => number(a >= b) },
  "+": { level: 4, apply: (a, b) => a + b },
  "-": { level: 4, apply: (a, b) => a - b },
  "*": { level: 5, apply: (a, b) => a * b },
  "/": { level: 5, apply: (a, b) => a / b },
  "%": { level: 5, apply: modulo },
  "**": { level: 6, apply: power },
  "^": { level: 6, apply: power },
};

/** Prefix operators and functions of one argument. They bind tighter than any binary operator. */
export const PREFIX: Readonly<Record<string, (value: number) => number>> = {
  "-": (value) => -value,
  "!": (value) => number(!truth(value)),
  "~": (value) => ~toBits(value),
  NOT: (value) => ~toBits(value),
  ABS: Math.abs,
  ACOS: Math.acos,
  ASIN: Math.asin,
  ATAN: Math.atan,
  CEIL: Math.ceil,
  COS: Math.cos,
  COSH: Math.cosh,
  EXP: Math.exp,
  FLOOR: Math.floor,
  ISINF: (value) => (value === Number.POSITIVE_INFINITY ? 1 : value === Number.NEGATIVE_INFINITY ? -1 : 0),
  LN: Math.log,
  LOG: Math.log10,
  LOGE: Math.log,
  NINT: (value) => toInt32(value >= 0 ? value + 0.5 : value - 0.5),
  SIN: Math.sin,
  SINH: Math.sinh,
  SQR: Math.sqrt,
  SQRT: Math.sqrt,
  TAN: Math.tan,
  TANH: Math.tanh,
};

/** Functions of two arguments. ATAN2 takes them in the order base does, the other way round than C. */
export const PAIR: Readonly<Record<string, (a: number, b: number) => number>> = {
  ATAN2: (a, b) => Math.atan2(b, a),
  FMOD: (a, b) => a % b,
};

/** Functions of one or more arguments. */
export const VARIADIC: Readonly<Record<string, (values: readonly number[]) => number>> = {
  MAX: (values) => extreme(values, (best, value) => value < best),
  MIN: (values) => extreme(values, (best, value) => value > best),
  FINITE: (values) => number(values.every(Number.isFinite)),
  ISNAN: (values) => number(values.some(Number.isNaN)),
};
