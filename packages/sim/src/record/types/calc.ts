import { type CalcProgram, type CalcState, compileCalc } from "../../calc/compile.js";
import { CALC_ARGUMENTS } from "../../calc/tokens.js";
import { raise, raiseLimits, SEVERITY, STATUS } from "../../process/alarms.js";
import type { Engine } from "../../process/engine.js";
import { numberOf, type SimRecord, textOf } from "../record.js";
import type { RecordSupport } from "../support.js";
import { takeConstant, writeOutput } from "./output.js";

const LETTERS = Array.from({ length: CALC_ARGUMENTS }, (_, index) => String.fromCharCode(65 + index));
const EXPRESSIONS = ["CALC", "OCAL"];

/** Compiles an expression field; false when it is wrong, and the record then raises CALC. */
function compile(record: SimRecord, field: string): boolean {
  const text = textOf(record, field);
  const program = compileCalc(text === "" ? "0" : text);
  record.state[field] = "run" in program ? program : undefined;
  return "run" in program;
}

function init(record: SimRecord): void {
  for (const letter of LETTERS) if (record.definitions.has(`INP${letter}`)) takeConstant(record, `INP${letter}`, letter, "number");
  for (const field of EXPRESSIONS) if (record.definitions.has(field)) compile(record, field);
}

/** Reads the inputs; false when one could not be read. */
function readInputs(engine: Engine, record: SimRecord): boolean {
  let complete = true;
  for (const letter of LETTERS) {
    if (!record.links.has(`INP${letter}`)) continue;
    const read = engine.readLink(record, `INP${letter}`, "number");
    if (read.status === "ok") record.values[letter] = read.value as number;
    if (read.status === "failed") complete = false;
  }
  return complete;
}

/** Runs an expression on the record's arguments; undefined when it does not compile. */
function run(engine: Engine, record: SimRecord, field: string, value: number): number | undefined {
  const program = record.state[field] as CalcProgram | undefined;
  if (!program) return undefined;
  const state: CalcState = { args: LETTERS.map((letter) => numberOf(record, letter)), value, random: engine.random };
  const result = program.run(state);
  for (const [index, letter] of LETTERS.entries()) if (record.values[letter] !== undefined) record.values[letter] = state.args[index]!;
  return result;
}

function compute(engine: Engine, record: SimRecord): void {
  if (!readInputs(engine, record)) return;
  const value = run(engine, record, "CALC", numberOf(record, "VAL"));
  if (value === undefined) {
    raise(record, STATUS.CALC, SEVERITY.INVALID);
    return;
  }
  record.values.VAL = value;
  record.values.UDF = Number.isNaN(value) ? 1 : 0;
}

/** Keeps the arguments as those of the last run. */
function keepArguments(record: SimRecord): void {
  for (const letter of LETTERS) if (record.definitions.has(`L${letter}`)) record.values[`L${letter}`] = numberOf(record, letter);
}

function changed(_engine: Engine, record: SimRecord, field: string): boolean {
  if (!EXPRESSIONS.includes(field)) return true;
  const valid = compile(record, field);
  if (record.definitions.has("OOPT")) record.values[field === "CALC" ? "CLCV" : "OCLV"] = valid ? 0 : -1;
  return valid;
}

/** calc. */
export const CALC: RecordSupport = {
  init: (_engine, record) => init(record),
  changed,
  process(engine, record) {
    compute(engine, record);
    raiseLimits(record);
    keepArguments(record);
  },
};

const CONDITIONS: readonly ((now: number, before: number, deadband: number) => boolean)[] = [
  () => true,
  (now, before, deadband) => Math.abs(now - before) > deadband,
  (now) => now === 0,
  (now) => now !== 0,
  (now, before) => before !== 0 && now === 0,
  (now, before) => before === 0 && now !== 0,
];

function output(engine: Engine, record: SimRecord): void {
  if (numberOf(record, "DOPT") === 0) record.values.OVAL = numberOf(record, "VAL");
  else {
    const value = run(engine, record, "OCAL", numberOf(record, "OVAL"));
    if (value === undefined) raise(record, STATUS.CALC, SEVERITY.INVALID);
    else {
      record.values.OVAL = value;
      record.values.UDF = Number.isNaN(value) ? 1 : 0;
    }
  }
  const write = () => {
    engine.writeLink(record, "OUT", numberOf(record, "OVAL"));
    const event = textOf(record, "OEVT");
    if (event !== "") engine.event(event);
  };
  writeOutput(record, write, () => {
    record.values.OVAL = numberOf(record, "IVOV");
  });
}

/** calcout. */
export const CALCOUT: RecordSupport = {
  init(engine, record) {
    init(record);
    record.values.PVAL = numberOf(record, "VAL");
    for (const [link, status] of [...LETTERS.map((letter) => [`INP${letter}`, `IN${letter}V`] as const), ["OUT", "OUTV"] as const]) {
      const target = record.links.get(link);
      if (record.definitions.has(status)) record.values[status] = target?.kind !== "record" ? 3 : engine.find(target.record) ? 2 : 0;
    }
  },
  changed,
  process(engine, record) {
    compute(engine, record);
    raiseLimits(record);
    keepArguments(record);
    const before = numberOf(record, "PVAL");
    const now = numberOf(record, "VAL");
    const due = CONDITIONS[numberOf(record, "OOPT")]?.(now, before, numberOf(record, "MDEL")) ?? false;
    record.values.PVAL = now;
    if (!due) return;
    const delay = numberOf(record, "ODLY");
    if (delay <= 0) output(engine, record);
    else {
      record.values.DLYA = 1;
      engine.after(delay * 1000, () => {
        record.values.DLYA = 0;
        output(engine, record);
      });
    }
  },
};
