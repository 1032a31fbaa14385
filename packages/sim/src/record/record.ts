import type { EpicsTimestamp } from "@epicube/ca";
import type { FieldDefinition } from "@epicube/epics-db";
import type { Link } from "../link/parse.js";

/** What a field holds: numbers (menus and enums by index), text, or the elements of an array. */
export type FieldValue = number | string | FieldArray;
/** Elements of an array field. */
export type FieldArray = readonly number[] | readonly string[];

/** A record in memory. */
export interface SimRecord {
  readonly name: string;
  readonly type: string;
  /** Field values by name; those of the record type's table are all there. */
  readonly values: Record<string, FieldValue>;
  readonly definitions: ReadonlyMap<string, FieldDefinition>;
  /** Parsed link fields by name. */
  readonly links: Map<string, Link>;
  readonly info: Readonly<Record<string, string>>;
  /** Time of the last processing; 0/0 before the first. */
  time: EpicsTimestamp;
  /** True while it is processed, to stop loops. */
  active: boolean;
  /** What the record type keeps between runs (compiled expressions, timers). */
  readonly state: Record<string, unknown>;
}

/** A field as a number; text and missing fields count as 0. */
export function numberOf(record: SimRecord, field: string): number {
  const value = record.values[field];
  return typeof value === "number" ? value : 0;
}

/** A field as text. */
export function textOf(record: SimRecord, field: string): string {
  const value = record.values[field];
  return typeof value === "string" ? value : "";
}
