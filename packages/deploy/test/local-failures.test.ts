import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { HealthGate } from "@epicube/core/seams";
import { describe, expect, it, onTestFinished } from "vitest";
import type { DeployEvent, LocalTarget } from "../src/index.js";
import { connectGate, deploy, isRunning, makeRelease, makeVerdict, openBeamline, releasedOf, until } from "./support/beamline.js";

const pidsOf = (target: LocalTarget, ioc: string) => {
  const file = join(target.paths(ioc).autosave, "starts.txt");
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => Number(line.split(" ")[2]))
    : [];
};
const grandchildOf = (target: LocalTarget, ioc: string) => Number(readFileSync(join(target.paths(ioc).runtime, "grandchild.pid"), "utf8"));

/** Never says anything by itself. */
const silentGate: HealthGate = async function* (_target, signal) {
  if (!signal.aborted) await once(signal, "abort");
  yield* [];
};

/** Ignores its signal. */
const deafGate: HealthGate = async function* (target) {
  yield makeVerdict(target.ioc, "unhealthy", "heartbeat frozen");
  await new Promise(() => {});
};

describe("an IOC that fails", () => {
  it("is named with how it ended, its age and its last words; the others are judged all the same", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    const events = await deploy(target, [makeRelease("good"), makeRelease("bad", { mode: "dies-at-once" })]);
    const released = releasedOf(events);
    expect(released.good).toMatchObject({ ok: true });
    expect(released.bad?.ok).toBe(false);
    expect(released.bad?.cause).toMatch(
      /^exited with code 3 \d+\.\d s after its start; last output: bad starts as dies-at-once \| cannot load \\x1b\[31mioc\.db\\x07$/,
    );
    const verdicts = events.flatMap((event) => (event.event === "health" && event.ioc === "bad" ? [event] : []));
    expect(verdicts.at(-1)).toMatchObject({
      verdict: "unhealthy",
      level: "L0",
      cause: released.bad?.cause,
      pvs: [{ pv: "bad:A", verdict: "unhealthy", cause: "the IOC's process has ended" }],
    });
    expect(await target.status()).toMatchObject([
      { ioc: "bad", state: "failing", reason: released.bad?.cause, lastExit: { code: 3 } },
      { ioc: "good", state: "running" },
    ]);
  });

  it("is named with the signal when it is killed during the gate, long before the gate's deadline", async () => {
    const beamline = await openBeamline({ gate: silentGate });
    const target = await beamline.open();
    const events = await deploy(target, [makeRelease("a", { mode: "dies-later", deadlineMs: 3_600_000 })]);
    expect(releasedOf(events).a?.cause).toMatch(/^ended by signal SIGKILL \d+\.\d s after its start/);
  });

  it("prefers the end of the process to what the gate saw of it", async () => {
    const gate: HealthGate = async function* (target) {
      const pid = await until(() => pidsOf(beamlineTarget, target.ioc)[0]);
      process.kill(pid, "SIGKILL");
      yield makeVerdict(target.ioc, "unhealthy", "connection reset");
    };
    const beamline = await openBeamline({ gate });
    const beamlineTarget = await beamline.open();
    const events = await deploy(beamlineTarget, [makeRelease("a")]);
    expect(releasedOf(events).a?.cause).toMatch(/^ended by signal SIGKILL/);
  });

  it("is named with the gate's last cause at the deadline, even when the gate is deaf", async () => {
    const beamline = await openBeamline({ gate: deafGate });
    const target = await beamline.open();
    const events = await deploy(target, [makeRelease("a", { mode: "hangs", deadlineMs: 100 })]);
    expect(releasedOf(events).a?.cause).toBe("not healthy within 0.1 s: heartbeat frozen");
    expect((await target.status())[0]).toMatchObject({ state: "failing", reason: "not healthy within 0.1 s: heartbeat frozen" });
  });

  it("is told with the gate's own words when the gate ends or throws", async () => {
    const gate: HealthGate = async function* (target) {
      if (target.ioc === "throws") throw new Error("no socket");
      if (target.ioc === "says") yield makeVerdict(target.ioc, "unhealthy", "says:A does not exist");
    };
    const beamline = await openBeamline({ gate });
    const target = await beamline.open();
    const released = releasedOf(await deploy(target, [makeRelease("throws"), makeRelease("says"), makeRelease("silent")]));
    expect(released.throws?.cause).toBe("the health gate failed: no socket");
    expect(released.says?.cause).toBe("says:A does not exist");
    expect(released.silent?.cause).toBe("the health gate ended without a verdict");
  });

  it("ends the other gates with failFast", async () => {
    const gate: HealthGate = (target, signal) => (target.ioc === "slow" ? silentGate(target, signal) : connectGate(target, signal));
    const beamline = await openBeamline({ gate });
    const target = await beamline.open();
    const releases = [makeRelease("slow", { deadlineMs: 3_600_000 }), makeRelease("bad", { mode: "dies-at-once" })];
    const released = releasedOf(await deploy(target, releases, { failFast: true }));
    expect(released.bad?.ok).toBe(false);
    expect(released.slow).toMatchObject({ ok: false, cause: "not judged to its end, because bad failed first" });
  });

  it("is named when its program cannot be run, or when there is no st.cmd for a real IOC", async () => {
    const beamline = await openBeamline();
    const missing = await beamline.open({ program: { kind: "simulated", label: "x", argv: ["/no/such/program"] } });
    expect(releasedOf(await deploy(missing, [makeRelease("a")])).a?.cause).toMatch(/^cannot run \/no\/such\/program: .*ENOENT/);
    await missing.close();
    const real = await beamline.open({ program: { kind: "ioc", label: "x", program: process.execPath } });
    expect(releasedOf(await deploy(real, [makeRelease("a", { runtime: { "ioc.db": "" } })])).a?.cause).toMatch(/mount no st\.cmd/);
  });
});

describe("stopping", () => {
  it("kills what ignores SIGTERM, and what is stopped by SIGSTOP ends too", async () => {
    const beamline = await openBeamline({ graceMs: 1500 });
    const target = await beamline.open();
    await deploy(target, [makeRelease("stubborn", { mode: "ignores-term" }), makeRelease("frozen")]);
    const pids = [...pidsOf(target, "stubborn"), ...pidsOf(target, "frozen")];
    process.kill(pids[1]!, "SIGSTOP");
    await target.close();
    expect(pids.map(isRunning)).toEqual([false, false]);
    const again = await beamline.open();
    expect(await again.status()).toMatchObject([
      { ioc: "frozen", state: "stopped", lastExit: { signal: "SIGTERM" } },
      { ioc: "stubborn", state: "stopped", lastExit: { signal: "SIGKILL" } },
    ]);
  });

  it("ends the children of an IOC with it, however it ends", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    await deploy(target, [makeRelease("asked", { mode: "grandchild" }), makeRelease("orphan", { mode: "grandchild-orphaned" })]);
    const grandchildren = [grandchildOf(target, "asked"), grandchildOf(target, "orphan")];
    await target.close();
    await until(() => grandchildren.every((pid) => !isRunning(pid) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))));
  });

  it("stops all that an aborted apply started, and rejects with the reason", async () => {
    const beamline = await openBeamline({ gate: silentGate });
    const target = await beamline.open();
    const abort = new AbortController();
    const plan = await target.plan([makeRelease("a"), makeRelease("b"), makeRelease("c")]);
    const events: DeployEvent[] = [];
    await expect(async () => {
      for await (const event of target.apply(plan, { signal: abort.signal })) {
        events.push(event);
        if (event.event === "pod" && event.release === "b") {
          await until(() => pidsOf(target, "b").length > 0);
          abort.abort(new Error("Ctrl-C"));
        }
      }
    }).rejects.toThrow("Ctrl-C");
    expect(events.some((event) => event.event === "released")).toBe(false);
    expect(["a", "b", "c"].flatMap((name) => pidsOf(target, name)).filter(isRunning)).toEqual([]);
    expect((await target.status()).map((status) => status.state)).not.toContain("running");
    const aborted = new AbortController();
    aborted.abort(new Error("at once"));
    const late = await target.plan([makeRelease("d")]);
    await expect(async () => {
      for await (const _event of target.apply(late, { signal: aborted.signal }));
    }).rejects.toThrow("at once");
    expect(existsSync(target.paths("d").runtime)).toBe(false);
  });

  it("stops all when the loop over the events is left early, and when the target is closed meanwhile", async () => {
    const beamline = await openBeamline({ gate: silentGate });
    const target = await beamline.open();
    for await (const event of target.apply(await target.plan([makeRelease("a")]))) if (event.event === "pod") break;
    expect(pidsOf(target, "a").filter(isRunning)).toEqual([]);
    expect((await target.status())[0]?.state).not.toBe("running");
    const plan = await target.plan([makeRelease("b")]);
    await expect(async () => {
      for await (const event of target.apply(plan)) if (event.event === "pod") void target.close();
    }).rejects.toThrow("the local target is closed");
    expect(pidsOf(target, "b").filter(isRunning)).toEqual([]);
    await expect(target.start("a")).rejects.toMatchObject({ code: "TARGET_CLOSED" });
  });
});

describe("a port that a stranger holds", () => {
  const holdTcp = async (port: number) => {
    const server = createServer().listen(port, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
  };

  it("is the error PORT_TAKEN with IOC, port and process, before anything is started", async () => {
    const beamline = await openBeamline();
    await holdTcp(beamline.portBase + 1);
    const target = await beamline.open();
    const names = ["a", "b"];
    await expect(
      deploy(
        target,
        names.map((name) => makeRelease(name)),
      ),
    ).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringMatching(new RegExp(`^b: TCP port ${beamline.portBase + 1} is held by process ${process.pid} \\(`)),
      help: expect.stringContaining("--port-base"),
      context: { taken: [{ ioc: "b", port: beamline.portBase + 1, protocol: "tcp", pid: process.pid }] },
    });
    expect(names.flatMap((name) => pidsOf(target, name))).toEqual([]);
  });

  it("is found on UDP too, and when it is the port of an earlier run", async () => {
    const beamline = await openBeamline();
    const first = await beamline.open();
    await deploy(first, [makeRelease("a")]);
    await first.close();
    const socket = createSocket("udp4").bind(beamline.portBase, "127.0.0.1");
    onTestFinished(() => void socket.close());
    await once(socket, "listening");
    const second = await beamline.open();
    await expect(deploy(second, [makeRelease("a")])).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringMatching(new RegExp(`^a: UDP port ${beamline.portBase} is held by process ${process.pid} `)),
    });
  });

  it("stops nothing that runs", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    await deploy(target, [makeRelease("a")]);
    await holdTcp(beamline.portBase + 1);
    await expect(deploy(target, [makeRelease("a"), makeRelease("b")])).rejects.toMatchObject({ code: "PORT_TAKEN" });
    expect(await target.status()).toMatchObject([{ ioc: "a", state: "running" }]);
  });

  it("runs out of ports with an error", async () => {
    const beamline = await openBeamline();
    await expect(beamline.open({ portBase: 65_000 })).rejects.toMatchObject({ code: "PORT_BASE_INVALID" });
  });
});
