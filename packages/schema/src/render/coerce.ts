import { type CastType, cast } from "../python/cast.js";
import { parseLiteral } from "../python/literal.js";
import type { PyValue } from "../python/value.js";

const CASTS: readonly string[] = ["int", "float", "bool", "list", "dict"];
const LAST_FILTER = /\| *([a-z]*) *\}\}/;

/** The type that the last word of the first `| word }}` asks for, as ibek looks for it in the template's text. */
export function typeInText(template: string): string {
  return LAST_FILTER.exec(template)?.[1] ?? "";
}

/** Reads the rendered text as a literal of the type; other types leave it as it is. */
export function coerce(text: string, type: string): PyValue {
  return CASTS.includes(type) ? cast(type as CastType, parseLiteral(text)) : text;
}
