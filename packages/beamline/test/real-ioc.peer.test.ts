import { createClient } from "@epicube/ca";
import type { HealthTarget } from "@epicube/core/seams";
import { createHealthGate } from "@epicube/probe";
import { describePeer } from "@epicube/testkit";
import { execa } from "execa";
import { expect, it } from "vitest";
import { type DoneEvent, findIocProgram, type UpOptions, up } from "../src/index.js";
import { builtBin } from "./built-bin.js";
import { copyExample } from "./example.js";

/** Takes a copy of the example up, calls `whileUp` with each target once all are healthy, and gives the last event. */
async function takeUp(
  program: UpOptions["program"],
  portBase: number,
  whileUp: (targets: readonly HealthTarget[]) => Promise<void>,
): Promise<DoneEvent> {
  const { root, state, temp } = await copyExample();
  const stop = new AbortController();
  const targets: HealthTarget[] = [];
  const gate = createHealthGate();
  let last: DoneEvent | undefined;
  try {
    const events = up(root, {
      stateFolder: state,
      program,
      portBase,
      keep: true,
      timeoutMs: 20_000,
      signal: stop.signal,
      gate: (target, signal) => {
        targets.push(target);
        return gate(target, signal);
      },
    });
    for await (const event of events) {
      if (event.event !== "done") continue;
      last = event;
      if (event.ok) await whileUp(targets);
      stop.abort(new Error("end of test"));
    }
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
  } finally {
    await temp.close();
  }
  return last!;
}

const addressOf = (target: HealthTarget) => `${target.address!.host}:${target.address!.port}`;

describePeer(["epics"], "the example beamline beside real EPICS", ({ epics }) => {
  it("reaches healthy with real IOC processes, and our client reads every PV of theirs", async () => {
    const program = await findIocProgram({ env: { PATH: "" }, cwd: ".", simulatedArgv: [], iocCommand: epics.paths.ioc! });
    expect(program.kind).toBe("ioc");
    let read = 0;
    const done = await takeUp(program, 21_100, async (targets) => {
      for (const target of targets) {
        const client = createClient({ servers: [target.address!] });
        try {
          const readings = await client.getMany(target.pvs, { timeoutMs: 10_000 });
          expect(readings.filter((reading) => !reading.ok).map((reading) => `${reading.pv}: ${reading.error?.message}`)).toEqual([]);
          read += readings.length;
        } finally {
          await client.close();
        }
      }
    });
    expect(done.iocs.map((ioc) => `${ioc.name} ${ioc.state} ${ioc.cause ?? ""}`.trim())).toEqual(
      done.iocs.map((ioc) => `${ioc.name} healthy`),
    );
    expect(done.ok).toBe(true);
    expect(done.iocs.length).toBeGreaterThanOrEqual(5);
    expect(read).toBe(done.iocs.reduce((sum, ioc) => sum + ioc.pvs.total, 0));
    console.log(`our client read ${read} PVs of ${done.iocs.length} real IOCs`);
  });

  it("libca reads every PV of the simulated IOCs", async () => {
    const simulatedArgv = [process.execPath, builtBin(), "sim", "{runtime}/ioc.db", "--port", "{port}", "--interface", "{host}", "--quiet"];
    const program = await findIocProgram({ env: {}, cwd: ".", simulatedArgv, iocCommand: "sim" });
    let read = 0;
    const done = await takeUp(program, 21_200, async (targets) => {
      for (const target of targets) {
        const { stdout } = await execa(epics.paths.caget!, target.pvs, {
          env: { EPICS_CA_NAME_SERVERS: addressOf(target), EPICS_CA_AUTO_ADDR_LIST: "NO", EPICS_CA_ADDR_LIST: "", TIMEOUT: "20" },
        });
        const lines = stdout.split("\n");
        expect(lines.length, target.ioc).toBe(target.pvs.length);
        read += lines.length;
      }
    });
    expect(done.ok).toBe(true);
    expect(read).toBe(done.iocs.reduce((sum, ioc) => sum + ioc.pvs.total, 0));
    console.log(`libca read ${read} PVs of ${done.iocs.length} simulated IOCs`);
  });
});
