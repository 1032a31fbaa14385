import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder, describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { loadDatabase } from "../src/index.js";
import { LOAD_CASES } from "./load-cases.js";

/** Where we go on after a syntax error, or take a record type that base does not have, and the IOC does not. */
const WE_GO_ON = new Set(["DATABASE_SYNTAX", "INCLUDE_LEFT"]);

describePeer(["epics"], "loading in a real IOC", ({ epics }) => {
  it("finds the same records, aliases and errors", async () => {
    await using temp = await createTempFolder("load");
    const database = join(temp.path, "case.db");
    const script = join(temp.path, "st.cmd");
    writeFileSync(
      script,
      `dbLoadDatabase("base.dbd", "${epics.paths.dbd}")\nioc_registerRecordDeviceDriver(pdbbase)\ndbLoadRecords("${database}")\ndbl\n`,
    );
    for (const text of LOAD_CASES) {
      writeFileSync(database, text);
      const run = spawnSync(epics.paths.ioc!, [script], { input: "", encoding: "utf8", timeout: 20_000 });
      const lines = run.stdout.replace(/\x1b\[[0-9;]*m/g, "").split("\n");
      const served = lines.slice(lines.lastIndexOf("dbl") + 1).filter((line) => line !== "" && !line.startsWith("epics>"));
      const refused = /ERROR|Error/.test(run.stderr + run.stdout);
      const { value, diagnostics } = loadDatabase([{ file: "case.db", text }]);
      const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error" || WE_GO_ON.has(diagnostic.code));
      if (/record\(nothing,/.test(text)) continue;
      expect(errors.length > 0, `${text}\n${run.stderr}`).toBe(refused);
      if (errors.some((diagnostic) => WE_GO_ON.has(diagnostic.code))) continue;
      expect([...value!.records.keys(), ...value!.aliases.keys()].sort(), text).toEqual([...served].sort());
    }
  });
});
