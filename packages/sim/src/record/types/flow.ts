import { raise, raiseLimits, raiseUndefined, SEVERITY, STATUS } from "../../process/alarms.js";
import type { Engine } from "../../process/engine.js";
import { numberOf, type SimRecord, textOf } from "../record.js";
import type { RecordSupport } from "../support.js";
import { isClosedLoop, takeConstant } from "./output.js";

const ALL = 0;
const SPECIFIED = 1;

function readSelection(engine: Engine, record: SimRecord): void {
  const read = engine.readLink(record, "SELL", "number");
  if (read.status === "ok") record.values.SELN = Math.trunc(read.value as number) & 0xffff;
}

/** The numbers of the outputs that SELM and SELN choose; undefined for a selection out of range, with the alarm raised. */
function selected(record: SimRecord, count: number, first: number): number[] | undefined {
  const all = Array.from({ length: count }, (_, index) => index);
  const mode = numberOf(record, "SELM");
  if (mode === ALL) return all;
  const selection = numberOf(record, "SELN") + (record.definitions.has("OFFS") ? numberOf(record, "OFFS") : 0);
  if (mode === SPECIFIED) {
    const index = selection - first;
    if (selection === 0 && first === 1) return [];
    if (index >= 0 && index < count) return [index];
    raise(record, STATUS.SOFT, SEVERITY.INVALID);
    return undefined;
  }
  const shift = record.definitions.has("SHFT") ? numberOf(record, "SHFT") : 0;
  const mask = shift >= 0 ? numberOf(record, "SELN") >>> shift : numberOf(record, "SELN") << -shift;
  return all.filter((index) => (mask >>> index) & 1);
}

const HEX = "0123456789ABCDEF".split("");

/** fanout: processes its links. */
export const FANOUT: RecordSupport = {
  init: (_engine, record) => void takeConstant(record, "SELL", "SELN", "number"),
  process(engine, record) {
    record.values.UDF = 0;
    readSelection(engine, record);
    for (const index of selected(record, 16, 0) ?? []) {
      const link = record.links.get(`LNK${HEX[index]}`);
      const target = link?.kind === "record" ? engine.find(link.record) : undefined;
      if (target) engine.processPassive(target);
    }
    raiseUndefined(record);
  },
};

/** dfanout: writes its value to its links. */
export const VALUE_FANOUT: RecordSupport = {
  init(_engine, record) {
    takeConstant(record, "SELL", "SELN", "number");
    if (takeConstant(record, "DOL", "VAL", "number")) record.values.UDF = 0;
  },
  process(engine, record) {
    if (isClosedLoop(record)) {
      const read = engine.readLink(record, "DOL", "number");
      if (read.status === "ok") {
        record.values.VAL = read.value as number;
        record.values.UDF = Number.isNaN(read.value as number) ? 1 : 0;
      }
    }
    raiseLimits(record);
    readSelection(engine, record);
    const links = "ABCDEFGHIJKLMNOP"
      .split("")
      .map((letter) => `OUT${letter}`)
      .filter((field) => record.definitions.has(field));
    const mask = numberOf(record, "SELM") === 2;
    for (const index of selected(record, links.length, mask ? 0 : 1) ?? [])
      engine.writeLink(record, links[index]!, numberOf(record, "VAL"));
  },
};

/** seq: reads and writes in steps, with a delay before each. */
export const SEQUENCE: RecordSupport = {
  init(_engine, record) {
    takeConstant(record, "SELL", "SELN", "number");
    for (const digit of HEX) if (record.definitions.has(`DO${digit}`)) takeConstant(record, `DOL${digit}`, `DO${digit}`, "number");
  },
  process(engine, record) {
    record.values.UDF = 0;
    readSelection(engine, record);
    const steps = (selected(record, 16, 0) ?? []).filter((index) => record.definitions.has(`DO${HEX[index]}`));
    const run = (at: number) => {
      const index = steps[at];
      if (index === undefined) return;
      const digit = HEX[index];
      const step = () => {
        const read = engine.readLink(record, `DOL${digit}`, "number");
        if (read.status === "ok") record.values[`DO${digit}`] = read.value as number;
        engine.writeLink(record, `LNK${digit}`, numberOf(record, `DO${digit}`));
        run(at + 1);
      };
      const delay = numberOf(record, `DLY${digit}`);
      if (delay > 0) engine.after(delay * 1000, step);
      else step();
    };
    run(0);
  },
};

const INPUTS = "ABCDEFGHIJKL".split("");

/** sel: one of its inputs, the highest, the lowest or the median. */
export const SELECT: RecordSupport = {
  init(_engine, record) {
    for (const letter of INPUTS) {
      record.values[letter] = Number.NaN;
      takeConstant(record, `INP${letter}`, letter, "number");
    }
    takeConstant(record, "NVL", "SELN", "number");
  },
  process(engine, record) {
    const number = engine.readLink(record, "NVL", "number");
    if (number.status === "ok") record.values.SELN = Math.trunc(number.value as number) & 0xffff;
    let failed = false;
    for (const letter of INPUTS) {
      const read = engine.readLink(record, `INP${letter}`, "number");
      if (read.status === "ok") record.values[letter] = read.value as number;
      if (read.status === "failed") failed = true;
    }
    const given = INPUTS.map((letter) => numberOf(record, letter)).filter((value) => !Number.isNaN(value));
    const sorted = [...given].sort((a, b) => a - b);
    const chosen = [
      () => numberOf(record, INPUTS[numberOf(record, "SELN")] ?? ""),
      () => sorted.at(-1),
      () => sorted[0],
      () => sorted[sorted.length >> 1],
    ][numberOf(record, "SELM")]?.();
    if (numberOf(record, "SELM") === 0 && numberOf(record, "SELN") >= INPUTS.length) raise(record, STATUS.SOFT, SEVERITY.INVALID);
    else if (!failed) {
      record.values.VAL = chosen ?? Number.NaN;
      record.values.UDF = Number.isNaN(numberOf(record, "VAL")) ? 1 : 0;
    }
    raiseLimits(record);
    for (const letter of INPUTS) record.values[`L${letter}`] = numberOf(record, letter);
  },
};

/** event: posts an event by name. */
export const EVENT: RecordSupport = {
  init: (_engine, record) => void takeConstant(record, "INP", "VAL", "text"),
  process(engine, record) {
    const read = engine.readLink(record, "INP", "text");
    if (read.status === "ok") record.values.VAL = read.value as string;
    if (read.status !== "failed") record.values.UDF = 0;
    raiseUndefined(record);
    engine.event(textOf(record, "VAL"));
  },
};
