import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { digestOf } from "@epicube/core";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Beamline, BIN, copyBeamline, epicube, eventsOf, eventually, processesNaming, start } from "./run.js";

interface Done {
  event: "done";
  ok: boolean;
  wallMs: number;
  stagesMs: Record<string, number>;
  iocs: { name: string; state: string; image: string; revision: number; cause?: string; pvs: { ok: number; total: number } }[];
}

let beamline: Beamline;
beforeEach(async () => {
  beamline = await copyBeamline();
});
afterEach(async () => {
  const left = [...processesNaming(beamline.temp.path).keys()];
  for (const pid of left) process.kill(pid, "SIGKILL");
  await beamline.temp.close();
  expect(left, "processes left behind").toEqual([]);
});

const PORT_BASE = "22000";
/** Time enough for a machine that has other work; a failing IOC is waited for as long. */
const PATIENCE = ["--timeout-ms", "60000"];
const up = (args: string[] = [], env: Record<string, string> = {}) =>
  start(["up", beamline.root, "--ioc-command", "sim", "--port-base", PORT_BASE, "--json", ...PATIENCE, ...args], {
    env: { EPICUBE_STATE: beamline.state, ...env },
  });
const doneOf = (stdout: unknown) => eventsOf(String(stdout)).at(-1) as unknown as Done;
const iocOf = (done: Done, name: string) => done.iocs.find((ioc) => ioc.name === name)!;
const blobs = () =>
  existsSync(join(beamline.state, "layout/blobs/sha256")) ? readdirSync(join(beamline.state, "layout/blobs/sha256")) : [];

/** A program that runs the simulated IOC on an edited ioc.db, as a real IOC would be run: `PROGRAM st.cmd`. */
function iocProgram(edit: string, extra: readonly string[] = []): string {
  const folder = join(beamline.temp.path, "app");
  mkdirSync(join(folder, "dbd"), { recursive: true });
  writeFileSync(join(folder, "dbd", "ioc.dbd"), "");
  const file = join(folder, "ioc");
  writeFileSync(
    file,
    `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const { spawn } = require("node:child_process");
const db = process.env.RUNTIME_DIR + "/edited.db";
const name = process.env.IOC_NAME;
const edit = ${edit};
writeFileSync(db, edit(readFileSync(process.env.RUNTIME_DIR + "/ioc.db", "utf8"), name));
const child = spawn(process.execPath, [${JSON.stringify(BIN)}, "sim", db, "--port", process.env.EPICS_CAS_SERVER_PORT, "--interface", "127.0.0.1", ...${JSON.stringify(extra)}], { stdio: "inherit" });
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
`,
  );
  chmodSync(file, 0o755);
  return file;
}

describe("epicube up", () => {
  it("takes the example to healthy PVs, ends with done, and leaves no process", async () => {
    const { exitCode, stdout, stderr } = await up();
    expect(stderr).toBe("");
    const done = doneOf(stdout);
    expect(done.iocs.map((ioc) => `${ioc.name} ${ioc.state} ${ioc.cause ?? ""}`.trim())).toEqual(
      done.iocs.map((ioc) => `${ioc.name} healthy`),
    );
    expect(exitCode).toBe(0);
    expect(done.ok).toBe(true);
    expect(done.iocs.length).toBeGreaterThanOrEqual(5);
    for (const ioc of done.iocs) {
      expect(ioc.pvs.ok).toBe(ioc.pvs.total);
      expect(ioc.pvs.total).toBeGreaterThan(3);
      expect(ioc.image).toMatch(/@sha256:[0-9a-f]{64}$/);
    }
    expect(Object.keys(done.stagesMs)).toEqual(["check", "images", "charts", "deploy", "health"]);
    expect(processesNaming(beamline.state).size).toBe(0);
  });

  it("a second run builds nothing, keeps the ports, and gives the same digests", async () => {
    const first = doneOf((await up()).stdout);
    const stored = blobs().sort();
    const again = await up();
    const second = doneOf(again.stdout);
    expect(second.ok).toBe(true);
    expect(second.iocs.map((ioc) => ioc.image)).toEqual(first.iocs.map((ioc) => ioc.image));
    expect(blobs().sort()).toEqual(stored);
    const images = eventsOf(String(again.stdout)).find(
      (event) => event.event === "progress" && event.id === "images" && event.at === "end",
    );
    expect(images?.outcome).toBe("cached");
  });

  it("prints a table for people, and what runs the IOCs", async () => {
    const { exitCode, stdout, stderr } = await epicube(
      ["up", beamline.root, "--ioc-command", "sim", "--port-base", PORT_BASE, ...PATIENCE],
      {
        env: { EPICUBE_STATE: beamline.state },
      },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^IOC +STATE +IMAGE DIGEST +PVS +TIME$/m);
    expect(stdout).toMatch(/^bl45p-mo-ioc-01 +healthy +sha256:[0-9a-f]{12} +(\d+)\/\1 +\d/m);
    expect(stderr).toContain("IOCs run as: simulated IOC (epicube sim)");
    expect(stderr).toMatch(/^✓ check \d+\/\d+ pvs \d/m);
  });
});

describe("epicube up, broken", () => {
  it("a broken ioc.yaml: located diagnostics, exit 1, nothing deployed", async () => {
    const file = join(beamline.root, "services/bl45p-mo-ioc-01/config/ioc.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("type: motion.controller", "type: motion.controler"));
    const { exitCode, stdout, stderr } = await epicube(
      ["up", beamline.root, "--ioc-command", "sim", "--port-base", PORT_BASE, ...PATIENCE],
      {
        env: { EPICUBE_STATE: beamline.state },
      },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^services\/bl45p-mo-ioc-01\/config\/ioc\.yaml:\d+:\d+: error [A-Z_]+: /m);
    expect(stderr).toContain("motion.controller");
    expect(stdout).toMatch(/^nothing was deployed: \d+ error/m);
    expect(existsSync(join(beamline.state, "layout"))).toBe(false);
    expect(existsSync(join(beamline.state, "iocs"))).toBe(false);
  });

  it("an IOC killed during the gate is named with its signal and age", async () => {
    const running = up();
    const pid = await eventually(
      () =>
        [...processesNaming(join(beamline.state))].find(
          ([, command]) => command.includes("bl45p-va-ioc-01") && command.includes(" sim "),
        )?.[0],
    );
    process.kill(pid, "SIGKILL");
    const { exitCode, stdout } = await running;
    const done = doneOf(stdout);
    expect(exitCode).toBe(1);
    expect(iocOf(done, "bl45p-va-ioc-01")).toMatchObject({ state: "failed", cause: expect.stringMatching(/SIGKILL.* s/) });
    expect(iocOf(done, "bl45p-mo-ioc-01").state).toBe("healthy");
  });

  it("an IOC hung by SIGSTOP is named with its cause", async () => {
    const running = up(["--timeout-ms", "12000"]);
    const pid = await eventually(
      () =>
        [...processesNaming(beamline.state)].find(([, command]) => command.includes("bl45p-mo-ioc-01") && command.includes(" sim "))?.[0],
    );
    process.kill(pid, "SIGSTOP");
    const { exitCode, stdout } = await running;
    const ioc = iocOf(doneOf(stdout), "bl45p-mo-ioc-01");
    expect(exitCode).toBe(1);
    expect(ioc.state).toBe("failed");
    expect(ioc.cause).toMatch(/answer|refused|connect/);
    expect(iocOf(doneOf(stdout), "bl45p-va-ioc-01").state).toBe("healthy");
  });

  it("a PV of the inventory that the IOC does not serve is named", async () => {
    const program = iocProgram(
      '(text, name) => name === "bl45p-va-ioc-01" ? text.replace(/record\\((\\w+), *"(BL45P-VA-SPACE-01:GOOD)"/, \'record($1, "NOT-$2"\') : text',
    );
    const { exitCode, stdout } = await up(["--timeout-ms", "12000", "--ioc-command", program]);
    const ioc = iocOf(doneOf(stdout), "bl45p-va-ioc-01");
    expect(exitCode).toBe(1);
    expect(ioc.cause).toContain("BL45P-VA-SPACE-01:GOOD");
    expect(ioc.pvs.ok).toBe(ioc.pvs.total - 1);
    expect(iocOf(doneOf(stdout), "bl45p-mo-ioc-01").state).toBe("healthy");
  });

  it("a frozen heartbeat is named", async () => {
    const program = iocProgram("(text) => text", ["--fault", "freeze"]);
    const { exitCode, stdout } = await up(["--timeout-ms", "12000", "--ioc-command", program]);
    const done = doneOf(stdout);
    expect(exitCode).toBe(1);
    for (const ioc of done.iocs) expect(ioc.cause, ioc.name).toMatch(/HEARTBEAT.*not moved|heartbeat/);
  });

  it("a port held by a stranger is PORT_TAKEN, and nothing is left running", async () => {
    const stranger: Server = createServer();
    await new Promise<void>((resolve) => stranger.listen(22_002, "127.0.0.1", resolve));
    try {
      const { exitCode, stdout, stderr } = await up();
      expect(`${stdout}${stderr}`).toContain("PORT_TAKEN");
      expect(`${stdout}${stderr}`).toContain("22002");
      expect(exitCode).toBe(1);
      expect(doneOf(stdout)).toMatchObject({ event: "done", ok: false });
      expect(processesNaming(beamline.state).size).toBe(0);
    } finally {
      await new Promise((resolve) => stranger.close(resolve));
    }
  });

  it("a second run of the same beamline is refused before it builds anything", async () => {
    const first = up(["--keep"]);
    let seen = "";
    first.stdout!.on("data", (chunk) => {
      seen += chunk;
    });
    await eventually(() => (seen.includes('"event":"done"') ? true : undefined), 60_000);
    const { exitCode, stdout, stderr } = await up();
    expect(stderr).toContain("error BEAMLINE_LOCKED");
    expect(eventsOf(String(stdout)).some((event) => event.id === "images")).toBe(false);
    expect(exitCode).toBe(1);
    first.kill("SIGTERM");
    expect((await first).exitCode).toBe(130);
  });

  it("state inside the repository is refused: it is never written", async () => {
    const { exitCode, stderr } = await up([], { EPICUBE_STATE: join(beamline.root, "state") });
    expect(stderr).toContain("inside the repository");
    expect(exitCode).toBe(2);
    expect(existsSync(join(beamline.root, "state"))).toBe(false);
  });

  it("--keep stays until Ctrl-C, which stops everything and exits 130", async () => {
    const running = up(["--keep"]);
    let seen = "";
    running.stdout!.on("data", (chunk) => {
      seen += chunk;
    });
    await eventually(() => (seen.includes('"event":"done"') ? true : undefined), 60_000);
    expect(processesNaming(beamline.state).size).toBeGreaterThanOrEqual(5);
    running.kill("SIGINT");
    const { exitCode } = await running;
    expect(exitCode).toBe(130);
    expect(processesNaming(beamline.state).size).toBe(0);
  });

  it("Ctrl-C while IOCs start leaves no process and exits 130", async () => {
    const running = up();
    await eventually(() => (processesNaming(beamline.state).size >= 1 ? true : undefined));
    running.kill("SIGINT");
    const { exitCode } = await running;
    expect(exitCode).toBe(130);
    expect(processesNaming(beamline.state).size).toBe(0);
  });

  it("a full disk: exit 1 with the cause, no process, no half-written blob", async (context) => {
    const small = join(beamline.temp.path, "small");
    mkdirSync(small);
    const mounted = await execa("mount", ["-t", "tmpfs", "-o", "size=96k", "tmpfs", small], { reject: false });
    if (mounted.exitCode !== 0) context.skip("needs root to mount a small tmpfs");
    try {
      const state = join(small, "state");
      const { exitCode, stdout, stderr } = await epicube(
        ["up", beamline.root, "--ioc-command", "sim", "--port-base", PORT_BASE, ...PATIENCE],
        {
          env: { EPICUBE_STATE: state },
        },
      );
      expect(exitCode).toBe(1);
      expect(`${stdout}${stderr}`).toMatch(/ENOSPC|no space left/i);
      const folder = join(state, "layout/blobs/sha256");
      for (const name of existsSync(folder) ? readdirSync(folder) : [])
        expect(digestOf(readFileSync(join(folder, name)))).toBe(`sha256:${name}`);
    } finally {
      await execa("umount", [small], { reject: false });
    }
  });
});
