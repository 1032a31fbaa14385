import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HealthGate } from "@epicube/core/seams";
import { describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { deploy, makeRelease, makeVerdict, openBeamline, releasedOf, until } from "../support/beamline.js";

const run = promisify(execFile);

describePeer(["epics"], "real EPICS IOCs on the local target", ({ epics }) => {
  /** Reads by libca, asking only the port that the target gave. */
  const caget = async (pv: string, port: number) => {
    const env = { ...process.env, EPICS_CA_ADDR_LIST: `127.0.0.1:${port}`, EPICS_CA_AUTO_ADDR_LIST: "NO" };
    const { stdout } = await run(epics.paths.caget!, ["-t", pv], { env, timeout: 5000, killSignal: "SIGKILL" });
    return stdout.trim().split(/\s+/).at(-1)!;
  };
  const gate: HealthGate = async function* (target, signal) {
    while (!signal.aborted) {
      const answers = await Promise.all(target.pvs.map((pv) => caget(pv, target.address!.port).catch(() => undefined)));
      if (answers.every((answer) => answer !== undefined)) {
        yield makeVerdict(target.ioc, "healthy");
        return;
      }
    }
  };
  const program = { kind: "ioc", label: "native IOC", program: epics.paths.ioc!, dbd: epics.paths.dbd! } as const;
  const stCmd = () =>
    [
      'cd "$(IOC)"',
      "dbLoadDatabase dbd/ioc.dbd",
      "ioc_registerRecordDeviceDriver pdbbase",
      'dbLoadRecords("$(RUNTIME_DIR)/ioc.db")',
      "iocInit",
      "",
    ].join("\n");
  const db = (name: string, more = "") =>
    `record(ai, "${name}:A") { field(VAL, "7") field(PINI, "YES") }\nrecord(stringin, "${name}:IOC") { field(VAL, "$(IOC_NAME=?)") }\n${more}`;

  it("run a generated st.cmd unchanged, each on its own port, and end with the target", async () => {
    const beamline = await openBeamline({ gate, program });
    const target = await beamline.open();
    const names = ["bl01t-mo-ioc-01", "bl01t-va-ioc-01", "bl01t-ea-ioc-01"];
    const releases = names.map((name) => makeRelease(name, { runtime: { "st.cmd": stCmd(), "ioc.db": db(name) } }));
    const events = await deploy(target, releases);
    expect(Object.values(releasedOf(events)).map(({ ok, cause }) => ({ ok, cause }))).toEqual(
      names.map(() => ({ ok: true, cause: undefined })),
    );
    for (const [index, name] of names.entries()) {
      expect(target.port(name)).toBe(beamline.portBase + index);
      expect(await caget(`${name}:A`, target.port(name)!)).toBe("7");
    }
    await target.close();
    await expect(caget(`${names[0]}:A`, beamline.portBase)).rejects.toThrow();
  });

  it("reach each other's PVs through their links", async () => {
    const beamline = await openBeamline({ gate, program });
    const target = await beamline.open();
    const link = 'record(ai, "two:SEES") { field(INP, "one:A CP") field(DTYP, "Soft Channel") }\n';
    await deploy(target, [
      makeRelease("one", { runtime: { "st.cmd": stCmd(), "ioc.db": db("one") } }),
      makeRelease("two", { runtime: { "st.cmd": stCmd(), "ioc.db": db("two", link) } }),
    ]);
    await until(async () => (await caget("two:SEES", target.port("two")!)) === "7");
  });

  it("are named with the signal when they are killed, and stop within the grace when asked", async () => {
    const beamline = await openBeamline({ gate, program });
    const target = await beamline.open();
    const release = (name: string) => makeRelease(name, { runtime: { "st.cmd": stCmd(), "ioc.db": db(name) } });
    expect(releasedOf(await deploy(target, [release("dies"), release("lives")]))).toMatchObject({
      dies: { ok: true },
      lives: { ok: true },
    });
    const state = JSON.parse(readFileSync(join(beamline.stateFolder, "state.json"), "utf8")) as {
      iocs: Record<string, { process: { pid: number } }>;
    };
    process.kill(state.iocs.dies!.process.pid, "SIGKILL");
    await until(async () => (await target.status())[0]?.reason);
    await target.stop("lives");
    expect(await target.status()).toMatchObject([
      { ioc: "dies", state: "failing", reason: expect.stringMatching(/^ended by signal SIGKILL .*; last output: /) },
      { ioc: "lives", state: "stopped", lastExit: { signal: "SIGTERM" } },
    ]);
    const lines: string[] = [];
    for await (const line of target.logs("lives")) lines.push(line.text);
    expect(lines.filter((line) => /error/i.test(line))).toEqual([]);
    expect(lines.some((line) => line.includes("EPICS 7"))).toBe(true);
  });
});
