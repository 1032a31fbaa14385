import { afterEach, describe, expect, it } from "vitest";
import { runProbeCommand } from "../src/index.js";
import { closedPort, rawListener, startTestIoc, type TestIoc } from "./rig.js";

const cleanup: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of cleanup.splice(0)) await thing.close();
});
async function ioc(): Promise<TestIoc> {
  const started = await startTestIoc();
  cleanup.push(started);
  return started;
}

async function run(argv: string[], env: Record<string, string> = {}, signal?: AbortSignal) {
  let stdout = "";
  let stderr = "";
  const exit = await runProbeCommand(argv, {
    env: { EPICS_CA_AUTO_ADDR_LIST: "NO", ...env },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    ...(signal ? { signal } : {}),
  });
  return { exit, stdout, stderr, json: () => JSON.parse(stdout) };
}

describe("probe", () => {
  it("prints one JSON document and exits by the verdict", async () => {
    const { address } = await ioc();
    const server = `${address.host}:${address.port}`;
    const healthy = await run(["I:OK", "I:NEVER", "--heartbeat", "I:HEARTBEAT", "--json"], { EPICS_CA_NAME_SERVERS: server });
    expect([healthy.exit, healthy.stderr]).toEqual([0, ""]);
    expect(healthy.json()).toMatchObject({
      verdict: "healthy",
      level: "L5",
      cause: null,
      pvs: [
        { pv: "I:OK", verdict: "healthy", level: "L5", cause: null, server, value: "1.5", timingsMs: { read: expect.any(Number) } },
        { pv: "I:NEVER", verdict: "healthy", level: "L5" },
        { pv: "I:HEARTBEAT", verdict: "healthy", level: "L4" },
      ],
      wallMs: expect.any(Number),
    });
    const missing = await run(["I:NONE", "--json", "--address", server]);
    expect(missing.exit).toBe(1);
    expect(missing.json()).toMatchObject({ verdict: "unhealthy", level: "L2", pvs: [{ pv: "I:NONE", server }] });
  });

  it("finds IOCs by EPICS_CA_ADDR_LIST, with the default port of the environment", async () => {
    const { address } = await ioc();
    const result = await run(["I:OK", "--timeout-ms", "10000"], {
      EPICS_CA_ADDR_LIST: address.host,
      EPICS_CA_SERVER_PORT: String(address.port),
    });
    expect([result.exit, result.stderr]).toEqual([0, ""]);
  });

  it("judges severity by preset and by --max-severity", async () => {
    const { address } = await ioc();
    const at = ["--address", `${address.host}:${address.port}`];
    const exits = [];
    for (const argv of [
      ["I:INVALID"],
      ["I:MAJOR"],
      ["I:INVALID", "--preset", "liveness"],
      ["I:INVALID", "--max-severity", "invalid"],
      ["I:MAJOR", "--max-severity", "minor"],
      ["I:NEVER", "--max-severity", "no_alarm"],
      ["I:NONE", "--preset", "startup"],
    ])
      exits.push((await run([...argv, ...at])).exit);
    expect(exits).toEqual([1, 0, 0, 0, 1, 0, 1]);
  });

  it("says in words what is wrong, for people", async () => {
    const silent = await rawListener();
    cleanup.push(silent);
    const { port } = silent.address;
    const result = await run(["A", "--address", `127.0.0.1:${port}`, "--timeout-ms", "200"]);
    expect(result.exit).toBe(1);
    expect(result.stdout).toMatch(
      new RegExp(
        `^unhealthy L1  A  connected to 127.0.0.1:${port}, but the server does not answer \\(0.2 s\\)\nunhealthy at L1 in 0.2\\d s: `,
      ),
    );
    expect(await run(["A", "--address", `127.0.0.1:${port}`, "--timeout-ms", "50", "--quiet"])).toMatchObject({
      exit: 1,
      stdout: "",
      stderr: "",
    });
  });

  it("is 3 where nothing could be learned, 1 where the IOC refused, 130 when interrupted", async () => {
    expect((await run(["A"])).exit).toBe(3);
    expect((await run(["A", "--address", "no-such-host.invalid:5064", "--timeout-ms", "10000"])).exit).toBe(3);
    const { host, port } = await closedPort();
    expect((await run(["A", "--address", `${host}:${port}`])).exit).toBe(1);
    expect((await run(["A", "--address", `${host}:${port}`], {}, AbortSignal.abort())).exit).toBe(130);
  });

  it("is 2 for bad usage, with the reason", async () => {
    for (const argv of [
      [],
      ["A", "--preset", "sometimes"],
      ["A", "--timeout-ms", "soon"],
      ["A", "--timeout-ms", "0"],
      ["A", "--max-severity", "bad"],
      ["A", "--address", "a:b:c"],
      ["A\n"],
      [""],
      ["A", "--unknown"],
    ]) {
      const result = await run(argv);
      expect([argv, result.exit, result.stdout]).toEqual([argv, 2, ""]);
      expect(result.stderr).toMatch(/^error: /);
    }
    expect(await run(["A"], { EPICS_CA_SERVER_PORT: "many" })).toMatchObject({ exit: 2 });
    expect(await run(["--help"])).toMatchObject({ exit: 0, stdout: expect.stringContaining("usage:") });
  });
});
