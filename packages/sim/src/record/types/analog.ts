import { raiseLimits } from "../../process/alarms.js";
import type { Engine } from "../../process/engine.js";
import { numberOf, type SimRecord } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop, takeConstant, writeOutput } from "./output.js";

const RAW = 1;
const SLOPE = 1;
const LINEAR = 2;

/** Raw value to engineering units: offset, slope, then the linear conversion that LINR chooses. */
function fromRaw(record: SimRecord): number {
  let value = numberOf(record, "RVAL") + numberOf(record, "ROFF");
  const slope = numberOf(record, "ASLO");
  if (slope !== 0) value *= slope;
  value += numberOf(record, "AOFF");
  const conversion = numberOf(record, "LINR");
  if (conversion === SLOPE || conversion === LINEAR) value = value * numberOf(record, "ESLO") + numberOf(record, "EOFF");
  return value;
}

/** Engineering units to the raw value, rounded. */
function toRaw(record: SimRecord, value: number): number {
  const conversion = numberOf(record, "LINR");
  let raw = value;
  if (conversion === SLOPE || conversion === LINEAR) {
    const slope = numberOf(record, "ESLO");
    raw = slope === 0 ? 0 : (value - numberOf(record, "EOFF")) / slope;
  }
  raw -= numberOf(record, "AOFF");
  const slope = numberOf(record, "ASLO");
  if (slope !== 0) raw /= slope;
  raw -= numberOf(record, "ROFF");
  return Math.trunc(raw + (raw >= 0 ? 0.5 : -0.5));
}

/** ai. */
export const ANALOG_INPUT: RecordSupport = {
  init(_engine, record) {
    if (numberOf(record, "DTYP") === RAW) {
      takeConstant(record, "INP", "RVAL", "number");
    } else if (takeConstant(record, "INP", "VAL", "number")) record.values.UDF = 0;
  },
  process(engine, record) {
    if (numberOf(record, "DTYP") === RAW) readRaw(engine, record);
    else readSoft(engine, record);
    raiseLimits(record);
  },
};

function readSoft(engine: Engine, record: SimRecord): void {
  const read = engine.readLink(record, "INP", "number");
  if (read.status !== "ok") {
    record.state.smoothing = false;
    if (read.status === "none") record.values.UDF = Number.isNaN(numberOf(record, "VAL")) ? 1 : 0;
    return;
  }
  const value = read.value as number;
  const smoothing = numberOf(record, "SMOO");
  const smooth = smoothing !== 0 && record.state.smoothing === true && Number.isFinite(numberOf(record, "VAL"));
  record.values.VAL = smooth ? numberOf(record, "VAL") * smoothing + value * (1 - smoothing) : value;
  record.values.UDF = Number.isNaN(numberOf(record, "VAL")) ? 1 : 0;
  record.state.smoothing = true;
}

function readRaw(engine: Engine, record: SimRecord): void {
  const read = engine.readLink(record, "INP", "number");
  if (read.status === "failed") return;
  if (read.status === "ok") record.values.RVAL = Math.trunc(read.value as number);
  const value = fromRaw(record);
  const smoothing = numberOf(record, "SMOO");
  const old = numberOf(record, "VAL");
  record.values.VAL =
    smoothing !== 0 && Number.isFinite(old) && record.state.smoothing === true ? value * (1 - smoothing) + old * smoothing : value;
  record.state.smoothing = true;
  record.values.UDF = Number.isNaN(numberOf(record, "VAL")) ? 1 : 0;
}

/** ao: DOL, incremental output, drive limits, rate of change. */
export const ANALOG_OUTPUT: RecordSupport = {
  init(_engine, record) {
    if (takeConstant(record, "DOL", "VAL", "number")) record.values.UDF = Number.isNaN(numberOf(record, "VAL")) ? 1 : 0;
    const value = numberOf(record, "VAL");
    for (const field of ["OVAL", "PVAL", "MLST", "ALST", "LALM"]) record.values[field] = value;
  },
  process(engine, record) {
    let value = numberOf(record, "VAL");
    let failed = false;
    if (isClosedLoop(record)) {
      const read = engine.readLink(record, "DOL", "number");
      failed = read.status === "failed";
      if (read.status === "ok") value = (read.value as number) + (numberOf(record, "OIF") === 1 ? numberOf(record, "VAL") : 0);
    }
    if (!failed) convertOut(record, value);
    record.values.UDF = Number.isNaN(numberOf(record, "VAL")) ? 1 : 0;
    raiseLimits(record);
    const raw = numberOf(record, "DTYP") === RAW;
    writeOutput(
      record,
      () => void engine.writeLink(record, "OUT", numberOf(record, raw ? "RVAL" : "OVAL")),
      () => convertOut(record, numberOf(record, "IVOV")),
    );
    // The limits and rate hold for each step of a rate-limited output.
    record.values.PVAL = numberOf(record, "VAL");
  },
};

function convertOut(record: SimRecord, wanted: number): void {
  const high = numberOf(record, "DRVH");
  const low = numberOf(record, "DRVL");
  let value = wanted;
  if (high > low) value = Math.min(Math.max(value, low), high);
  record.values.VAL = value;
  const rate = numberOf(record, "OROC");
  const previous = numberOf(record, "OVAL");
  const difference = value - previous;
  record.values.OVAL = rate !== 0 && Math.abs(difference) > rate ? previous + (difference < 0 ? -rate : rate) : value;
  record.values.RVAL = toRaw(record, numberOf(record, "OVAL"));
}
