import type { DbfName } from "@epicube/ca";
import { type FieldType, MENU_TABLE } from "@epicube/epics-db";
import { fitNumber, parseNumber, SERVED_TYPE } from "../../field/types.js";
import { raiseUndefined } from "../../process/alarms.js";
import { constantValue } from "../../process/links.js";
import { type FieldArray, type FieldValue, numberOf, type SimRecord } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop } from "./output.js";

function elementType(record: SimRecord): FieldType {
  return (MENU_TABLE.menuFtype![numberOf(record, "FTVL")] ?? "STRING") as FieldType;
}

/** Elements in the record's type, no more than it holds; undefined when one does not fit. */
function toElements(record: SimRecord, value: FieldValue): FieldArray | undefined {
  const type = elementType(record);
  const list: readonly (number | string)[] = typeof value === "object" ? value : [value];
  const most = Math.max(1, numberOf(record, "NELM"));
  if (type === "STRING") return list.slice(0, most).map((item) => String(item).slice(0, 39));
  const numbers: number[] = [];
  for (const item of list.slice(0, most)) {
    const number = typeof item === "number" ? item : parseNumber(item);
    if (number === undefined) return undefined;
    numbers.push(fitNumber(type, number));
  }
  return numbers;
}

function hold(record: SimRecord, value: FieldValue | undefined): boolean {
  const elements = value === undefined ? undefined : toElements(record, value);
  if (!elements) return false;
  record.values.VAL = elements;
  record.values.NORD = elements.length;
  return true;
}

/** compress, histogram, subArray: the elements are there, the computation is not. compress keeps the last values of its input. */
export const PASSIVE_ARRAY: RecordSupport = {
  served(record, field) {
    if (field !== "VAL") return undefined;
    const count = numberOf(record, record.type === "compress" ? "NSAM" : "NELM");
    if (record.type === "subArray")
      return { type: SERVED_TYPE[elementType(record)] as DbfName, count: Math.max(1, numberOf(record, "MALM")) };
    return { type: "DOUBLE", count: Math.max(1, count) };
  },
  init(_engine, record) {
    record.values.VAL = [];
  },
  convert(record, field, value) {
    if (field !== "VAL") return undefined;
    const list: readonly (number | string)[] = typeof value === "object" ? value : [value];
    const numbers = list.slice(0, this.served!(record, field)!.count).map((item) => (typeof item === "number" ? item : parseNumber(item)));
    return numbers.every((item) => item !== undefined) ? (numbers as number[]) : undefined;
  },
  process(engine, record) {
    const read = engine.readLink(record, "INP", "number");
    if (read.status === "ok" && record.type === "compress") {
      const kept = [...(record.values.VAL as readonly number[]), read.value as number];
      record.values.VAL = kept.slice(-Math.max(1, numberOf(record, "NSAM")));
      record.values.NUSE = (record.values.VAL as FieldArray).length;
    }
    if (read.status !== "failed") record.values.UDF = 0;
    raiseUndefined(record);
  },
};

/** waveform, aai, aao. */
export const ARRAY: RecordSupport = {
  served(record, field) {
    if (field !== "VAL") return undefined;
    return { type: SERVED_TYPE[elementType(record)] as DbfName, count: Math.max(1, numberOf(record, "NELM")) };
  },
  init(_engine, record) {
    if (numberOf(record, "NELM") <= 0) record.values.NELM = 1;
    if (typeof record.values.VAL !== "object") record.values.VAL = [];
    const link = record.links.has("INP") ? "INP" : "DOL";
    if (hold(record, constantValue(record.links.get(link), "array"))) record.values.UDF = 0;
  },
  process(engine, record) {
    if (record.links.has("OUT") || record.definitions.has("OUT")) {
      if (isClosedLoop(record)) {
        const read = engine.readLink(record, "DOL", "array");
        if (read.status === "ok") hold(record, read.value);
      }
      record.values.UDF = 0;
      engine.writeLink(record, "OUT", record.values.VAL as FieldArray);
    } else {
      const read = engine.readLink(record, "INP", "array");
      if (read.status === "ok") hold(record, read.value);
      if (read.status !== "failed") record.values.UDF = 0;
    }
    raiseUndefined(record);
  },
  convert(record, field, value) {
    return field === "VAL" ? toElements(record, value) : undefined;
  },
  changed(_engine, record, field) {
    if (field === "VAL") record.values.NORD = (record.values.VAL as FieldArray).length;
    return true;
  },
};
