import type { DbfName } from "@epicube/ca";
import { type FieldDefinition, type FieldType, MENU_TABLE } from "@epicube/epics-db";
import type { FieldValue } from "../record/record.js";

/** The Channel Access type that a scalar field is served as; undefined for fields that are not served. */
export const SERVED_TYPE: Readonly<Record<FieldType, DbfName | undefined>> = {
  STRING: "STRING",
  CHAR: "CHAR",
  UCHAR: "CHAR",
  SHORT: "SHORT",
  USHORT: "LONG",
  LONG: "LONG",
  ULONG: "DOUBLE",
  INT64: "DOUBLE",
  UINT64: "DOUBLE",
  FLOAT: "FLOAT",
  DOUBLE: "DOUBLE",
  ENUM: "ENUM",
  MENU: "ENUM",
  DEVICE: "ENUM",
  INLINK: "STRING",
  OUTLINK: "STRING",
  FWDLINK: "STRING",
  NOACCESS: undefined,
};

const RANGES: Partial<Record<FieldType, readonly [number, number]>> = {
  CHAR: [-128, 127],
  UCHAR: [0, 255],
  SHORT: [-32768, 32767],
  USHORT: [0, 65535],
  LONG: [-2147483648, 2147483647],
  ULONG: [0, 4294967295],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
  ENUM: [0, 65535],
  MENU: [0, 65535],
  DEVICE: [0, 65535],
};

/** Soft device support of base, in the order in which DTYP counts it. */
export const SOFT_DEVICES: Readonly<Record<string, readonly string[]>> = {
  aai: ["Soft Channel"],
  aao: ["Soft Channel"],
  ai: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel", "Soft Timestamp", "General Time"],
  ao: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel"],
  bi: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel", "Db State"],
  bo: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel", "General Time", "Db State"],
  calcout: ["Soft Channel", "Async Soft Channel"],
  event: ["Soft Channel"],
  histogram: ["Soft Channel"],
  int64in: ["Soft Channel", "Async Soft Channel"],
  int64out: ["Soft Channel", "Async Soft Channel"],
  longin: ["Soft Channel", "Async Soft Channel", "General Time"],
  longout: ["Soft Channel", "Async Soft Channel"],
  lsi: ["Soft Channel", "getenv"],
  lso: ["Soft Channel", "Async Soft Channel", "stdio"],
  mbbi: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel"],
  mbbiDirect: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel"],
  mbbo: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel"],
  mbboDirect: ["Soft Channel", "Raw Soft Channel", "Async Soft Channel"],
  printf: ["Soft Channel", "Async Soft Channel", "stdio"],
  stringin: ["Soft Channel", "Async Soft Channel", "Soft Timestamp", "General Time", "getenv"],
  stringout: ["Soft Channel", "Async Soft Channel", "stdio"],
  subArray: ["Soft Channel"],
  waveform: ["Soft Channel"],
};

/** Choices of a menu or device field. */
export function choicesOf(recordType: string, definition: FieldDefinition): readonly string[] | undefined {
  if (definition.type === "DEVICE") return SOFT_DEVICES[recordType] ?? [];
  return definition.type === "MENU" ? (MENU_TABLE[definition.menu ?? ""] ?? []) : undefined;
}

export function isLink(type: FieldType): type is "INLINK" | "OUTLINK" | "FWDLINK" {
  return type === "INLINK" || type === "OUTLINK" || type === "FWDLINK";
}

export function isText(type: FieldType): boolean {
  return type === "STRING" || isLink(type);
}

/** A number as the field keeps it: whole and within the type's range, wrapped as C does for the small integers. */
export function fitNumber(type: FieldType, value: number): number {
  if (type === "DOUBLE") return value;
  if (type === "FLOAT") return Math.fround(value);
  const range = RANGES[type];
  if (!range) return value;
  const [low, high] = range;
  const whole = Number.isNaN(value) ? 0 : Math.trunc(value);
  if (whole >= low && whole <= high) return whole + 0;
  if (type === "LONG") return -2147483648;
  if (!Number.isFinite(whole) || high > 4294967295) return whole < low ? low : high;
  const width = high - low + 1;
  return ((((whole - low) % width) + width) % width) + low;
}

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|\d+)$/;

/** A number as a database writes it; undefined when it is none. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  if (INTEGER.test(trimmed)) {
    const negative = trimmed[0] === "-";
    const digits = trimmed.replace(/^[-+]/, "");
    const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
    return negative ? -value : value;
  }
  const word = /^([-+]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (word) return word[2]!.toLowerCase() === "nan" ? Number.NaN : word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(trimmed);
  return Number.isNaN(value) ? undefined : value;
}

/** The bytes of a string field, without its NUL. */
export function cutText(definition: FieldDefinition, text: string): string {
  const limit = (definition.size ?? (isLink(definition.type) ? 1024 : 40)) - 1;
  return text.length > limit ? text.slice(0, limit) : text;
}

/** The value of a field written as text: by a database, or by a client. Undefined when the text does not fit the type. */
export function parseFieldText(recordType: string, definition: FieldDefinition, text: string): FieldValue | undefined {
  if (isText(definition.type)) return cutText(definition, text);
  const choices = choicesOf(recordType, definition);
  if (choices) {
    const index = choices.indexOf(text);
    if (index !== -1) return index;
    const number = /^\d+$/.test(text.trim()) ? Number(text) : undefined;
    return number !== undefined && (definition.initial === text || number < choices.length) ? number : undefined;
  }
  const value = parseNumber(text);
  return value === undefined ? undefined : fitNumber(definition.type, value);
}

/** The value of a field before anything is set. */
export function initialValue(recordType: string, definition: FieldDefinition): FieldValue {
  if (definition.initial !== undefined) return parseFieldText(recordType, definition, definition.initial) ?? 0;
  return isText(definition.type) ? "" : 0;
}
