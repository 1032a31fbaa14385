import { afterEach, describe, expect, it } from "vitest";
import { type HealthTarget, probeIoc } from "../src/index.js";
import { brief, closedPort, rawListener, startTestIoc, targetOf } from "./rig.js";

const cleanup: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of cleanup.splice(0)) await thing.close();
});
async function ioc() {
  const started = await startTestIoc();
  cleanup.push(started);
  return started;
}
const at = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;

describe("the ladder", () => {
  it("healthy: the highest level that the preset checks", async () => {
    const { address } = await ioc();
    const pvs = ["I:OK", "I:NEVER", "I:MAJOR"];
    const probe = async (more: Partial<HealthTarget>) => brief(await probeIoc(targetOf(address, { pvs, ...more })));
    expect(await probe({ preset: "startup" })).toEqual({ verdict: "healthy", level: "L2", cause: undefined });
    expect(await probe({})).toEqual({ verdict: "healthy", level: "L3", cause: undefined });
    expect(await probe({ heartbeatPv: "I:HEARTBEAT" })).toEqual({ verdict: "healthy", level: "L4", cause: undefined });
    const ready = { preset: "readiness", heartbeatPv: "I:HEARTBEAT", expect: pvs.map((pv) => ({ pv })) } as const;
    expect(await probe(ready)).toEqual({ verdict: "healthy", level: "L5", cause: undefined });
  });

  it("gives each PV its verdict, value, severity, server and times", async () => {
    const { address } = await ioc();
    const verdict = await probeIoc(targetOf(address, { pvs: ["I:OK", "I:NONE"], heartbeatPv: "I:HEARTBEAT" }));
    expect(verdict).toMatchObject({
      event: "health",
      ioc: "test-ioc",
      verdict: "unhealthy",
      level: "L2",
      cause: `PV I:NONE does not exist on ${at(address)}`,
    });
    expect(verdict.pvs).toMatchObject([
      { pv: "I:OK", verdict: "healthy", level: "L3", value: "1.5", severity: "NO_ALARM", server: at(address) },
      { pv: "I:NONE", verdict: "unhealthy", level: "L2" },
      { pv: "I:HEARTBEAT", verdict: "healthy", level: "L3" },
    ]);
    for (const stage of ["resolve", "connect", "version", "create", "read"])
      expect(verdict.pvs[0]!.timingsMs[stage]).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it("L0: nobody listens", async () => {
    const address = await closedPort();
    expect(brief(await probeIoc(targetOf(address)))).toEqual({
      verdict: "unhealthy",
      level: "L0",
      cause: `connection refused by ${at(address)}`,
    });
  });

  it("unknown: the host has no address, or there is nowhere to ask", async () => {
    const named = await probeIoc(targetOf({ host: "no-such-host.invalid", port: 5064 }, { deadlineMs: 5000 }));
    expect(named).toMatchObject({ verdict: "unknown", level: "L0", cause: expect.stringContaining("no-such-host.invalid") });
    expect(await probeIoc(targetOf(undefined))).toMatchObject({
      verdict: "unknown",
      level: "L0",
      cause: "there is no address to search for channels",
    });
    expect(await probeIoc(targetOf(await closedPort(), { pvs: [] }))).toMatchObject({ verdict: "unknown" });
  });

  it("L1: accepted, then silence; or no Channel Access at all", async () => {
    const silent = await rawListener();
    const web = await rawListener((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    cleanup.push(silent, web);
    expect(brief(await probeIoc(targetOf(silent.address, { deadlineMs: 400 })))).toEqual({
      verdict: "unhealthy",
      level: "L1",
      cause: `connected to ${at(silent.address)}, but the server does not answer (0.4 s)`,
    });
    expect(await probeIoc(targetOf(web.address))).toMatchObject({ verdict: "unhealthy", level: "L1" });
  });

  it("L3: the channel is there, the read is not answered, or answered by garbage", async () => {
    const { server, address } = await ioc();
    server.setFaults([{ kind: "hang-reads", pv: "I:OK" }]);
    const verdict = await probeIoc(targetOf(address, { pvs: ["I:OK", "I:NEVER"], deadlineMs: 400 }));
    expect(brief(verdict)).toEqual({
      verdict: "unhealthy",
      level: "L3",
      cause: "connected, but the read of I:OK was not answered in 0.4 s",
    });
    expect(verdict.pvs[1]!.verdict).toBe("healthy");
    server.setFaults([{ kind: "malformed" }]);
    expect(await probeIoc(targetOf(address))).toMatchObject({
      verdict: "unhealthy",
      level: "L3",
      cause: expect.stringContaining("broke the protocol"),
    });
    server.setFaults([{ kind: "reset", pv: "I:OK" }]);
    expect(await probeIoc(targetOf(address))).toMatchObject({ verdict: "unhealthy", level: "L3" });
  });

  it("L4: a heartbeat that stands still, also when only its time should move", async () => {
    const { address, server } = await ioc();
    const verdict = await probeIoc(targetOf(address, { heartbeatPv: "I:FROZEN", deadlineMs: 400 }));
    expect(verdict).toMatchObject({
      verdict: "unhealthy",
      level: "L4",
      cause: expect.stringMatching(/^heartbeat I:FROZEN has not moved for 0\.[34] s$/),
    });
    expect(verdict.pvs.map((row) => row.verdict)).toEqual(["healthy", "unhealthy"]);
    server.setFaults([{ kind: "freeze", pv: "I:HEARTBEAT" }]);
    expect(await probeIoc(targetOf(address, { heartbeatPv: "I:HEARTBEAT", deadlineMs: 400 }))).toMatchObject({
      verdict: "unhealthy",
      level: "L4",
    });
  });

  it("L5: severity and value, only for the PVs that have a rule and only when asked for readiness", async () => {
    const { address } = await ioc();
    const pvs = ["I:OK", "I:MAJOR", "I:INVALID", "I:NEVER", "I:STATE"];
    const probe = async (rules: NonNullable<HealthTarget["expect"]>, preset: HealthTarget["preset"] = "readiness") =>
      brief(await probeIoc(targetOf(address, { pvs, preset, expect: rules })));
    expect(await probe([{ pv: "I:INVALID" }], "liveness")).toMatchObject({ verdict: "healthy", level: "L3" });
    expect(await probe([{ pv: "I:MAJOR" }, { pv: "I:NEVER" }])).toMatchObject({ verdict: "healthy", level: "L5" });
    expect(await probe([{ pv: "I:INVALID" }])).toEqual({
      verdict: "unhealthy",
      level: "L5",
      cause: "I:INVALID is INVALID (COMM), worse than MAJOR",
    });
    expect(await probe([{ pv: "I:INVALID", maxSeverity: "invalid" }])).toMatchObject({ verdict: "healthy" });
    expect(await probe([{ pv: "I:MAJOR", maxSeverity: "minor" }])).toEqual({
      verdict: "unhealthy",
      level: "L5",
      cause: "I:MAJOR is MAJOR (HIHI), worse than MINOR",
    });
    expect(await probe([{ pv: "I:NEVER", maxSeverity: "no_alarm" }])).toMatchObject({ verdict: "healthy" });
    expect(
      await probe([
        { pv: "I:STATE", equals: "Running" },
        { pv: "I:STATE", equals: "1" },
        { pv: "I:OK", equals: "1.50" },
      ]),
    ).toMatchObject({ verdict: "healthy" });
    expect(await probe([{ pv: "I:STATE", equals: "Stopped" }])).toEqual({
      verdict: "unhealthy",
      level: "L5",
      cause: 'I:STATE is "Running", not "Stopped"',
    });
  });

  it("counts the PVs that share a fate, and tells the lowest", async () => {
    const { address } = await ioc();
    expect((await probeIoc(targetOf(address, { pvs: ["I:A", "I:OK", "I:B", "I:C"] }))).cause).toBe(
      `PV I:A does not exist on ${at(address)} (and 2 more PVs)`,
    );
  });

  it("searches by name servers when there is no address, and finds a name with two servers", async () => {
    const [first, second] = [await ioc(), await ioc()];
    const target = targetOf(undefined, { deadlineMs: 5000 });
    expect(await probeIoc(target, { nameServers: [first.address] })).toMatchObject({ verdict: "healthy", level: "L3" });
    for (const places of [{ nameServers: [first.address, second.address] }, { addressList: [first.address, second.address] }]) {
      const verdict = await probeIoc(target, places);
      expect(verdict).toMatchObject({
        verdict: "unhealthy",
        level: "L2",
        cause: expect.stringMatching(/^I:OK is answered by two servers: /),
      });
    }
  });

  it("keeps to one circuit for thousands of PVs", async () => {
    const { address, channels, server } = await ioc();
    const pvs = Array.from({ length: 3000 }, (_, index) => `I:MANY:${index}`);
    for (const pv of pvs) channels.set(pv, channels.get("I:OK")!);
    const verdict = await probeIoc(targetOf(address, { pvs, deadlineMs: 30_000 }), { answerTimeoutMs: 30_000 });
    expect(brief(verdict)).toEqual({ verdict: "healthy", level: "L3", cause: undefined });
    expect(verdict.pvs).toHaveLength(3000);
    while (server.report().circuits > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("gives up when told to, by the signal's reason", async () => {
    const silent = await rawListener();
    cleanup.push(silent);
    const reason = new Error("enough");
    const controller = new AbortController();
    const probing = probeIoc(targetOf(silent.address, { deadlineMs: 30_000 }), { answerTimeoutMs: 30_000, signal: controller.signal });
    controller.abort(reason);
    await expect(probing).rejects.toBe(reason);
  });
});
