import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createClient } from "@epicube/ca";
import { EpicubeError } from "@epicube/core";
import { expect, it } from "vitest";
import { createSimulatedIoc } from "../src/index.js";

const database = (text: string) => [{ file: "x.db", text }];

it("serves on one port, says what it serves, and lets go of it", async () => {
  const ioc = await createSimulatedIoc({
    databases: database('record(ai, "$(P)T") {}\nrecord(ai, "$(P)U") { alias("$(P)V") }'),
    macros: "P=X:",
  });
  expect([ioc.records, ioc.recordNames, ioc.udpPort]).toEqual([2, ["X:T", "X:U"], ioc.tcpPort]);
  const socket = connect(ioc.tcpPort, ioc.interface);
  await once(socket, "connect");
  socket.destroy();
  await ioc.close();
  await ioc.close();
  await expect(once(connect(ioc.tcpPort, ioc.interface), "connect")).rejects.toThrow("ECONNREFUSED");
});

it("refuses files with errors, with every finding", async () => {
  const text = 'record(ai, "X") {\n  field(SCAN, "3 second")\n}\nrecord(calc, "C") { field(CALC, "A+") }\n';
  const failure = await createSimulatedIoc({ databases: database(text) }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EpicubeError);
  const { code, message, context } = failure as EpicubeError;
  expect([code, message]).toEqual(["SIM_DATABASE", expect.stringContaining("x.db:2:15: error FIELD_VALUE")]);
  expect((context.diagnostics as { code: string }[]).map((diagnostic) => diagnostic.code)).toEqual(["FIELD_VALUE", "SIM_CALC"]);
  await using lenient = await createSimulatedIoc({ databases: database(text), lenient: true });
  expect(lenient.records).toBe(2);
});

it("stands in for record types it does not know, and says so once", async () => {
  const text = 'record(motor, "M1") { field(VELO, "2.5") field(DESC, "x") field(OUT, "@asyn(P,0)") }\nrecord(motor, "M2") {}\n';
  await using ioc = await createSimulatedIoc({ databases: database(text) });
  expect(ioc.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.severity])).toEqual([["SIM_RECORD_TYPE", "warning"]]);
  expect(ioc.records).toBe(2);
});

it("warns of hardware links and device support", async () => {
  const text = 'record(ai, "X") { field(DTYP, "asynInt32") field(INP, "@asyn(P,0)") }\n';
  await using ioc = await createSimulatedIoc({ databases: database(text) });
  expect(ioc.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["SIM_DEVICE", "SIM_LINK"]);
});

it("answers for every record, and its heartbeat moves", async () => {
  const text = readFileSync(new URL("./records.db", import.meta.url), "utf8");
  const heartbeat = 'record(calc, "X:HEARTBEAT") { field(SCAN, ".1 second") field(INPA, "X:HEARTBEAT") field(CALC, "A+1") }';
  await using ioc = await createSimulatedIoc({ databases: [...database(heartbeat), { file: "records.db", text }] });
  await using client = createClient({ servers: [{ host: ioc.interface, port: ioc.tcpPort }] });
  const readings = await client.getMany(ioc.recordNames, { timeoutMs: 10_000 });
  expect(readings.filter((reading) => !reading.ok).map((reading) => `${reading.pv}: ${reading.error?.message}`)).toEqual([]);
  expect(readings).toHaveLength(ioc.records);
  const first = (await client.get("X:HEARTBEAT")).value as number;
  await expect.poll(async () => (await client.get("X:HEARTBEAT")).value).toBeGreaterThan(first);
});

it("does what its faults say, and heals", async () => {
  const text = 'record(ai, "X") { field(VAL, 1) } record(ai, "Y") { field(VAL, 2) }';
  await using ioc = await createSimulatedIoc({ databases: database(text), faults: [{ kind: "hang-reads", pv: "X" }] });
  await using client = createClient({ servers: [{ host: ioc.interface, port: ioc.tcpPort }] });
  expect((await client.get("Y", { timeoutMs: 5000 })).value).toBe(2);
  expect((await client.getMany(["X"], { timeoutMs: 300 }))[0]!.error).toMatchObject({ code: "CA_TIMEOUT", stage: "read" });
  ioc.setFaults([{ kind: "invalid", pv: "Y" }]);
  expect(await client.get("Y", { timeoutMs: 5000 })).toMatchObject({ severity: "INVALID", status: "COMM" });
  expect((await client.get("X", { timeoutMs: 5000 })).value).toBe(1);
});
