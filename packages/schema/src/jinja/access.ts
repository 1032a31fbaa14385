import { attributeOf, itemOf, sliceOf } from "../python/attributes.js";
import { repr } from "../python/text.js";
import { isObject, PyError, type PyValue, typeName, Undefined } from "../python/value.js";
import type { Span } from "./error.js";

function described(value: PyValue): string {
  if (value === null) return "None";
  return `${value !== null && isObject(value) ? value.typeName : typeName(value)} object`;
}

/** What a missing attribute or item is: an undefined value that names what has no such thing. */
function missing(target: PyValue, name: PyValue, span?: Span): Undefined {
  const message =
    typeof name === "string"
      ? `${repr(described(target))} has no attribute ${repr(name)}`
      : `${described(target)} has no element ${repr(name)}`;
  return new Undefined(message, true, span);
}

function isLookupFailure(error: unknown): boolean {
  return error instanceof PyError && ["AttributeError", "TypeError", "KeyError", "IndexError"].includes(error.type);
}

/** Jinja's `target.name`: an attribute, else an item, else undefined. */
export function getAttribute(target: PyValue, name: string, span?: Span): PyValue {
  const attribute = attributeOf(target, name);
  if (attribute !== undefined) return attribute;
  try {
    return itemOf(target, name);
  } catch (error) {
    if (isLookupFailure(error)) return missing(target, name, span);
    throw error;
  }
}

/** Jinja's `target[key]`: an item, else an attribute where the key is text, else undefined. */
export function getItem(target: PyValue, key: PyValue, span?: Span): PyValue {
  try {
    return itemOf(target, key);
  } catch (error) {
    if (!isLookupFailure(error)) throw error;
    if (typeof key === "string") {
      const attribute = attributeOf(target, key);
      if (attribute !== undefined) return attribute;
    }
    return missing(target, key, span);
  }
}

/** Jinja's `target[from:to:by]`. */
export function getSlice(target: PyValue, from: PyValue, to: PyValue, by: PyValue, span?: Span): PyValue {
  try {
    return sliceOf(target, from, to, by);
  } catch (error) {
    if (!isLookupFailure(error)) throw error;
    return new Undefined(`${described(target)} has no element slice(${repr(from)}, ${repr(to)}, ${repr(by)})`, true, span);
  }
}
