import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fieldsOf } from "@epicube/epics-db";
import { describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { createSimulatedIoc } from "../src/index.js";
import { caget, type PeerReading, readWithLibca, startRealIoc } from "./peers.js";

const file = fileURLToPath(new URL("./records.db", import.meta.url));
const text = readFileSync(file, "utf8");
const records = [...text.matchAll(/^record\((\w+), "([^"]+)"/gm)].map((found) => ({ type: found[1]!, name: found[2]! }));
const names = records.map((record) => record.name);
/** Names of the fields that the records have. */
const fieldNames = (fields: readonly string[]) =>
  records.flatMap(({ type, name }) =>
    fields.filter((field) => field === ".RTYP" || fieldsOf(type)!.has(field.slice(1).replace("$", ""))).map((field) => name + field),
  );
const FIELDS =
  ".UDF .SEVR .LALM .MLST .RVAL .OVAL .NORD .INP .OUT .FLNK .SCAN .PINI .DESC .EGU .PREC .HIHI .HHSV .RTYP .NAME .VAL$ .B0 .LEN".split(" ");

/** Written before the second reading; each shows another way in which a put acts. */
const PUTS: readonly (readonly [string, unknown])[] = [
  ["ai:fresh", 2.5],
  ["ao:fresh", 3.5],
  ["ao:pini", 50],
  ["ao:lim", 9],
  ["bi:fresh", 1],
  ["bo:val", 0],
  ["bo:fresh", 1],
  ["bo:pini", 1],
  ["li:fresh", 7],
  ["lo:fresh", 8],
  ["lo:val", 99],
  ["si:fresh", "text"],
  ["so:fresh", "written"],
  ["c:fresh.A", 4],
  ["c:pini.A", 10],
  ["c:flnk.PROC", 1],
  ["mi:fresh", 1],
  ["mo:fresh", 1],
  ["mo:nostate", 5],
  ["mo:val", 0],
  ["w:fresh", [1, 2, 3]],
  ["w:dbl", [9, 8]],
  ["w:char", [65, 66]],
  ["ai:val", 7.75],
  ["ai:val.EGU", "kg"],
  ["co:pini.A", 5],
  ["i64:out", 123456789012],
  ["md:out.B0", 1],
  ["md:bits", 3],
  ["f:dat", 4],
  ["ai:link.PROC", 1],
  ["ai:link.LOW", 9],
  ["ai:const.HHSV", "MINOR"],
  ["ai:const.PROC", 1],
  ["c:nan.CALC", "A>B"],
  ["c:nan.PROC", 1],
  ["ev:ent.PROC", 1],
  ["dis:able.DISA", 0],
  ["dis:able.PROC", 1],
  ["ai:raw.INP", "12"],
  ["ai:raw.PROC", 1],
  ["al:other", 6],
  ["ai:ms.INP", "ai:fresh MS"],
  ["ai:mss.PROC", 1],
  ["l:so", "some text"],
  ["bi:one.ONAM", "Active"],
  ["s:el.B", 1],
  ["s:el.PROC", 1],
  ["ai:out.SCAN", ".1 second"],
];

/** What is known to differ; see the README. */
const DIFFERS: Readonly<Record<string, readonly string[]>> = {
  // The sign of a NaN is the processor's.
  "c:nan": ["text"],
  "c:nan.MLST": ["text"],
  // An array field without elements holds what was in memory.
  "w:one": ["value"],
  // A state without a name: the text of an ENUM is the server's.
  "mi:nostate": ["text"],
  // OVAL of the long texts is served as text, not as an empty array.
  "l:so.OVAL": ["*"],
  "l:so2.OVAL": ["*"],
  "l:si2.OVAL": ["*"],
};
const KEYS = ["ok", "type", "value", "text", "severity", "status", "units", "precision", "enums", "stamped"];
const LIMITS = "disp_limit alarm_limit warning_limit ctrl_limit".split(" ").flatMap((name) => [`upper_${name}`, `lower_${name}`]);

function differences(real: readonly PeerReading[], ours: readonly PeerReading[], keys: readonly string[]): string[] {
  expect(ours.map((reading) => reading.pv)).toEqual(real.map((reading) => reading.pv));
  return real.flatMap((reading, index) => {
    const known = DIFFERS[reading.pv] ?? [];
    if (known.includes("*")) return [];
    return keys
      .filter((key) => !known.includes(key) && JSON.stringify(reading[key]) !== JSON.stringify(ours[index]![key]))
      .map((key) => `${reading.pv} ${key}: IOC ${JSON.stringify(reading[key])}, simulated ${JSON.stringify(ours[index]![key])}`);
  });
}

describePeer(["epics"], "a real IOC on the same records", ({ epics }) => {
  const both = async (work: (real: number, ours: number) => Promise<void>) => {
    const real = await startRealIoc(epics, file);
    try {
      await using ours = await createSimulatedIoc({ databases: [{ file, text }], lenient: true });
      await new Promise((resolve) => setTimeout(resolve, 500));
      await work(real.port, ours.tcpPort);
    } finally {
      await real.close();
    }
  };

  it("gives the same types, values, alarms, limits, units and names after the start", async () => {
    await both(async (real, ours) => {
      const found = differences(await readWithLibca(epics, real, names), await readWithLibca(epics, ours, names), [...KEYS, ...LIMITS]);
      expect(found).toEqual([]);
    });
  });

  it("gives the same fields of every record", async () => {
    const fields = fieldNames(FIELDS.filter((field) => field !== ".VAL$"));
    await both(async (real, ours) => {
      const found = differences(await readWithLibca(epics, real, fields), await readWithLibca(epics, ours, fields), [
        "ok",
        "type",
        "value",
        "severity",
        "status",
      ]);
      expect(found).toEqual([]);
    });
  });

  it("gives the same values and alarms after puts", async () => {
    await both(async (real, ours) => {
      const all = [...names, ...fieldNames([".UDF", ".LALM", ".RVAL", ".OVAL", ".A", ".B0"])];
      const found = differences(await readWithLibca(epics, real, all, PUTS), await readWithLibca(epics, ours, all, PUTS), [
        "ok",
        "type",
        "value",
        "severity",
        "status",
        "stamped",
      ]);
      expect(found).toEqual([]);
    });
  });

  it("is read by libca's own caget, every record", async () => {
    await using ours = await createSimulatedIoc({ databases: [{ file, text }], lenient: true });
    const served = names.filter((name) => !/^(l:s|mi:nostate|w:|aai:|com:)/.test(name));
    const lines = (await caget(epics, ours.tcpPort, served)).trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(served);
  });
});
