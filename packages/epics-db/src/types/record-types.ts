import { RECORD_TYPE_TABLE } from "./table.js";

/** Field types of the dbd language. */
export type FieldType =
  | "STRING"
  | "CHAR"
  | "UCHAR"
  | "SHORT"
  | "USHORT"
  | "LONG"
  | "ULONG"
  | "INT64"
  | "UINT64"
  | "FLOAT"
  | "DOUBLE"
  | "ENUM"
  | "MENU"
  | "DEVICE"
  | "INLINK"
  | "OUTLINK"
  | "FWDLINK"
  | "NOACCESS";

/** What a record type says of a field. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  /** Bytes of a string with its NUL. */
  readonly size?: number;
  readonly menu?: string;
  readonly initial?: string;
  /** A put to it processes a passive record. */
  readonly processPassive: boolean;
  /** Channel Access may not write it. */
  readonly readOnly: boolean;
}

let parsed: Map<string, Map<string, FieldDefinition>> | undefined;

function parseField(text: string): FieldDefinition {
  const [name, type, flags, extra, initial] = text.split(":");
  return {
    name: name!,
    type: type as FieldType,
    ...(type === "STRING" && extra ? { size: Number(extra) } : {}),
    ...(type === "MENU" && extra ? { menu: extra } : {}),
    ...(initial === undefined ? {} : { initial }),
    processPassive: flags?.includes("p") ?? false,
    readOnly: flags?.includes("r") ?? false,
  };
}

function tables(): Map<string, Map<string, FieldDefinition>> {
  if (parsed) return parsed;
  parsed = new Map();
  const common = RECORD_TYPE_TABLE.dbCommon!.split(" ").map(parseField);
  for (const [type, text] of Object.entries(RECORD_TYPE_TABLE)) {
    if (type === "dbCommon") continue;
    const own = text.split(" ").map(parseField);
    parsed.set(type, new Map([...common, ...own].map((field) => [field.name, field])));
  }
  return parsed;
}

/** The record types of EPICS base. */
export function recordTypes(): string[] {
  return [...tables().keys()];
}

/** The fields of a record type of EPICS base, common ones first; undefined for other types. */
export function fieldsOf(recordType: string): ReadonlyMap<string, FieldDefinition> | undefined {
  return tables().get(recordType);
}
