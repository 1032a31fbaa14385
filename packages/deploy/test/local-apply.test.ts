import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deploy, isRunning, makeRelease, openBeamline, releasedOf, until } from "./support/beamline.js";

const startsOf = (autosave: string) =>
  readFileSync(join(autosave, "starts.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => Number(line.split(" ")[2]));

describe("apply on the local target", () => {
  it("brings a release to a healthy process with its files, environment and port, and close leaves none", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open({ hostEnvironment: { PATH: "/usr/bin:/bin", EPICS_CA_ADDR_LIST: "10.0.0.255", SECRET: "no" } });
    const release = makeRelease("bl01t-mo-ioc-01", { config: { "ioc.yaml": "a: 1\n" }, environment: { MOTOR: "x$(MODE)" } });
    const events = await deploy(target, [release]);
    expect(releasedOf(events)["bl01t-mo-ioc-01"]).toEqual({ event: "released", release: "bl01t-mo-ioc-01", revision: 1, ok: true });
    const paths = target.paths("bl01t-mo-ioc-01");
    expect(readFileSync(join(paths.config, "ioc.yaml"), "utf8")).toBe("a: 1\n");
    expect(readFileSync(join(paths.runtime, "ioc.db"), "utf8")).toContain("record(ai");
    const environment = JSON.parse(readFileSync(join(paths.runtime, "environment.json"), "utf8")) as Record<string, string>;
    expect(environment).toMatchObject({
      PATH: "/usr/bin:/bin",
      MOTOR: "xhealthy",
      IOC: paths.ioc,
      IOC_NAME: "bl01t-mo-ioc-01",
      RUNTIME_DIR: paths.runtime,
      AUTOSAVE_DIR: paths.autosave,
      EPICS_CA_SERVER_PORT: String(beamline.portBase),
      EPICS_CAS_SERVER_PORT: String(beamline.portBase),
      EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
      EPICS_CA_AUTO_ADDR_LIST: "NO",
      EPICS_CA_ADDR_LIST: "127.0.0.1",
    });
    expect(environment.SECRET).toBeUndefined();
    expect(await target.status()).toMatchObject([
      { ioc: "bl01t-mo-ioc-01", state: "running", desired: "running", runningVersion: "1.0", stale: false, health: { verdict: "healthy" } },
    ]);
    const [pid] = startsOf(paths.autosave);
    expect(isRunning(pid!)).toBe(true);
    await target.close();
    expect(isRunning(pid!)).toBe(false);
    expect(existsSync(join(beamline.stateFolder, "lock"))).toBe(false);
    expect(statSync(join(beamline.stateFolder, "state.json")).mode & 0o077).toBe(0);
  });

  it("keeps ports and autosave from one target to the next, and takes the lowest free port for a new IOC", async () => {
    const beamline = await openBeamline();
    const first = await beamline.open();
    await deploy(first, [makeRelease("b"), makeRelease("a")]);
    const ports = { a: first.port("a"), b: first.port("b") };
    expect(ports).toEqual({ b: beamline.portBase, a: beamline.portBase + 1 });
    writeFileSync(join(first.paths("a").autosave, "positions.sav"), "1.5");
    await first.close();
    const second = await beamline.open();
    const events = await deploy(second, [makeRelease("a", { version: "2.0" }), makeRelease("c"), makeRelease("b")]);
    expect({ a: second.port("a"), b: second.port("b"), c: second.port("c") }).toEqual({ ...ports, c: beamline.portBase + 2 });
    expect(readFileSync(join(second.paths("a").autosave, "positions.sav"), "utf8")).toBe("1.5");
    expect(releasedOf(events)).toMatchObject({ a: { ok: true, revision: 2 }, b: { ok: true, revision: 1 }, c: { ok: true, revision: 1 } });
    const environment = JSON.parse(readFileSync(join(second.paths("a").runtime, "environment.json"), "utf8")) as Record<string, string>;
    expect(environment.EPICS_CA_ADDR_LIST).toBe(`127.0.0.1:${ports.b} 127.0.0.1:${second.port("c")}`);
  });

  it("leaves an unchanged IOC running and restarts one whose files changed, without what is no longer mounted", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    const config = { "ioc.yaml": "a: 1\n", "old.txt": "x" };
    await deploy(target, [makeRelease("same"), makeRelease("changes", { config })]);
    const plan = await target.plan([makeRelease("same"), makeRelease("changes", { config: { "ioc.yaml": "a: 2\n" } })]);
    expect(plan.writes).toBe(1);
    expect(plan.changes.filter((change) => change.action !== "none")).toEqual([
      {
        release: "changes",
        object: { apiVersion: "v1", kind: "ConfigMap", name: "changes-config", namespace: "bl01t" },
        action: "update",
        fields: [
          { path: "/data/ioc.yaml", from: "a: 1\n", to: "a: 2\n" },
          { path: "/data/old.txt", from: "x" },
        ],
        restartsPod: true,
        because: "/data/ioc.yaml of ConfigMap/changes-config changes, which the IOC reads",
      },
    ]);
    for await (const _event of target.apply(plan));
    expect(startsOf(target.paths("same").autosave)).toHaveLength(1);
    const pids = startsOf(target.paths("changes").autosave);
    expect(pids).toHaveLength(2);
    expect(isRunning(pids[0]!)).toBe(false);
    expect(existsSync(join(target.paths("changes").config, "old.txt"))).toBe(false);
    const again = await target.plan([makeRelease("same"), makeRelease("changes", { config: { "ioc.yaml": "a: 2\n" } })]);
    expect(again.writes).toBe(0);
  });

  it("takes ports anew when another base is asked for", async () => {
    const beamline = await openBeamline();
    const first = await beamline.open();
    await deploy(first, [makeRelease("a")]);
    await first.close();
    const moved = await beamline.open({ portBase: beamline.portBase + 10 });
    await deploy(moved, [makeRelease("a")]);
    expect(moved.port("a")).toBe(beamline.portBase + 10);
  });

  it("refuses a plan that is older than the record", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    const plan = await target.plan([makeRelease("a")]);
    await deploy(target, [makeRelease("a")]);
    await expect(async () => {
      for await (const _event of target.apply(plan));
    }).rejects.toMatchObject({ code: "PLAN_STALE" });
    expect(await target.status()).toMatchObject([{ state: "running" }]);
  });

  it("counts an IOC without a gate as released when it lives, and as failed when it dies", async () => {
    const beamline = await openBeamline();
    const patient = await beamline.open({ settleMs: 3_600_000 });
    const events = await deploy(patient, [makeRelease("dies", { gated: false, mode: "dies-at-once" })]);
    expect(releasedOf(events)).toMatchObject({ dies: { ok: false } });
    await patient.close();
    const target = await beamline.open({ settleMs: 50 });
    expect(releasedOf(await deploy(target, [makeRelease("lives", { gated: false })]))).toMatchObject({ lives: { ok: true } });
  });

  it("does not start an IOC with replicas 0, nor one that was stopped by hand, until it is started", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    await deploy(target, [makeRelease("a"), makeRelease("zero", { replicas: 0 })]);
    await target.stop("a");
    expect(await target.status()).toMatchObject([
      { ioc: "a", state: "stopped", desired: "stopped" },
      { ioc: "zero", state: "stopped" },
    ]);
    const events = await deploy(target, [makeRelease("a", { config: { "ioc.yaml": "b: 2\n" } })]);
    expect(releasedOf(events)).toMatchObject({ a: { ok: true, revision: 2 } });
    expect(startsOf(target.paths("a").autosave)).toHaveLength(1);
    await target.start("a");
    expect(startsOf(target.paths("a").autosave)).toHaveLength(2);
    expect(readFileSync(join(target.paths("a").config, "ioc.yaml"), "utf8")).toBe("b: 2\n");
    await target.restart("a");
    const pids = startsOf(target.paths("a").autosave);
    expect(pids.map(isRunning)).toEqual([false, false, true]);
    await expect(target.start("nobody")).rejects.toMatchObject({ code: "IOC_UNKNOWN" });
    await expect(target.stop("../a")).rejects.toMatchObject({ code: "IOC_NAME_INVALID" });
  });

  it("runs twenty IOCs at once", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    const names = Array.from({ length: 20 }, (_, index) => `ioc-${index}`);
    const events = await deploy(
      target,
      names.map((name) => makeRelease(name)),
    );
    expect(Object.values(releasedOf(events)).filter((event) => event.ok)).toHaveLength(20);
    const pids = names.flatMap((name) => startsOf(target.paths(name).autosave));
    await target.close();
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it("gives the log of this run and of the one before, follows it, and escapes what would drive a terminal", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    await deploy(target, [makeRelease("a", { mode: "dies-at-once" })]);
    const lines = async (options: { previous?: boolean }) => {
      const texts: string[] = [];
      for await (const line of target.logs("a", options)) texts.push(line.text);
      return texts;
    };
    expect(await lines({})).toEqual(["a starts as dies-at-once", "cannot load \\x1b[31mioc.db\\x07"]);
    await deploy(target, [makeRelease("a", { mode: "chatty" })]);
    expect(await lines({ previous: true })).toEqual(["a starts as dies-at-once", "cannot load \\x1b[31mioc.db\\x07"]);
    expect((await lines({})).length).toBe(20_001);
    const abort = new AbortController();
    let followed = 0;
    for await (const _line of target.logs("a", { follow: true, signal: abort.signal }))
      if (++followed === 20_001) setTimeout(() => abort.abort(), 50);
    expect(followed).toBe(20_001);
  });

  it("tells a watcher when an IOC dies after it was healthy", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const status of target.watch()) seen.push(`${status.ioc} ${status.state} ${status.reason ?? ""}`);
    })();
    await deploy(target, [makeRelease("a")]);
    const [pid] = startsOf(target.paths("a").autosave);
    process.kill(pid!, "SIGSEGV");
    await until(async () => (await target.status())[0]?.state === "failing" && (await target.status())[0]?.lastExit);
    expect((await target.status())[0]).toMatchObject({
      state: "failing",
      reason: expect.stringMatching(/^ended by signal SIGSEGV \d+\.\d s after its start; last output: a starts as healthy$/),
      lastExit: { signal: "SIGSEGV" },
    });
    await target.close();
    await watching;
    expect(seen[0]).toBe("a starting ");
    expect(seen).toContain("a running ");
    expect(seen.at(-1)).toMatch(/^a failing ended by signal SIGSEGV/);
  });
});
