import { GoInt } from "./int.js";
import { GoComplex, GoStruct, type GoValue, goTypeOf } from "./value.js";

/** Go's `reflect.Kind` of a value, as `kindOf` prints it. */
export type GoKind =
  | "invalid"
  | "bool"
  | "string"
  | "float64"
  | "complex128"
  | "int"
  | "int64"
  | "int32"
  | "uint"
  | "uint8"
  | "uint32"
  | "uint64"
  | "map"
  | "slice"
  | "struct"
  | "ptr";

/** The kind of a value; nil is `invalid`. */
export function kindOf(value: GoValue): GoKind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    case "undefined":
      return "invalid";
  }
  if (value === null) return "invalid";
  if (value instanceof Map) return "map";
  if (Array.isArray(value) || value instanceof Uint8Array) return "slice";
  if (value instanceof GoInt) return value.type;
  if (value instanceof GoStruct) return goTypeOf(value)!.name.startsWith("*") ? "ptr" : "struct";
  return "complex128";
}

/** The Go type of a value as `%T` prints it; nil is `<nil>`. */
export function typeOf(value: GoValue): string {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    case "undefined":
      return "<nil>";
  }
  if (value === null) return "<nil>";
  if (value instanceof Map) return goTypeOf(value)?.name ?? "map[string]interface {}";
  if (Array.isArray(value)) return goTypeOf(value)?.name ?? "[]interface {}";
  if (value instanceof GoInt) return value.type;
  if (value instanceof Uint8Array) return "[]uint8";
  if (value instanceof GoStruct) return goTypeOf(value)!.name;
  return "complex128";
}

/** True for what `if`, `and`, `or` and `not` take as true: not false, zero, nil or empty. */
export function isTrue(value: GoValue): boolean {
  switch (typeof value) {
    case "string":
      return value !== "";
    case "number":
      return value !== 0;
    case "boolean":
      return value;
    case "undefined":
      return false;
  }
  if (value === null) return false;
  if (value instanceof Map) return value.size > 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  return true;
}
