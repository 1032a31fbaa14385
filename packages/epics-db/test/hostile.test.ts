import fc from "fast-check";
import { expect, it } from "vitest";
import { expandSubstitutions, expandTemplate, loadDatabase, parseDatabase, parseSubstitutions, scanStartup } from "../src/index.js";

const FRAGMENTS = [
  "record",
  "(",
  ")",
  "{",
  "}",
  ",",
  '"',
  "'",
  "ai",
  "field",
  "info",
  "alias",
  "include",
  "substitute",
  "$(",
  "${",
  "=",
  "\\",
  "\n",
  " ",
  "#",
  "file",
  "pattern",
  "global",
  "X:Y",
  "*",
  "{a:[",
  "]",
  "1.5",
  "@x",
  "\0",
  "é",
  "\r\n",
  "A=1",
  "$(A,",
  "menu",
];
const soup = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) }, fc.string({ maxLength: 5 })), { maxLength: 60 })
  .map((parts) => parts.join(""));

/** Diagnostics must lie inside of the file that they name. */
function expectInside(text: string, diagnostics: readonly { range?: { startLine: number; startColumn: number } }[]): void {
  const lines = text.split("\n");
  for (const { range } of diagnostics) {
    if (!range) continue;
    expect(range.startLine).toBeGreaterThanOrEqual(1);
    expect(range.startLine).toBeLessThanOrEqual(lines.length);
    expect(range.startColumn).toBeLessThanOrEqual(lines[range.startLine - 1]!.length + 2);
  }
}

it("reads any text without throwing, and places what it finds inside of it", () => {
  fc.assert(
    fc.property(soup, (text) => {
      expectInside(text, parseDatabase(text, { file: "f" }).diagnostics);
      expectInside(text, loadDatabase([{ file: "f", text }]).diagnostics);
      expectInside(text, parseSubstitutions(text, { file: "f" }).diagnostics);
      expectInside(text, scanStartup(text, { file: "f" }).diagnostics);
      expectInside(text, expandTemplate({ file: "f", text, macros: "A=$(B),B=b" }).diagnostics);
      const resolve = () => ({ file: "f", text });
      expandSubstitutions({ file: "f", text, macros: text.slice(0, 30), resolve, maxSizeBytes: 1e6 });
    }),
    { numRuns: 1500 },
  );
});

it("takes long lines and deep nesting without delay", () => {
  const deep = `record(ai, "X") { field(INP, ${"{a:".repeat(100_000)}`;
  expect(parseDatabase(deep, { file: "f" }).diagnostics).toHaveLength(1);
  const wide = `record(ai, "X") { field(DESC, "${"x".repeat(1_000_000)}") }`;
  expect(parseDatabase(wide, { file: "f" }).diagnostics).toEqual([]);
  const open = 'record(ai, "X") {\n'.repeat(20_000);
  expect(parseDatabase(open, { file: "f" }).diagnostics.length).toBeGreaterThan(0);
});
