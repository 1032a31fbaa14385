import { fitNumber } from "../../field/types.js";
import { raiseLimits } from "../../process/alarms.js";
import { numberOf, type SimRecord } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop, takeConstant, writeOutput } from "./output.js";

function within(record: SimRecord, value: number): number {
  return fitNumber(record.definitions.get("VAL")!.type, value);
}

function clamp(record: SimRecord, value: number): number {
  const high = numberOf(record, "DRVH");
  const low = numberOf(record, "DRVL");
  return high > low ? Math.min(Math.max(value, low), high) : value;
}

function startLevels(record: SimRecord): void {
  for (const field of ["MLST", "ALST", "LALM"]) record.values[field] = numberOf(record, "VAL");
}

/** longin, int64in. */
export const INTEGER_INPUT: RecordSupport = {
  init(_engine, record) {
    if (takeConstant(record, "INP", "VAL", "number")) {
      record.values.VAL = within(record, numberOf(record, "VAL"));
      record.values.UDF = 0;
    }
    startLevels(record);
  },
  process(engine, record) {
    const read = engine.readLink(record, "INP", "number");
    if (read.status === "ok") record.values.VAL = within(record, read.value as number);
    if (read.status !== "failed") record.values.UDF = 0;
    raiseLimits(record);
  },
};

const OUTPUT_CONDITIONS: readonly ((now: number, before: number) => boolean)[] = [
  () => true,
  (now, before) => now !== before,
  (now) => now === 0,
  (now) => now !== 0,
  (now, before) => now === 0 && before !== 0,
  (now, before) => now !== 0 && before === 0,
];

/** longout, int64out. */
export const INTEGER_OUTPUT: RecordSupport = {
  init(_engine, record) {
    if (takeConstant(record, "DOL", "VAL", "number")) {
      record.values.VAL = within(record, numberOf(record, "VAL"));
      record.values.UDF = 0;
    }
    startLevels(record);
    record.values.PVAL = numberOf(record, "VAL");
    record.state.written = false;
  },
  process(engine, record) {
    let value = numberOf(record, "VAL");
    let failed = false;
    if (isClosedLoop(record)) {
      const read = engine.readLink(record, "DOL", "number");
      failed = read.status === "failed";
      if (read.status === "ok") {
        value = within(record, read.value as number);
        record.values.UDF = 0;
      }
    }
    if (!failed) record.values.VAL = clamp(record, value);
    raiseLimits(record);
    const before = numberOf(record, "PVAL");
    const write = () => {
      const now = numberOf(record, "VAL");
      const condition = OUTPUT_CONDITIONS[numberOf(record, "OOPT")] ?? (() => true);
      const first = record.state.written !== true && numberOf(record, "OOCH") === 1;
      if (condition(now, before) || (first && numberOf(record, "OOPT") === 1)) engine.writeLink(record, "OUT", now);
      record.state.written = true;
    };
    writeOutput(record, write, () => {
      record.values.VAL = clamp(record, numberOf(record, "IVOV"));
    });
    record.values.PVAL = numberOf(record, "VAL");
  },
};
