import { describe, expect, it } from "vitest";
import { loadDocument } from "./document.js";

const found = (text: string) =>
  loadDocument("ioc.yaml", text).diagnostics.map((entry) => `${entry.range!.startLine}:${entry.range!.startColumn} ${entry.code}`);

describe("loadDocument", () => {
  it.each([
    ["behind a colon", "a:\tb c\n", "1:3"],
    ["behind a colon and a blank", "a: \tb\n", "1:4"],
    ["behind a dash", "a:\n  -\tb\n", "2:4"],
    ["within plain text", "a: b\tc\n", "1:5"],
    ["before a comment", "a: 'b'\t# c\n", "1:7"],
    ["at the end of a line", "a: [b]\t\n", "1:7"],
    ["in an empty line", "a: b\n\t\n", "2:1"],
    ["as indentation", "a:\n\tb: c\n", "2:1"],
  ])("a tab %s is one finding, as ibek does not take it", (_name, text, place) => expect(found(text)).toEqual([`${place} YAML_SYNTAX`]));

  it("a tab in quotes, block text, brackets and comments is none", () => {
    expect(found('# c\td\na: "b\tc" #\td\nb: |\n  x\ty\nc: [d,\te]\nd: {e:\tf}\n')).toEqual([]);
  });

  it("what follows from a syntax error is not reported", () => {
    expect(found("entities:\n  - type: a.b\n    a: 1\n  type: c.d\n    b: 2\n  - type: e.f\n")).toEqual(["4:1 YAML_SYNTAX"]);
    expect(found("entities:\n  - {type: x}\n  type: y\n  - type: z\n---\nb: {a: 1}: 2\n")).toEqual(["3:1 YAML_SYNTAX"]);
  });

  it("an expression without quotes is the cause of the syntax error behind it", () => {
    expect(loadDocument("ioc.yaml", "a: {{ b }}/c\n").diagnostics).toMatchObject([
      { code: "JINJA_UNQUOTED", range: { startLine: 1, startColumn: 4 }, help: "put the whole value in quotes" },
    ]);
  });
});
