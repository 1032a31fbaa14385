import { expect, it } from "vitest";
import { expandSubstitutions, expandTemplate } from "./expand.js";
import { traceLine } from "./origins.js";
import { parseSubstitutions } from "./parse.js";
import { readCommand } from "./template.js";

const files = (texts: Record<string, string>) => (name: string) =>
  texts[name] === undefined ? undefined : { file: name, text: texts[name] };

it("traces every output line to row, include and template line", () => {
  const resolve = files({ "a.db": 'one $(N)\ninclude "b.db"\nthree\n', "b.db": "two $(N)\n" });
  const text = "file a.db {\n  { N=1 }\n  { N=2 }\n}\n";
  const { value, diagnostics } = expandSubstitutions({ file: "ioc.subst", text, resolve });
  expect(diagnostics).toEqual([]);
  expect(value!.text).toBe("one 1\ntwo 1\nthree\none 2\ntwo 2\nthree\n");
  const trace = (line: number) => traceLine(value!.origins, line).map((range) => `${range.file}:${range.startLine}`);
  expect([1, 2, 3, 4, 5, 6, 7].map(trace)).toEqual([
    ["ioc.subst:2", "a.db:1"],
    ["ioc.subst:2", "a.db:2", "b.db:1"],
    ["ioc.subst:2", "a.db:3"],
    ["ioc.subst:3", "a.db:1"],
    ["ioc.subst:3", "a.db:2", "b.db:1"],
    ["ioc.subst:3", "a.db:3"],
    [],
  ]);
  expect(value!.dependencies).toEqual(["a.db", "b.db"]);
});

it("joins lines of templates that do not end in a newline, as msi does", () => {
  const { value } = expandSubstitutions({ file: "s", text: "file a { {N=1} {N=2} }", resolve: files({ a: "x$(N)" }) });
  expect(value!.text).toBe("x1x2");
  expect(traceLine(value!.origins, 1)).toHaveLength(2);
});

it("names the missing template, its row and goes on when asked", () => {
  const text = "file no.db { {N=1} {N=2} }\nfile a { {N=3} }\n";
  const stopped = expandSubstitutions({ file: "s", text, resolve: files({ a: "$(N)\n" }) });
  expect(stopped.value!.text).toBe("");
  expect(stopped.diagnostics).toMatchObject([{ code: "TEMPLATE_NOT_FOUND", range: { startLine: 1, startColumn: 6, endColumn: 11 } }]);
  const kept = expandSubstitutions({ file: "s", text, resolve: files({ a: "$(N)\n" }), keepGoing: true });
  expect(kept.value!.text).toBe("3\n");
  expect(kept.value!.missing.map((entry) => [entry.template, entry.row.startColumn])).toEqual([
    ["no.db", 14],
    ["no.db", 20],
  ]);
});

it("fills template names from the environment only", () => {
  const text = "file $(MOTOR=m)/a { {MOTOR=x} }";
  expect(expandSubstitutions({ file: "s", text, resolve: files({ "m/a": "m\n", "e/a": "e\n" }) }).value!.text).toBe("m\n");
  expect(expandSubstitutions({ file: "s", text, resolve: files({ "e/a": "e\n" }), env: { MOTOR: "e" } }).value!.text).toBe("e\n");
  const { diagnostics } = expandSubstitutions({ file: "s", text: "file $(NO)/a { {} }", resolve: files({}) });
  expect(diagnostics).toMatchObject([{ code: "TEMPLATE_NAME_UNDEFINED" }]);
});

it("warns once of an undefined macro, with the row as label", () => {
  const { diagnostics } = expandSubstitutions({ file: "s", text: "file a { {N=1} {N=2} }", resolve: files({ a: "ok\nx $(GONE)\n" }) });
  expect(diagnostics).toMatchObject([
    {
      code: "MACRO_UNDEFINED",
      severity: "warning",
      message: "macro GONE is not defined",
      range: { file: "a", startLine: 2, startColumn: 5, endColumn: 9 },
      labels: [{ range: { file: "s", startLine: 1 } }],
    },
  ]);
});

it.each([
  ["file a { A=1 }", "expected 'file', 'global', 'pattern' or '{', found \"A=1\"", 1, 10],
  ["file a {}", "unexpected '}'", 1, 9],
  ["file a { {A=1}\n # note\n }", "expected 'file', 'global', 'pattern' or '{', found \"#\"", 2, 2],
  ['file a { {A="x} }\n', "a quoted string must end on its line", 1, 13],
  ["file a { {A=1", "the file ends inside a set of macros", 1, 14],
])("refuses %j with its place", (text, message, line, column) => {
  const { diagnostics } = parseSubstitutions(text as string, { file: "s" });
  expect(diagnostics).toMatchObject([{ code: "SUBSTITUTION_SYNTAX", message, range: { startLine: line, startColumn: column } }]);
});

it("warns of values without a name", () => {
  const { value, diagnostics } = parseSubstitutions("file a { pattern {A} {1 2} }", { file: "s" });
  expect(value!.steps).toMatchObject([{ kind: "row", macros: "A=1," }]);
  expect(diagnostics).toMatchObject([{ code: "SUBSTITUTION_TOO_MANY_VALUES", range: { startColumn: 25, endColumn: 26 } }]);
});

it.each([
  ['include "a"\n', "include"],
  ['  substitute "A=1"  \n', "substitute"],
  ['include "a" # no\n', undefined],
  ['include "a"\r\n', undefined],
  ['include "substitute.db"\n', undefined],
  ["info(x, y)\n", undefined],
])("takes %j as the command %s", (line, command) => {
  expect(readCommand(line as string)?.command).toBe(command);
});

it("refuses files that include themselves and texts that grow too large", () => {
  const own = expandTemplate({ file: "a", text: 'x\ninclude "a"\n', resolve: files({ a: 'x\ninclude "a"\n' }) });
  expect(own.diagnostics).toMatchObject([{ code: "INCLUDE_TOO_DEEP" }]);
  const large = expandTemplate({ file: "a", text: "0123456789\n".repeat(10), maxSizeBytes: 50 });
  expect(large.diagnostics).toMatchObject([{ code: "EXPANSION_TOO_LARGE", range: { startLine: 5 } }]);
});

it("keeps text beyond ASCII and counts its bytes", () => {
  expect(expandTemplate({ file: "a", text: "µ$(A)é\n", macros: "A=ü" }).value!.text).toBe("µüé\n");
  const cut = expandTemplate({ file: "a", text: "$(A)\n", macros: { A: "é".repeat(200) } }).value!.text;
  expect(cut).toBe(`${"é".repeat(128)}\n`);
});

it("refuses a list on which macLib aborts", () => {
  expect(expandTemplate({ file: "a", text: "x\n", macros: "a,b,c" }).diagnostics).toMatchObject([{ code: "MACRO_LIST_OVERRUN" }]);
});
