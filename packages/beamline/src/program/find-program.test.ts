import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findIocProgram } from "./find-program.js";

const simulatedArgv = ["node", "epicube.js", "sim"];
let folder: TempFolder;
beforeEach(async () => {
  folder = await createTempFolder("program");
});
afterEach(() => folder.close());

function program(path: string, mode = 0o755): string {
  const file = join(folder.path, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, mode);
  return file;
}
const find = (env: Record<string, string>, iocCommand?: string) =>
  findIocProgram({
    env: { HOME: folder.path, ...env },
    cwd: folder.path,
    simulatedArgv,
    ...(iocCommand === undefined ? {} : { iocCommand }),
  });

describe("findIocProgram", () => {
  it("falls back to the simulated IOC, and says so", async () => {
    expect(await find({ PATH: "" })).toEqual({ kind: "simulated", label: "simulated IOC (epicube sim)", argv: simulatedArgv });
  });

  it("prefers the native IOC among the peers, then softIoc on PATH, then in EPICS_BASE", async () => {
    const base = program("base/bin/linux-x86_64/softIoc");
    program("base/dbd/softIoc.dbd");
    expect(await find({ PATH: "", EPICS_BASE: join(folder.path, "base") })).toMatchObject({ kind: "ioc", program: base });
    const soft = program("bin/softIoc");
    program("bin/dbd/softIoc.dbd");
    expect(await find({ PATH: join(folder.path, "bin"), EPICS_BASE: join(folder.path, "base") })).toMatchObject({
      program: soft,
      dbd: join(folder.path, "bin/dbd/softIoc.dbd"),
    });
    const ioc = program("peers/epics/ioc");
    const dbd = join(folder.path, "peers/epics/dbd");
    mkdirSync(dbd);
    writeFileSync(join(folder.path, "peers/peers.json"), JSON.stringify({ epics: { ok: true, version: "7.0.10", paths: { ioc, dbd } } }));
    const found = await find({ PATH: join(folder.path, "bin"), EPICUBE_PEERS: join(folder.path, "peers") });
    expect(found).toMatchObject({ kind: "ioc", program: ioc, dbd });
    expect(found.label).toContain("real EPICS IOC");
  });

  it("sim is forced whatever is there", async () => {
    program("bin/softIoc");
    expect((await find({ PATH: join(folder.path, "bin") }, "sim")).kind).toBe("simulated");
  });

  it("takes a given program with the definitions near it", async () => {
    const mine = program("app/bin/linux-x86_64/myIoc");
    program("app/dbd/ioc.dbd");
    expect(await find({ PATH: "" }, "app/bin/linux-x86_64/myIoc")).toMatchObject({
      program: mine,
      dbd: join(folder.path, "app/dbd/ioc.dbd"),
    });
  });

  it.each([
    ["missing/ioc", "IOC_COMMAND_NOT_FOUND"],
    ["notonpath", "IOC_COMMAND_NOT_FOUND"],
    ["plain", "IOC_COMMAND_NOT_FOUND"],
    ["./lonely", "IOC_COMMAND_NO_DBD"],
  ])("refuses --ioc-command %s with %s", async (command, code) => {
    program("plain", 0o644);
    program("lonely");
    await expect(find({ PATH: folder.path }, command)).rejects.toMatchObject({ code });
  });
});
