import { fromJs, goInt64, nilSlice } from "@epicube/gotemplate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toPlain } from "../output/objects.js";
import { readYaml } from "./decode.js";
import { compareKeys } from "./keys.js";
import { marshalYaml, toYaml, toYamlPretty } from "./to-yaml.js";

const yaml = (value: unknown) => toYaml(fromJs(value));

describe("toYaml", () => {
  it.each([
    [
      "texts that would be read as something else are quoted",
      ["123", "yes", "null", "1e3", "0x10", "1:30", "2024-01-01", "y", ""],
      '- "123"\n- "yes"\n- "null"\n- "1e3"\n- "0x10"\n- "1:30"\n- "2024-01-01"\n- "y"\n- ""',
    ],
    [
      "indicators and blanks take single quotes",
      ["- a", "a: b", "a #b", " a", "@", "it's"],
      "- '- a'\n- 'a: b'\n- 'a #b'\n- ' a'\n- '@'\n- it's",
    ],
    ["lists in maps are not indented", { a: [1, { b: 2, c: [3] }], d: {}, e: [] }, "a:\n- 1\n- b: 2\n  c:\n  - 3\nd: {}\ne: []"],
    ["lists in lists", [[1, 2], [3]], "- - 1\n  - 2\n- - 3"],
    [
      "several lines are a block",
      { a: "x\ny\n", b: "x\ny", c: "x\n\n", d: " x\ny" },
      "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2-\n   x\n  y",
    ],
    ["tabs and trailing blanks are escaped", { a: "x\ty\n", b: "x \ny" }, 'a: "x\\ty\\n"\nb: "x \\ny"'],
    ["numbers lose their type", [6000000, 0.00001, 123456789.5, 1e21, -0], "- 6000000\n- 1e-05\n- 1.234567895e+08\n- 1e+21\n- 0"],
    ["long texts fold after column 80", `${"word ".repeat(20)}end`, `${"word ".repeat(16)}word\n  word word word end`],
    ["a long key is written with a question mark", { ["k".repeat(129)]: 1 }, `? ${"k".repeat(129)}\n: 1`],
  ])("%s", (_title, value, expected) => {
    expect(yaml(value)).toBe(expected);
  });

  it("sorts keys as people count", () => {
    const keys = ["b", "null", "a10", "#x", "true", "a2", "10", "", "a.b", "9", "B", "a1", "1.5", "_x", "a-b", "a b", "é"];
    expect(keys.sort((a, b) => compareKeys(a, b))).toEqual([
      "",
      "#x",
      "_x",
      "1.5",
      "9",
      "10",
      "B",
      "a b",
      "a-b",
      "a.b",
      "a1",
      "a2",
      "a10",
      "b",
      "null",
      "true",
      "é",
    ]);
  });

  it("knows Go's other values", () => {
    expect(toYaml([goInt64(9223372036854775807n), nilSlice(), null, Buffer.from("hi")])).toBe(
      "- 9223372036854775807\n- null\n- null\n- aGk=",
    );
  });

  it("gives nothing for what has no YAML form", () => {
    expect([yaml(Number.NaN), yaml("\x7f"), yaml({ "\u0085": 1 })]).toEqual(["", "", ""]);
    const loop = new Map<string, never>() as unknown as Map<string, Map<string, never>>;
    loop.set("a", loop as never);
    expect(toYaml(loop)).toBe("");
  });

  it("indents lists and does not fold where it is pretty", () => {
    const text = "word ".repeat(30).trim();
    expect(toYamlPretty(fromJs({ a: [6000000, text] }))).toBe(`a:\n  - 6e+06\n  - ${text}`);
  });

  it("writes what it reads", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: fc.constantFrom(..."ab1: \n\t#-'\"[]{}é&*!|>%@yn0.e+") }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 5 }), tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (data) => {
        // an object that fast-check makes has no prototype
        expect(toPlain(readYaml(marshalYaml(fromJs(data))))).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      { numRuns: 500 },
    );
  });
});
