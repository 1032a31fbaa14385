import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Release } from "../src/index.js";
import { deploy, isRunning, makeRelease, openBeamline, releasedOf, standIn, until } from "./support/beamline.js";
import { buildLibrary } from "./support/built.js";

const script = fileURLToPath(new URL("./fixtures/supervisor.mjs", import.meta.url));
let library: string;

beforeAll(async () => {
  const built = await buildLibrary();
  library = built.url;
  return () => built.remove();
});

type Beamline = Awaited<ReturnType<typeof openBeamline>>;

/** A supervisor in a process of its own, once it has deployed. */
async function runSupervisor(beamline: Beamline, releases: readonly Release[], mode: string): Promise<ChildProcess> {
  const file = join(beamline.stateFolder, "releases.json");
  writeFileSync(file, JSON.stringify(releases));
  const options = JSON.stringify({ stateFolder: beamline.stateFolder, portBase: beamline.portBase, program: standIn });
  const child = spawn(process.execPath, [script, library, options, file, mode], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
    // What a killed supervisor leaves is the point of some of these tests; it must not outlive them.
    const { iocs } = JSON.parse(readFileSync(join(beamline.stateFolder, "state.json"), "utf8")) as {
      iocs: Record<string, { process?: { pid: number } }>;
    };
    for (const { process: left } of Object.values(iocs)) {
      try {
        if (left) process.kill(-left.pid, "SIGKILL");
      } catch {
        // It is gone already.
      }
    }
  });
  let output = "";
  child.stderr.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const [first] = await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => [output])]);
  if (!String(first).startsWith("deployed")) throw new Error(`the supervisor failed: ${String(first)}`);
  return child;
}

const pidOf = (beamline: Beamline, ioc: string) => {
  const state = JSON.parse(readFileSync(join(beamline.stateFolder, "state.json"), "utf8")) as {
    iocs: Record<string, { process: { pid: number } }>;
  };
  return state.iocs[ioc]!.process.pid;
};

const gone = (pid: number) => !existsSync(`/proc/${pid}/stat`) || /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));

describe("supervisors of one beamline", () => {
  it.each(["exit", "throw"])("leave no process when they end without closing (%s)", async (mode) => {
    const beamline = await openBeamline();
    const child = await runSupervisor(beamline, [makeRelease("a"), makeRelease("b", { mode: "ignores-term" })], mode);
    const pids = [pidOf(beamline, "a"), pidOf(beamline, "b")];
    if (child.exitCode === null) await once(child, "exit");
    await until(() => pids.every(gone));
  });

  it("are refused while another one lives, which stays as it is; what runs is seen all the same", async () => {
    const beamline = await openBeamline();
    const child = await runSupervisor(beamline, [makeRelease("a")], "stay");
    const pid = pidOf(beamline, "a");
    const target = await beamline.open();
    await expect(deploy(target, [makeRelease("a")])).rejects.toMatchObject({
      code: "BEAMLINE_LOCKED",
      message: expect.stringContaining(`process ${child.pid} already supervises`),
    });
    expect(await target.status()).toMatchObject([
      { ioc: "a", state: "running", stale: true, reason: `supervised by process ${child.pid}` },
    ]);
    await expect(target.stop("a")).rejects.toMatchObject({ code: "BEAMLINE_LOCKED" });
    await target.close();
    expect(isRunning(pid)).toBe(true);
  });

  it("are refused in one process too, until the first is closed", async () => {
    const beamline = await openBeamline();
    const first = await beamline.open();
    const second = await beamline.open();
    await deploy(first, [makeRelease("a")]);
    await expect(deploy(second, [makeRelease("a")])).rejects.toMatchObject({ code: "BEAMLINE_LOCKED" });
    await first.close();
    expect(releasedOf(await deploy(second, [makeRelease("a")])).a?.ok).toBe(true);
  });

  it("take over from one that was killed, and end what it left", async () => {
    const beamline = await openBeamline();
    const child = await runSupervisor(beamline, [makeRelease("a"), makeRelease("b")], "stay");
    const left = [pidOf(beamline, "a"), pidOf(beamline, "b")];
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(left.map(gone)).toEqual([false, false]);
    const target = await beamline.open();
    expect(await target.status()).toMatchObject([
      { ioc: "a", state: "unknown", reason: "its supervisor has ended", stale: true },
      { ioc: "b", state: "unknown" },
    ]);
    const events = await deploy(target, [makeRelease("a")]);
    expect(releasedOf(events).a?.ok).toBe(true);
    await until(() => left.every(gone));
    expect(readdirSync(beamline.stateFolder).filter((name) => name.startsWith("lock"))).toEqual(["lock"]);
  });

  it("do not end a stranger that got the number of a process they left", async () => {
    const beamline = await openBeamline();
    const first = await beamline.open();
    await deploy(first, [makeRelease("a")]);
    await first.close();
    const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1 << 30)"], { detached: true, stdio: "ignore" });
    onTestFinished(() => void stranger.kill("SIGKILL"));
    const file = join(beamline.stateFolder, "state.json");
    const state = JSON.parse(readFileSync(file, "utf8")) as { iocs: Record<string, Record<string, unknown>> };
    state.iocs.a!.process = { pid: stranger.pid, identity: "an earlier boot:1", startedAt: "2026-01-01T00:00:00.000Z" };
    writeFileSync(file, JSON.stringify(state));
    const target = await beamline.open();
    await deploy(target, [makeRelease("a")]);
    expect(gone(stranger.pid!)).toBe(false);
  });
});
