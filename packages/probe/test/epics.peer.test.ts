import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTempFolder, describePeer, type Peer } from "@epicube/testkit";
import { afterEach, expect, it } from "vitest";
import { createHealthGate, type HealthTarget, type HealthVerdict, probeIoc, runProbeCommand } from "../src/index.js";
import { brief } from "./rig.js";

const DATABASE = `
record(calc, "R:HEARTBEAT") { field(CALC, "VAL+1") field(SCAN, ".5 second") }
record(calc, "R:FROZEN") { field(CALC, "VAL+1") field(PINI, "YES") }
record(ai, "R:NEVER") {}
record(ai, "R:ALARM") { field(VAL, "99") field(HIHI, "90") field(HHSV, "MAJOR") field(PINI, "YES") }
record(bo, "R:STATE") { field(VAL, "1") field(ZNAM, "Stopped") field(ONAM, "Running") field(PINI, "YES") }
${Array.from({ length: 2000 }, (_, index) => `record(ao, "R:MANY:${index}") {}`).join("\n")}
`;
const MANY = Array.from({ length: 2000 }, (_, index) => `R:MANY:${index}`);

/** A real IOC on a free port of loopback. It is started, stopped and killed by its process id. */
async function startIoc(epics: Peer, givenPort?: number) {
  const temp = await createTempFolder("probe");
  const database = join(temp.path, "test.db");
  const script = join(temp.path, "st.cmd");
  await writeFile(database, DATABASE);
  await writeFile(
    script,
    `dbLoadDatabase("base.dbd", "${epics.paths.dbd}")\nioc_registerRecordDeviceDriver(pdbbase)\ndbLoadRecords("${database}")\niocInit()\n`,
  );
  const port = givenPort ?? (await freePort());
  const env = {
    PATH: process.env.PATH ?? "",
    EPICS_CA_SERVER_PORT: String(port),
    EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
    EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
    EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
  };
  const child: ChildProcess = spawn(epics.paths.ioc!, [script], { env, stdio: ["pipe", "ignore", "ignore"] });
  const ended = once(child, "exit");
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
    await temp.close();
  };
  return { port, address: { host: "127.0.0.1", port }, signal: (name: NodeJS.Signals) => process.kill(child.pid!, name), close };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

describePeer(["epics"], "the probe of a real IOC", ({ epics }) => {
  const running: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const ioc of running.splice(0)) await ioc.close();
  });
  const start = async () => {
    const ioc = await startIoc(epics);
    running.push(ioc);
    return ioc;
  };
  const gate = createHealthGate({ pauseMs: 50 });
  const watch = async (target: HealthTarget) => {
    const seen: HealthVerdict[] = [];
    for await (const verdict of gate(target, new AbortController().signal)) seen.push(verdict);
    return seen;
  };
  const targetOf = (address: { host: string; port: number }, more: Partial<HealthTarget> = {}): HealthTarget => ({
    ioc: "real",
    preset: "readiness",
    deadlineMs: 20_000,
    pvs: ["R:NEVER", "R:ALARM", "R:STATE", ...MANY],
    heartbeatPv: "R:HEARTBEAT",
    address,
    ...more,
  });

  it("healthy: waits while it boots, 2000 PVs, a heartbeat, rules", async () => {
    const { address } = await start();
    const rules = [
      { pv: "R:NEVER", maxSeverity: "no_alarm" },
      { pv: "R:ALARM", maxSeverity: "major" },
      { pv: "R:STATE", equals: "Running" },
    ];
    const last = (await watch(targetOf(address, { expect: rules }))).at(-1)!;
    expect(brief(last)).toEqual({ verdict: "healthy", level: "L5", cause: undefined });
    expect(last.pvs.every((row) => row.verdict === "healthy" && row.server === `127.0.0.1:${address.port}`)).toBe(true);
    expect(brief(await probeIoc(targetOf(address, { expect: [{ pv: "R:ALARM", maxSeverity: "minor" }] })))).toEqual({
      verdict: "unhealthy",
      level: "L5",
      cause: "R:ALARM is MAJOR (HIHI), worse than MINOR",
    });
    expect(brief(await probeIoc(targetOf(address, { pvs: ["R:NONE"] })))).toEqual({
      verdict: "unhealthy",
      level: "L2",
      cause: `PV R:NONE does not exist on 127.0.0.1:${address.port}`,
    });
  });

  it("stopped by SIGSTOP, frozen, killed: each named by the gate within 10 s", async () => {
    const { address, signal, close } = await start();
    expect((await watch(targetOf(address, { pvs: ["R:NEVER"] }))).at(-1)!.verdict).toBe("healthy");
    const frozen = await watch(targetOf(address, { pvs: ["R:NEVER"], heartbeatPv: "R:FROZEN", deadlineMs: 9000 }));
    expect(frozen).toMatchObject([
      { verdict: "unhealthy", level: "L4", cause: expect.stringMatching(/^heartbeat R:FROZEN has not moved for [45]\.\d s$/) },
    ]);
    signal("SIGSTOP");
    const hung = await watch(targetOf(address, { pvs: ["R:NEVER"], deadlineMs: 4000 }));
    expect(hung).toMatchObject([{ verdict: "unhealthy", level: "L1", cause: expect.stringMatching(/does not answer \(2\.0 s\)$/) }]);
    signal("SIGCONT");
    expect((await watch(targetOf(address, { pvs: ["R:NEVER"] }))).at(-1)!.verdict).toBe("healthy");
    running.length = 0;
    await close();
    expect(await watch(targetOf(address, { deadlineMs: 1000 }))).toMatchObject([
      { verdict: "unhealthy", level: "L0", cause: `connection refused by 127.0.0.1:${address.port}` },
    ]);
  });

  it("hangs while the gate is looking: the read that was not answered is named", async () => {
    const { address, signal } = await start();
    const seen: HealthVerdict[] = [];
    let stopped = false;
    for await (const verdict of gate(targetOf(address, { pvs: ["R:NEVER", "R:NONE"], deadlineMs: 8000 }), new AbortController().signal)) {
      seen.push(verdict);
      if (verdict.level === "L2" && !stopped) signal("SIGSTOP");
      stopped ||= verdict.level === "L2";
    }
    signal("SIGCONT");
    expect(
      seen.map((verdict) => verdict.cause).filter((cause) => /not answered in 2\.0 s|was not granted in 2\.0 s/.test(cause ?? "")),
    ).not.toEqual([]);
  });

  it("tells apart by exit status what the usual liveness script cannot", async () => {
    const { address, signal } = await start();
    await watch(targetOf(address, { pvs: ["R:NEVER"] }));
    const env = { EPICS_CA_NAME_SERVERS: `127.0.0.1:${address.port}`, EPICS_CA_AUTO_ADDR_LIST: "NO", EPICS_CA_ADDR_LIST: "" };
    const probe = (...argv: string[]) => runProbeCommand(["--preset", "liveness", ...argv], { env, stdout: () => {}, stderr: () => {} });
    expect([
      await probe("R:NEVER"),
      await probe("R:NONE"),
      await probe("R:FROZEN", "--heartbeat", "R:FROZEN"),
      await probe("R:NEVER", "--heartbeat", "R:HEARTBEAT"),
    ]).toEqual([0, 1, 1, 0]);
    // libca's own reader is content with a heartbeat that stands still.
    await promisify(execFile)(epics.paths.caget!, ["R:FROZEN"], { env });
    signal("SIGSTOP");
    expect(await probe("R:NEVER")).toBe(1);
    signal("SIGCONT");
  });
});
