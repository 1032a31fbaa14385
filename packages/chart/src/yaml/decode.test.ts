import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toPlain } from "../output/objects.js";
import { readYaml, YamlError } from "./decode.js";

const read = (text: string) => toPlain(readYaml(text));
const error = (text: string) => {
  try {
    readYaml(text);
  } catch (thrown) {
    if (thrown instanceof YamlError) return thrown.message;
    throw thrown;
  }
  return undefined;
};

describe("readYaml", () => {
  it("takes the words of YAML 1.1, keys included", () => {
    expect(read("{a: yes, b: OFF, c: ~, y: 1, on: 2, n: 3}")).toEqual({ a: true, b: false, c: null, true: 2, false: 3 });
  });

  it("takes integers of any base, and leaves sexagesimal numbers and times alone", () => {
    expect(read("[0x1F, 0777, 0o17, 0b11, 1_000, 08, 1:30, 2024-01-01]")).toEqual([31, 511, 15, 3, 1000, 8, "1:30", "2024-01-01"]);
  });

  it("expands merge keys where they stand", () => {
    expect(read("b: &b {a: 2, c: 3}\nx: {a: 1, <<: *b}\nz: {<<: *b, a: 1}")).toMatchObject({ x: { a: 2, c: 3 }, z: { a: 1, c: 3 } });
  });

  it("reads the first document only", () => {
    expect(read("a: 1\n---\nb: [")).toEqual({ a: 1 });
  });

  it.each([
    ["a: b: c", "mapping values are not allowed in this context"],
    ["x: 1\na:\n\tb: 1", "line 3: found character that cannot start any token"],
    ["a: [1, 2", "line 1: did not find expected ',' or ']'"],
    ["a: *x", "unknown anchor 'x' referenced"],
    ["a: &x [*x]", "anchor 'x' value contains itself"],
    ["a: '\n", "line 2: found unexpected end of stream"],
    ["%YAML 1.2\n---\na: 1", "found incompatible YAML document"],
    ["a: \x07", "control characters are not allowed"],
    ['a: "\\ud83d"', "found invalid Unicode character escape code"],
  ])("refuses %j in libyaml's words", (text, message) => {
    expect(error(text)).toBe(message);
  });

  it("keeps prototype names as data", () => {
    const data = read("__proto__: {polluted: true}\nconstructor: 1") as Record<string, unknown>;
    expect(Object.keys(data)).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("refuses an alias bomb and nesting without end, in no time and without a full stack", () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) =>
        `a${index}: &a${index} [${
          index === 0
            ? "x"
            : Array(10)
                .fill(`*a${index - 1}`)
                .join(",")
        }]`,
    );
    expect(error(levels.join("\n"))).toBe("document contains excessive aliasing");
    expect(error("[".repeat(100_000))).toMatch(/exceeded max depth/);
    expect(error("- ".repeat(50_000))).toMatch(/exceeded max depth/);
  });

  it("never throws anything but its own error", () => {
    const pieces = fc.constantFrom(
      ..."ab \n\t:-?#&*!|>'\"%@`,[]{}~<.=".split(""),
      ": ",
      "- ",
      "\n  ",
      "&a ",
      "*a",
      "<<: ",
      "!!int ",
      "|\n",
      "---\n",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (list) => {
        error(list.join(""));
      }),
      { numRuns: 2000 },
    );
  });
});
