import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Interrupted } from "../src/output/terminal.js";
import { run } from "./in-process.js";
import { copyBeamline } from "./run.js";

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("cli");
});
afterEach(() => temp.close());
const file = (name: string, text: string) => {
  mkdirSync(join(temp.path, name, ".."), { recursive: true });
  writeFileSync(join(temp.path, name), text);
  return name;
};
const here = (args: readonly string[], options: Parameters<typeof run>[1] = {}) => run(args, { cwd: temp.path, ...options });

describe("usage", () => {
  it.each([
    [["upp"], "Did you mean up?"],
    [["up", "--timeout-ms", "soon"], "must be a whole number from 1"],
    [["up", "--port-base", "80"], "must be a whole number from 1024 to 64535"],
    [["up", "--nonsense"], "unknown option '--nonsense'"],
    [["generate", "ioc.yaml"], "required option '--out <dir>'"],
    [["check", "--format", "xml"], "Allowed choices are"],
    [["up", ".", "--target", "mars"], "only the target local"],
    [["db", "expand", "-X"], "unknown option -X"],
    [["db", "expand", "-D"], "-D needs -o"],
    [["probe"], "no PV given"],
  ])("%j is exit 2 and says why", async (args, words) => {
    const { exitCode, stdout, stderr } = await here(args);
    expect(stderr).toContain(words);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });

  it("help and version are exit 0 on stdout", async () => {
    expect(await here(["--version"])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    for (const args of [["--help"], ["up", "--help"], ["db", "expand", "--help"], ["probe", "--help"]]) {
      expect(await here(args)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/usage/i), stderr: "" });
    }
  });

  it("a folder that is no beamline is exit 2 with the next step", async () => {
    const { exitCode, stderr } = await here(["check", "."]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/error NOT_A_BEAMLINE: .* holds no folder services\/, nor does a folder above it\n {2}help: /);
  });

  it("a name that is no IOC is exit 2 with the nearest", async () => {
    const beamline = await copyBeamline();
    try {
      const { exitCode, stderr } = await run(["up", beamline.root, "--only", "bl45p-mo-ioc-02", "--ioc-command", "sim"], {
        env: { EPICUBE_STATE: beamline.state },
      });
      expect(stderr).toContain("bl45p-mo-ioc-01");
      expect(exitCode).toBe(2);
    } finally {
      await beamline.temp.close();
    }
  });
});

describe("flags that all commands have", () => {
  it("may stand before the command", async () => {
    file("a.db", 'record(ai, "A") {}\n');
    expect(JSON.parse((await here(["--json", "--quiet", "pvs", "a.db"])).stdout)).toMatchObject([{ pv: "A" }]);
    expect(await here(["--quiet", "db", "expand"], { stdin: "x\n" })).toMatchObject({ exitCode: 0, stdout: "x\n" });
  });
});

describe("check of what up would do later", () => {
  const edit = (root: string, path: string, change: (text: string) => string) =>
    writeFileSync(join(root, path), change(readFileSync(join(root, path), "utf8")));
  const findings = async (change: (root: string) => void) => {
    const beamline = await copyBeamline();
    try {
      change(beamline.root);
      const { exitCode, stdout } = await run(["check", beamline.root, "--json"]);
      const { iocs, diagnostics } = JSON.parse(stdout) as { iocs: { diagnostics: Finding[] }[]; diagnostics: Finding[] };
      const all = [...diagnostics, ...iocs.flatMap((ioc) => ioc.diagnostics)];
      return {
        exitCode,
        all: all.map((found) => `${found.file ?? ""}:${found.line ?? ""} ${found.severity} ${found.code} ${found.help ?? ""}`.trim()),
      };
    } finally {
      await beamline.temp.close();
    }
  };
  interface Finding {
    code: string;
    severity: string;
    file?: string;
    line?: number;
    help?: string;
  }

  it("a tree of images.yaml that is not there", async () => {
    const { exitCode, all } = await findings((root) =>
      edit(root, "images.yaml", (text) => text.replace("tree: images/epics-base", "tree: images/epics-bas")),
    );
    expect(exitCode).toBe(1);
    expect(all.some((found) => /^images\.yaml:\d+ error /.test(found))).toBe(true);
  });

  it("an image that no node makes, with the one that was meant", async () => {
    const { exitCode, all } = await findings((root) =>
      edit(root, "services/bl45p-va-ioc-01/values.yaml", (text) => text.replace("ioc-vacuum-runtime", "ioc-vacum-runtime")),
    );
    expect(exitCode).toBe(0);
    expect(all).toEqual([
      expect.stringMatching(
        /^services\/bl45p-va-ioc-01\/values\.yaml:\d+ warning IMAGE_NOT_IN_FAMILY did you mean .*\/ioc-vacuum-runtime:/,
      ),
    ]);
  });

  it("a chart that does not render", async () => {
    const { exitCode, all } = await findings((root) => edit(root, "services/bl45p-va-ioc-01/templates/ioc.yaml", () => "{{ if }}\n"));
    expect(exitCode).toBe(1);
    expect(all).toEqual([expect.stringMatching(/templates\/ioc\.yaml:1 error /)]);
  });

  it("settings that name what is not there", async () => {
    const { exitCode, all } = await findings((root) =>
      edit(
        root,
        "epicube.yaml",
        (text) =>
          `${text.replace("BL45P-VA-SPACE-01:GOOD", "BL45P-VA-SPACE-01:GOD").replace("support/camera", "support/camra")}  bl45p-vv-ioc-01: {}\n`,
      ),
    );
    expect(exitCode).toBe(1);
    expect(all).toContainEqual(expect.stringMatching(/^epicube\.yaml:\d+ error HEALTH_PV_UNKNOWN did you mean BL45P-VA-SPACE-01:GOOD\?$/));
    expect(all).toContainEqual(expect.stringMatching(/^epicube\.yaml:\d+ error HEALTH_IOC_UNKNOWN did you mean bl45p-va-ioc-01\?$/));
    expect(all).toContainEqual(expect.stringMatching(/^epicube\.yaml:\d+ error SUPPORT_NOT_FOUND /));
  });

  it("no IOC at all", async () => {
    mkdirSync(join(temp.path, "services"));
    const { exitCode, stdout } = await here(["check"]);
    expect(stdout).toContain("error NO_IOCS");
    expect(exitCode).toBe(1);
  });
});

describe("check", () => {
  it("the example has no findings, in every format", async () => {
    const beamline = await copyBeamline();
    try {
      const json = await run(["check", beamline.root, "--json"]);
      const document = JSON.parse(json.stdout);
      expect(document).toMatchObject({ diagnostics: [], summary: { errors: 0, warnings: 0, iocs: 5 } });
      expect(document.iocs[0]).toMatchObject({ name: "bl45p-di-ioc-01", path: "services/bl45p-di-ioc-01", diagnostics: [] });
      expect(document.summary.pvs).toBeGreaterThan(100);
      expect(json.exitCode).toBe(0);
      const sarif = JSON.parse((await run(["check", beamline.root, "--format", "sarif"])).stdout);
      expect(sarif.runs[0].results).toEqual([]);
      expect((await run(["check", beamline.root, "--format", "github"])).stdout).toBe("");
      expect((await run(["check", beamline.root])).stdout).toMatch(/^5 IOCs, \d+ PVs, 0 errors, 0 warnings\n$/);
    } finally {
      await beamline.temp.close();
    }
  });

  it("two IOCs that serve the same PV are an error with both chains", async () => {
    const beamline = await copyBeamline();
    try {
      const second = join(beamline.root, "services/bl45p-di-ioc-02/config/ioc.yaml");
      writeFileSync(second, readFileSync(second, "utf8").replace("BL45P-DI-CAM-02", "BL45P-DI-CAM-01"));
      const { exitCode, stdout } = await run(["check", beamline.root, "--json"]);
      expect(exitCode).toBe(1);
      const { diagnostics } = JSON.parse(stdout);
      const duplicate = diagnostics.find((diagnostic: { code: string }) => diagnostic.code === "PV_DUPLICATE");
      const files = [duplicate.file, ...duplicate.labels.map((label: { file: string }) => label.file)];
      expect(files).toContain("services/bl45p-di-ioc-01/config/ioc.yaml");
      expect(files).toContain("services/bl45p-di-ioc-02/config/ioc.yaml");
    } finally {
      await beamline.temp.close();
    }
  });

  it("a template that is nowhere is a warning and a row that says so, never silence", async () => {
    const beamline = await copyBeamline();
    try {
      const subst = join(beamline.root, "services/bl45p-ea-ioc-01/config/ioc.subst");
      writeFileSync(subst, `${readFileSync(subst, "utf8")}\nfile "devIocStats.template" { {P="A"} }\n`);
      const checked = await run(["check", beamline.root, "--json"]);
      expect(checked.exitCode).toBe(0);
      const ioc = JSON.parse(checked.stdout).iocs.find((entry: { name: string }) => entry.name === "bl45p-ea-ioc-01");
      expect(ioc.diagnostics).toMatchObject([
        { code: "TEMPLATE_NOT_AVAILABLE", severity: "warning", file: "services/bl45p-ea-ioc-01/config/ioc.subst" },
      ]);
      const listed = JSON.parse((await run(["pvs", beamline.root, "--json"])).stdout);
      expect(listed).toContainEqual(expect.objectContaining({ pv: "devIocStats.template", available: false, ioc: "bl45p-ea-ioc-01" }));
    } finally {
      await beamline.temp.close();
    }
  });

  it("a link that leads out of the repository is refused", async () => {
    const beamline = await copyBeamline();
    try {
      const { symlinkSync, rmSync } = await import("node:fs");
      const config = join(beamline.root, "services/bl45p-mo-ioc-01/config/ioc.yaml");
      writeFileSync(join(beamline.temp.path, "secret.yaml"), "ioc_name: stolen\n");
      rmSync(config);
      symlinkSync("../../../../secret.yaml", config);
      const { exitCode, stdout, stderr } = await run(["check", beamline.root]);
      expect(exitCode).toBe(1);
      expect(`${stdout}${stderr}`).not.toContain("stolen");
    } finally {
      await beamline.temp.close();
    }
  });
});

describe("generate", () => {
  const support =
    "module: demo\nentity_models:\n  - name: thing\n    description: a thing\n    parameters:\n      P: {type: str, description: prefix}\n    databases:\n      - file: thing.template\n        args: {P: null}\n";

  it("writes st.cmd and ioc.subst, and ioc.db with --expand", async () => {
    file("support/demo.ibek.support.yaml", support);
    file("support/thing.template", 'record(ai, "$(P):A") {}\n');
    file("ioc.yaml", "ioc_name: demo\ndescription: d\nentities:\n  - {type: demo.thing, P: X}\n");
    const { exitCode, stdout, stderr } = await here([
      "generate",
      "ioc.yaml",
      "--support",
      "support",
      "--out",
      "out",
      "--expand",
      "--env",
      "IOC=/epics/ioc",
      "--env",
      "RUNTIME_DIR=/epics/runtime",
      "--json",
    ]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ files: ["out/st.cmd", "out/ioc.subst", "out/ioc.db"], diagnostics: [] });
    expect(readFileSync(join(temp.path, "out/ioc.db"), "utf8")).toContain('record(ai, "X:A")');
    expect(readFileSync(join(temp.path, "out/st.cmd"), "utf8")).toContain("/epics/ioc");
    expect(exitCode).toBe(0);
  });

  it("takes the beamline's support definitions when none are given", async () => {
    file("bl/epicube.yaml", "support: [definitions]\n");
    file("bl/definitions/demo.ibek.support.yaml", support);
    file("bl/services/demo/config/ioc.yaml", "ioc_name: demo\ndescription: d\nentities:\n  - {type: demo.thing, P: X}\n");
    const { exitCode, stderr } = await here(["generate", "bl/services/demo/config/ioc.yaml", "--out", "out"]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  it("writes nothing on error, and says where", async () => {
    file("support/demo.ibek.support.yaml", support);
    file("ioc.yaml", "ioc_name: demo\ndescription: d\nentities:\n  - {type: demo.thing, Q: X}\n");
    const { exitCode, stdout, stderr } = await here(["generate", "ioc.yaml", "--support", "support", "--out", "out"]);
    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^ioc\.yaml:4:\d+: error [A-Z_]+: /);
    expect(existsSync(join(temp.path, "out"))).toBe(false);
  });

  it("a missing file is exit 2", async () => {
    expect(await here(["generate", "none.yaml", "--out", "out"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("error FILE_UNREADABLE: none.yaml"),
    });
  });
});

describe("pvs", () => {
  it("lists a database: aliases carry the target's type, info its text", async () => {
    file("a.db", 'record(ai, "A") {\n  alias("B")\n  info(autosave, "VAL")\n}\n');
    const { exitCode, stdout } = await here(["pvs", "a.db", "--json"]);
    expect(JSON.parse(stdout)).toEqual([
      { pv: "A", type: "ai", ioc: "a", file: "a.db", line: 1, info: { autosave: "VAL" }, available: true },
      { pv: "B", type: "ai", ioc: "a", file: "a.db", line: 1, aliasOf: "A", available: true },
    ]);
    expect(exitCode).toBe(0);
  });

  it("expands a substitution file with templates of --db-path, lines pointing into the template", async () => {
    file("db/t.template", '\nrecord(bo, "$(P):GO") {}\n');
    file("x.subst", "file t.template { {P=Z} }\n");
    const { stdout } = await here(["pvs", "x.subst", "--db-path", "db", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject([{ pv: "Z:GO", type: "bo", file: "db/t.template", line: 2 }]);
  });

  it("bytes that are not UTF-8 are told, not silently replaced", async () => {
    writeFileSync(join(temp.path, "latin.db"), Buffer.from('record(ai, "A") {\n  field(EGU, "\xb0C")\n}\n', "latin1"));
    expect(await here(["pvs", "latin.db"])).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^latin\.db:2:15: warning FILE_ENCODING: /),
    });
    expect((await here(["db", "expand", "latin.db"])).exitCode).toBe(0);
  });

  it("wrong syntax is exit 1 with its place, a missing file exit 2", async () => {
    file("bad.db", 'record(ai, "A") {\n  field(VAL "1")\n}\n');
    expect(await here(["pvs", "bad.db"])).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^bad\.db:2:\d+: error /) });
    expect(await here(["pvs", "none.db"])).toMatchObject({ exitCode: 2 });
  });
});

describe("db expand", () => {
  it("expands a template of stdin with macros, bytes kept", async () => {
    const { exitCode, stdout } = await here(["db", "expand", "-M", "A=1,B=2"], { stdin: "$(A) ${B} $(C)\u00b5\n" });
    expect(stdout).toBe("1 2 $(C)\u00b5\n");
    expect(exitCode).toBe(0);
  });

  it("with -V undefined macros are marked and the exit is 1", async () => {
    const { exitCode, stdout } = await here(["db", "expand", "-V"], { stdin: "$(A)\n" });
    expect(stdout).toBe("$(A,undefined)\n");
    expect(exitCode).toBe(1);
  });

  it("a .subst argument is a substitution file; -o writes, -D tells the dependencies", async () => {
    file("d/t.template", "$(P)\n");
    file("x.subst", "file t.template { {P=1} {P=2} }\n");
    expect((await here(["db", "expand", "-Id", "x.subst"])).stdout).toBe("1\n2\n");
    expect(await here(["db", "expand", "-I", "d", "-S", "x.subst", "-o", "out.db"])).toMatchObject({ exitCode: 0, stdout: "" });
    expect(readFileSync(join(temp.path, "out.db"), "utf8")).toBe("1\n2\n");
    expect((await here(["db", "expand", "-I", "d", "-D", "-o", "out.db", "-S", "x.subst"])).stdout).toContain("out.db:");
    expect(readdirSync(temp.path).sort()).toEqual(["d", "out.db", "x.subst"]);
  });

  it("a missing file is exit 2", async () => {
    expect(await here(["db", "expand", "none.db"])).toMatchObject({ exitCode: 2 });
  });
});

describe("schema", () => {
  it("beamline and support schemas are JSON Schemas", async () => {
    expect(JSON.parse((await here(["schema", "beamline"])).stdout)).toMatchObject({
      type: "object",
      properties: { namespace: { type: "string" } },
    });
    expect(JSON.parse((await here(["schema", "support", "--json"])).stdout)).toMatchObject({ properties: { module: expect.anything() } });
  });

  it("ioc wants support definitions", async () => {
    expect(await here(["schema", "ioc"])).toMatchObject({ exitCode: 2 });
    file("demo.ibek.support.yaml", "module: demo\nentity_models: []\n");
    expect(JSON.parse((await here(["schema", "ioc", "--support", "."])).stdout)).toMatchObject({
      properties: { entities: expect.anything() },
    });
  });
});

describe("image", () => {
  const images = 'repository: registry.example.org/demo\nversion: "1"\nimages:\n';

  it("a second build is cached; tree tells what is shared", async () => {
    const beamline = await copyBeamline();
    try {
      const build = () =>
        run(["image", "build", join(beamline.root, "images.yaml"), "--layout", join(beamline.state, "layout"), "--json", "--quiet"]);
      const first = JSON.parse((await build()).stdout);
      const second = JSON.parse((await build()).stdout);
      expect(first.nodes.every((node: { built: boolean }) => node.built)).toBe(true);
      expect(second.nodes.some((node: { built: boolean }) => node.built)).toBe(false);
      expect(second.nodes.map((node: { digest: string }) => node.digest)).toEqual(
        first.nodes.map((node: { digest: string }) => node.digest),
      );
      const tree = await run(["image", "tree", join(beamline.state, "layout")]);
      expect(tree.stdout).toMatch(/shared by [4-9]/);
    } finally {
      await beamline.temp.close();
    }
  });

  it("faults of images.yaml have a place and are exit 1", async () => {
    file("images.yaml", `${images}  a: {parent: nowhere, targets: {runtime: {layers: []}}}\n`);
    const { exitCode, stderr } = await here(["image", "build", "--layout", "l"]);
    expect(stderr).toMatch(/^images\.yaml:4:\d+: error /);
    expect(exitCode).toBe(1);
    expect(existsSync(join(temp.path, "l"))).toBe(false);
  });
});

describe("sim, ca and probe", () => {
  const database =
    'record(calc, "X:HEARTBEAT") { field(SCAN, ".1 second") field(INPA, "X:HEARTBEAT") field(CALC, "A+1") }\n' +
    'record(ai, "X:T") { field(VAL, "2.5") field(EGU, "C") field(PREC, "2") field(PINI, "YES") }\n' +
    'record(ai, "X:HOT") { field(INP, "9") field(HIHI, "5") field(HHSV, "MAJOR") field(PINI, "YES") }\n';

  async function withSim<T>(
    flags: readonly string[],
    work: (env: Record<string, string>) => Promise<T>,
  ): Promise<{ result: T; exitCode: number; ready: { tcpPort: number; pvs: number } }> {
    file("x.db", database);
    const stop = new AbortController();
    let out = "";
    let announce: (line: string) => void;
    const ready = new Promise<string>((resolve) => {
      announce = resolve;
    });
    const { main } = await import("../src/main.js");
    const running = main(["sim", "x.db", "--port", "0", "--interface", "127.0.0.1", ...flags], {
      stdout: {
        write(text) {
          out += text;
          if (out.includes("\n")) announce(out.split("\n")[0]!);
        },
      },
      stderr: { write: () => true },
      stdin: (async function* () {})(),
      env: {},
      cwd: temp.path,
      signal: stop.signal,
    });
    const line = JSON.parse(await ready);
    const result = await work({ EPICS_CA_NAME_SERVERS: `127.0.0.1:${line.tcpPort}` }).finally(() => stop.abort(new Interrupted("SIGTERM")));
    return { result, exitCode: await running, ready: line };
  }

  it("sim says when it is ready, serves, and ends with exit 0 on SIGTERM", async () => {
    const { result, exitCode, ready } = await withSim([], (env) =>
      here(["ca", "get", "X:T", "X:HOT", "NONE", "--json", "--class", "ctrl"], { env }),
    );
    expect(ready).toMatchObject({ event: "ready", pvs: 3 });
    const lines = result.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { pv: "X:T", ok: true, value: 2.5, type: "DOUBLE", count: 1, severity: "NO_ALARM", units: "C", precision: 2 },
      { pv: "X:HOT", ok: true, value: 9, severity: "MAJOR", status: "HIHI" },
      { pv: "NONE", ok: false, error: expect.any(String) },
    ]);
    expect(result.exitCode).toBe(1);
    expect(exitCode).toBe(0);
  });

  it("probe: healthy 0, unhealthy 1 with the cause", async () => {
    const { result } = await withSim([], async (env) => [
      await here(["probe", "X:T", "--heartbeat", "X:HEARTBEAT", "--json"], { env }),
      await here(["probe", "X:HOT", "--max-severity", "minor", "--json"], { env }),
      await here(["probe", "NONE", "--json"], { env }),
    ]);
    expect(result.map((entry) => entry.exitCode)).toEqual([0, 1, 1]);
    expect(JSON.parse(result[0]!.stdout)).toMatchObject({ verdict: "healthy" });
    expect(JSON.parse(result[1]!.stdout)).toMatchObject({ verdict: "unhealthy", level: "L5", cause: expect.stringContaining("MAJOR") });
    expect(JSON.parse(result[2]!.stdout)).toMatchObject({ verdict: "unhealthy", level: "L2" });
  });

  it("faults: reads that hang are named", async () => {
    const { result } = await withSim(["--fault", "hang-reads@X:T"], (env) =>
      here(["probe", "X:T", "--timeout-ms", "600", "--json"], { env }),
    );
    expect(JSON.parse(result.stdout)).toMatchObject({ verdict: "unhealthy", level: "L3", cause: expect.stringContaining("X:T") });
  });

  it("a database with errors is exit 1 with their places; an unknown fault is exit 2", async () => {
    file("bad.db", 'record(ai, "A") { field(NOPE, "1") }\n');
    expect(await here(["sim", "bad.db", "--port", "0"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^bad\.db:1:\d+: error /),
    });
    file("x.db", database);
    expect(await here(["sim", "x.db", "--fault", "sleepy"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("known faults"),
    });
  });

  it("with no server there, ca get fails within its deadline", async () => {
    const { exitCode, stdout } = await here(["ca", "get", "X", "--timeout-ms", "300", "--json"], {
      env: { EPICS_CA_NAME_SERVERS: "127.0.0.1:1" },
    });
    expect(JSON.parse(stdout)).toMatchObject({ pv: "X", ok: false });
    expect(exitCode).toBe(1);
  });
});
