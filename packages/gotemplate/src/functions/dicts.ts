import { GoError } from "../errors/template-error.js";
import { deepEqual } from "../values/deep-equal.js";
import { isEmpty } from "../values/empty.js";
import { kindOf, typeOf } from "../values/kind.js";
import { sortedKeys } from "../values/map.js";
import { type GoMap, type GoSlice, type GoValue, goStrings, goTypeOf, withType } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";
import { mergeInto } from "./merge.js";
import { textOf } from "./text-value.js";

const mapOf = (value: GoValue): GoMap | undefined => (value instanceof Map ? value : undefined);

function dict(values: readonly GoValue[]): GoMap {
  const map: GoMap = new Map();
  for (let i = 0; i < values.length; i += 2) map.set(textOf(values[i]), i + 1 < values.length ? (values[i + 1] ?? null) : "");
  return map;
}

function requireMap(map: GoMap | undefined): GoMap {
  if (!map) throw new GoError("assignment to entry in nil map");
  return map;
}

/** Go's text when an `interface {}` does not hold the type that sprig takes for granted. */
function conversion(value: GoValue, wanted: string): GoError {
  return new GoError(
    `interface conversion: interface {} is ${value === null || value === undefined ? "nil" : typeOf(value)}, not ${wanted}`,
  );
}

function dig(values: readonly GoValue[]): GoValue {
  if (values.length < 3) throw new GoError("dig needs at least three arguments");
  const holder = values.at(-1);
  if (!isPlainMap(holder)) throw conversion(holder, "map[string]interface {}");
  const otherwise = values.at(-2);
  const keys = values.slice(0, -2).map((key) => {
    if (typeof key !== "string") throw conversion(key, "string");
    return key;
  });
  let current: GoMap = holder;
  for (let i = 0; ; i++) {
    const key = keys[i]!;
    if (!current.has(key)) return otherwise;
    const step = current.get(key);
    if (i === keys.length - 1) return step;
    if (!isPlainMap(step)) throw conversion(step, "map[string]interface {}");
    current = step;
  }
}

function isPlainMap(value: GoValue): value is GoMap {
  return value instanceof Map && (goTypeOf(value)?.name ?? "map[string]interface {}") === "map[string]interface {}";
}

/** Deepest nesting that `deepCopy` follows. */
const MAX_DEPTH = 1000;

/** A copy that shares nothing that can change. */
export function deepCopy(value: GoValue, depth = 0): GoValue {
  if (depth > MAX_DEPTH) throw new RangeError("the value is nested too deeply to copy, or contains itself");
  if (value instanceof Map) {
    const copy: GoMap = new Map();
    for (const [key, item] of value) copy.set(key, deepCopy(item, depth + 1));
    const type = goTypeOf(value);
    return type ? withType(copy, type) : copy;
  }
  if (Array.isArray(value)) {
    const copy: GoSlice = value.map((item) => deepCopy(item, depth + 1));
    const type = goTypeOf(value);
    return type ? withType(copy, type) : copy;
  }
  return value instanceof Uint8Array ? value.slice() : value;
}

function merge(values: readonly GoValue[], overwrite: boolean): GoValue {
  const target = mapOf(values[0]) ?? new Map<string, GoValue>();
  for (const source of values.slice(1)) if (source instanceof Map) mergeInto(target, source, overwrite);
  return target;
}

const MAP = "map[string]interface {}";
const mergeFunction = (overwrite: boolean) => defineFunction([MAP, `...${MAP}`], (values) => merge(values, overwrite));
const copyFunction = defineFunction(["interface {}"], ([value]) => {
  if (value === null || value === undefined) throw new GoError("reflect: call of reflect.Value.Type on zero Value");
  return deepCopy(value);
});

/** Map functions, defaults and reflection. `keys` and `values`, whose order is random in Go, are sorted by key. */
export const dictFunctions: FunctionTable = {
  dict: defineFunction(["...interface {}"], dict),
  get: defineFunction([MAP, "string"], ([map, key]) => {
    const value = mapOf(map)?.get(key as string);
    return value === undefined ? (mapOf(map)?.has(key as string) ? null : "") : value;
  }),
  set: defineFunction([MAP, "string", "interface {}"], ([map, key, value]) => requireMap(mapOf(map)).set(key as string, value ?? null)),
  unset: defineFunction([MAP, "string"], ([map, key]) => {
    mapOf(map)?.delete(key as string);
    return map;
  }),
  hasKey: defineFunction([MAP, "string"], ([map, key]) => mapOf(map)?.has(key as string) ?? false),
  pluck: defineFunction(["string", `...${MAP}`], ([key, ...maps]) =>
    maps.filter((map) => mapOf(map)?.has(key as string)).map((map) => (map as GoMap).get(key as string)),
  ),
  keys: defineFunction([`...${MAP}`], (maps) => goStrings(maps.flatMap((map) => (map instanceof Map ? sortedKeys(map) : [])))),
  values: defineFunction([MAP], ([map]) => (map instanceof Map ? sortedKeys(map).map((key) => map.get(key)) : [])),
  pick: defineFunction([MAP, "...string"], ([map, ...names]) => {
    const picked: GoMap = new Map();
    for (const name of names) if (mapOf(map)?.has(name as string)) picked.set(name as string, (map as GoMap).get(name as string));
    return picked;
  }),
  omit: defineFunction([MAP, "...string"], ([map, ...names]) => {
    const kept: GoMap = new Map(mapOf(map));
    for (const name of names) kept.delete(name as string);
    return kept;
  }),
  merge: mergeFunction(false),
  mustMerge: mergeFunction(false),
  mergeOverwrite: mergeFunction(true),
  mustMergeOverwrite: mergeFunction(true),
  dig: defineFunction(["...interface {}"], dig),
  deepCopy: copyFunction,
  mustDeepCopy: copyFunction,
  deepEqual: defineFunction(["interface {}", "interface {}"], ([a, b]) => deepEqual(a, b)),
  default: defineFunction(["interface {}", "...interface {}"], ([otherwise, ...given]) =>
    given.length === 0 || isEmpty(given[0]) ? otherwise : given[0],
  ),
  empty: defineFunction(["interface {}"], ([value]) => isEmpty(value)),
  coalesce: defineFunction(["...interface {}"], (values) => values.find((value) => !isEmpty(value)) ?? null),
  all: defineFunction(["...interface {}"], (values) => values.every((value) => !isEmpty(value))),
  any: defineFunction(["...interface {}"], (values) => values.some((value) => !isEmpty(value))),
  ternary: defineFunction(["interface {}", "interface {}", "bool"], ([yes, no, test]) => (test === true ? yes : no)),
  typeOf: defineFunction(["interface {}"], ([value]) => typeOf(value)),
  typeIs: defineFunction(["string", "interface {}"], ([type, value]) => typeOf(value) === type),
  typeIsLike: defineFunction(["string", "interface {}"], ([type, value]) => typeOf(value) === type || typeOf(value) === `*${type}`),
  kindOf: defineFunction(["interface {}"], ([value]) => kindOf(value)),
  kindIs: defineFunction(["string", "interface {}"], ([kind, value]) => kindOf(value) === kind),
  fail: defineFunction(["string"], ([message]) => {
    throw new GoError(message as string);
  }),
};
