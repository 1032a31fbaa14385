import { GoInt } from "./int.js";
import { typeOf } from "./kind.js";
import { GoComplex, GoStruct, type GoValue, isNilContainer } from "./value.js";

/** Go's `reflect.DeepEqual`: types count, so `1` and `1.0` differ, and so do `[]string` and `[]interface {}`. */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (a === b) return typeof a !== "number" || !Number.isNaN(a);
  if (a === undefined || a === null) return b === undefined || b === null;
  if (b === undefined || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (typeOf(a) !== typeOf(b)) return false;
  if (a instanceof GoInt) return a.value === (b as GoInt).value;
  if (a instanceof GoComplex) return a.real === (b as GoComplex).real && a.imaginary === (b as GoComplex).imaginary;
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array) === 0;
  if (isNilContainer(a) !== isNilContainer(b)) return false;
  if (Array.isArray(a)) {
    const other = b as readonly GoValue[];
    return a.length === other.length && a.every((item, index) => deepEqual(item, other[index]));
  }
  const one = a instanceof GoStruct ? a.fields : (a as ReadonlyMap<string, GoValue>);
  const two = b instanceof GoStruct ? b.fields : (b as ReadonlyMap<string, GoValue>);
  if (one.size !== two.size) return false;
  for (const [key, value] of one) if (!two.has(key) || !deepEqual(value, two.get(key))) return false;
  return true;
}
