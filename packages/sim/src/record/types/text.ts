import { cutText } from "../../field/types.js";
import { raiseUndefined } from "../../process/alarms.js";
import { type FieldValue, numberOf, type SimRecord, textOf } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop, takeConstant, writeOutput } from "./output.js";

function setText(record: SimRecord, text: string): void {
  const size = record.definitions.has("SIZV") ? numberOf(record, "SIZV") : 40;
  record.values.VAL = cutText({ ...record.definitions.get("VAL")!, size }, text);
  if (record.definitions.has("LEN") && (text !== "" || numberOf(record, "LEN") !== 0)) record.values.LEN = textOf(record, "VAL").length + 1;
}

/** stringin. */
export const TEXT_INPUT: RecordSupport = {
  init(_engine, record) {
    if (takeConstant(record, "INP", "VAL", "text")) record.values.UDF = 0;
    setText(record, textOf(record, "VAL"));
    record.values.OVAL = textOf(record, "VAL");
  },
  process(engine, record) {
    const read = engine.readLink(record, "INP", "text");
    if (read.status === "ok") {
      setText(record, read.value as string);
      record.values.UDF = 0;
    }
    record.values.OVAL = textOf(record, "VAL");
  },
};

/** stringout. */
export const TEXT_OUTPUT: RecordSupport = {
  init(_engine, record) {
    if (takeConstant(record, "DOL", "VAL", "text")) record.values.UDF = 0;
    setText(record, textOf(record, "VAL"));
    record.values.OVAL = textOf(record, "VAL");
  },
  process(engine, record) {
    if (isClosedLoop(record)) {
      const read = engine.readLink(record, "DOL", "text");
      if (read.status === "ok") {
        setText(record, read.value as string);
        record.values.UDF = 0;
      }
    }
    raiseUndefined(record);
    writeOutput(
      record,
      () => void engine.writeLink(record, "OUT", textOf(record, "VAL")),
      () => setText(record, textOf(record, "IVOV")),
    );
    record.values.OVAL = textOf(record, "VAL");
  },
};

/** The text of a long string record is an array of characters in the IOC; here it is text. */
const longText = {
  changed: changedLong,
  convert: (_record: SimRecord, field: string, value: FieldValue) => (field === "VAL" ? String(value) : undefined),
  served: (_record: SimRecord, field: string) =>
    field === "VAL" || field === "OVAL" ? ({ type: "STRING", count: 1 } as const) : undefined,
};

function changedLong(_engine: unknown, record: SimRecord, field: string): boolean {
  if (field === "VAL") setText(record, textOf(record, "VAL"));
  return true;
}

function startLong(record: SimRecord): void {
  record.values.VAL = textOf(record, "VAL");
  record.values.OVAL = textOf(record, "VAL");
}

function keepOld(record: SimRecord): void {
  record.values.OVAL = textOf(record, "VAL");
}

/** lsi. */
export const LONG_TEXT_INPUT: RecordSupport = {
  ...longText,
  init(engine, record) {
    startLong(record);
    TEXT_INPUT.init!(engine, record);
  },
  process(engine, record) {
    keepOld(record);
    TEXT_INPUT.process(engine, record);
  },
};

/** lso. */
export const LONG_TEXT_OUTPUT: RecordSupport = {
  ...longText,
  init(engine, record) {
    startLong(record);
    TEXT_OUTPUT.init!(engine, record);
  },
  process(engine, record) {
    keepOld(record);
    TEXT_OUTPUT.process(engine, record);
  },
};
