import {
  divideInts,
  floorDivideFloats,
  floorDivideInts,
  moduloFloats,
  moduloInts,
  multiplyInts,
  powerFloats,
  powerInts,
  toFloat,
} from "./numbers.js";
import { formatPercent } from "./percent.js";
import { characters, lengthOf, str } from "./text.js";
import {
  hashKey,
  isObject,
  PyBytes,
  PyDate,
  PyDict,
  PyError,
  PyIterator,
  PyRange,
  PySet,
  PyTuple,
  type PyValue,
  PyView,
  typeName,
  Undefined,
} from "./value.js";

/** Longest sequence or text an operation may make. */
const MAX_LENGTH = 10_000_000;

export function limitLength(length: number | bigint): void {
  if (length > MAX_LENGTH) throw new PyError("LimitExceeded", `the result has more than ${MAX_LENGTH} elements`);
}

/** A bool as the int it is in arithmetic; everything else unchanged. */
function number(value: PyValue): PyValue {
  return typeof value === "boolean" ? (value ? 1n : 0n) : value;
}

function isNumber(value: PyValue): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

function unsupported(operator: string, a: PyValue, b: PyValue): never {
  throw new PyError("TypeError", `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
}

function strictly(value: PyValue): PyValue {
  if (value instanceof Undefined) value.fail();
  return value;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/** Arithmetic, concatenation, repetition and `%` formatting. */
export function binary(operator: BinaryOperator, left: PyValue, right: PyValue): PyValue {
  const a = number(strictly(left));
  if (operator === "%" && typeof a === "string") return formatPercent(a, right);
  const b = number(strictly(right));
  if (isNumber(a) && isNumber(b)) return arithmetic(operator, a, b);
  if (operator === "+") {
    if (typeof a === "string" && typeof b === "string") {
      limitLength(a.length + b.length);
      return a + b;
    }
    if (Array.isArray(a) && Array.isArray(b)) {
      limitLength(a.length + b.length);
      return [...a, ...b];
    }
    if (a instanceof PyTuple && b instanceof PyTuple) return new PyTuple([...a.items, ...b.items]);
    if (typeof a === "string") throw new PyError("TypeError", `can only concatenate str (not "${typeName(right)}") to str`);
    if (Array.isArray(a)) throw new PyError("TypeError", `can only concatenate list (not "${typeName(right)}") to list`);
  }
  if (operator === "*") {
    if (typeof b === "bigint") return repeat(a, b) ?? unsupported(operator, left, right);
    if (typeof a === "bigint") return repeat(b, a) ?? unsupported(operator, left, right);
  }
  return unsupported(operator === "**" ? "** or pow()" : operator, left, right);
}

function arithmetic(operator: BinaryOperator, a: bigint | number, b: bigint | number): PyValue {
  if (typeof a === "bigint" && typeof b === "bigint") {
    switch (operator) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return multiplyInts(a, b);
      case "/":
        return divideInts(a, b);
      case "//":
        return floorDivideInts(a, b);
      case "%":
        return moduloInts(a, b);
      case "**":
        return powerInts(a, b);
    }
  }
  const x = typeof a === "bigint" ? toFloat(a) : a;
  const y = typeof b === "bigint" ? toFloat(b) : b;
  switch (operator) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      if (y === 0) throw new PyError("ZeroDivisionError", "float division by zero");
      return x / y;
    case "//":
      return floorDivideFloats(x, y);
    case "%":
      return moduloFloats(x, y);
    case "**":
      return powerFloats(x, y);
  }
}

function repeat(value: PyValue, count: bigint): PyValue | undefined {
  const times = count < 0n ? 0n : count;
  if (typeof value === "string") {
    limitLength(BigInt(value.length) * times);
    return value.repeat(Number(times));
  }
  const items = Array.isArray(value) ? value : value instanceof PyTuple ? value.items : undefined;
  if (!items) return undefined;
  limitLength(BigInt(items.length) * times);
  const result: PyValue[] = [];
  for (let index = 0; index < Number(times); index++) result.push(...items);
  return Array.isArray(value) ? result : new PyTuple(result);
}

/** `-x` and `+x`. */
export function unary(operator: "-" | "+", operand: PyValue): PyValue {
  const value = number(strictly(operand));
  if (!isNumber(value)) throw new PyError("TypeError", `bad operand type for unary ${operator}: '${typeName(operand)}'`);
  return operator === "-" ? -value : value;
}

/** Python's truth of a value. */
export function truthy(value: PyValue): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value !== "";
    case "bigint":
      return value !== 0n;
    case "number":
      return value !== 0;
    default:
  }
  if (value === null) return false;
  if (value instanceof Undefined) return value.strict ? value.fail() : false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof PyTuple || value instanceof PySet || value instanceof PyView) return value.items.length > 0;
  if (value instanceof PyDict) return value.size > 0;
  if (value instanceof PyRange) return value.length > 0n;
  if (value instanceof PyBytes) return value.bytes.length > 0;
  return true;
}

function itemsEqual(a: readonly PyValue[], b: readonly PyValue[]): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index]!));
}

/** Python's `==`. */
export function equal(left: PyValue, right: PyValue): boolean {
  const a = number(left);
  const b = number(right);
  if (a instanceof Undefined || b instanceof Undefined) {
    if (a instanceof Undefined && a.strict) a.fail();
    if (b instanceof Undefined && b.strict) b.fail();
    return a instanceof Undefined && b instanceof Undefined;
  }
  // biome-ignore lint/suspicious/noDoubleEquals: int and float compare by value, as `1 == 1.0` does in Python
  if (isNumber(a) && isNumber(b)) return a == b;
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && itemsEqual(a, b);
  if (a instanceof PyTuple) return b instanceof PyTuple && itemsEqual(a.items, b.items);
  if (a instanceof PyDict) {
    if (!(b instanceof PyDict) || a.size !== b.size) return false;
    for (const [key, value] of a.entries()) {
      const other = b.get(key);
      if (other === undefined || !equal(value, other)) return false;
    }
    return true;
  }
  if (a instanceof PySet) return b instanceof PySet && a.items.length === b.items.length && a.items.every((item) => contains(b, item));
  if (a instanceof PyRange || a instanceof PyDate || a instanceof PyBytes) {
    return typeof b === "object" && b !== null && b.constructor === a.constructor && hashKey(a) === hashKey(b);
  }
  return false;
}

export type OrderOperator = "<" | "<=" | ">" | ">=";

/** Python's ordering; raises TypeError for types that have none. */
export function ordered(operator: OrderOperator, left: PyValue, right: PyValue): boolean {
  const a = number(strictly(left));
  const b = number(strictly(right));
  if (isNumber(a) && isNumber(b)) {
    if (operator === "<") return a < b;
    if (operator === "<=") return a <= b;
    return operator === ">" ? a > b : a >= b;
  }
  if (typeof a === "string" && typeof b === "string") return decide(operator, compareText(a, b));
  const x = Array.isArray(a) ? a : a instanceof PyTuple ? a.items : undefined;
  const y = Array.isArray(b) ? b : b instanceof PyTuple ? b.items : undefined;
  if (x && y && Array.isArray(a) === Array.isArray(b)) {
    for (let index = 0; index < x.length && index < y.length; index++) {
      if (!equal(x[index]!, y[index]!)) return ordered(operator, x[index]!, y[index]!);
    }
    return decide(operator, x.length - y.length);
  }
  throw new PyError("TypeError", `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`);
}

function decide(operator: OrderOperator, order: number): boolean {
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** Order of two texts by code points. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const x = characters(a);
  const y = characters(b);
  for (let index = 0; index < x.length && index < y.length; index++) {
    const difference = x[index]!.codePointAt(0)! - y[index]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** Python's `item in container`. */
export function contains(container: PyValue, item: PyValue): boolean {
  strictly(container);
  if (container instanceof Undefined) return false;
  if (typeof container === "string") {
    strictly(item);
    if (typeof item !== "string") throw new PyError("TypeError", `'in <string>' requires string as left operand, not ${typeName(item)}`);
    return container.includes(item);
  }
  if (container instanceof PyDict) return container.has(item);
  if (isObject(container) && container.contains) return container.contains(item);
  return iterate(container).some((candidate) => equal(candidate, item));
}

/** Everything that iterating over a value yields. */
export function iterate(value: PyValue): readonly PyValue[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return characters(value);
  if (value instanceof PyTuple || value instanceof PySet || value instanceof PyView) return value.items;
  if (value instanceof PyDict) return value.keys();
  if (value instanceof PyIterator) return value.drain();
  if (value instanceof PyRange) {
    limitLength(value.length);
    return Array.from({ length: Number(value.length) }, (_, index) => value.start + BigInt(index) * value.step);
  }
  if (value instanceof PyBytes) return [...value.bytes].map((byte) => BigInt(byte));
  if (value instanceof Undefined) return value.strict ? value.fail() : [];
  if (value !== null && isObject(value) && value.iterate) return value.iterate();
  throw new PyError("TypeError", `'${typeName(value)}' object is not iterable`);
}

/** Python's `len`. */
export function length(value: PyValue): number {
  if (typeof value === "string") return lengthOf(value);
  if (value instanceof PyRange) return Number(value.length);
  if (Array.isArray(value)) return value.length;
  if (value instanceof PyTuple || value instanceof PySet || value instanceof PyView) return value.items.length;
  if (value instanceof PyDict) return value.size;
  if (value instanceof PyBytes) return value.bytes.length;
  if (value instanceof Undefined) return value.strict ? value.fail() : 0;
  if (value !== null && isObject(value) && value.iterate) return value.iterate().length;
  throw new PyError("TypeError", `object of type '${typeName(value)}' has no len()`);
}

/** The text of several values put together, as Jinja's `~` does. */
export function concatenate(values: readonly PyValue[]): string {
  const text = values.map((value) => str(value)).join("");
  limitLength(text.length);
  return text;
}
