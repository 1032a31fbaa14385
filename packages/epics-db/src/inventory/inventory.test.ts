import { expect, it } from "vitest";
import { loadDatabase } from "../records/load.js";
import { expandSubstitutions } from "../substitutions/expand.js";
import { findDuplicates } from "./duplicates.js";
import { groupNames, inventoryOf, resolveLinks } from "./inventory.js";
import { linkTarget } from "./links.js";

const rowsOf = (ioc: string, text: string) => inventoryOf(loadDatabase([{ file: `${ioc}.db`, text }]).value!, { ioc });

it("lists records, aliases and groups, each with its place", () => {
  const text =
    'record(ai, "X") {\n field(INP, "Y CP")\n info(Q:group, {"G:1": {"v": {+channel: "VAL"}}, G2: {}})\n alias("A")\n}\nrecord(ai, "Y") { field(FLNK, "Z.PROC") field(INP, "5") }\n';
  const rows = rowsOf("ioc1", text.replace("Q:group", '"Q:group"').replace("+channel", '"+channel"').replace("G2", '"G2"'));
  expect(rows.map((row) => [row.pv, row.recordType, row.aliasOf ?? row.groupOf, row.provenance[0]!.startLine])).toEqual([
    ["X", "ai", undefined, 1],
    ["A", "ai", "X", 1],
    ["G:1", "group", "X", 1],
    ["G2", "group", "X", 1],
    ["Y", "ai", undefined, 6],
  ]);
  expect(rows[0]!.links).toEqual([{ field: "INP", to: "Y", where: "inside" }]);
  expect(rows[4]!.links).toEqual([{ field: "FLNK", to: "Z", where: "nowhere" }]);
});

it("resolves links across IOCs", () => {
  const rows = resolveLinks([
    ...rowsOf("a", 'record(ai, "X") { field(INP, "Y.VAL CP MS") field(FLNK, "GONE") }'),
    ...rowsOf("b", 'record(ai, "Y") {}'),
  ]);
  expect(rows[0]!.links!.map((link) => link.where)).toEqual(["beamline", "nowhere"]);
});

it("finds a name served by two IOCs and shows both chains", () => {
  const resolve = () => ({ file: "t.template", text: 'record(ai, "$(P)T") {}\n' });
  const ioc = (name: string) => {
    const expanded = expandSubstitutions({ file: `${name}/ioc.subst`, text: "file t.template {\n{P=X:}\n}", resolve });
    const { value } = loadDatabase([{ ...expanded.value!, file: `${name}/ioc.db` }]);
    const outer = () => [{ file: `${name}/ioc.yaml`, startLine: 4, startColumn: 3, endLine: 6, endColumn: 1 }];
    return inventoryOf(value!, { ioc: name, outer });
  };
  const rows = [...ioc("one"), ...ioc("two")];
  const [diagnostic, ...others] = findDuplicates(rows);
  expect(others).toEqual([]);
  expect(diagnostic).toMatchObject({
    code: "PV_DUPLICATE",
    severity: "error",
    message: 'PV "X:T" is served by two IOCs, one and two',
    range: { file: "two/ioc.yaml", startLine: 4 },
  });
  expect(diagnostic!.labels!.map((label) => label.range.file)).toEqual([
    "two/ioc.subst",
    "t.template",
    "one/ioc.yaml",
    "one/ioc.subst",
    "t.template",
  ]);
});

it("tells a copied entity once, however many names it has", () => {
  const place = (file: string, line: number) => ({ file, startLine: line, startColumn: 1, endLine: line, endColumn: 2 });
  const copies = (ioc: string) =>
    ["A", "B", "C", "D", "E"].map((pv, index) => ({
      pv,
      recordType: "ai",
      ioc,
      available: true,
      provenance: [place(`${ioc}.yaml`, pv === "E" ? 9 : 3), place("t.template", index + 1)],
    }));
  expect(findDuplicates([...copies("one"), ...copies("two")]).map((found) => `${found.range!.startLine} ${found.message}`)).toEqual([
    '3 4 PVs are served by two IOCs, one and two: "A", "B", "C" and 1 more',
    '9 PV "E" is served by two IOCs, one and two',
  ]);
});

it("warns of names that differ in case only, and leaves one IOC's own alone", () => {
  expect(findDuplicates([...rowsOf("a", 'record(ai, "X:t") {}'), ...rowsOf("b", 'record(ai, "X:T") {}')])).toMatchObject([
    { code: "PV_CASE", severity: "warning" },
  ]);
  expect(findDuplicates(rowsOf("a", 'record(ai, "X") {} record(ai, "X") {}'))).toEqual([]);
});

it("makes a row for a template that is not available", () => {
  const expanded = expandSubstitutions({
    file: "ioc.subst",
    text: "file gone.template { {A=1} }",
    resolve: () => undefined,
    keepGoing: true,
  });
  const { value } = loadDatabase([{ ...expanded.value!, file: "ioc.db" }]);
  expect(inventoryOf(value!, { ioc: "a", missing: expanded.value!.missing })).toMatchObject([{ pv: "gone.template", available: false }]);
});

it.each([
  ["X:Y.VAL CP MS", "X:Y"],
  ["  X  ", "X"],
  ["1.5e3", undefined],
  ["0x1F", undefined],
  ["@asyn(P)", undefined],
  ["#C0 S0", undefined],
  ["", undefined],
  ["-5", undefined],
])("reads the link %j", (text, target) => {
  expect(linkTarget(text as string)).toBe(target);
});

it("reads the target of a JSON link", () => {
  expect(linkTarget('{pva:{pv:"X:Y",field:"a"}}', true)).toBe("X:Y");
  expect(linkTarget('{pva:"X:Y"}', true)).toBe("X:Y");
  expect(linkTarget('{const:"X"}', true)).toBeUndefined();
});

it("finds group names only on the outermost level", () => {
  expect(groupNames('{"A":{"+id":"x","b":{"+channel":"V"}},"B" : {}}')).toEqual(["A", "B"]);
});
