import type { FieldAccess } from "./braces.js";
import { bindArguments } from "./call.js";
import { equal, iterate, ordered } from "./operators.js";
import { STRING_METHODS, UNSUPPORTED_STRING_METHODS } from "./string-methods.js";
import { characters, repr } from "./text.js";
import {
  isObject,
  PyBytes,
  PyDate,
  PyDict,
  PyError,
  PyFunction,
  PyRange,
  PyTuple,
  type PyValue,
  PyView,
  typeName,
  Undefined,
} from "./value.js";

function index(value: PyValue): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "bigint") throw new PyError("TypeError", `indices must be integers, not ${typeName(value)}`);
  return Number(value);
}

function positionOf(items: readonly PyValue[], item: PyValue): number {
  const at = items.findIndex((candidate) => equal(candidate, item));
  if (at === -1) throw new PyError("ValueError", `${repr(item)} is not in list`);
  return at;
}

type Method<T> = (self: T, args: readonly PyValue[], named: ReadonlyMap<string, PyValue>) => PyValue;

const LIST_METHODS: Record<string, Method<PyValue[]>> = {
  append: (self, args, named) => {
    self.push(bindArguments("append", ["object"], args, named)[0]!);
    return null;
  },
  extend: (self, args, named) => {
    self.push(...iterate(bindArguments("extend", ["iterable"], args, named)[0]!));
    return null;
  },
  insert: (self, args, named) => {
    const [at, item] = bindArguments("insert", ["index", "object"], args, named);
    const position = index(at!);
    self.splice(position < 0 ? Math.max(0, self.length + position) : position, 0, item!);
    return null;
  },
  pop: (self, args, named) => {
    const at = index(bindArguments("pop", ["index"], args, named, [-1n])[0]!);
    const position = at < 0 ? self.length + at : at;
    if (self.length === 0) throw new PyError("IndexError", "pop from empty list");
    if (position < 0 || position >= self.length) throw new PyError("IndexError", "pop index out of range");
    return self.splice(position, 1)[0]!;
  },
  remove: (self, args, named) => {
    self.splice(positionOf(self, bindArguments("remove", ["value"], args, named)[0]!), 1);
    return null;
  },
  index: (self, args, named) => BigInt(positionOf(self, bindArguments("index", ["value"], args, named)[0]!)),
  count: (self, args, named) => {
    const [item] = bindArguments("count", ["value"], args, named);
    return BigInt(self.filter((candidate) => equal(candidate, item!)).length);
  },
  reverse: (self, args, named) => {
    bindArguments("reverse", [], args, named);
    self.reverse();
    return null;
  },
  sort: (self, args, named) => {
    const [reverse] = bindArguments("sort", ["reverse"], args, named, [false]);
    const sorted = sortValues(self, (item) => item, reverse === true);
    self.splice(0, self.length, ...sorted);
    return null;
  },
  copy: (self, args, named) => {
    bindArguments("copy", [], args, named);
    return [...self];
  },
  clear: (self, args, named) => {
    bindArguments("clear", [], args, named);
    self.length = 0;
    return null;
  },
};

/** A stable sort by Python's `<`. */
export function sortValues(items: readonly PyValue[], key: (item: PyValue) => PyValue, reverse: boolean): PyValue[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  // With one element Python compares nothing; with more, each pair must be comparable.
  keyed.sort((a, b) => {
    const order = ordered("<", a.key, b.key) ? -1 : ordered("<", b.key, a.key) ? 1 : 0;
    return reverse ? -order : order;
  });
  return keyed.map((entry) => entry.item);
}

const DICT_METHODS: Record<string, Method<PyDict>> = {
  items: (self, args, named) => {
    bindArguments("items", [], args, named);
    return new PyView(
      "dict_items",
      [...self.entries()].map(([key, value]) => new PyTuple([key, value])),
    );
  },
  keys: (self, args, named) => {
    bindArguments("keys", [], args, named);
    return new PyView("dict_keys", self.keys());
  },
  values: (self, args, named) => {
    bindArguments("values", [], args, named);
    return new PyView("dict_values", self.values());
  },
  get: (self, args, named) => {
    const [key, fallback] = bindArguments("get", ["key", "default"], args, named, [null]);
    const value = self.get(key!);
    return value === undefined ? fallback! : value;
  },
  pop: (self, args, named) => {
    const [key, fallback] = bindArguments("pop", ["key", "default"], args, named, [new Undefined("", false)]);
    const value = self.get(key!);
    if (value !== undefined) {
      self.delete(key!);
      return value;
    }
    if (fallback instanceof Undefined) throw new PyError("KeyError", repr(key!));
    return fallback!;
  },
  setdefault: (self, args, named) => {
    const [key, fallback] = bindArguments("setdefault", ["key", "default"], args, named, [null]);
    const value = self.get(key!);
    if (value !== undefined) return value;
    self.set(key!, fallback!);
    return fallback!;
  },
  update: (self, args, named) => {
    const [other] = bindArguments("update", ["other"], args, new Map(), [null]);
    if (other instanceof PyDict) for (const [key, value] of other.entries()) self.set(key, value);
    else if (other !== null) {
      for (const pair of iterate(other!)) {
        const [key, value] = iterate(pair);
        if (key === undefined || value === undefined)
          throw new PyError("ValueError", "dictionary update sequence element needs 2 elements");
        self.set(key, value);
      }
    }
    for (const [key, value] of named) self.set(key, value);
    return null;
  },
  copy: (self, args, named) => {
    bindArguments("copy", [], args, named);
    return PyDict.of(self.entries());
  },
  clear: (self, args, named) => {
    bindArguments("clear", [], args, named);
    self.clear();
    return null;
  },
};

const TUPLE_METHODS: Record<string, Method<PyTuple>> = {
  index: (self, args, named) => BigInt(positionOf(self.items, bindArguments("index", ["value"], args, named)[0]!)),
  count: (self, args, named) => {
    const [item] = bindArguments("count", ["value"], args, named);
    return BigInt(self.items.filter((candidate) => equal(candidate, item!)).length);
  },
};

const NUMBER_ATTRIBUTES = [
  "real",
  "imag",
  "conjugate",
  "numerator",
  "denominator",
  "bit_length",
  "bit_count",
  "to_bytes",
  "from_bytes",
  "as_integer_ratio",
  "is_integer",
  "hex",
  "fromhex",
];
const OTHER_ATTRIBUTES: Record<string, readonly string[]> = {
  dict: ["fromkeys", "popitem"],
  set: [
    "add",
    "clear",
    "copy",
    "difference",
    "discard",
    "intersection",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "union",
    "update",
  ],
  range: ["start", "stop", "step", "count", "index"],
};

function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Python's `getattr`: a bound method or an attribute, undefined where there is none; what Python has and we have not is an error. */
export function attributeOf(value: PyValue, name: string): PyValue | undefined {
  if (value instanceof Undefined) return value.fail();
  const bind = <T>(method: Method<T> | undefined, self: T): PyFunction | undefined =>
    method && new PyFunction(name, (args, named) => method(self, args, named));
  let found: PyValue | undefined;
  if (typeof value === "string") {
    const method = own(STRING_METHODS, name);
    if (method) return new PyFunction(name, (args, named) => method(value, args, named, FIELD_ACCESS));
    if (UNSUPPORTED_STRING_METHODS.includes(name)) throw unsupported(value, name);
  } else if (Array.isArray(value)) found = bind(own(LIST_METHODS, name), value);
  else if (value instanceof PyDict) found = bind(own(DICT_METHODS, name), value);
  else if (value instanceof PyTuple) found = bind(own(TUPLE_METHODS, name), value);
  else if (typeof value === "number" && name === "is_integer") return new PyFunction(name, () => Number.isInteger(value));
  else if (value !== null && isObject(value)) found = value.getAttr(name);
  if (found !== undefined) return found;
  if (name.startsWith("__") && name.endsWith("__")) throw unsupported(value, name);
  const numeric = typeof value === "bigint" || typeof value === "number" || typeof value === "boolean";
  if ((numeric && NUMBER_ATTRIBUTES.includes(name)) || own(OTHER_ATTRIBUTES, typeName(value))?.includes(name))
    throw unsupported(value, name);
  if (value instanceof PyDate || value instanceof PyBytes || value instanceof PyFunction) throw unsupported(value, name);
  return undefined;
}

function unsupported(value: PyValue, name: string): PyError {
  return new PyError("Unsupported", `the attribute ${name} of a ${typeName(value)} is not supported`);
}

/** Python's `value[key]`. */
export function itemOf(value: PyValue, key: PyValue): PyValue {
  if (value instanceof Undefined) return value.fail();
  if (value instanceof PyDict) {
    const found = value.get(key);
    if (found === undefined) throw new PyError("KeyError", repr(key));
    return found;
  }
  if (value !== null && isObject(value)) {
    const found = value.getItem?.(key);
    if (found === undefined)
      throw new PyError(
        value.getItem ? "KeyError" : "TypeError",
        value.getItem ? repr(key) : `'${value.typeName}' object is not subscriptable`,
      );
    return found;
  }
  if (value instanceof PyRange) {
    const at = BigInt(index(key));
    const position = at < 0n ? at + value.length : at;
    if (position < 0n || position >= value.length) throw new PyError("IndexError", "range object index out of range");
    return value.start + position * value.step;
  }
  const items =
    typeof value === "string" ? characters(value) : Array.isArray(value) ? value : value instanceof PyTuple ? value.items : undefined;
  if (!items) throw new PyError("TypeError", `'${typeName(value)}' object is not subscriptable`);
  const at = index(key);
  const found = items[at < 0 ? items.length + at : at];
  if (found === undefined) throw new PyError("IndexError", `${typeof value === "string" ? "string" : typeName(value)} index out of range`);
  return found;
}

/** Python's `value[start:stop:step]`. */
export function sliceOf(value: PyValue, start: PyValue, stop: PyValue, step: PyValue): PyValue {
  if (value instanceof Undefined) return value.fail();
  const by = step === null ? 1 : index(step);
  if (by === 0) throw new PyError("ValueError", "slice step cannot be zero");
  const whole =
    value instanceof PyRange
      ? iterate(value)
      : typeof value === "string"
        ? characters(value)
        : Array.isArray(value)
          ? value
          : value instanceof PyTuple
            ? value.items
            : undefined;
  if (!whole) throw new PyError("TypeError", `'${typeName(value)}' object is not subscriptable`);
  if (value instanceof PyRange) throw new PyError("Unsupported", "a slice of a range is not supported; add | list");
  const size = whole.length;
  const clamp = (bound: PyValue, fallback: number): number => {
    if (bound === null) return fallback;
    const at = index(bound);
    const low = by > 0 ? 0 : -1;
    return at < 0 ? Math.max(low, size + at) : Math.min(by > 0 ? size : size - 1, at);
  };
  const from = clamp(start, by > 0 ? 0 : size - 1);
  const to = clamp(stop, by > 0 ? size : -1);
  const picked: PyValue[] = [];
  for (let at = from; by > 0 ? at < to : at > to; at += by) picked.push(whole[at]!);
  if (typeof value === "string") return picked.join("");
  return Array.isArray(value) ? picked : new PyTuple(picked);
}

/** `.name` and `[key]` inside the fields of `str.format`. */
const FIELD_ACCESS: FieldAccess = {
  attribute(value, name) {
    const found = attributeOf(value, name);
    if (found === undefined) throw new PyError("AttributeError", `'${typeName(value)}' object has no attribute '${name}'`);
    return found;
  },
  item: itemOf,
};
