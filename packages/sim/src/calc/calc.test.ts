import { expect, it } from "vitest";
import { compileCalc } from "./compile.js";

const run = (text: string, args: number[] = [3, 4, 0, 2]) => {
  const program = compileCalc(text);
  if (!("run" in program)) throw new Error(program.error);
  return program.run({ args: [...args], value: 10, random: () => 0.25 });
};

it.each([
  ["A+1", 4],
  ["A+B*2", 11],
  ["-2**2", 4],
  ["2**3**2", 64],
  ["A>B||B>A", 1],
  ["1|2&2", 3],
  ["C?A:B", 4],
  ["A?B?1:2:3", 1],
  ["A:=5;A+B", 9],
  ["A+B;A:=1", 7],
  ["VAL+1", 11],
  ["RNDM", 0.25],
  ["7%4", 3],
  ["sina", Math.sin(3)],
  ["MAX(A,B,7)", 7],
  ["ATAN2(1,0)", Math.atan2(0, 1)],
  ["~0", -1],
  ["0xFF&15", 15],
  ["-1>>>31", 1],
  ["NINT(2.5)+NINT(-2.5)", 0],
  ["PI*R2D", 180],
  ["!C", 1],
  ["A--B", 7],
])("computes %s", (text, expected) => {
  expect(run(text)).toBeCloseTo(expected, 12);
});

it.each([
  ["", "the expression has no value"],
  ["A:=1", "the expression has no value"],
  ["A;B", "the expression has more than one value"],
  ["A+", "the expression is incomplete"],
  ["(A", "a bracket is not closed"],
  ["A)", "an operator is out of place"],
  ["A?B", "a conditional has no ':'"],
  ["MAX A", "MAX needs its arguments in brackets"],
  ["ATAN2(1)", "ATAN2 needs two arguments"],
  ["A $ B", 'cannot read "$ B"'],
])("refuses %j", (text, error) => {
  expect(compileCalc(text)).toMatchObject({ error });
});

it("says where the error is", () => {
  expect(compileCalc("A:=1;B + @")).toMatchObject({ at: 9 });
});

it("refuses deep nesting", () => {
  expect(compileCalc("(".repeat(10_000))).toHaveProperty("error");
  expect(compileCalc("-".repeat(10_000) + "1")).toHaveProperty("error");
});
