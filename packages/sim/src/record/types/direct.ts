import { raiseUndefined } from "../../process/alarms.js";
import { numberOf, type SimRecord } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop, takeConstant, writeOutput } from "./output.js";

const BITS = Array.from({ length: 32 }, (_, bit) => `B${bit.toString(16).toUpperCase()}`);

function spread(record: SimRecord): void {
  const value = numberOf(record, "VAL");
  for (const [bit, field] of BITS.entries()) if (record.definitions.has(field)) record.values[field] = (value >>> bit) & 1;
}

function gather(record: SimRecord): void {
  record.values.VAL = BITS.reduce((value, field, bit) => value | (numberOf(record, field) === 0 ? 0 : 1 << bit), 0);
}

/** mbbiDirect. */
export const DIRECT_INPUT: RecordSupport = {
  init(_engine, record) {
    if (takeConstant(record, "INP", "VAL", "number")) record.values.UDF = 0;
    spread(record);
  },
  process(engine, record) {
    const read = engine.readLink(record, "INP", "number");
    if (read.status === "ok") {
      record.values.VAL = Math.trunc(read.value as number) | 0;
      record.values.UDF = 0;
    }
    spread(record);
    raiseUndefined(record);
  },
};

/** mbboDirect: the bits and the value follow each other. */
export const DIRECT_OUTPUT: RecordSupport = {
  init(_engine, record) {
    if (takeConstant(record, "DOL", "VAL", "number")) record.values.UDF = 0;
    if (numberOf(record, "UDF") === 0) spread(record);
    else if (BITS.some((field) => numberOf(record, field) !== 0)) {
      gather(record);
      record.values.UDF = 0;
    }
  },
  changed(_engine, record, field) {
    if (field === "VAL") spread(record);
    else if (BITS.includes(field)) {
      gather(record);
      record.values.UDF = 0;
    }
    return true;
  },
  process(engine, record) {
    if (isClosedLoop(record)) {
      const read = engine.readLink(record, "DOL", "number");
      if (read.status === "ok") {
        record.values.VAL = Math.trunc(read.value as number) | 0;
        record.values.UDF = 0;
        spread(record);
      }
    }
    record.values.RVAL = numberOf(record, "VAL");
    raiseUndefined(record);
    writeOutput(
      record,
      () => void engine.writeLink(record, "OUT", numberOf(record, "VAL")),
      () => {
        record.values.VAL = numberOf(record, "IVOV");
        spread(record);
      },
    );
  },
};
