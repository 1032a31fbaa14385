/** Kinds of error that Python's operations raise here, with Python's names. */
export type PyErrorType =
  | "TypeError"
  | "ValueError"
  | "KeyError"
  | "IndexError"
  | "AttributeError"
  | "ZeroDivisionError"
  | "OverflowError"
  | "SyntaxError"
  | "UndefinedError"
  | "Unsupported"
  | "LimitExceeded";

/** What an operation on Python values raises. Caught where a template is rendered, never seen by a caller of this package. */
export class PyError extends Error {
  readonly type: PyErrorType;
  /** For an UndefinedError: where in the template the undefined value came from. */
  readonly origin: { readonly start: number; readonly end: number } | undefined;

  constructor(type: PyErrorType, message: string, origin?: { readonly start: number; readonly end: number }) {
    super(message);
    this.type = type;
    this.origin = origin;
  }
}

/**
 * A Python value. `int` is bigint, `float` is number, `list` is an array (mutable, shared by reference as in Python), None is null.
 */
export type PyValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | PyValue[]
  | PyTuple
  | PyDict
  | PySet
  | PyRange
  | PyDate
  | PyBytes
  | PyView
  | PyIterator
  | PyObject
  | PyFunction
  | Undefined;

export class PyTuple {
  readonly items: readonly PyValue[];
  constructor(items: readonly PyValue[]) {
    this.items = items;
  }
}

/** An immutable range of integers. */
export class PyRange {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
  get length(): bigint {
    const { start, stop, step } = this;
    if (step > 0n) return stop > start ? (stop - start + step - 1n) / step : 0n;
    return stop < start ? (start - stop - step - 1n) / -step : 0n;
  }
}

/** A date or a date with time, as YAML's timestamps give; `text` is what `str()` prints. */
export class PyDate {
  readonly kind: "date" | "datetime";
  readonly text: string;
  constructor(kind: "date" | "datetime", text: string) {
    this.kind = kind;
    this.text = text;
  }
}

export class PyBytes {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** `dict.items()`, `.keys()`, `.values()`: a snapshot, since templates cannot see the difference. */
export class PyView {
  readonly name: "dict_items" | "dict_keys" | "dict_values";
  readonly items: readonly PyValue[];
  constructor(name: PyView["name"], items: readonly PyValue[]) {
    this.name = name;
    this.items = items;
  }
}

/** An iterator, used up as it is read (`map`, `select`, `reverse`, `batch`). */
export class PyIterator {
  readonly name: string;
  private rest: readonly PyValue[];
  constructor(name: string, items: readonly PyValue[]) {
    this.name = name;
    this.rest = items;
  }
  /** All that is left; afterwards nothing is. */
  drain(): readonly PyValue[] {
    const items = this.rest;
    this.rest = [];
    return items;
  }
}

/** A host object: an entity, `_global`, `env`, `loop`, a namespace. */
export interface PyObject {
  readonly typeName: string;
  /** An attribute, or undefined where there is none. */
  getAttr(name: string): PyValue | undefined;
  setAttr?(name: string, value: PyValue): void;
  getItem?(key: PyValue): PyValue | undefined;
  contains?(key: PyValue): boolean;
  iterate?(): readonly PyValue[];
  /** What `str()` and `repr()` give. */
  toStr(): string;
}

/** A callable: a host function, a method bound to its value. */
export class PyFunction {
  readonly name: string;
  readonly call: (args: readonly PyValue[], named: ReadonlyMap<string, PyValue>) => PyValue;
  constructor(name: string, call: PyFunction["call"]) {
    this.name = name;
    this.call = call;
  }
}

/** An undefined value. A strict one fails on any use but `is defined` and `default`; a lenient one prints as nothing. */
export class Undefined {
  readonly message: string;
  readonly strict: boolean;
  readonly origin: { readonly start: number; readonly end: number } | undefined;
  constructor(message: string, strict = true, origin?: { readonly start: number; readonly end: number }) {
    this.message = message;
    this.strict = strict;
    this.origin = origin;
  }
  fail(): never {
    throw new PyError("UndefinedError", this.message, this.origin);
  }
}

let identities = 0;
const identityOf = new WeakMap<object, number>();

function identity(value: object): number {
  let known = identityOf.get(value);
  if (known === undefined) {
    known = ++identities;
    identityOf.set(value, known);
  }
  return known;
}

/** A string that is equal for values that are equal as keys (1, 1.0 and True are one key). Raises TypeError for lists and dicts. */
export function hashKey(value: PyValue): string {
  switch (typeof value) {
    case "string":
      return `s${value}`;
    case "bigint":
      return `n${value}`;
    case "boolean":
      return value ? "n1" : "n0";
    case "number":
      return Number.isInteger(value) ? `n${BigInt(value)}` : `f${value}`;
    default:
  }
  if (value === null) return "N";
  if (value instanceof PyTuple) {
    return `t${value.items
      .map((item) => hashKey(item))
      .map((key) => `${key.length}:${key}`)
      .join("")}`;
  }
  if (value instanceof PyDate) return `d${value.text}`;
  if (value instanceof PyBytes) return `b${[...value.bytes].join(",")}`;
  if (value instanceof PyRange) return value.length === 0n ? "r" : `r${value.start},${value.length},${value.step}`;
  if (value instanceof Undefined) {
    if (value.strict) value.fail();
    return "u";
  }
  if (Array.isArray(value) || value instanceof PyDict || value instanceof PySet) {
    throw new PyError("TypeError", `unhashable type: '${typeName(value)}'`);
  }
  return `o${identity(value)}`;
}

/** An insertion-ordered dict with Python's key equality. */
export class PyDict {
  private readonly map = new Map<string, [PyValue, PyValue]>();

  static of(entries: Iterable<readonly [PyValue, PyValue]>): PyDict {
    const dict = new PyDict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }
  get size(): number {
    return this.map.size;
  }
  get(key: PyValue): PyValue | undefined {
    return this.map.get(hashKey(key))?.[1];
  }
  has(key: PyValue): boolean {
    return this.map.has(hashKey(key));
  }
  /** Replaces the value in its place, or appends; an equal key keeps its first form. */
  set(key: PyValue, value: PyValue): void {
    const hashed = hashKey(key);
    const entry = this.map.get(hashed);
    if (entry) entry[1] = value;
    else this.map.set(hashed, [key, value]);
  }
  delete(key: PyValue): boolean {
    return this.map.delete(hashKey(key));
  }
  clear(): void {
    this.map.clear();
  }
  entries(): IterableIterator<[PyValue, PyValue]> {
    return this.map.values();
  }
  keys(): PyValue[] {
    return [...this.map.values()].map((entry) => entry[0]);
  }
  values(): PyValue[] {
    return [...this.map.values()].map((entry) => entry[1]);
  }
}

/** A set (from `!!set` or a literal); kept in insertion order. */
export class PySet {
  readonly items: readonly PyValue[];
  constructor(items: readonly PyValue[]) {
    this.items = [...new Map(items.map((item) => [hashKey(item), item])).values()];
  }
}

/** Name of a value's type, as Python's messages say it. */
export function typeName(value: PyValue): string {
  switch (typeof value) {
    case "string":
      return "str";
    case "bigint":
      return "int";
    case "number":
      return "float";
    case "boolean":
      return "bool";
    default:
  }
  if (value === null) return "NoneType";
  if (Array.isArray(value)) return "list";
  if (value instanceof PyTuple) return "tuple";
  if (value instanceof PyDict) return "dict";
  if (value instanceof PySet) return "set";
  if (value instanceof PyRange) return "range";
  if (value instanceof PyDate) return value.kind;
  if (value instanceof PyBytes) return "bytes";
  if (value instanceof PyView) return value.name;
  if (value instanceof PyIterator) return value.name;
  if (value instanceof PyFunction) return "function";
  if (value instanceof Undefined) return "Undefined";
  return value.typeName;
}

/** True for a host object. */
export function isObject(value: PyValue): value is PyObject {
  return typeof value === "object" && value !== null && "toStr" in value;
}
