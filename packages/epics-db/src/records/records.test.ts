import { expect, it } from "vitest";
import { expandSubstitutions } from "../substitutions/expand.js";
import { loadDatabase, provenanceOf, rangeOf } from "./load.js";
import { parseDatabase } from "./parse.js";

const load = (text: string) => loadDatabase([{ file: "a.db", text }]);
const codes = (text: string) => load(text).diagnostics.map((diagnostic) => diagnostic.code);

it("reads records with positions of names and values", () => {
  const text =
    '# comment\nrecord(ai, "X:T") {\n  field(EGU, "C") field(PREC, 3)\n  info(autosaveFields, "VAL")\n  alias("X:ALIAS")\n}\nalias("X:T", X:B)\n';
  const { value, diagnostics } = load(text);
  expect(diagnostics).toEqual([]);
  const record = value!.records.get("X:T")!;
  expect([...record.fields].map(([name, field]) => [name, field.value])).toEqual([
    ["EGU", "C"],
    ["PREC", "3"],
  ]);
  expect(rangeOf(record.fields.get("PREC")!)).toEqual({ file: "a.db", startLine: 3, startColumn: 31, endLine: 3, endColumn: 32 });
  expect(record.info.get("autosaveFields")?.value).toBe("VAL");
  expect([...value!.aliases]).toEqual([
    ["X:ALIAS", "X:T"],
    ["X:B", "X:T"],
  ]);
});

it.each([
  ['"x\\ty\\x41\\"\\z"', "x\ty" + 'A"z'],
  ["'single \"q\"'", 'single "q"'],
  ["bare.w-1+_", "bare.w-1+_"],
  ["{pva: {pv: \"X\"}, a:[1, 'b', null]}", "{pva:{pv:\"X\"},a:[1,'b',null]}"],
  ["[1, 2]", "[1,2]"],
  ["null", "null"],
])("gives the value %s as the IOC keeps it", (written, value) => {
  const { value: database, diagnostics } = load(`record(stringin, "X") { field(VAL, ${written}) }`);
  expect(diagnostics).toEqual([]);
  expect(database!.records.get("X")!.fields.get("VAL")!.value).toBe(value);
});

it.each(["\\1", "\\x4", "\\u12", "a\tb"])("refuses the escape or character %j in a value", (text) => {
  expect(codes(`record(ai, "X") { field(DESC, "${text}") }`)).toEqual(["DATABASE_SYNTAX"]);
});

it.each(["a:b", "a[0]", "@x", "$(A)", "a b"])("refuses the unquoted value %s at its place", (value) => {
  const { diagnostics } = load(`record(ai, "X") {\n  field(INP, ${value})\n  field(PREC, 1)\n}\nrecord(ai, "Y") {}\n`);
  expect(diagnostics).toMatchObject(
    [{ code: "DATABASE_SYNTAX", range: { startLine: 2 }, help: 'put the value in quotes: "…"' }]
      .slice(0, 1)
      .map(({ help: _, ...rest }) => rest),
  );
});

it("goes on after an error, within the record and after it", () => {
  const { value, diagnostics } = load('record(ai, "X") {\n  field(INP, @x)\n  field(PREC, 1)\n}\nrecord(ai "Z") {}\nrecord(ai, "Y") {}\n');
  expect(diagnostics.map((diagnostic) => diagnostic.range!.startLine)).toEqual([2, 5]);
  expect([...value!.records.keys()]).toEqual(["X", "Y"]);
  expect(value!.records.get("X")!.fields.get("PREC")!.value).toBe("1");
});

const AFTER = 'record(ai, "Y") {\n  field(PREC, 1)\n}\n';
it.each([
  ["a misspelt keyword", 'recrod(ai, "X") {\n  field(EGU, "C")\n  info(a, {b: 1})\n  alias("Z")\n}\n'],
  ["a misspelt keyword on one line", 'recrod(ai, "X") { field(INP, {pva: {pv: "a"}}) }\n'],
  ["a misspelt keyword without a body", 'recrod(ai, "X")\n'],
  ["a misspelt keyword whose body is not closed", 'recrod(ai, "X") {\n  field(EGU, "C")\n'],
  ["a bracket that is missing in a misspelt record", 'recrod(ai, "X" {\n  field(EGU, "C")\n}\n'],
  ["a comma that is missing", 'record(ai "X") {\n  field(EGU, "C")\n  alias("Z")\n}\n'],
  ["a bracket that is missing", 'record(ai, "X" {\n  field(EGU, "C")\n}\n'],
  ["a brace that is missing", 'record(ai, "X")\n  field(EGU, "C")\n  field(INP, {pva: 1})\n  alias("Z")\n}\n'],
  ["a quote that is missing", 'record(ai, "X) {\n  field(EGU, "C")\n}\n'],
  ["a field outside of a record", 'field(EGU, "C")\n'],
  ["a brace too many", 'record(ai, "X") {\n}\n}\n'],
  ["a word", "foo\n"],
])("%s is one error, and what follows is read", (_name, text) => {
  const { value, diagnostics } = load(text + AFTER);
  expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["DATABASE_SYNTAX"]);
  expect(value!.records.get("Y")!.fields.get("PREC")!.value).toBe("1");
});

it("an alias after a misspelt statement is read", () => {
  expect(load('record(ai, "X") {}\nrecrod(ai, "Y") {\n}\nalias("X", "Z")\n').value!.aliases.get("Z")).toBe("X");
  expect(load('record(ai, "X") {}\nrecrod(ai, "Y")\nalias("X", "Z")\n').value!.aliases.get("Z")).toBe("X");
});

it("suspects a missing brace", () => {
  const { value, diagnostics } = load('record(ai, "X") {\n  field(PREC, 1)\nrecord(ai, "Y") {}\n');
  expect(diagnostics).toMatchObject([{ code: "DATABASE_SYNTAX", help: "is '}' of record \"X\" missing?" }]);
  expect([...value!.records.keys()]).toEqual(["X", "Y"]);
});

it.each([
  ['record(ai, "X") { field(PREC, 1) } record(ai, "X") { field(EGU, C) }', ["RECORD_REDEFINED"]],
  ['record(ai, "X") {} record(bi, "X") {}', ["RECORD_TYPE_CONFLICT"]],
  ['record("*", "X") {}', ["RECORD_APPEND_UNKNOWN"]],
  ['record(ai, "X") {} record("*", "X") { field(PREC, 1) }', []],
  ['record(ai, "X") { alias("Y") } record("*", "Y") { field(PREC, 1) }', []],
  ['record(ai, "X") {} record("#", "X") {} record(bi, "X") {}', []],
  ['record("#", "X") {}', ["RECORD_DELETE_UNKNOWN"]],
  ['record(ai, "X") { alias("Y") alias("Y") }', []],
  ['record(ai, "X") {} record(ai, "Y") { alias("X") }', ["ALIAS_DUPLICATE"]],
  ['record(ai, "X") { alias("Y") } record(ai, "Y") {}', ["RECORD_REDEFINED"]],
  ['record(ai, "X") { alias("Y") } record(bi, "Y") {}', ["RECORD_TYPE_CONFLICT"]],
  ['record(ai, "X") { alias("Y") } record(ai, "Z") { alias("Y") }', ["ALIAS_DUPLICATE"]],
  ['record(ai, "X") { field(NAME, "Y") }', ["FIELD_NOT_SETTABLE"]],
  ['record(ai, "X") { field(PREC, "1.5") }', ["FIELD_VALUE"]],
  ['record(ai, "X") { field(PREC, " 0x10 ") field(HIHI, "nan") field(LOLO, "-1e3") field(DTYP, "asynInt32") }', []],
  ['record(ai, "X") { field(SCAN, "3 second") field(PINI, "1") field(HHSV, "major") }', ["FIELD_VALUE", "FIELD_VALUE"]],
  ['record(ai, "X") { field(DESC, "0123456789012345678901234567890123456789x") }', ["FIELD_VALUE"]],
  ['alias("X", "Y")', ["ALIAS_TARGET_UNKNOWN"]],
  ['record(ai, "X Y") {}', ["RECORD_NAME"]],
  ['record(ai, "X.Y") {}', ["RECORD_NAME"]],
  ['record(ai, "$(P)Y") {}', ["RECORD_NAME"]],
  [`record(ai, "${"x".repeat(61)}") {}`, ["RECORD_NAME"]],
  [`record(ai, "${"x".repeat(60)}") {}`, []],
  ['record(ai, "-x") {}', ["RECORD_NAME"]],
  ['record(ai, "X") { field(PRECISION, 1) }', ["FIELD_UNKNOWN"]],
  ['record(lso, "X") { field(VAL, "x") }', ["FIELD_NOT_SETTABLE"]],
  ['record(motor, "X") { field(VELO, 1) }', ["RECORD_TYPE_UNKNOWN"]],
  [
    'record(motor, "X") {} record(motor, "Y") {} record("*", "X") {} record(scaler, "Z") {}',
    ["RECORD_TYPE_UNKNOWN", "RECORD_TYPE_UNKNOWN"],
  ],
  ['record("$(TYPE)", "X") {}', []],
  ['record(ai, "X") { field(INP, "$(NO)") }', ["MACRO_LEFT"]],
  ['include "x.db"', ["INCLUDE_LEFT"]],
  ['menu(m) { choice(a, "A") }\nrecord(ai, "X") {}', []],
])("loads %s with %j", (text, expected) => {
  expect(codes(text as string)).toEqual(expected);
});

it("warns of a record type that base does not have, at its name and once in a template", () => {
  const resolve = () => ({ file: "t.template", text: 'record(boo, "$(P)A") {}\nrecord(boo, "$(P)B") {}\n' });
  const expanded = expandSubstitutions({ file: "ioc.subst", text: "file t.template { {P=A:} {P=B:} }\n", resolve });
  expect(loadDatabase([{ ...expanded.value!, file: "ioc.db" }]).diagnostics).toMatchObject([
    {
      code: "RECORD_TYPE_UNKNOWN",
      severity: "warning",
      range: { file: "t.template", startLine: 1 },
      help: expect.stringContaining('"bo"'),
    },
  ]);
  const [bogus] = load('\nrecord(bogus, "X") { field(PREX, 1) }').diagnostics;
  expect(bogus).toMatchObject({ range: { startLine: 2, startColumn: 8 }, help: expect.stringContaining("image") });
  expect(bogus!.message).toContain("record type bogus is not part of EPICS base");
});

it("proposes the field that was meant", () => {
  expect(load('record(ai, "X") { field(PREX, 1) }').diagnostics[0]).toMatchObject({
    help: expect.stringContaining("PREC"),
    range: { startColumn: 25 },
  });
});

it("puts later definitions over earlier ones", () => {
  const { value } = load('record(ai, "X") { field(PREC, 1) field(EGU, "A") } record(ai, "X") { field(EGU, "B") }');
  expect([...value!.records.get("X")!.fields].map(([name, field]) => `${name}=${field.value}`)).toEqual(["PREC=1", "EGU=B"]);
  expect(value!.records.get("X")!.places).toHaveLength(2);
});

it("leads to the template and its row where the text was expanded", () => {
  const resolve = () => ({ file: "t.template", text: '# first\nrecord(ai, "$(P)T") {\n  field(PREX, 1)\n}\n' });
  const expanded = expandSubstitutions({ file: "ioc.subst", text: "file t.template {\n  {P=A:}\n  {P=B:}\n}\n", resolve });
  const { value, diagnostics } = loadDatabase([{ ...expanded.value!, file: "ioc.db" }]);
  expect(diagnostics.map((item) => [item.range!.file, item.range!.startLine, item.labels!.map((label) => label.range.startLine)])).toEqual([
    ["t.template", 3, [2, 3]],
  ]);
  expect(provenanceOf(value!.records.get("B:T")!.places[0]!).map((range) => `${range.file}:${range.startLine}`)).toEqual([
    "ioc.subst:3",
    "t.template:2",
  ]);
});

it("reports a place of a template once, whatever the number of rows", () => {
  const text = [
    'record(ai, "$(P)T") { field(PREX, 1) field(EGUX, 1) }',
    'record(ai, "$(P)U") {',
    '  field(PREC, "x")',
    '  field(EGU, "\\$(NO)")',
    '  field(PREC, "$(V)")',
    "}",
    'recrod(ai, "$(P)V") {',
    "}",
    "",
  ].join("\n");
  const rows = Array.from({ length: 9 }, (_, at) => `{P=${at}:, V=${at === 3 || at === 7 ? `bad${at}` : at}}`).join("\n");
  const expanded = expandSubstitutions({ file: "ioc.subst", text: `file t { ${rows} }`, resolve: () => ({ file: "t", text }) });
  const { diagnostics } = loadDatabase([{ ...expanded.value!, file: "ioc.db" }]);
  expect(
    diagnostics.map((item) => `${item.code} ${item.range!.startLine} ${item.labels!.map((label) => label.range.startLine)}`).sort(),
  ).toEqual([
    "DATABASE_SYNTAX 7 1,2,3",
    "FIELD_UNKNOWN 1 1",
    "FIELD_UNKNOWN 1 1,2,3",
    "FIELD_VALUE 3 1,2,3",
    "FIELD_VALUE 5 4",
    "FIELD_VALUE 5 8",
    "MACRO_LEFT 4 1,2,3",
  ]);
});

it("a macro without a value is one finding where the expansion has told it", () => {
  const resolve = () => ({ file: "t", text: 'record(ai, "$(P)") {\n  field(EGU, "$(NO)")\n  field(DESC, "\\$(LATER)")\n}\n' });
  const expanded = expandSubstitutions({ file: "ioc.subst", text: "file t { {P=A} {P=B} }", resolve });
  const sources = [{ ...expanded.value!, file: "ioc.db" }];
  const found = (reported?: typeof expanded.diagnostics) =>
    loadDatabase(sources, reported ? { reported } : {}).diagnostics.map((entry) => `${entry.code} ${entry.range!.startLine}`);
  expect(expanded.diagnostics.map((entry) => entry.code)).toEqual(["MACRO_UNDEFINED"]);
  expect(found()).toEqual(["MACRO_LEFT 2", "MACRO_LEFT 3"]);
  expect(found(expanded.diagnostics)).toEqual(["MACRO_LEFT 3"]);
});

it("keeps offsets that cover the text of each statement", () => {
  const text = '  record(ai, "X") { }\n\n grecord(bo,Y)\nalias(X,"Z")';
  const { value } = parseDatabase(text, { file: "a" });
  expect(value!.statements.map((statement) => text.slice(statement.start, statement.end))).toEqual([
    'record(ai, "X") { }',
    "grecord(bo,Y)",
    'alias(X,"Z")',
  ]);
});
