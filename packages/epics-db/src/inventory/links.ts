import type { LoadedRecord } from "../records/load.js";
import { fieldsOf } from "../types/record-types.js";

const NUMBER = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+|inf|infinity|nan)$/i;

/** The record that a link's text names, without field and modifiers; undefined for constants, hardware addresses and empty links. */
export function linkTarget(text: string, json = false): string | undefined {
  if (json) return /^\{"?(?:ca|pva)"?:(?:\{.*?"?pv"?:)?["']([^"']+)["']/.exec(text)?.[1];
  const trimmed = text.trim();
  if (trimmed === "" || '@#{["'.includes(trimmed[0]!) || NUMBER.test(trimmed)) return undefined;
  const name = trimmed.split(/[ \t]/, 1)[0]!;
  const dot = name.indexOf(".");
  return dot === -1 ? name : name.slice(0, dot) || undefined;
}

/** The link fields of a record that name another record. Record types that base does not have are left out. */
export function linksOf(record: LoadedRecord): { readonly field: string; readonly to: string }[] {
  const definitions = fieldsOf(record.type);
  const links: { field: string; to: string }[] = [];
  if (!definitions) return links;
  for (const [field, value] of record.fields) {
    const type = definitions.get(field)?.type;
    if (type !== "INLINK" && type !== "OUTLINK" && type !== "FWDLINK") continue;
    const to = linkTarget(value.value, value.json);
    if (to !== undefined) links.push({ field, to });
  }
  return links;
}
