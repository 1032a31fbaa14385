import { GoInt } from "./int.js";
import { GoComplex, GoStruct, type GoValue } from "./value.js";

/**
 * Makes Go values of plain JavaScript data: objects become Maps (own enumerable keys, `__proto__` included as data), numbers stay float64,
 * bigints become int64. Maps, {@link GoInt}, {@link GoStruct} and byte arrays are kept; undefined and functions become nil.
 *
 * @throws RangeError when the data contains itself
 */
export function fromJs(value: unknown): GoValue {
  return convert(value, new Set());
}

function convert(value: unknown, open: Set<object>): GoValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return new GoInt("int64", BigInt.asIntN(64, value));
    case "object":
      break;
    default:
      return null;
  }
  if (value === null || value instanceof GoInt || value instanceof GoStruct || value instanceof GoComplex || value instanceof Uint8Array)
    return value;
  if (value instanceof Map) return value as Map<string, GoValue>;
  if (open.has(value)) throw new RangeError("the data contains itself");
  open.add(value);
  let result: GoValue;
  if (Array.isArray(value)) {
    result = value.map((item) => convert(item, open));
  } else {
    const map = new Map<string, GoValue>();
    for (const key of Object.keys(value)) map.set(key, convert((value as Record<string, unknown>)[key], open));
    result = map;
  }
  open.delete(value);
  return result;
}

/** Plain JavaScript data of Go values: Maps become objects without prototype, ints become numbers (bigints beyond 2^53). */
export function toJs(value: GoValue): unknown {
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) {
    const object: Record<string, unknown> = Object.create(null);
    for (const [key, item] of value) object[key] = toJs(item);
    return object;
  }
  if (Array.isArray(value)) return value.map(toJs);
  if (value instanceof GoInt) {
    const number = Number(value.value);
    return Number.isSafeInteger(number) ? number : value.value;
  }
  if (value instanceof GoStruct) return toJs(new Map(value.fields));
  return value;
}
