import { bindArguments } from "./call.js";
import { parseFloatText, parseInteger, toFloat } from "./numbers.js";
import { iterate, truthy } from "./operators.js";
import { repr } from "./text.js";
import { PyDict, PyError, PyFunction, PyRange, PyTuple, type PyValue, typeName, Undefined } from "./value.js";

/** Python's `int(value)` and `int(text, base)`. */
export function toInt(value: PyValue, base?: number): bigint {
  if (typeof value === "string") {
    const parsed = parseInteger(value, base ?? 10);
    if (parsed === undefined) throw new PyError("ValueError", `invalid literal for int() with base ${base ?? 10}: ${repr(value)}`);
    return parsed;
  }
  if (base !== undefined) throw new PyError("TypeError", "int() can't convert non-string with explicit base");
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") {
    if (Number.isNaN(value)) throw new PyError("ValueError", "cannot convert float NaN to integer");
    if (!Number.isFinite(value)) throw new PyError("OverflowError", "cannot convert float infinity to integer");
    return BigInt(Math.trunc(value));
  }
  if (value instanceof Undefined) value.fail();
  throw new PyError("TypeError", `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`);
}

/** Python's `float(value)`. */
export function toFloatValue(value: PyValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return toFloat(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") {
    const parsed = parseFloatText(value);
    if (parsed === undefined) throw new PyError("ValueError", `could not convert string to float: ${repr(value)}`);
    return parsed;
  }
  if (value instanceof Undefined) value.fail();
  throw new PyError("TypeError", `float() argument must be a string or a real number, not '${typeName(value)}'`);
}

/** Python's `dict(value)`: a copy of a dict, or pairs. */
export function toDict(value: PyValue): PyDict {
  if (value instanceof PyDict) return PyDict.of(value.entries());
  const dict = new PyDict();
  iterate(value).forEach((pair, index) => {
    let items: readonly PyValue[];
    try {
      items = iterate(pair);
    } catch {
      throw new PyError("TypeError", `cannot convert dictionary update sequence element #${index} to a sequence`);
    }
    if (items.length !== 2) {
      throw new PyError("ValueError", `dictionary update sequence element #${index} has length ${items.length}; 2 is required`);
    }
    dict.set(items[0]!, items[1]!);
  });
  return dict;
}

/** The types that a result may be cast to. */
export type CastType = "int" | "float" | "bool" | "list" | "dict";

/** `T(value)` for one of the types. */
export function cast(type: CastType, value: PyValue): PyValue {
  switch (type) {
    case "int":
      return toInt(value);
    case "float":
      return toFloatValue(value);
    case "bool":
      return truthy(value);
    case "list":
      return [...iterate(value)];
    case "dict":
      return toDict(value);
  }
}

/** Python's `range(…)`. */
export const rangeFunction = new PyFunction("range", (args, named) => {
  if (named.size > 0) throw new PyError("TypeError", "range() takes no keyword arguments");
  const numbers = args.map((value) => {
    if (typeof value === "bigint") return value;
    if (typeof value === "boolean") return value ? 1n : 0n;
    if (value instanceof Undefined) return value.fail();
    throw new PyError("TypeError", `'${typeName(value)}' object cannot be interpreted as an integer`);
  });
  if (numbers.length === 0 || numbers.length > 3) {
    throw new PyError(
      "TypeError",
      `range expected ${numbers.length === 0 ? "at least 1 argument, got 0" : `at most 3 arguments, got ${numbers.length}`}`,
    );
  }
  const [first, second, step = 1n] = numbers;
  if (step === 0n) throw new PyError("ValueError", "range() arg 3 must not be zero");
  return second === undefined ? new PyRange(0n, first!, 1n) : new PyRange(first!, second, step);
});

/** Python's `dict(…)`. */
export const dictFunction = new PyFunction("dict", (args, named) => {
  const [source] = bindArguments("dict", ["source"], args, new Map(), [null]);
  const dict = source === null ? new PyDict() : toDict(source!);
  for (const [key, value] of named) dict.set(key, value);
  return dict;
});

/** A deep copy of lists and dicts, as ibek's data model takes it; other values are shared. */
export function copyDeep(value: PyValue): PyValue {
  if (Array.isArray(value)) return value.map(copyDeep);
  if (value instanceof PyTuple) return new PyTuple(value.items.map(copyDeep));
  if (value instanceof PyDict) return PyDict.of([...value.entries()].map(([key, item]) => [key, copyDeep(item)] as const));
  return value;
}
