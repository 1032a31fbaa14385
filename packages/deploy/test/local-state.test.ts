import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder } from "@epicube/testkit";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLocalTarget, type Release } from "../src/index.js";
import { connectGate, deploy, isRunning, makeRelease, openBeamline, releasedOf, standIn, takePortBase } from "./support/beamline.js";

/** Every path below a folder. */
const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(folder, entry.name), ...walk(join(folder, entry.name))] : [join(folder, entry.name)],
  );

describe("the state file", () => {
  it.each([
    ["no JSON", "{"],
    ["another document", "[]"],
    ["another version", '{"version":2,"iocs":{}}'],
    [
      "a port that is none",
      '{"version":1,"iocs":{"a":{"port":99999,"portBase":20000,"desired":"running","revision":1,"digest":"","version":"","deployedAt":""}}}',
    ],
    [
      "a name that leads elsewhere",
      '{"version":1,"iocs":{"../a":{"port":20000,"portBase":20000,"desired":"running","revision":1,"digest":"","version":"","deployedAt":""}}}',
    ],
    [
      "process 1",
      '{"version":1,"iocs":{"a":{"port":20000,"portBase":20000,"desired":"running","revision":1,"digest":"","version":"","deployedAt":"","process":{"pid":1,"identity":"","startedAt":""}}}}',
    ],
  ])("is refused when it holds %s, and left as it is", async (_what, text) => {
    const beamline = await openBeamline();
    const file = join(beamline.stateFolder, "state.json");
    writeFileSync(file, text);
    await expect(beamline.open()).rejects.toMatchObject({ code: "STATE_CORRUPT", message: expect.stringContaining(file) });
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("is never a crash, whatever it holds", async () => {
    const beamline = await openBeamline();
    const file = join(beamline.stateFolder, "state.json");
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.record({ version: fc.constant(1), iocs: fc.jsonValue() }).map((v) => JSON.stringify(v)),
        ),
        async (text) => {
          writeFileSync(file, text);
          const outcome = await beamline.open().then(
            async (target) => {
              await target.status();
              return "opened";
            },
            (error: { code?: string }) => error.code,
          );
          expect(["opened", "STATE_CORRUPT"]).toContain(outcome);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("does not hide a damaged release record", async () => {
    const beamline = await openBeamline();
    const first = await beamline.open();
    await deploy(first, [makeRelease("a")]);
    await first.close();
    writeFileSync(join(beamline.stateFolder, "iocs", "a", "release.json"), '{"name":"b"}');
    const second = await beamline.open();
    await expect(second.plan([makeRelease("a")])).rejects.toMatchObject({ code: "STATE_CORRUPT" });
  });

  it("is not made by planning or looking", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    const plan = await target.plan([makeRelease("a")]);
    expect(plan.writes).toBe(4);
    expect(await target.status()).toEqual([]);
    expect(readdirSync(beamline.stateFolder)).toEqual([]);
  });
});

describe("what a release may not do", () => {
  const rejects = async (release: Release, pattern: RegExp) => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    await expect(target.plan([release])).rejects.toMatchObject({ code: "RELEASE_INVALID", message: expect.stringMatching(pattern) });
    expect(readdirSync(beamline.stateFolder)).toEqual([]);
  };

  it.each(["..", "../x", "a/b", "", "A", "-a", "a-", "x".repeat(53), "a\0", "a\n"])("be named %j", async (name) => {
    await rejects(makeRelease(name), /IOC|lower-case/);
  });

  it.each(["..", "../evil", "a/b", ".", "..data", "a\0b", ""])("write a file named %j", async (key) => {
    await rejects(makeRelease("a", { config: { [key]: "x" } }), /ConfigMap\/a-config data\[.*is no file name/);
  });

  it("be there twice, or without a workload", async () => {
    const beamline = await openBeamline();
    const target = await beamline.open();
    await expect(target.plan([makeRelease("a"), makeRelease("a")])).rejects.toMatchObject({
      message: expect.stringContaining("stands twice"),
    });
    const empty = { ...makeRelease("a"), objects: makeRelease("a").objects.slice(0, 2) };
    await expect(target.plan([empty])).rejects.toMatchObject({
      message: 'release "a", objects: no StatefulSet or Deployment among ConfigMap/a-config, ConfigMap/a-runtime',
    });
  });

  it("follow a link that lies where a folder should be", async () => {
    const beamline = await openBeamline();
    const outside = await createTempFolder("outside");
    onTestFinished(() => outside.close());
    writeFileSync(join(outside.path, "keep.txt"), "mine");
    const target = await beamline.open();
    mkdirSync(target.paths("a").ioc, { recursive: true });
    execFileSync("ln", ["-s", outside.path, target.paths("a").config]);
    await deploy(target, [makeRelease("a", { config: { "ioc.yaml": "x" } })]);
    expect(readdirSync(outside.path)).toEqual(["keep.txt"]);
    expect(readFileSync(join(target.paths("a").config, "ioc.yaml"), "utf8")).toBe("x");
  });
});

describe("a full disk", () => {
  it("stops all that was started and leaves no half-written file", async (context) => {
    const folder = await createTempFolder("full");
    onTestFinished(() => folder.close());
    const mount = join(folder.path, "disk");
    mkdirSync(mount);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", mount], { stdio: "ignore" });
    } catch {
      context.skip("needs the right to mount a tmpfs");
    }
    onTestFinished(() => void execFileSync("umount", ["-l", mount]));
    const target = await createLocalTarget({ stateFolder: mount, program: standIn, gate: connectGate, portBase: await takePortBase() });
    onTestFinished(() => target.close());
    await deploy(target, [makeRelease("fits")]);
    const before = readFileSync(join(mount, "state.json"), "utf8");
    const config = readFileSync(join(target.paths("fits").config, "ioc.yaml"), "utf8");
    const pid = Number(
      readFileSync(join(target.paths("fits").autosave, "starts.txt"), "utf8")
        .trim()
        .split(" ")[2],
    );
    const big = makeRelease("big", { config: { "big.db": "x".repeat(700_000) } });
    const events: unknown[] = [];
    await expect(async () => {
      for await (const event of target.apply(await target.plan([makeRelease("fits", { config: { "ioc.yaml": "new" } }), big])))
        events.push(event);
    }).rejects.toMatchObject({ code: "DISK_FULL", message: expect.stringContaining("no space is left") });
    expect(readFileSync(join(mount, "state.json"), "utf8").length).toBeGreaterThan(0);
    expect(JSON.parse(before)).toHaveProperty("iocs.fits");
    expect(["new", config]).toContain(readFileSync(join(target.paths("fits").config, "ioc.yaml"), "utf8"));
    expect(existsSync(target.paths("big").config)).toBe(false);
    expect(walk(mount).filter((path) => /\/\.[^/]*$/.test(path))).toEqual([]);
    expect(statfsSync(mount).bavail).toBeGreaterThan(0);
    await target.close();
    expect(isRunning(pid)).toBe(false);
  });

  it("is no riddle when the state folder cannot be written at all", async () => {
    const folder = await createTempFolder("blocked");
    onTestFinished(() => folder.close());
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    chmodSync(file, 0o600);
    await expect(
      createLocalTarget({ stateFolder: join(file, "state"), program: standIn, gate: connectGate }).then((target) =>
        deploy(target, [makeRelease("a")]),
      ),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^STATE_(UNREADABLE|WRITE_FAILED)$/) });
  });
});

describe("the database definition of a real IOC", () => {
  it("is one file with its includes in place, also where one is included again", async () => {
    const folder = await createTempFolder("dbd");
    onTestFinished(() => folder.close());
    writeFileSync(join(folder.path, "base.dbd"), 'include "menu.dbd"\nrecordtype(x) {\n  include "common.dbd"\n}\ninclude "menu.dbd"\n');
    writeFileSync(join(folder.path, "menu.dbd"), "menu(m) {}\n");
    writeFileSync(join(folder.path, "common.dbd"), "field(NAME, DBF_STRING) {}");
    const beamline = await openBeamline();
    // `node st.cmd` stands in for `ioc st.cmd`.
    const target = await beamline.open({ program: { kind: "ioc", label: "node", program: process.execPath, dbd: folder.path } });
    const stCmd =
      'require("fs").writeFileSync(process.env.RUNTIME_DIR + "/seen", process.cwd() + " " + process.argv[1]);' +
      'require("net").createServer().listen(+process.env.EPICS_CA_SERVER_PORT, "127.0.0.1"); process.stdin.on("end", () => process.exit(9)).resume()';
    const events = await deploy(target, [makeRelease("a", { runtime: { "st.cmd": stCmd } })]);
    expect(releasedOf(events).a).toMatchObject({ ok: true });
    const paths = target.paths("a");
    expect(readFileSync(join(paths.ioc, "dbd", "ioc.dbd"), "utf8")).toBe(
      "menu(m) {}\n\nrecordtype(x) {\nfield(NAME, DBF_STRING) {}\n}\nmenu(m) {}\n\n",
    );
    expect(readFileSync(join(paths.runtime, "seen"), "utf8")).toBe(`${paths.ioc} ${join(paths.runtime, "st.cmd")}`);
    const byHand = await deploy(target, [makeRelease("a", { runtime: { "st.cmd": "x" }, config: { "st.cmd": stCmd } })]);
    expect(releasedOf(byHand).a).toMatchObject({ ok: true });
    expect(readFileSync(join(paths.runtime, "seen"), "utf8")).toBe(`${paths.ioc} ${join(paths.config, "st.cmd")}`);
  });

  it("is an error when it is not there or goes in circles", async () => {
    const folder = await createTempFolder("dbd");
    onTestFinished(() => folder.close());
    const beamline = await openBeamline();
    const target = await beamline.open({ program: { kind: "ioc", label: "x", program: process.execPath, dbd: folder.path } });
    await expect(deploy(target, [makeRelease("a")])).rejects.toMatchObject({ code: "DBD_UNREADABLE" });
    writeFileSync(join(folder.path, "ioc.dbd"), 'include "missing.dbd"\n');
    await expect(deploy(target, [makeRelease("a")])).rejects.toMatchObject({
      message: expect.stringContaining("missing.dbd, included by"),
    });
  });
});
