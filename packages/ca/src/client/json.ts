import { escapeControl } from "@epicube/core";
import { formatTimestamp } from "../value/time.js";
import type { ChannelLimits } from "../value/types.js";
import type { PvReading } from "./types.js";

/** A value that JSON can carry: NaN and infinities are the strings `NaN`, `Infinity`, `-Infinity`. */
export type JsonValue = number | string | null | readonly (number | string)[];

/** One line of `epicube ca get --json`. */
export interface ReadingJson {
  readonly pv: string;
  readonly ok: boolean;
  readonly value: JsonValue;
  readonly type: string | null;
  readonly count: number;
  readonly severity: string | number | null;
  readonly status: string | number | null;
  /** RFC 3339 UTC with 9 digits; null where there is none or it is 0/0. */
  readonly timestamp: string | null;
  readonly units?: string;
  readonly precision?: number;
  readonly enums?: readonly string[];
  readonly limits?: Readonly<Partial<Record<keyof ChannelLimits, number | string>>>;
  readonly server?: string;
  readonly error?: string;
}

/** Turns a reading into plain JSON as the command line prints it: arrays where the native count is not 1, no control byte raw. */
export function readingToJson(reading: PvReading): ReadingJson {
  const { units, precision, enums, limits, server, error } = reading;
  return {
    pv: reading.pv,
    ok: reading.ok,
    value: valueToJson(reading.value),
    type: reading.type,
    count: reading.count,
    severity: reading.severity,
    status: reading.status,
    timestamp: reading.timestamp === null ? null : formatTimestamp(reading.timestamp),
    ...(units === undefined ? {} : { units }),
    ...(precision === undefined ? {} : { precision }),
    ...(enums === undefined ? {} : { enums }),
    ...(limits === undefined
      ? {}
      : { limits: Object.fromEntries(Object.entries(limits).map(([name, number]) => [name, numberToJson(number as number)])) }),
    ...(server === undefined ? {} : { server }),
    ...(error === undefined ? {} : { error: escapeControl(error.message) }),
  };
}

/** A reading's value for JSON. */
export function valueToJson(value: PvReading["value"]): JsonValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return numberToJson(value);
  return Array.from(value as ArrayLike<number | string>, (element) => (typeof element === "number" ? numberToJson(element) : element));
}

function numberToJson(number: number): number | string {
  return Number.isFinite(number) ? number : String(number);
}
