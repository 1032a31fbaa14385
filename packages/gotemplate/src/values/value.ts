import type { TemplateFunction } from "../functions/function.js";
import type { GoInt } from "./int.js";

/**
 * A Go value as this package holds it.
 *
 * | Go | JavaScript |
 * |---|---|
 * | no value at all (invalid `reflect.Value`) | `undefined` |
 * | nil interface | `null` |
 * | bool, string | `boolean`, `string` (bytes that are not UTF-8 are the lone surrogates U+DC80…U+DCFF) |
 * | float64 | `number` |
 * | int, int64, … | {@link GoInt} |
 * | map with string keys | `Map` |
 * | slice | `Array`; `[]byte` is `Uint8Array` |
 * | struct, pointer to struct | {@link GoStruct} |
 *
 * Maps, arrays and structs may carry a {@link GoType} ({@link withType}); without one they are `map[string]interface {}` and `[]interface {}`.
 */
export type GoValue = undefined | null | boolean | number | string | GoInt | GoComplex | GoMap | GoSlice | Uint8Array | GoStruct;

/** A Go map with string keys. Keys such as `__proto__` are data. Iteration by templates is sorted, whatever the insertion order. */
export type GoMap = Map<string, GoValue>;

/** A Go slice. */
export type GoSlice = GoValue[];

/** A complex constant such as `1i`: it can only be printed and compared. */
export class GoComplex {
  readonly real: number;
  readonly imaginary: number;
  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

/** A named or special Go type of a map, slice or struct. */
export interface GoType {
  /** As `%T` prints it: `common.Values`, `[]string`, `*semver.Version`. */
  readonly name: string;
  /** Type of the elements of a map or slice, when not `interface {}`. */
  readonly element?: string;
  /** True for the nil slice or map of that type: it prints as an empty one and is `null` in JSON. */
  readonly nil?: boolean;
  /** Methods that templates can call: the receiver is the first argument of `call`. */
  readonly methods?: Readonly<Record<string, TemplateFunction>>;
  /** Go's `String()` method. */
  readonly text?: (value: never) => string;
  /** What JSON holds of a struct, where that is not its fields (Go's `MarshalJSON`). */
  readonly json?: (value: never) => GoValue;
}

/** Where a {@link GoType} is kept on a Map, Array or struct. */
export const GO_TYPE: unique symbol = Symbol.for("@epicube/gotemplate/type");

/** A Go struct; with a type name that starts with `*`, a pointer to one. Fields are in Go's declared order. */
export class GoStruct {
  readonly [GO_TYPE]: GoType;
  readonly fields: ReadonlyMap<string, GoValue>;

  constructor(type: GoType, fields: ReadonlyMap<string, GoValue> | Readonly<Record<string, GoValue>> = new Map()) {
    this[GO_TYPE] = type;
    this.fields = fields instanceof Map ? fields : new Map(Object.entries(fields));
  }
}

/** Gives a Map or Array a Go type, and returns it. */
export function withType<T extends GoMap | GoSlice>(value: T, type: GoType): T {
  (value as unknown as Record<symbol, GoType>)[GO_TYPE] = type;
  return value;
}

/** The {@link GoType} a map, slice or struct carries, if any. */
export function goTypeOf(value: GoMap | GoSlice | GoStruct): GoType | undefined {
  return (value as unknown as Record<symbol, GoType | undefined>)[GO_TYPE];
}

const STRINGS: GoType = { name: "[]string", element: "string" };
const INTS: GoType = { name: "[]int", element: "int" };
const NIL_SLICE: GoType = { name: "[]interface {}", nil: true };

/** Marks an array as `[]string`. */
export function goStrings(items: string[]): GoSlice {
  return withType(items as GoSlice, STRINGS);
}

/** Marks an array as `[]int`. */
export function goInts(items: GoInt[]): GoSlice {
  return withType(items as GoSlice, INTS);
}

/** A nil `[]interface {}`: prints `[]`, is `null` in JSON and YAML. */
export function nilSlice(): GoSlice {
  return withType([] as GoSlice, NIL_SLICE);
}

/** True for the nil slice or nil map of a type. */
export function isNilContainer(value: GoValue): boolean {
  return (Array.isArray(value) || value instanceof Map) && goTypeOf(value)?.nil === true;
}
