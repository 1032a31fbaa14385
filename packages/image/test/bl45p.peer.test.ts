import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openImageLayout, validateLayout } from "@epicube/oci";
import { createTempFolder, describePeer, type TempFolder } from "@epicube/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BuildDone } from "../src/index.js";
import { build, digests, familyOf } from "./support/family.js";

const EXAMPLE = fileURLToPath(new URL("../../../examples/bl45p", import.meta.url));
const LEAVES = ["ioc-motion-runtime", "ioc-camera-runtime", "ioc-vacuum-runtime", "ioc-generic-runtime"];
const execute = promisify(execFile);

let temp: TempFolder;
let layoutFolder: string;
let done: BuildDone;
beforeAll(async () => {
  temp = await createTempFolder("bl45p");
  layoutFolder = join(temp.path, "layout");
  done = await build(await familyOf(EXAMPLE), { layoutFolder });
});
afterAll(() => temp.close());

const run = (program: string, args: readonly string[]) =>
  execute(program, [...args], { maxBuffer: 2 ** 26, env: { PATH: process.env.PATH ?? "", HOME: temp.path, TZ: "UTC" } });

describePeer(["skopeo"], "the images of the example beamline and skopeo", ({ skopeo }) => {
  const inspect = async (...args: string[]) => (await run(skopeo.paths.skopeo!, ["inspect", ...args])).stdout;

  it("accepts every image, with our digest, layers and environment", async () => {
    expect(Object.keys(digests(done))).toEqual(expect.arrayContaining(LEAVES));
    for (const image of done.nodes) {
      const at = `oci:${layoutFolder}:${image.node}-${image.target}`;
      const seen = JSON.parse(await inspect(at)) as { Digest: string; Layers: string[]; Env: string[]; Os: string; Architecture: string };
      expect(seen.Digest).toBe(image.digest);
      expect(seen.Layers).toEqual(image.layers.map((layer) => layer.digest));
      expect([...seen.Env].sort()).toEqual(
        Object.entries(image.environment)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      );
      expect(`${seen.Os}/${seen.Architecture}`).toBe(image.platform);
      const { config } = JSON.parse(await inspect("--config", at)) as { config: { Cmd: string[]; WorkingDir: string } };
      expect(config).toMatchObject({ Cmd: image.startCommand, WorkingDir: "/epics/ioc" });
    }
  });

  it("finds the common layers in all leaves, and one of each leaf's own", async () => {
    const layers = await Promise.all(
      LEAVES.map(async (name) => (JSON.parse(await inspect(`oci:${layoutFolder}:${name}`)) as { Layers: string[] }).Layers),
    );
    const common = layers[0]!.filter((digest) => layers.every((list) => list.includes(digest)));
    expect(common).toHaveLength(3);
    for (const list of layers) expect(list.slice(0, 3)).toEqual(common);
    expect(new Set(layers.map((list) => list.slice(3).join())).size).toBe(LEAVES.length);
  });

  it("has nothing left to do the second time, and no faults", async () => {
    const before = await inspect(`oci:${layoutFolder}:ioc-motion-runtime`);
    const again = await build(await familyOf(EXAMPLE), { layoutFolder });
    expect(again.nodes.filter((image) => image.built)).toEqual([]);
    expect(digests(again)).toEqual(digests(done));
    expect((await validateLayout(await openImageLayout(layoutFolder))).faults).toEqual([]);
    expect(await inspect(`oci:${layoutFolder}:ioc-motion-runtime`)).toBe(before);
  });
});

describePeer(["umoci"], "the images of the example beamline and umoci", ({ umoci }) => {
  it("unpacks a leaf to a tree with the start script and the definitions of all its parents", async () => {
    const bundle = join(temp.path, "bundle");
    const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
    await run(umoci.paths.umoci!, ["unpack", ...rootless, "--image", `${layoutFolder}:ioc-vacuum-runtime`, bundle]);
    const root = join(bundle, "rootfs");
    const start = join(root, "epics/ioc/start.sh");
    expect((await stat(start)).mode & 0o777).toBe(0o755);
    expect(await readFile(start, "utf8")).toBe(await readFile(join(EXAMPLE, "images/epics-base/start.sh"), "utf8"));
    expect((await stat(join(root, "epics/runtime"))).mode & 0o777).toBe(0o777);
    expect((await readdir(join(root, "epics/support"))).sort()).toEqual(["camera", "ioc", "vacuum"]);
    const { process: started } = JSON.parse(await readFile(join(bundle, "config.json"), "utf8")) as {
      process: { args: string[]; cwd: string };
    };
    expect(started).toMatchObject({ args: ["/bin/sh", "/epics/ioc/start.sh"], cwd: "/epics/ioc" });
  });
});
