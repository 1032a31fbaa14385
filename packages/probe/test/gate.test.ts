import { afterEach, describe, expect, it } from "vitest";
import { createHealthGate, type HealthGateOptions, type HealthTarget, type HealthVerdict } from "../src/index.js";
import { closedPort, rawListener, startTestIoc, targetOf } from "./rig.js";

const cleanup: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of cleanup.splice(0)) await thing.close();
});
const FAST: HealthGateOptions = { answerTimeoutMs: 500, heartbeatTimeoutMs: 500, heartbeatPollMs: 10, pauseMs: 20 };
const never = () => new AbortController().signal;

async function watch(target: HealthTarget, onVerdict: (verdict: HealthVerdict) => Promise<void> | void = () => {}, options = FAST) {
  const seen: HealthVerdict[] = [];
  for await (const verdict of createHealthGate(options)(target, never())) {
    seen.push(verdict);
    await onVerdict(verdict);
  }
  return seen;
}

describe("the gate", () => {
  it("waits for an IOC that is not there yet, and ends with its first health", async () => {
    const address = await closedPort();
    const target = targetOf(address, { deadlineMs: 20_000, pvs: ["I:OK"], heartbeatPv: "I:HEARTBEAT" });
    const seen = await watch(target, async ({ verdict }) => {
      if (verdict === "unhealthy" && cleanup.length === 0) cleanup.push(await startTestIoc(address.port));
    });
    expect(seen.map(({ verdict, level }) => `${verdict} ${level}`)).toEqual(["unhealthy L0", "healthy L4"]);
  });

  it("an answer that the deadline cuts off does not hide the cause found before", async () => {
    const ioc = await startTestIoc();
    cleanup.push(ioc);
    ioc.server.setFaults([{ kind: "delay", argument: 60 }]);
    const options = { ...FAST, heartbeatTimeoutMs: 150 };
    for (let deadlineMs = 900; deadlineMs < 1100; deadlineMs += 20) {
      const target = targetOf(ioc.address, { deadlineMs, pvs: ["I:OK"], heartbeatPv: "I:FROZEN" });
      const causes = (await watch(target, undefined, options)).map(({ cause }) => cause);
      expect(causes.at(-1), `${deadlineMs} ms`).toMatch(/^heartbeat I:FROZEN has not moved/);
    }
  });

  it("says each change once: a PV that comes, a heartbeat that begins", async () => {
    const ioc = await startTestIoc();
    cleanup.push(ioc);
    ioc.server.setFaults([{ kind: "freeze", pv: "I:HEARTBEAT" }]);
    const target = targetOf(ioc.address, { deadlineMs: 20_000, pvs: ["I:OK", "I:LATE"], heartbeatPv: "I:HEARTBEAT" });
    const seen = await watch(target, ({ level }) => {
      if (level === "L2") ioc.channels.set("I:LATE", ioc.channels.get("I:OK")!);
      if (level === "L4") ioc.server.setFaults([]);
    });
    expect(seen.map(({ verdict, level }) => `${verdict} ${level}`)).toEqual(["unhealthy L2", "unhealthy L4", "healthy L4"]);
    expect(seen[1]!.cause).toMatch(/^heartbeat I:HEARTBEAT has not moved for /);
  });

  it("sees a heartbeat slower than one examination", async () => {
    const ioc = await startTestIoc();
    cleanup.push(ioc);
    let beats = 0;
    const timer = setInterval(() => beats++, 1200);
    ioc.channels.set("I:SLOW", { type: "LONG", count: 1, read: () => ({ value: beats }) });
    const seen = await watch(targetOf(ioc.address, { deadlineMs: 20_000, heartbeatPv: "I:SLOW" }));
    clearInterval(timer);
    expect(seen.at(-1)).toMatchObject({ verdict: "healthy", level: "L4" });
  });

  it("names what is wrong long before the deadline, and ends at it", async () => {
    const silent = await rawListener();
    const hung = await startTestIoc();
    const frozen = await startTestIoc();
    cleanup.push(silent, hung, frozen);
    hung.server.setFaults([{ kind: "hang-reads" }]);
    const cases: [HealthTarget, RegExp][] = [
      [targetOf(silent.address), /does not answer \(0\.5 s\)$/],
      [targetOf(hung.address), /^connected, but the read of I:OK was not answered in 0\.5 s$/],
      [targetOf(frozen.address, { heartbeatPv: "I:FROZEN" }), /^heartbeat I:FROZEN has not moved for 0\.[45] s$/],
      [targetOf(await closedPort()), /^connection refused by /],
      [targetOf(frozen.address, { pvs: ["I:NONE"] }), /^PV I:NONE does not exist on /],
    ];
    for (const [target, cause] of cases) {
      const seen = await watch({ ...target, deadlineMs: 1200 });
      expect(seen.map(({ verdict }) => verdict)).toEqual(["unhealthy"]);
      expect(seen[0]!.cause).toMatch(cause);
    }
  });

  it("survives that the IOC dies and comes back in between", async () => {
    const first = await startTestIoc();
    const { address } = first;
    first.server.setFaults([{ kind: "hang-reads" }]);
    const seen = await watch(targetOf(address, { deadlineMs: 20_000 }), async ({ level }) => {
      if (level === "L3" && cleanup.length === 0) await first.close();
      if (level === "L0") cleanup.push(await startTestIoc(address.port));
    });
    expect(seen.map(({ level }) => level)).toEqual(["L3", "L0", "L3"]);
    expect(seen.at(-1)!.verdict).toBe("healthy");
  });

  it("stops by signal, and when its reader leaves", async () => {
    const silent = await rawListener();
    cleanup.push(silent);
    const controller = new AbortController();
    const reason = new Error("undeployed");
    const iterator = createHealthGate(FAST)(targetOf(silent.address, { deadlineMs: 60_000 }), controller.signal)[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ verdict: "unhealthy" });
    const next = iterator.next();
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    for await (const verdict of createHealthGate(FAST)(targetOf(silent.address, { deadlineMs: 60_000 }), never())) {
      expect(verdict.verdict).toBe("unhealthy");
      break;
    }
  });
});
