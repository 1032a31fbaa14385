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
  DOUBLE: [-1e300, 1e300],
};

const WITH_VALUE = new Set(["VAL", "HIHI", "HIGH", "LOW", "LOLO", "LALM", "ALST", "MLST", "OVAL", "IVOV"]);
/** Record types that report limits for their fields; the others say zero. */
const WITH_LIMITS = new Set(
  "ai ao longin longout int64in int64out calc calcout sub sel seq dfanout waveform aai aao subArray compress histogram".split(" "),
);
const DRIVEN = new Set(["ao", "longout", "int64out"]);

function limit(record: SimRecord, severity: string, field: string, nothing: number): number {
  return numberOf(record, severity) === 0 ? nothing : numberOf(record, field);
}

function plainLimits(low: number, high: number): ChannelLimits {
  const none = Number.NaN;
  const alarms = { alarmHigh: none, warningHigh: none, warningLow: none, alarmLow: none };
  return { displayHigh: high, displayLow: low, ...alarms, controlHigh: high, controlLow: low };
}

/** A to U of the calculating records: what they are comes from their links, which say nothing of it here. */
function isArgument(record: SimRecord, definition: FieldDefinition): boolean {
  const letter = /^L?([A-U])$/.exec(definition.name)?.[1];
  return letter !== undefined && record.definitions.has(`INP${letter}`);
}

function limitsOf(record: SimRecord, definition: FieldDefinition): ChannelLimits | undefined {
  const range = TYPE_LIMITS[definition.type] ?? (definition.type === "NOACCESS" ? ([0, 0] as const) : undefined);
  if (!range) return undefined;
  const nothing = definition.type === "INT64" && definition.name === "VAL" ? 0 : Number.NaN;
  const listed = WITH_VALUE.has(definition.name) || (definition.name === "PVAL" && record.type === "ao");
  const own = listed && !(record.type === "calcout" && definition.name === "OVAL") && record.definitions.has("HOPR");
  const argument = isArgument(record, definition);
  if (definition.name === "NORD" && record.definitions.has("NELM")) return plainLimits(0, numberOf(record, "NELM"));
  const reported = WITH_LIMITS.has(record.type) && !argument;
  const controlled = reported || argument || record.type === "bo";
  const displayHigh = own ? numberOf(record, "HOPR") : reported ? range[1] : 0;
  const displayLow = own ? numberOf(record, "LOPR") : reported ? range[0] : 0;
  const drive = own && DRIVEN.has(record.type) && (record.type === "ao" || numberOf(record, "DRVH") > numberOf(record, "DRVL"));
  const alarms = definition.name === "VAL" && record.definitions.has("HIHI");
  return {
    displayHigh,
    displayLow,
    alarmHigh: alarms ? limit(record, "HHSV", "HIHI", nothing) : nothing,
    warningHigh: alarms ? limit(record, "HSV", "HIGH", nothing) : nothing,
    warningLow: alarms ? limit(record, "LSV", "LOW", nothing) : nothing,
    alarmLow: alarms ? limit(record, "LLSV", "LOLO", nothing) : nothing,
    controlHigh: drive ? numberOf(record, "DRVH") : own || !controlled ? displayHigh : range[1],
    controlLow: drive ? numberOf(record, "DRVL") : own || !controlled ? displayLow : range[0],
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
  const units = sameKind && definition.name !== "SMOO" && !isArgument(record, definition) ? textOf(record, "EGU") : "";
  return {
    ...(units === "" ? {} : { units }),
    ...(floating || definition.type === "NOACCESS" ? { precision: Math.min(15, Math.max(0, numberOf(record, "PREC"))) } : {}),
    ...(limits ? { limits } : {}),
  };
}
