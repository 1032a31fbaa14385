import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempFolder, type TempFolder } from "../temp/temp-folder.js";
import { findPeer, OPTIONAL_PEER_NAMES, PEER_NAMES, peersFolder } from "./peers.js";

let temp: TempFolder;
beforeAll(async () => {
  temp = await createTempFolder("peers");
});
afterAll(() => temp.close());

function writePeers(name: string, records: unknown): string {
  const folder = join(temp.path, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "peers.json"), JSON.stringify(records));
  return folder;
}

describe("peersFolder", () => {
  it.each([
    [{ EPICUBE_PEERS: "/a", XDG_CACHE_HOME: "/b" }, "/a"],
    [{ XDG_CACHE_HOME: "/b" }, "/b/epicube/peers"],
  ])("for %j is %s", (env, folder) => {
    expect(peersFolder(env)).toBe(folder);
  });

  it("is below the home folder without either", () => {
    expect(peersFolder({})).toMatch(/\/\.cache\/epicube\/peers$/);
  });

  it("is the folder that the installer fills", async () => {
    const installer = new URL("../../../../scripts/peers/store.mjs", import.meta.url);
    const { peersFolder: installed } = (await import(installer.href)) as { peersFolder: typeof peersFolder };
    for (const env of [{ EPICUBE_PEERS: "/a" }, { XDG_CACHE_HOME: "/b" }, { EPICUBE_PEERS: "", XDG_CACHE_HOME: "" }, {}])
      expect(installed(env)).toBe(peersFolder(env));
  });

  it("has the names that the installer knows", async () => {
    const pins = new URL("../../../../scripts/peers/pins.mjs", import.meta.url);
    const { PINNED, OPTIONAL } = (await import(pins.href)) as { PINNED: string[]; OPTIONAL: string[] };
    expect(PINNED).toEqual([...PEER_NAMES]);
    expect(OPTIONAL).toEqual([...OPTIONAL_PEER_NAMES]);
  });
});

describe("findPeer", () => {
  it("gives version and paths", () => {
    const folder = writePeers("found", { helm: { ok: true, version: "4.1.4", paths: { helm: "/x/helm" } } });
    expect(findPeer("helm", { EPICUBE_PEERS: folder })).toEqual({ name: "helm", version: "4.1.4", paths: { helm: "/x/helm" } });
  });

  it("says why one is missing", () => {
    const folder = writePeers("missing", { crun: { ok: false, reason: "needs root" }, umoci: { ok: true } });
    expect(findPeer("crun", { EPICUBE_PEERS: folder })).toEqual({ missing: "needs root" });
    expect(findPeer("umoci", { EPICUBE_PEERS: folder })).toEqual({ missing: "could not be installed" });
    expect(findPeer("ibek", { EPICUBE_PEERS: folder })).toEqual({ missing: "not installed: run `npm run peers -- ibek`" });
    expect(findPeer("ibek", { EPICUBE_PEERS: join(temp.path, "none") })).toEqual({ missing: "not installed: run `npm run peers`" });
  });
});

describe("describePeer", () => {
  it("runs, skips with the reason, or fails in CI", async () => {
    const installed = writePeers("installed", { helm: { ok: true, version: "1", paths: { helm: "/x/helm" } } });
    const empty = writePeers("empty", {});
    const source = fileURLToPath(new URL("./peers.ts", import.meta.url));
    const project = join(temp.path, "project");
    mkdirSync(project);
    // Each file sets its own environment before it asks: this is what describePeer reads.
    const write = (name: string, folder: string, ci: string, peers: string) =>
      writeFileSync(
        join(project, `${name}.test.ts`),
        `import { it } from "vitest";
process.env.EPICUBE_PEERS = ${JSON.stringify(folder)};
process.env.CI = ${JSON.stringify(ci)};
const { describePeer } = await import(${JSON.stringify(source)});
describePeer(${peers}, "title", (peers) => {
  it("has " + Object.values(peers).map((peer) => peer.paths[peer.name]).join(), () => {});
});
`,
      );
    write("present", installed, "", '["helm"]');
    write("absent", empty, "", '["helm", "ibek"]');
    write("absent-ci", empty, "1", '["helm"]');
    write("optional-ci", empty, "1", '["softIoc"]');

    const results = await runVitest(project);
    expect(results).toEqual({
      "present.test.ts": [["has /x/helm", "passed"]],
      "absent.test.ts": [
        [
          "needs helm, ibek (helm: not installed: run `npm run peers -- helm`; ibek: not installed: run `npm run peers -- ibek`)",
          "skipped",
        ],
      ],
      "absent-ci.test.ts": [["needs helm (helm: not installed: run `npm run peers -- helm`)", "failed"]],
      "optional-ci.test.ts": [["needs softIoc (softIoc: not installed: run `npm run peers -- softIoc`)", "skipped"]],
    });
  });
});

interface VitestReport {
  testResults: { name: string; assertionResults: { title: string; status: string }[] }[];
}

/** Titles and outcomes by file of a project's tests, run by a vitest of its own. */
async function runVitest(project: string): Promise<Record<string, [string, string][]>> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  // The project lies outside the workspace, where `vitest` cannot be resolved from.
  writeFileSync(
    join(project, "vitest.config.mjs"),
    `export default { resolve: { alias: { vitest: ${JSON.stringify(join(dirname(vitest), "dist", "index.js"))} } }, test: { maxWorkers: 1 } };\n`,
  );
  const report = join(project, "report.json");
  const argv = [vitest, "run", "--root", project, "--reporter", "json", "--outputFile", report];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")));
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, argv, { env, timeout: 50_000 }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  let text: string;
  try {
    text = readFileSync(report, "utf8");
  } catch (error) {
    throw new Error(`vitest made no report:\n${output}`, { cause: error });
  }
  const { testResults } = JSON.parse(text) as VitestReport;
  return Object.fromEntries(
    testResults.map(({ name, assertionResults }) => [
      name.slice(project.length + 1),
      assertionResults.map(({ title, status }): [string, string] => [title, status]),
    ]),
  );
}
