import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isEpicubeError } from "@epicube/core";
import { openImageLayout, validateLayout } from "@epicube/oci";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { build as bundle } from "tsup";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build, familyOf } from "./support/family.js";

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("breakage");
});
afterEach(() => temp.close());

/** A family of four layers whose trees have one file each. */
async function bigFamily(folder: string, bytes: number): Promise<void> {
  const layers = [0, 1, 2, 3].map((at) => `{ name: l${at}, tree: trees/t${at}, to: /t${at} }`);
  const node = (name: string, parent: string, own: string[]) =>
    `  ${name}: { ${parent}targets: { runtime: { layers: [${own.join(", ")}] } } }\n`;
  for (let at = 0; at < 4; at++) {
    await mkdir(join(folder, `trees/t${at}`), { recursive: true });
    await writeFile(join(folder, `trees/t${at}/data`), randomBytes(bytes));
  }
  await writeFile(
    join(folder, "images.yaml"),
    `repository: r.example/x\nversion: "1"\nimages:\n${node("base", "", layers.slice(0, 2))}${node("leaf", "parent: base, ", layers.slice(2))}`,
  );
}

async function expectSound(layoutFolder: string): Promise<void> {
  const layout = await openImageLayout(layoutFolder);
  expect((await validateLayout(layout)).faults).toEqual([]);
}

describe("kill -9 during a build", () => {
  it("leaves a layout that is sound at once and that the next build uses", async () => {
    const program = join(temp.path, "program");
    await bundle({
      entry: [fileURLToPath(new URL("support/build-forever.ts", import.meta.url))],
      outDir: program,
      format: ["esm"],
      target: "node20",
      platform: "node",
      noExternal: [/.*/],
      config: false,
      silent: true,
      // `yaml` is CommonJS and asks for node's modules by require.
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      outExtension: () => ({ js: ".mjs" }),
      esbuildOptions(options) {
        options.conditions = ["@epicube/source", "node", "import"];
      },
    });
    const folder = join(temp.path, "family");
    const layoutFolder = join(temp.path, "layout");
    await bigFamily(folder, 1000);
    let interrupted = 0;
    const lock = join(layoutFolder, ".epicube/lock");
    // At moments spread over a build, then as long as it takes to have hit it while it held the lock a few times.
    for (let round = 0; round < 12 || (interrupted < 3 && round < 200); round++) {
      const child = spawn(process.execPath, [join(program, "build-forever.mjs"), folder, layoutFolder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exited = once(child, "exit");
      await once(child.stdout, "data");
      if (round < 12) await new Promise((resolve) => setTimeout(resolve, 20 + round * 13));
      else
        while (child.exitCode === null && !(await stat(lock).catch(() => undefined))) await new Promise((resolve) => setImmediate(resolve));
      child.kill("SIGKILL");
      await exited;
      if (!(await stat(join(layoutFolder, "oci-layout")).catch(() => undefined))) continue;
      if (await stat(lock).catch(() => undefined)) interrupted++;
      await expectSound(layoutFolder);
      if (round % 4 !== 3) continue;
      const done = await build(await familyOf(folder), { layoutFolder });
      expect(done.ok).toBe(true);
      expect(await readdir(join(layoutFolder, ".epicube/tmp"))).toEqual([]);
      await expectSound(layoutFolder);
    }
    expect(interrupted).toBeGreaterThanOrEqual(3);
  }, 180_000);
});

describe("a full disk", () => {
  it("ends the build with the reason, leaves nothing half-written, and the next build goes on", async (context) => {
    const disk = join(temp.path, "disk");
    await mkdir(disk);
    try {
      await promisify(execFile)("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
    } catch {
      return context.skip("a small tmpfs can only be mounted by root");
    }
    try {
      const folder = join(temp.path, "family");
      const layoutFolder = join(disk, "layout");
      await bigFamily(folder, 400_000);
      const family = await familyOf(folder);
      await expect(build(family, { layoutFolder })).rejects.toSatisfy(
        (error) => isEpicubeError(error, "LAYOUT_DISK_FULL") && error.help !== undefined,
      );
      expect(await readdir(join(layoutFolder, ".epicube/tmp"))).toEqual([]);
      expect((await readdir(join(layoutFolder, ".epicube"))).filter((name) => name.startsWith("lock"))).toEqual([]);
      await expectSound(layoutFolder);
      const kept = await readdir(join(layoutFolder, "blobs/sha256"));
      expect(kept.length).toBeGreaterThan(0);
      expect(JSON.parse(await readFile(join(layoutFolder, "index.json"), "utf8")).manifests).toEqual([]);
      await promisify(execFile)("mount", ["-o", "remount,size=8m", disk]);
      const done = await build(family, { layoutFolder });
      expect(done.ok).toBe(true);
      await expectSound(layoutFolder);
      // What had been written before the disk was full is part of the result.
      const blobs = await readdir(join(layoutFolder, "blobs/sha256"));
      expect(kept.every((name) => blobs.includes(name))).toBe(true);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

describe("a tree that changes during the build", () => {
  it("is an error, and nothing of it is in the layout's index", async () => {
    const folder = join(temp.path, "family");
    const layoutFolder = join(temp.path, "layout");
    await bigFamily(folder, 3_000_000);
    const family = await familyOf(folder);
    const { buildImages } = await import("../src/index.js");
    const run = (async () => {
      for await (const event of buildImages(family, { layoutFolder }))
        if (event.event === "progress" && event.at === "start" && event.label === "l0")
          await writeFile(join(folder, "trees/t3/data"), "other");
    })();
    await expect(run).rejects.toSatisfy((error) => isEpicubeError(error, "TREE_CHANGED"));
    expect((await (await openImageLayout(layoutFolder)).index()).manifests).toEqual([]);
    expect((await build(family, { layoutFolder })).ok).toBe(true);
    await expectSound(layoutFolder);
  });
});
