import { parseNumber } from "../../field/types.js";
import { raiseState } from "../../process/alarms.js";
import { constantValue } from "../../process/links.js";
import { type FieldValue, numberOf, type SimRecord, textOf } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop, takeConstant, writeOutput } from "./output.js";

const RAW = 1;

function names(record: SimRecord): readonly string[] {
  return [textOf(record, "ZNAM"), textOf(record, "ONAM")];
}

function severity(record: SimRecord): string | undefined {
  const value = numberOf(record, "VAL");
  return value === 0 ? "ZSV" : value === 1 ? "OSV" : undefined;
}

/** State names before numbers, for the value of a binary record. */
function convert(record: SimRecord, field: string, value: FieldValue): FieldValue | undefined {
  if (field !== "VAL" || typeof value !== "string") return undefined;
  const index = names(record).indexOf(value);
  if (index !== -1) return index;
  const number = value.trim() === "" ? undefined : parseNumber(value);
  return number === 0 || number === 1 ? number : undefined;
}

const shared = { convert, enums: (record: SimRecord, field: string) => (field === "VAL" ? names(record) : undefined) };

/** bi. */
export const BINARY_INPUT: RecordSupport = {
  ...shared,
  init(_engine, record) {
    if (numberOf(record, "DTYP") === RAW) takeConstant(record, "INP", "RVAL", "number");
    else if (takeConstant(record, "INP", "VAL", "number")) record.values.UDF = 0;
    record.values.MLST = record.values.LALM = numberOf(record, "VAL");
  },
  process(engine, record) {
    const read = engine.readLink(record, "INP", "number");
    if (numberOf(record, "DTYP") === RAW) {
      if (read.status === "ok") {
        const mask = numberOf(record, "MASK");
        record.values.RVAL = mask === 0 ? Math.trunc(read.value as number) : ((read.value as number) & mask) >>> 0;
      }
      if (read.status !== "failed") {
        record.values.VAL = numberOf(record, "RVAL") === 0 ? 0 : 1;
        record.values.UDF = 0;
      }
    } else if (read.status === "ok") record.values.VAL = (read.value as number) & 0xffff;
    if (read.status !== "failed") record.values.UDF = 0;
    raiseState(record, severity(record));
  },
};

/** bo, also momentary (HIGH). */
export const BINARY_OUTPUT: RecordSupport = {
  ...shared,
  init(_engine, record) {
    const constant = constantValue(record.links.get("DOL"), "number");
    if (typeof constant === "number") {
      record.values.VAL = constant === 0 ? 0 : 1;
      record.values.UDF = 0;
    }
    record.values.MLST = record.values.LALM = numberOf(record, "VAL");
    setRaw(record);
  },
  process(engine, record) {
    if (isClosedLoop(record)) {
      const read = engine.readLink(record, "DOL", "number");
      if (read.status === "ok") {
        record.values.VAL = (read.value as number) === 0 ? 0 : 1;
        record.values.UDF = 0;
      }
    }
    setRaw(record);
    raiseState(record, severity(record));
    writeOutput(
      record,
      () => void engine.writeLink(record, "OUT", numberOf(record, numberOf(record, "DTYP") === RAW ? "RVAL" : "VAL")),
      () => {
        record.values.VAL = numberOf(record, "IVOV");
        setRaw(record);
      },
    );
    const seconds = numberOf(record, "HIGH");
    if (seconds > 0 && numberOf(record, "VAL") === 1) {
      const turn = ((record.state.turn as number | undefined) ?? 0) + 1;
      record.state.turn = turn;
      engine.after(seconds * 1000, () => {
        if (record.state.turn !== turn) return;
        record.values.VAL = 0;
        engine.process(record);
      });
    }
  },
};

function setRaw(record: SimRecord): void {
  const value = numberOf(record, "VAL");
  const mask = numberOf(record, "MASK");
  record.values.RVAL = mask === 0 ? value : value === 0 ? 0 : mask;
}
