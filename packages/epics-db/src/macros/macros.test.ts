import { expect, it } from "vitest";
import { expandMacros } from "./expand.js";
import { parseMacros } from "./parse.js";
import { createMacroScope } from "./scope.js";

const expand = (text: string, macros = "", options = {}) => expandMacros(text, createMacroScope(macros), options).text;

it.each([
  [
    "A=1,B=2",
    [
      ["A", "1"],
      ["B", "2"],
    ],
  ],
  [
    " A = 1 , B = two words ",
    [
      ["A", "1"],
      ["B", "two words"],
    ],
  ],
  [
    'A="x,y",B=x\\,y',
    [
      ["A", '"x,y"'],
      ["B", "x\\,y"],
    ],
  ],
  [
    "A,B=",
    [
      ["A", undefined],
      ["B", ""],
    ],
  ],
  [",,A=1,,", [["A", "1"]]],
  ['"A B"=1', [["A B", "1"]]],
  ["A=b=c", [["A", "b=c"]]],
  ["", []],
])("reads the definition list %j", (list, expected) => {
  expect(parseMacros(list as string).definitions.map(({ name, value }) => [name, value])).toEqual(expected);
});

it("says which lists make macLib abort", () => {
  expect(parseMacros("a,b,c").overruns).toBe(true);
  expect(parseMacros("a,b").overruns).toBe(false);
  expect(parseMacros("first,second,third").overruns).toBe(false);
});

it.each([
  ["$(A)|$\x7bA}", "A=1", "1|1"],
  ["$(A=d)|$(A=$(B))|$(A)", "B=b", "d|b|$(A)"],
  ["$($(A))", "A=B,B=c", "c"],
  ["$(N,A=1,B=2)|$(N=D,A=1)|$(F=a,b)", "N=$(A)$(B=-)", "12|1-|a"],
  ["'$(A)' \"$(A)\" \\$(A) $$(A) $A", "A=1", "'$(A)' \"1\" \\$(A) $1 $A"],
  ["$(A)", "A='x y'", "x y"],
  ["$(A}x", "A=1", "$(A}x)"],
  ["$(A)", "A=$(B),B=$(A)", "$(B)"],
])("expands %j with %j", (text, macros, expected) => {
  expect(expand(text as string, macros as string)).toBe(expected);
});

it("marks what has no value when asked", () => {
  expect(expand("$(A)|$(B)", "B=x$(B)", { suppressWarnings: false })).toBe("$(A,undefined)|xx$(B,recursive)");
});

it("cuts values at 256, but not after a scoped reference", () => {
  const text = expand("$(A)|$(B,C=1)$(A)", `A=${"y".repeat(300)},B=b`);
  expect(text.split("|").map((part) => part.length)).toEqual([256, 301]);
});

it("refuses what the C library never returns from", () => {
  const scope = createMacroScope("A=1");
  expect(expandMacros("x $(A,", scope)).toMatchObject({ error: true, problems: [{ kind: "unterminated", name: "A" }] });
  expect(expandMacros("$(A)", scope).text).toBe("1");
});

it("refuses definitions that grow without bound, at once", () => {
  const bomb = Array.from({ length: 40 }, (_, n) => `M${n}=$(M${n + 1})$(M${n + 1})`).join(",");
  expect(expandMacros("$(M0)", createMacroScope(bomb)).problems).toEqual([{ kind: "too-complex", name: "" }]);
  expect(expandMacros("$(".repeat(100_000), createMacroScope()).problems).toEqual([{ kind: "too-complex", name: "" }]);
});

it("hides outer definitions until the scope is popped", () => {
  const scope = createMacroScope("A=outer");
  scope.push();
  scope.set("A", "inner");
  expect(expandMacros("$(A)", scope).text).toBe("inner");
  scope.pop();
  expect(expandMacros("$(A)", scope).text).toBe("outer");
  scope.set("A", undefined);
  expect(expandMacros("$(A=gone)", scope).text).toBe("gone");
});
