import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadYaml } from "./load.js";
import { dereference, entryOf } from "./node.js";
import { yamlToJs } from "./to-js.js";

const read = (text: string) => {
  const { value, diagnostics } = loadYaml(text, { file: "x.yaml" });
  return {
    js: value ? yamlToJs(value.documents[0] ?? null) : undefined,
    codes: diagnostics.map((entry) => entry.code),
    diagnostics,
    value,
  };
};
const places = (text: string) =>
  read(text).diagnostics.map((entry) => `${entry.range!.startLine}:${entry.range!.startColumn} ${entry.code}`);

describe("loadYaml", () => {
  it("keeps the place of every node", () => {
    const { value } = read("a:\n  - b: 'x y'\n");
    const item = entryOf(value!.documents[0]!, "a")!.value;
    const scalar = item.kind === "sequence" ? entryOf(item.items[0], "b")!.value : undefined;
    expect(value!.rangeOf(scalar!)).toEqual({ file: "x.yaml", startLine: 2, startColumn: 8, endLine: 2, endColumn: 13 });
  });

  it("points an alias at its use and keeps its anchor", () => {
    const { value } = read("a: &x 1\nb: *x\n");
    const alias = entryOf(value!.documents[0]!, "b")!.value;
    expect(value!.rangeOf(alias).startLine).toBe(2);
    expect(value!.rangeOf(dereference(alias)).startLine).toBe(1);
  });

  it("puts merged entries first, with the place that took them in", () => {
    const { js, value } = read("x: &x {a: 1, c: 3}\nz: &z {a: 7, e: 5}\ny: {b: 2, <<: [*x, *z], c: 9}\n");
    expect(Object.entries((js as { y: object }).y)).toEqual([
      ["a", 1],
      ["e", 5],
      ["c", 9],
      ["b", 2],
    ]);
    const merged = entryOf(entryOf(value!.documents[0]!, "y")!.value, "e")!;
    expect(merged.merged).toBe(true);
    expect(value!.rangeOf(merged.mergedAt!)).toMatchObject({ startLine: 3, startColumn: 20 });
  });

  it.each([
    ["a duplicate key", "a: 1\na: 2\n", ["2:1 YAML_DUPLICATE_KEY"]],
    ["two merge keys", "x: &x {a: 1}\ny: {<<: *x, <<: *x}\n", ["2:13 YAML_DUPLICATE_KEY"]],
    ["keys that differ in type only", '1: a\n"1": b\n', []],
    ["an unknown alias", "a: *nope\n", ["1:4 YAML_ALIAS"]],
    ["an anchor inside itself", "a: &x {b: *x}\n", ["1:11 YAML_ALIAS"]],
    ["a merge of no map", "a: {<<: 1}\n", ["1:9 YAML_MERGE"]],
    ["a tab as indentation", "a:\n\t- b\n", ["2:1 YAML_SYNTAX"]],
    ["an open list", "a: [1, 2\n", ["2:1 YAML_SYNTAX"]],
    ["a slip of indentation in many lines", `a:\n  b: 1\n c: 2\n${" d: 3\n".repeat(30)}`, ["3:1 YAML_SYNTAX"]],
  ])("reports %s once", (_name, text, expected) => expect(places(text)).toEqual(expected));

  it.each([
    ["a:\n\t- b\n", "indent with spaces"],
    ["a: b\n c: d\n", "indent the next line as the other keys of its map"],
    ["a:\n  b: 1\n c: 2\n", "indent the line as its neighbours"],
    ["e:\n  - type: x\n    name: y\n  type: z\n", "begin the line with a dash where it is an item of the list above"],
    ["e:\n  - type: x\n   name: y\n", "indent the line as the keys of its list item, or begin it with a dash and a space"],
    ["  a: b\n- c: d\n", "indent the line as its neighbours"],
    ["a:b\nc: d\n", "put a space after the colon"],
    ["c: d\na:b\n", "put a space after the colon"],
    ["a: b: c\n", "put the value in quotes, since it has a colon and a space in it, or begin it on a line of its own"],
    ['a: "x\nb: c\n', "close the quote where the text ends"],
    ["a: 'x\nb: c\n", "close the quote where the text ends"],
    ["a: [1, 2\nb: 3\n", "close the list with ]"],
    ["a: {b: 1\nc: 2\n", "close the map with }"],
    ["a: [\n  - b: c\n", "close the bracket that is open above, or remove it"],
    ["a: [1]]\n", "remove the bracket, or open it before"],
    ["a: 'it's'\n", "put the whole value in quotes; double a quote of the same kind within them"],
    ["a: {b: 1} c\n", "put the whole value in quotes"],
    ["a: @x\n", "put the value in quotes"],
    ['a: "\\q"\n', "write \\\\ for a backslash, or use single quotes"],
    ["a: - b\n", "begin the list on the next line"],
  ])("says how to mend %j", (text, help) => {
    expect(read(text).diagnostics).toMatchObject([{ code: "YAML_SYNTAX", help }]);
  });

  it("shows where a quote begins that is not closed", () => {
    expect(read("a: 'b'\nc: \"d\ne: f\n").diagnostics[0]!.labels).toMatchObject([
      { range: { startLine: 2, startColumn: 4 }, message: "the quote begins here" },
    ]);
  });

  it("refuses deep nesting and long texts without running out of stack", () => {
    expect(read(`${"[".repeat(100_000)}`).codes).toEqual(["YAML_TOO_DEEP"]);
    for (const start of ["- ", "? ", ": "]) expect(read(`${start.repeat(20_000)}"x`).codes, start).toEqual(["YAML_TOO_DEEP"]);
    expect(read(Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")).codes).toEqual(["YAML_TOO_DEEP"]);
    expect(read(`${"- a:\n  - b\n".repeat(2_000)}`).codes).toEqual([]);
    expect(read(`${"a: {".repeat(120)}${"}".repeat(120)}`).codes).toEqual(["YAML_TOO_DEEP"]);
    expect(read(Array.from({ length: 150 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")).codes[0]).toBe("YAML_TOO_DEEP");
    expect(loadYaml("a: 1", { file: "x", maxLength: 3 }).diagnostics[0]!.code).toBe("YAML_TOO_LONG");
  });

  it("expands an alias bomb only up to the limit", () => {
    const bomb = Array.from(
      { length: 12 },
      (_, index) =>
        `a${index}: &a${index} [${Array(9)
          .fill(index ? `*a${index - 1}` : "x")
          .join(", ")}]`,
    ).join("\n");
    const { value } = loadYaml(bomb, { file: "bomb.yaml" });
    expect(() => yamlToJs(value!.documents[0]!)).toThrow(expect.objectContaining({ code: "YAML_ALIAS_BOMB" }));
  });

  it("has no surprises with __proto__", () => {
    const { js } = read("__proto__: {polluted: 1}\n");
    expect(Object.keys(js as object)).toEqual(["__proto__"]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("tells the resolver the version and checks tags of collections", () => {
    const seen: (string | undefined)[] = [];
    loadYaml("%YAML 1.1\n---\nyes\n", { file: "x", resolve: (scalar) => ({ value: seen.push(scalar.version) }) });
    expect(seen).toEqual(["1.1"]);
    const { diagnostics } = loadYaml("a: !foo [1]\n", { file: "x", checkTag: (tag) => (tag === "!foo" ? "no such tag" : undefined) });
    expect(diagnostics.map((entry) => entry.message)).toEqual(["no such tag"]);
  });

  it("never throws, and every place is inside the file", () => {
    const piece = fc.constantFrom(
      "a: ",
      "- ",
      "\n",
      "  ",
      "*x",
      "&x ",
      "|\n",
      ">-\n",
      "'",
      '"',
      "{",
      "}",
      "[",
      "]",
      "<<: ",
      "? ",
      ": ",
      "# c",
      "!t ",
      "%YAML 1.1\n",
      "---\n",
      "\t",
      "é",
      "\r\n",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join("");
        const lines = text.split("\n").length;
        for (const entry of loadYaml(text, { file: "x" }).diagnostics) {
          expect(entry.range!.startLine).toBeGreaterThan(0);
          expect(entry.range!.endLine).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
