import { formatNumber } from "../field/format.js";
import { choicesOf, isLink, isText, parseNumber } from "../field/types.js";
import { type Link, type LinkSeverity, showLink } from "../link/parse.js";
import { type FieldArray, type FieldValue, numberOf, type SimRecord } from "../record/record.js";
import { SUPPORT } from "../record/support.js";
import { raise, SEVERITY, STATUS } from "./alarms.js";
import type { Engine } from "./engine.js";

/** What reading a link gave: `none` for empty and constant links (constants count at the start only), `failed` with an alarm raised. */
export type LinkReading =
  | { readonly status: "ok"; readonly value: FieldValue }
  | { readonly status: "none" | "failed"; readonly value?: undefined };

/** Reading and writing through link fields. */
export interface LinkAccess {
  readLink(record: SimRecord, field: string, as: "number" | "text" | "array"): LinkReading;
  /** True when it was written, or there is nothing to write to. */
  writeLink(record: SimRecord, field: string, value: FieldValue): boolean;
}

const NOTHING: LinkReading = { status: "none" };
const FAILED: LinkReading = { status: "failed" };

/** Hands the alarm of one record to another, as the link says. */
function inherit(mode: LinkSeverity, to: SimRecord, status: number, severity: number): void {
  if (mode === "NMS" || severity === SEVERITY.NO_ALARM) return;
  if (mode === "MS") raise(to, STATUS.LINK, severity);
  else if (mode === "MSS") raise(to, status, severity);
  else if (severity === SEVERITY.INVALID) raise(to, STATUS.LINK, severity);
}

/** A field as text, as a client reading a string gets it. */
export function fieldText(record: SimRecord, field: string): string {
  const value = record.values[field];
  const first = typeof value === "object" ? value[0] : value;
  const definition = record.definitions.get(field);
  if (typeof first === "string") return definition && isLink(definition.type) ? showLink(first, definition.type) : first;
  const number = first ?? 0;
  if (!definition) return String(number);
  const names = SUPPORT[record.type]?.enums?.(record, field) ?? choicesOf(record.type, definition);
  if (names) return names[number] ?? (definition.type === "ENUM" ? "Illegal_Value" : String(number));
  if (definition.type === "DOUBLE" || definition.type === "FLOAT") return formatNumber(number, numberOf(record, "PREC"));
  return String(number);
}

/** A field in the form that is asked for; undefined where it cannot be had. */
export function fetchField(record: SimRecord, field: string, as: "number" | "text" | "array"): FieldValue | undefined {
  if (field === "RTYP") return as === "text" ? record.type : undefined;
  const definition = record.definitions.get(field);
  const value = record.values[field];
  if (!definition || value === undefined) return undefined;
  if (definition.type === "NOACCESS" && typeof value !== "object") return undefined;
  if (as === "array") return typeof value === "object" ? value : ([value] as unknown as FieldArray);
  if (as === "text") return fieldText(record, field);
  const first = typeof value === "object" ? value[0] : value;
  if (first === undefined) return undefined;
  return typeof first === "number" ? first : parseNumber(first);
}

/** The value that a constant link gives when the record is initialised; undefined where it is no constant. */
export function constantValue(link: Link | undefined, as: "number" | "text" | "array"): FieldValue | undefined {
  if (link?.kind !== "constant") return undefined;
  if (as === "array") return (link.array ?? (link.text === "" ? undefined : [link.text])) as FieldArray | undefined;
  const first = link.array ? link.array[0] : link.text;
  if (first === undefined) return undefined;
  return as === "text" ? String(first) : typeof first === "number" ? first : parseNumber(first);
}

export function createLinkAccess(engine: () => Engine): LinkAccess {
  return {
    readLink(record, field, as) {
      const link = record.links.get(field);
      if (!link || link.kind === "none" || link.kind === "constant") return NOTHING;
      const target = link.kind === "record" ? engine().find(link.record) : undefined;
      if (!target || link.kind !== "record") {
        raise(record, STATUS.LINK, SEVERITY.INVALID);
        return FAILED;
      }
      if (link.process) engine().processPassive(target);
      const value = fetchField(target, link.field, as);
      if (value === undefined) {
        raise(record, STATUS.LINK, SEVERITY.INVALID);
        return FAILED;
      }
      if (target !== record) inherit(link.severity, record, numberOf(target, "STAT"), numberOf(target, "SEVR"));
      return { status: "ok", value };
    },
    writeLink(record, field, value) {
      const link = record.links.get(field);
      if (!link || link.kind === "none" || link.kind === "constant") return true;
      const target = link.kind === "record" ? engine().find(link.record) : undefined;
      if (!target || link.kind !== "record") {
        raise(record, STATUS.LINK, SEVERITY.INVALID);
        return false;
      }
      const definition = target.definitions.get(link.field);
      const sent = definition && isText(definition.type) && typeof value === "number" ? String(value) : value;
      if (!definition || definition.readOnly || !engine().set(target, link.field, sent)) {
        raise(record, STATUS.LINK, SEVERITY.INVALID);
        return false;
      }
      inherit(link.severity, target, numberOf(record, "NSTA"), numberOf(record, "NSEV"));
      if (link.field === "PROC") engine().process(target);
      else if (link.process) engine().processPassive(target);
      return true;
    },
  };
}
