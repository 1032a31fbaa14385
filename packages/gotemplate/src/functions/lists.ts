import { GoError } from "../errors/template-error.js";
import { deepEqual } from "../values/deep-equal.js";
import { isEmpty } from "../values/empty.js";
import { goInteger } from "../values/int.js";
import { kindOf } from "../values/kind.js";
import { type GoSlice, type GoValue, goTypeOf, nilSlice, withType } from "../values/value.js";
import { defineFunction, type FunctionTable, type TemplateFunction } from "./function.js";
import { toInt64 } from "./numbers.js";

const NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference";
const CHUNKS = { name: "[][]interface {}", element: "[]interface {}" };

/** The items of any list. `action` is sprig's word for what cannot be done. */
function items(value: GoValue, refuse: (kind: string) => string): readonly GoValue[] {
  if (value === null || value === undefined) throw new GoError(NIL_POINTER);
  if (Array.isArray(value)) return value;
  if (value instanceof Uint8Array) return Array.from(value, (byte) => goInteger("uint8", byte));
  throw new GoError(refuse(kindOf(value)));
}

const cannot = (action: string) => (kind: string) => `Cannot ${action} type ${kind}`;

function onList(action: string, map: (list: readonly GoValue[]) => GoValue): TemplateFunction {
  return defineFunction(["interface {}"], ([value]) => map(items(value, cannot(action))));
}

function chunk(size: number, list: readonly GoValue[]): GoSlice {
  if (size <= 0)
    throw new GoError(
      size === 0 && list.length === 0 ? "runtime error: makeslice: len out of range" : "runtime error: makeslice: len out of range",
    );
  const chunks: GoSlice = [];
  for (let i = 0; i < list.length; i += size) chunks.push(list.slice(i, i + size));
  return withType(chunks, CHUNKS);
}

function uniq(list: readonly GoValue[]): GoSlice {
  const kept: GoValue[] = [];
  const simple = new Set<GoValue>();
  for (const item of list) {
    if (typeof item === "string") {
      if (simple.has(item)) continue;
      simple.add(item);
    } else if (kept.some((other) => deepEqual(item, other))) continue;
    kept.push(item);
  }
  return kept;
}

function slice(value: GoValue, bounds: readonly GoValue[]): GoValue {
  const list = items(value, (kind) => `list should be type of slice or array but ${kind}`);
  const length = list.length;
  if (length === 0) return null;
  const from = bounds.length > 0 ? Number(toInt64(bounds[0])) : 0;
  const to = bounds.length < 2 ? length : Number(toInt64(bounds[1]));
  if (from < 0 || to < from || to > length) throw new GoError("reflect.Value.Slice: slice index out of bounds");
  if (value instanceof Uint8Array) return value.slice(from, to);
  const part = list.slice(from, to);
  const type = goTypeOf(value as GoSlice);
  return type ? withType(part, type) : part;
}

function concat(lists: readonly GoValue[]): GoSlice {
  const all: GoValue[] = [];
  for (const list of lists) for (const item of items(list, (kind) => `Cannot concat type ${kind} as list`)) all.push(item);
  return all.length === 0 ? nilSlice() : all;
}

/** Gives a function its `must` twin: in a template both fail the same way. */
function twins(table: FunctionTable): FunctionTable {
  const all: Record<string, TemplateFunction> = { ...table };
  for (const [name, definition] of Object.entries(table)) all[`must${name[0]!.toUpperCase()}${name.slice(1)}`] = definition;
  return all;
}

const push = defineFunction(["interface {}", "interface {}"], ([list, value]) => [
  ...items(list, (kind) => `Cannot push on type ${kind}`),
  value,
]);
const list = defineFunction(["...interface {}"], (values) => [...values]);

/** List functions. They make new lists and leave the given ones alone. */
export const listFunctions: FunctionTable = {
  list,
  tuple: list,
  concat: defineFunction(["...interface {}"], (lists) => concat(lists)),
  ...twins({
    append: push,
    push,
    prepend: defineFunction(["interface {}", "interface {}"], ([value, item]) => [
      item,
      ...items(value, (kind) => `Cannot prepend on type ${kind}`),
    ]),
    first: onList("find first on", (all) => all[0] ?? null),
    last: onList("find last on", (all) => all.at(-1) ?? null),
    rest: onList("find rest on", (all) => (all.length === 0 ? nilSlice() : all.slice(1))),
    initial: onList("find initial on", (all) => (all.length === 0 ? nilSlice() : all.slice(0, -1))),
    reverse: onList("find reverse on", (all) => [...all].reverse()),
    uniq: onList("find uniq on", uniq),
    compact: onList("compact on", (all) => all.filter((item) => !isEmpty(item))),
    without: defineFunction(["interface {}", "...interface {}"], ([value, ...unwanted]) =>
      items(value, cannot("find without on")).filter((item) => !unwanted.some((other) => deepEqual(other, item))),
    ),
    has: defineFunction(["interface {}", "interface {}"], ([needle, value]) =>
      value === null || value === undefined ? false : items(value, cannot("find has on")).some((item) => deepEqual(needle, item)),
    ),
    slice: defineFunction(["interface {}", "...interface {}"], ([value, ...bounds]) => slice(value, bounds)),
    chunk: defineFunction(["int", "interface {}"], ([size, value]) => chunk(Number(toInt64(size)), items(value, cannot("chunk")))),
  }),
};
