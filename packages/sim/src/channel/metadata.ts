import type { ChannelLimits } from "@epicube/ca";
import type { FieldDefinition, FieldType } from "@epicube/epics-db";
import { choicesOf } from "../field/types.js";
import { numberOf, type SimRecord, textOf } from "../record/record.js";
import { SUPPORT } from "../record/support.js";

/** What a client learns of a field besides its value. */
export interface Metadata {
  readonly units?: string;
  readonly precision?: number;
  readonly enums?: readonly string[];
  readonly limits?: ChannelLimits;
}

/** Limits that base reports for fields without limits of their own. */
const TYPE_LIMITS: Partial<Record<FieldType, readonly [number, number]>> = {
  CHAR: [-128, 127],
  UCHAR: [0, 255],
  SHORT: [-32768, 32767],
  USHORT: [0, 65535],
  LONG: [-2147483648, 2147483647],
  ULONG: [0, 4294967295],
  INT64: [-(2 ** 63), 2 ** 63],
  UINT64: [0, 2 ** 64],
  FLOAT: [-1e30, 1e30],
  DOUBLE: [-1e30, 1e30],
};

const WITH_VALUE = new Set(["VAL", "HIHI", "HIGH", "LOW", "LOLO", "LALM", "ALST", "MLST", "OVAL", "PVAL", "IVOV"]);
const DRIVEN = new Set(["ao", "longout", "int64out"]);

function limit(record: SimRecord, severity: string, field: string): number {
  return numberOf(record, severity) === 0 ? Number.NaN : numberOf(record, field);
}

function limitsOf(record: SimRecord, definition: FieldDefinition): ChannelLimits | undefined {
  const range = TYPE_LIMITS[definition.type] ?? (definition.type === "NOACCESS" ? ([0, 0] as const) : undefined);
  if (!range) return undefined;
  const own = WITH_VALUE.has(definition.name) && record.definitions.has("HOPR");
  const displayHigh = own ? numberOf(record, "HOPR") : range[1];
  const displayLow = own ? numberOf(record, "LOPR") : range[0];
  const drive = own && DRIVEN.has(record.type) && (record.type === "ao" || numberOf(record, "DRVH") > numberOf(record, "DRVL"));
  const alarms = definition.name === "VAL" && record.definitions.has("HIHI");
  return {
    displayHigh,
    displayLow,
    alarmHigh: alarms ? limit(record, "HHSV", "HIHI") : Number.NaN,
    warningHigh: alarms ? limit(record, "HSV", "HIGH") : Number.NaN,
    warningLow: alarms ? limit(record, "LSV", "LOW") : Number.NaN,
    alarmLow: alarms ? limit(record, "LLSV", "LOLO") : Number.NaN,
    controlHigh: drive ? numberOf(record, "DRVH") : displayHigh,
    controlLow: drive ? numberOf(record, "DRVL") : displayLow,
  };
}

/** Units, precision, names and limits of a field, as the record type reports them. */
export function metadataOf(record: SimRecord, definition: FieldDefinition): Metadata {
  const enums = SUPPORT[record.type]?.enums?.(record, definition.name) ?? choicesOf(record.type, definition);
  if (enums) return { enums };
  const limits = limitsOf(record, definition);
  const floating = definition.type === "DOUBLE" || definition.type === "FLOAT";
  const value = record.definitions.get("VAL");
  const sameKind = definition.name === "VAL" || (definition.type === value?.type && definition.type !== "STRING");
  const units = sameKind ? textOf(record, "EGU") : "";
  return {
    ...(units === "" ? {} : { units }),
    ...(floating || definition.type === "NOACCESS" ? { precision: Math.min(15, Math.max(0, numberOf(record, "PREC"))) } : {}),
    ...(limits ? { limits } : {}),
  };
}
