import { execFile } from "node:child_process";
import { lstat, mkdir, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { digestOf } from "@epicube/core";
import {
  collectBytes,
  describe as descriptorOf,
  encodeDocument,
  gzipBlocks,
  type ImageLayout,
  loadImage,
  MEDIA_TYPES,
  openImageLayout,
  openLayer,
  sortTarEntries,
  type TarEntry,
  unpackLayers,
  validateLayout,
  writeTar,
} from "@epicube/oci";
import { createTempFolder, describePeer, type TempFolder } from "@epicube/testkit";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type BuildDone, createLayoutImageSource } from "../src/index.js";
import { build, digests, FAMILY_FILES, familyOf, writeTree } from "./support/family.js";

const execute = promisify(execFile);
const run = (program: string, args: readonly string[]) =>
  execute(program, [...args], { maxBuffer: 2 ** 26, env: { PATH: process.env.PATH ?? "", HOME: temp.path, TZ: "UTC" } });

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("peer");
});
afterEach(() => temp.close());

async function built(): Promise<{ layoutFolder: string; done: BuildDone }> {
  const layoutFolder = join(temp.path, "layout");
  await writeTree(join(temp.path, "family"), FAMILY_FILES);
  return { layoutFolder, done: await build(await familyOf(join(temp.path, "family")), { layoutFolder }) };
}

/** Everything below a folder that two unpackers must agree on. */
async function snapshot(root: string, owners: boolean): Promise<string[]> {
  const found: string[] = [];
  const inodes = new Map<number, string>();
  const visit = async (at: string) => {
    for (const name of (await readdir(join(root, at))).sort()) {
      const path = at === "" ? name : `${at}/${name}`;
      const stats = await lstat(join(root, path));
      const owner = owners ? ` ${stats.uid}:${stats.gid}` : "";
      const time = Math.floor(stats.mtimeMs / 1000);
      if (stats.isSymbolicLink()) found.push(`${path} -> ${await readlink(join(root, path))}${owner}`);
      else if (stats.isDirectory()) {
        found.push(`${path}/ ${(stats.mode & 0o7777).toString(8)}${owner} ${time}`);
        await visit(path);
      } else {
        const twin = inodes.get(stats.ino) ?? path;
        inodes.set(stats.ino, twin);
        found.push(
          `${path} ${(stats.mode & 0o7777).toString(8)}${owner} ${time} ${digestOf(await readFile(join(root, path)))} ${stats.nlink} ${twin}`,
        );
      }
    }
  };
  await visit("");
  return found;
}

async function unpackOurs(layout: ImageLayout, name: string, folder: string, owner: "keep" | "mine"): Promise<void> {
  const image = await loadImage(layout, (await layout.resolve(name))!);
  await unpackLayers(
    image.manifest.layers.map((layer) => () => openLayer(layout, layer)),
    folder,
    { links: "verbatim", owner },
  );
}

describePeer(["skopeo"], "skopeo", ({ skopeo }) => {
  const program = skopeo.paths.skopeo!;

  it("reads every image of a layout", async () => {
    const { layoutFolder, done } = await built();
    for (const [name, digest] of Object.entries(digests(done))) {
      const { stdout } = await run(program, ["inspect", `oci:${layoutFolder}:${name}`]);
      const seen = JSON.parse(stdout) as { Digest: string; Layers: string[]; Env: string[]; Architecture: string };
      const image = done.nodes.find((one) => `${one.node}-${one.target}` === name)!;
      expect(seen.Digest).toBe(digest);
      expect(seen.Layers).toEqual(image.layers.map((layer) => layer.digest));
      expect(seen.Env).toEqual(Object.entries(image.environment).map(([key, value]) => `${key}=${value}`));
      expect(seen.Architecture).toBe("amd64");
    }
  });

  it("copies an image with its digest kept, shared layers once, and we read and validate the copy", async () => {
    const { layoutFolder, done } = await built();
    const copy = join(temp.path, "copy");
    for (const name of ["ioc-adsimdetector-runtime", "ioc-motorsim-runtime"])
      await run(program, ["copy", "--insecure-policy", "--preserve-digests", `oci:${layoutFolder}:${name}`, `oci:${copy}:${name}`]);
    const layout = await openImageLayout(copy);
    expect((await validateLayout(layout)).faults).toEqual([]);
    expect((await layout.resolve("ioc-motorsim-runtime"))?.digest).toBe(digests(done)["ioc-motorsim-runtime"]);
    // 3 layers in common, 1 more under the one, 1 own each; 2 configurations, 2 manifests.
    expect(await layout.blobs()).toHaveLength(3 + 1 + 2 + 2 + 2);
    const source = createLayoutImageSource(copy);
    expect((await source.config("registry.example/bl01t/ioc-motorsim-runtime:1.2.3")).startCommand).toEqual([
      "/bin/sh",
      "-c",
      "exec /epics/ioc/start.sh",
    ]);
  });

  it("reads what we read after a way through Docker's format and back", async () => {
    const { layoutFolder } = await built();
    const docker = join(temp.path, "docker");
    const back = join(temp.path, "back");
    await run(program, ["copy", "--insecure-policy", "--format", "v2s2", `oci:${layoutFolder}:ioc-motorsim-runtime`, `dir:${docker}`]);
    await run(program, ["copy", "--insecure-policy", "--format", "oci", `dir:${docker}`, `oci:${back}:again`]);
    const layout = await openImageLayout(back);
    expect((await validateLayout(layout)).faults).toEqual([]);
    const ours = await openImageLayout(layoutFolder);
    const before = await loadImage(ours, (await ours.resolve("ioc-motorsim-runtime"))!);
    const after = await loadImage(layout, (await layout.resolve("again"))!);
    expect(after.config.rootfs.diff_ids).toEqual(before.config.rootfs.diff_ids);
    expect(after.manifest.layers.map((layer) => layer.digest)).toEqual(before.manifest.layers.map((layer) => layer.digest));
  });
});

describePeer(["umoci"], "umoci", ({ umoci }) => {
  const program = umoci.paths.umoci!;
  const root = process.getuid?.() === 0;
  const unpack = (layoutFolder: string, name: string, bundle: string) =>
    run(program, ["unpack", ...(root ? [] : ["--rootless"]), "--image", `${layoutFolder}:${name}`, bundle]);

  it("unpacks every image of a family to the same tree as we do", async () => {
    const { layoutFolder, done } = await built();
    const layout = await openImageLayout(layoutFolder);
    for (const name of Object.keys(digests(done))) {
      const theirs = join(temp.path, `theirs-${name}`);
      const ours = join(temp.path, `ours-${name}`);
      await unpack(layoutFolder, name, theirs);
      await unpackOurs(layout, name, ours, root ? "keep" : "mine");
      expect(await snapshot(ours, root)).toEqual(await snapshot(join(theirs, "rootfs"), root));
      expect((await snapshot(ours, root)).length).toBeGreaterThan(3);
    }
  });

  const name = fc.constantFrom("a", "b", "c");
  const action = fc.record({
    path: fc.array(name, { minLength: 1, maxLength: 3 }),
    what: fc.constantFrom("file", "file", "folder", "folder", "link", "hard", "hard", "delete", "delete", "opaque", "opaque"),
    mode: fc.constantFrom(0o644, 0o755, 0o600, 0o4755),
    salt: fc.nat(9),
  });
  type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

  /** A stack of random layers that is legal: no path twice in a layer, no path through a file, hard links to files of the same layer. */
  function stackOf(layers: readonly (readonly Action[])[]): TarEntry[][] {
    const below = new Map<string, string>();
    return layers.map((actions, index) => {
      const entries = new Map<string, TarEntry>();
      const touched = new Set<string>();
      const base = { uid: 0, gid: 0, mtimeSeconds: 1000 + index } as const;
      const files: string[] = [];
      for (const { path, what, mode, salt } of actions) {
        const full = path.join("/");
        const above = path.slice(0, -1).map((_, depth) => path.slice(0, depth + 1).join("/"));
        const kindOf = (at: string) => entries.get(at)?.type ?? below.get(at);
        if (
          touched.has(full) ||
          [...touched].some((other) => other.startsWith(`${full}/`)) ||
          above.some((at) => (kindOf(at) ?? "directory") !== "directory" || touched.has(`${at}!`))
        )
          continue;
        // What is a folder stays one within a layer: unpackers differ in what becomes of its content.
        if (below.get(full) === "directory" && what !== "folder" && what !== "delete" && what !== "opaque") continue;
        for (const at of above) if (!entries.has(at)) entries.set(at, { ...base, path: at, type: "directory", mode: 0o755 });
        for (const at of above) touched.add(at);
        touched.add(full);
        if (what === "delete") {
          if (!below.has(full)) continue;
          entries.set(`${[...path.slice(0, -1), ""].join("/")}.wh.${path.at(-1)}`, {
            ...base,
            path: `${[...path.slice(0, -1), ""].join("/")}.wh.${path.at(-1)}`,
            type: "file",
            mode: 0,
          });
          touched.add(`${full}!`);
        } else if (what === "opaque") {
          if (below.get(full) !== "directory") continue;
          entries.set(full, { ...base, path: full, type: "directory", mode: 0o700 });
          entries.set(`${full}/.wh..wh..opq`, { ...base, path: `${full}/.wh..wh..opq`, type: "file", mode: 0 });
          touched.add(`${full}!`);
        } else if (what === "folder") entries.set(full, { ...base, path: full, type: "directory", mode: mode | 0o700 });
        else if (what === "link") entries.set(full, { ...base, path: full, type: "symlink", mode: 0o777, linkTarget: `../x${salt}` });
        else if (what === "hard" && files.length > 0 && files[0]! < full)
          entries.set(full, { ...base, path: full, type: "hardlink", mode: 0o644, linkTarget: files[0]! });
        else if (what === "file") {
          entries.set(full, { ...base, path: full, type: "file", mode, content: Buffer.from(`${index} ${full} ${salt}`) });
          files.push(full);
        }
      }
      for (const [path, entry] of entries) {
        const base = path.split("/").at(-1)!;
        if (base === ".wh..wh..opq")
          for (const known of [...below.keys()]) if (known.startsWith(`${path.slice(0, -13)}/`)) below.delete(known);
        if (base.startsWith(".wh.") && base !== ".wh..wh..opq") {
          const gone = path.replace(".wh.", "");
          for (const known of [...below.keys()]) if (known === gone || known.startsWith(`${gone}/`)) below.delete(known);
        }
        if (!base.startsWith(".wh.")) below.set(path, entry.type);
      }
      return sortTarEntries(entries.values());
    });
  }

  it("agrees with us on random stacks of layers with whiteouts and links", async () => {
    const seen = { whiteouts: 0, opaque: 0, hardlinks: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(action, { minLength: 4, maxLength: 10 }), { minLength: 2, maxLength: 4 }),
        fc.nat(),
        async (layers, id) => {
          const folder = join(temp.path, `case-${id}-${layers.length}-${await readdir(temp.path).then((all) => all.length)}`);
          await mkdir(folder);
          const layout = await openImageLayout(join(folder, "layout"), { create: true });
          const writer = await layout.openWriter();
          const blobs = [];
          for (const entries of stackOf(layers)) {
            seen.opaque += entries.filter((entry) => entry.path.endsWith(".wh..wh..opq")).length;
            seen.whiteouts += entries.filter((entry) => entry.path.includes(".wh.")).length;
            seen.hardlinks += entries.filter((entry) => entry.type === "hardlink").length;
            const tar = await collectBytes(writeTar(entries), 2 ** 24);
            const blob = await writer.writeBlob(gzipBlocks(tar));
            blobs.push({ diffId: digestOf(tar), layer: { mediaType: MEDIA_TYPES.layerGzip, digest: blob.digest, size: blob.size } });
          }
          const config = encodeDocument({
            architecture: "amd64",
            os: "linux",
            rootfs: { type: "layers", diff_ids: blobs.map((blob) => blob.diffId) },
          });
          await writer.writeBlob(config);
          const manifest = encodeDocument({
            schemaVersion: 2,
            mediaType: MEDIA_TYPES.manifest,
            config: descriptorOf(MEDIA_TYPES.config, config),
            layers: blobs.map((blob) => blob.layer),
          });
          await writer.writeBlob(manifest);
          await writer.setImages([{ name: "x", descriptor: descriptorOf(MEDIA_TYPES.manifest, manifest) }]);
          await writer.close();
          await unpack(join(folder, "layout"), "x", join(folder, "theirs"));
          await unpackOurs(layout, "x", join(folder, "ours"), root ? "keep" : "mine");
          expect(await snapshot(join(folder, "ours"), root)).toEqual(await snapshot(join(folder, "theirs/rootfs"), root));
        },
      ),
      { numRuns: 60 },
    );
    // The cases that matter must have come up, or the agreement says little.
    for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).toBeGreaterThan(0);
  });
});
