import { expect, it } from "vitest";
import { scanStartup } from "./scan.js";

it("finds what a script loads, with the variables set so far", () => {
  const text = [
    "#!bin/ioc",
    'epicsEnvSet("P", "BL45P:")',
    "epicsEnvSet T $(TOP)/db",
    'dbLoadRecords("$(T)/a.db", "P=$(P),N=\'1 2\'")',
    "  dbLoadTemplate b.subst",
    "< $(TOP)/more.cmd",
    "iocInit()",
    'dbpf $(P)X "1"',
  ].join("\n");
  const { value, diagnostics } = scanStartup(text, { file: "st.cmd", env: { TOP: "/ioc" } });
  expect(diagnostics).toEqual([]);
  expect(value.environment).toEqual({ P: "BL45P:", T: "/ioc/db" });
  expect(value.loads.map((load) => [load.kind, load.file, load.macros, load.range.startLine, load.range.startColumn])).toEqual([
    ["records", "/ioc/db/a.db", "P=BL45P:,N='1 2'", 4, 1],
    ["template", "b.subst", "", 5, 3],
  ]);
  expect(value.scripts.map((script) => script.file)).toEqual(["/ioc/more.cmd"]);
  expect(value.commands.at(-1)).toMatchObject({ name: "dbpf", arguments: ["BL45P:X", "1"] });
});

it("reports an open quote and a load without a file", () => {
  const { diagnostics } = scanStartup('epicsEnvSet A "x\ndbLoadRecords\n', { file: "st.cmd" });
  expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.range!.startLine])).toEqual([
    ["STARTUP_QUOTE", 1],
    ["STARTUP_ARGUMENT", 2],
  ]);
});
