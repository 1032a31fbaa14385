import { parseNumber } from "../../field/types.js";
import { raise, raiseUndefined, STATUS } from "../../process/alarms.js";
import { type FieldValue, numberOf, type SimRecord, textOf } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop, takeConstant, writeOutput } from "./output.js";

const STATES = "ZR ON TW TH FR FV SX SV EI NI TE EL TV TT FT FF".split(" ");
const RAW = 1;
const UNKNOWN_STATE = 65535;

/** True when one of the states has a raw value: RVAL and VAL then differ. */
function hasValues(record: SimRecord): boolean {
  return STATES.some((state) => numberOf(record, `${state}VL`) !== 0 || textOf(record, `${state}ST`) !== "");
}

/** Names up to the last one that is set. */
function names(record: SimRecord): readonly string[] {
  const all = STATES.map((state) => textOf(record, `${state}ST`));
  while (all.length > 0 && all.at(-1) === "") all.pop();
  return all;
}

function raiseStates(record: SimRecord): void {
  if (raiseUndefined(record)) return;
  const value = numberOf(record, "VAL");
  const state = STATES[value];
  raise(record, STATUS.STATE, numberOf(record, state === undefined ? "UNSV" : `${state}SV`));
  if (value === numberOf(record, "LALM")) return;
  raise(record, STATUS.COS, numberOf(record, "COSV"));
  record.values.LALM = value;
}

function convert(record: SimRecord, field: string, value: FieldValue): FieldValue | undefined {
  if (field !== "VAL" || typeof value !== "string") return undefined;
  const index = value === "" ? -1 : names(record).indexOf(value);
  if (index !== -1) return index;
  const number = value.trim() === "" ? undefined : parseNumber(value);
  return number !== undefined && number >= 0 && number <= UNKNOWN_STATE ? Math.trunc(number) : undefined;
}

function shift(value: number, by: number): number {
  return by >= 0 ? (value << by) >>> 0 : value >>> -by;
}

function setRaw(record: SimRecord): void {
  const value = numberOf(record, "VAL");
  const state = STATES[value];
  const raw = hasValues(record) ? (state === undefined ? numberOf(record, "RVAL") : numberOf(record, `${state}VL`)) : value;
  record.values.RVAL = shift(raw, numberOf(record, "SHFT"));
}

const shared = { convert, enums: (record: SimRecord, field: string) => (field === "VAL" ? names(record) : undefined) };

/** mbbi. */
export const MULTI_INPUT: RecordSupport = {
  ...shared,
  init(_engine, record) {
    if (numberOf(record, "DTYP") === RAW) takeConstant(record, "INP", "RVAL", "number");
    else if (takeConstant(record, "INP", "VAL", "number")) record.values.UDF = 0;
    record.values.MLST = record.values.LALM = numberOf(record, "VAL");
  },
  process(engine, record) {
    const read = engine.readLink(record, "INP", "number");
    if (numberOf(record, "DTYP") !== RAW) {
      if (read.status === "ok") record.values.VAL = (read.value as number) & 0xffff;
      if (read.status !== "failed") record.values.UDF = 0;
    } else if (read.status !== "failed") {
      if (read.status === "ok") {
        const mask = numberOf(record, "MASK");
        record.values.RVAL = mask === 0 ? Math.trunc(read.value as number) : ((read.value as number) & mask) >>> 0;
      }
      const raw = shift(numberOf(record, "RVAL"), -numberOf(record, "SHFT"));
      const state = STATES.findIndex((name) => numberOf(record, `${name}VL`) === raw);
      record.values.VAL = hasValues(record) ? (state === -1 ? UNKNOWN_STATE : state) : raw;
      record.values.UDF = 0;
    }
    raiseStates(record);
  },
};

/** mbbo. Without any state it is served as a number. */
export const MULTI_OUTPUT: RecordSupport = {
  ...shared,
  served: (record, field) => (field === "VAL" && !hasValues(record) ? { type: "LONG", count: 1 } : undefined),
  init(_engine, record) {
    if (takeConstant(record, "DOL", "VAL", "number")) record.values.UDF = 0;
    record.values.MLST = record.values.LALM = numberOf(record, "VAL");
    setRaw(record);
  },
  process(engine, record) {
    if (isClosedLoop(record)) {
      const read = engine.readLink(record, "DOL", "number");
      if (read.status === "ok") {
        record.values.VAL = (read.value as number) & 0xffff;
        record.values.UDF = 0;
      }
    }
    if (numberOf(record, "UDF") === 0) setRaw(record);
    raiseStates(record);
    writeOutput(
      record,
      () => void engine.writeLink(record, "OUT", numberOf(record, numberOf(record, "DTYP") === RAW ? "RVAL" : "VAL")),
      () => {
        record.values.VAL = numberOf(record, "IVOV");
        setRaw(record);
      },
    );
  },
};
