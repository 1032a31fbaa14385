import { isEpicubeError } from "@epicube/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileCalc } from "../src/index.js";
import { createWorld } from "./world.js";

const TOKENS =
  "A B U VAL ( ) , ; := ? : + - * / % ** ^ & && | || ! ~ < >= >>> AND OR XOR NOT MAX MIN ATAN2 SIN 1 0x 0xF 1e400 . NaN Inf @ RNDM".split(
    " ",
  );

it("compiles or refuses any text, and what compiles runs", () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }).map((tokens) => tokens.join("")),
  );
  fc.assert(
    fc.property(text, fc.array(fc.double(), { minLength: 21, maxLength: 21 }), (expression, args) => {
      const program = compileCalc(expression);
      if ("run" in program) expect(typeof program.run({ args, value: 0, random: () => 0.5 })).toBe("number");
      else expect(program.at).toBeLessThanOrEqual(expression.length);
    }),
    { numRuns: 3000 },
  );
});

it("takes or refuses any value in any field", () => {
  const world = createWorld(`
    record(ai, "a") { field(INP, "b PP MS") field(FLNK, "c") } record(ao, "b") { field(OUT, "a PP") } record(bo, "c") { field(ZNAM, "Off") field(OUT, "d PP") }
    record(mbbo, "d") { field(ZRST, "x") field(OUT, "e PP") } record(longout, "e") { field(OUT, "f PP") } record(stringout, "f") { field(OUT, "a PP") }
    record(calc, "g") { field(INPA, "a PP") field(CALC, "A") field(FLNK, "h") } record(calcout, "h") { field(INPA, "g") field(CALC, "A") field(OUT, "e PP") }
    record(waveform, "i") { field(FTVL, SHORT) field(NELM, 4) field(INP, "j") } record(aao, "j") { field(FTVL, STRING) field(NELM, 2) }
    record(seq, "k") { field(LNK0, "a PP") } record(sel, "l") { field(INPA, "a") } record(fanout, "m") { field(LNK1, "a") } record(dfanout, "n") { field(OUTA, "a PP") }
    record(mbbiDirect, "o") { field(INP, "e") } record(mbboDirect, "p") {} record(lso, "q") {} record(int64in, "r") {} record(event, "s") {} record(compress, "t") { field(INP, "a") }`);
  const channels = [...world.engine.records.values()].flatMap((record) =>
    [...record.definitions.values()]
      .filter((field) => field.type !== "NOACCESS" || field.name === "VAL")
      .map((field) => `${record.name}.${field.name}`),
  );
  const value = fc.oneof(
    fc.double(),
    fc.string(),
    fc.constantFrom("a PP MS", "i.VAL", "1 second", "A+1", "[1,2]", "-1", "nan"),
    fc.array(fc.double(), { maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...channels), value, (name, written) => {
      try {
        world.put(name, written);
      } catch (error) {
        if (!isEpicubeError(error, "SIM_PUT") && !/read-only|no channel/.test(String(error))) throw error;
      }
      world.read(name.split(".")[0]!);
    }),
    { numRuns: 4000 },
  );
});
