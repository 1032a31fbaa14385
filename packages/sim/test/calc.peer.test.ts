import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder, describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { compileCalc } from "../src/index.js";
import { readWithLibca, startRealIoc } from "./peers.js";

const ARGUMENTS = [3, -2.5, 0, 1e3, 7, 0.5, -1, 255, 1e10];

/** A small generator of its own: equal for equal seeds on every machine. */
function generator(seed: number) {
  let state = seed;
  const next = (count: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % count;
  };
  const pick = <T>(items: readonly T[]): T => items[next(items.length)]!;
  const operand = (depth: number): string => {
    const kind = next(depth > 0 ? 9 : 4);
    if (kind < 3) return pick("ABCDEFGHI".split(""));
    if (kind === 3) return pick(["1", "2.5", "0x1F", "10", ".5", "1e2", "PI", "D2R", "NaN", "Inf", "0"]);
    if (kind === 4) return `(${expression(depth - 1)})`;
    if (kind === 5) return `${pick(["-", "!", "~", "NOT ", "ABS ", "NINT ", "ceil"])}${operand(depth - 1)}`;
    if (kind === 6) return `${pick(["MAX", "MIN", "FINITE", "ISNAN"])}(${expression(depth - 1)},${expression(depth - 1)})`;
    if (kind === 7) return `${pick(["ATAN2", "FMOD"])}(${expression(depth - 1)},${expression(depth - 1)})`;
    return `${pick(["SIN", "FLOOR", "SQR", "EXP", "LN", "LOG", "ISINF"])}(${expression(depth - 1)})`;
  };
  // No `%`: the smallest integer modulo -1 ends a real IOC with a signal.
  const operators = "+ - * / ** ^ & && | || = == != # < <= > >= << >> >>> AND OR XOR".split(" ");
  const expression = (depth: number): string => {
    let text = operand(depth);
    for (let count = next(3); count > 0; count--) text += pick(["", " "]) + pick(operators) + pick(["", " "]) + operand(depth);
    if (depth > 0 && next(6) === 0) text = `${text}?${operand(depth - 1)}:${operand(depth - 1)}`;
    return text;
  };
  return () => {
    let text = expression(2);
    if (next(8) === 0) text = `A:=${text};A+B`;
    return text;
  };
}

const HAND_MADE = [
  "A", "A+B*C", "-2**2", "2**3**2", "A?B:C", "C?A:B?D:E", "A>B&&C<D", "1+2;A:=5", "A:=5;B:=A*2;A+B", "7%3", "-7%3", "7%0", "1/0", "0/0", "~5", "1<<3",
  "-1>>1", "-1>>>28", "0xFFFFFFFF", "NINT(2.5)", "NINT(-2.5)", "MAX(1,NaN,3)", "MIN(3)", "sin(0)", "SINA", "ABS-3", "!!A", "A--B", "VAL+1",
  "FINITE(1/0,2)", "ISNAN(0/0)", "ISINF(-1/0)", "ATAN2(1,2)", "FMOD(7,-3)", "I|0", "4294967295|0", "4294967296&255", "-4294967297|0", "1e20|1", "A#B",
]; // biome-ignore format: a list
const WRONG = ["", "A+", "(A", "A)", "A B", "A?B", "A:B", "A;B", "A:=1", "1:=2", "MAX()", "A,B", "foo(", "ATAN2(1)", "@", "A+;B", "ABS"];

describePeer(["epics"], "the calc record of a real IOC", ({ epics }) => {
  it("computes the same values", async () => {
    const make = generator(20260101);
    const generated = Array.from({ length: 600 }, make).filter((text) => text.length < 79 && "run" in compileCalc(text));
    const expressions = [...HAND_MADE, ...generated];
    const inputs = ARGUMENTS.map((value, index) => `field(INP${String.fromCharCode(65 + index)}, "${value}")`).join(" ");
    const records = expressions.map((text, index) => `record(calc, "c${index}") { field(CALC, "${text}") field(PINI, YES) ${inputs} }`);
    await using temp = await createTempFolder("calc");
    const file = join(temp.path, "calc.db");
    writeFileSync(file, records.join("\n"));
    const real = await startRealIoc(epics, file);
    try {
      const readings = await readWithLibca(
        epics,
        real.port,
        expressions.map((_, index) => `c${index}`),
      );
      expect(generated.length).toBeGreaterThan(400);
      for (const [index, expression] of expressions.entries()) {
        const program = compileCalc(expression);
        if (!("run" in program)) throw new Error(`${expression}: ${program.error}`);
        const value = program.run({ args: [...ARGUMENTS, ...new Array<number>(12).fill(0)], value: 0, random: () => 0.5 });
        const known = readings[index]!.value;
        const expected = typeof known === "string" ? Number(known.replace("inf", "Infinity").replace("nan", "NaN")) : (known as number);
        if (Number.isFinite(expected) && Math.abs(expected) > 1e-300)
          expect(Math.abs(value / expected - 1), `${expression}: ${value}, IOC ${expected}`).toBeLessThan(1e-12);
        else expect(value === 0 ? 0 : value, expression).toBe(expected === 0 ? 0 : expected);
      }
    } finally {
      await real.close();
    }
  });

  it("refuses what is no expression", () => {
    expect(WRONG.filter((text) => "run" in compileCalc(text))).toEqual([]);
  });
});
