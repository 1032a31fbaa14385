import { readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "@epicube/core";
import { type LoadedImage, loadImage, openImageLayout, openLayer, readTar, validateLayout } from "@epicube/oci";
import { createTempFolder, expectGolden, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BuildEvent, buildImages, imageTree, pinsOf } from "../src/index.js";
import { build, digests, FAMILY_FILES, familyOf, writeTree } from "./support/family.js";

let temp: TempFolder;
let layoutFolder: string;
beforeEach(async () => {
  temp = await createTempFolder("build");
  layoutFolder = join(temp.path, "layout");
});
afterEach(() => temp.close());

const source = () => join(temp.path, "family");
async function family(files: Readonly<Record<string, string>> = FAMILY_FILES) {
  await writeTree(source(), files);
  return familyOf(source());
}
async function image(name: string): Promise<LoadedImage> {
  const layout = await openImageLayout(layoutFolder);
  return loadImage(layout, (await layout.resolve(name))!);
}
async function entriesOf(name: string) {
  const layout = await openImageLayout(layoutFolder);
  const { manifest } = await image(name);
  const found: string[] = [];
  for (const layer of manifest.layers)
    for await (const entry of readTar(openLayer(layout, layer)))
      found.push(
        `${entry.path} ${entry.type} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${entry.mtimeSeconds}${entry.linkTarget ? ` -> ${entry.linkTarget}` : ""}`,
      );
  return found;
}
const faults = async () => (await validateLayout(await openImageLayout(layoutFolder))).faults;

describe("buildImages", () => {
  it("builds every image, each shared layer once", async () => {
    const loaded = await family();
    const done = await build(loaded, { layoutFolder });
    expect(done).toMatchObject({ ok: true, diagnostics: [] });
    expect(done.nodes.map((one) => `${one.node}-${one.target}`)).toEqual([
      "epics-base-developer",
      "epics-base-runtime",
      "epics-modules-developer",
      "epics-modules-runtime",
      "epics-areadetector-runtime",
      "ioc-adsimdetector-runtime",
      "ioc-motorsim-runtime",
    ]);
    const leaf = done.nodes.find((one) => one.node === "ioc-adsimdetector")!;
    expect(leaf.layers.map((layer) => layer.sharedBy)).toEqual([5, 5, 4, 2, 1]);
    expect(leaf.startCommand).toEqual(["/epics/ioc/start.sh"]);
    expect(leaf.environment).toEqual({ EPICS_BASE: "/epics/epics-base", PATH: "/epics/support/bin:/usr/bin:/bin" });
    expect(done.nodes.find((one) => one.node === "ioc-motorsim")!.startCommand).toEqual(["/bin/sh", "-c", "exec /epics/ioc/start.sh"]);
    expect(await faults()).toEqual([]);
    // 7 layers, 7 configurations and 7 manifests; the two images without a layer of their own still have their own documents.
    expect(await readdir(join(layoutFolder, "blobs/sha256"))).toHaveLength(21);
    expect(pinsOf(done, loaded)["registry.example/bl01t/ioc-adsimdetector-runtime:1.2.3"]).toBe(
      `registry.example/bl01t/ioc-adsimdetector-runtime:1.2.3@${leaf.digest}`,
    );
  });

  it("writes what images.yaml says, byte for byte the same as ever", async () => {
    await build(await family(), { layoutFolder });
    const lines: string[] = [];
    for (const name of ["epics-modules-runtime", "epics-base-developer", "ioc-adsimdetector-runtime"]) {
      lines.push(`# ${name}`, ...(await entriesOf(name)), ...(await image(name)).config.rootfs.diff_ids);
      lines.push(JSON.stringify((await image(name)).config.config), JSON.stringify((await image(name)).config.history));
    }
    expectGolden(new URL("golden/family.txt", import.meta.url).pathname, `${lines.join("\n")}\n`);
  });

  it("has the parent in the manifest, by name and digest", async () => {
    const done = await build(await family(), { layoutFolder });
    expect((await image("epics-modules-runtime")).manifest.annotations).toEqual({
      "org.opencontainers.image.base.digest": digests(done)["epics-base-runtime"],
      "org.opencontainers.image.base.name": "registry.example/bl01t/epics-base-runtime:1.2.3",
    });
    expect((await image("epics-base-runtime")).manifest.annotations).toBeUndefined();
  });

  it("builds nothing the second time, and reads no file again once they are old enough", async () => {
    const loaded = await family();
    // The files look 10 s old to the build.
    const clock = { ...systemClock, nowMs: () => Date.now() + 10_000 };
    const first = await build(loaded, { layoutFolder, clock });
    const kept = await readFile(join(layoutFolder, ".epicube/build-cache.json"), "utf8");
    const before = await stat(join(layoutFolder, "index.json"));
    const second = await build(loaded, { layoutFolder });
    expect(digests(second)).toEqual(digests(first));
    expect(second.nodes.some((one) => one.built)).toBe(false);
    expect((await stat(join(layoutFolder, "index.json"))).mtimeMs).toBe(before.mtimeMs);
    // A file that had been read again would have a later time in it.
    expect(await readFile(join(layoutFolder, ".epicube/build-cache.json"), "utf8")).toBe(kept);
  });

  it("builds only what a change reaches", async () => {
    const loaded = await family();
    const first = await build(loaded, { layoutFolder });
    await writeFile(join(source(), "trees/detector/db/sim.template"), "changed");
    const second = await build(loaded, { layoutFolder });
    expect(second.nodes.filter((one) => one.built).map((one) => one.node)).toEqual(["epics-areadetector", "ioc-adsimdetector"]);
    const own = (done: typeof first) => done.nodes.find((one) => one.node === "ioc-adsimdetector")!.layers.at(-1)!.digest;
    // The leaf's own layer is the same blob on another parent.
    expect(own(second)).toBe(own(first));
    expect(await faults()).toEqual([]);
  });

  it("puts a new base under every image by rewriting documents only", async () => {
    const loaded = await family();
    await build(loaded, { layoutFolder });
    const before = new Set(await readdir(join(layoutFolder, "blobs/sha256")));
    await writeFile(join(source(), "trees/base/lib/libCom.so.3"), "a new library");
    const second = await build(loaded, { layoutFolder });
    expect(second.nodes.filter((one) => !one.built).map((one) => `${one.node}-${one.target}`)).toEqual([
      "epics-base-developer",
      "epics-modules-developer",
    ]);
    const fresh = (await readdir(join(layoutFolder, "blobs/sha256"))).filter((name) => !before.has(name));
    const layers = new Set(second.nodes.flatMap((one) => one.layers.map((layer) => layer.digest.slice(7))));
    expect(fresh.filter((name) => layers.has(name))).toHaveLength(1);
    expect(fresh).toHaveLength(1 + 2 * 5);
  });

  it.each([0, 10_000])("notices a file of the same size and time but other content (files %i ms old)", async (age) => {
    const loaded = await family();
    const clock = { ...systemClock, nowMs: () => Date.now() + age };
    const file = join(source(), "trees/detector/db/sim.template");
    const { atime, mtime, size } = await stat(file);
    const first = await build(loaded, { layoutFolder, clock });
    await writeFile(file, (await readFile(file, "utf8")).replace("ai", "ao"));
    await utimes(file, atime, mtime);
    expect(await stat(file)).toMatchObject({ size });
    const second = await build(loaded, { layoutFolder, clock });
    expect(digests(second)["ioc-adsimdetector-runtime"]).not.toBe(digests(first)["ioc-adsimdetector-runtime"]);
  });

  it("builds the nodes asked for with their parents, and leaves the others as they are", async () => {
    const loaded = await family();
    const some = await build(loaded, { layoutFolder, only: ["epics-modules"] });
    expect(Object.keys(digests(some))).toEqual([
      "epics-base-developer",
      "epics-base-runtime",
      "epics-modules-developer",
      "epics-modules-runtime",
    ]);
    const all = await build(loaded, { layoutFolder });
    expect(all.nodes.filter((one) => one.built)).toHaveLength(3);
    await build(loaded, { layoutFolder, only: ["epics-base"] });
    expect((await imageTree(layoutFolder)).images).toHaveLength(7);
    expect(await build(loaded, { layoutFolder, only: ["epics-modulse"] })).toMatchObject({
      ok: false,
      nodes: [],
      diagnostics: [{ code: "IMAGE_NODE_UNKNOWN", help: "did you mean epics-modules?" }],
    });
  });

  it("mends a layout that lost a blob or its cache", async () => {
    const loaded = await family();
    const first = await build(loaded, { layoutFolder });
    const { layers } = first.nodes.find((one) => one.node === "epics-modules" && one.target === "runtime")!;
    await rm(join(layoutFolder, "blobs/sha256", layers[2]!.digest.slice(7)));
    await writeFile(join(layoutFolder, "blobs/sha256", layers[0]!.digest.slice(7)), "cut");
    expect(digests(await build(loaded, { layoutFolder }))).toEqual(digests(first));
    expect(await faults()).toEqual([]);
    for (const text of ["", "{", "null", '{"version":1,"files":{"x":[1]},"layers":{"y":{"digest":"sha256:../x"}}}']) {
      await writeFile(join(layoutFolder, ".epicube/build-cache.json"), text);
      expect(digests(await build(loaded, { layoutFolder })), text).toEqual(digests(first));
    }
    expect(await faults()).toEqual([]);
  });

  it("writes nothing where the trees have errors, and lists all of them", async () => {
    const loaded = await family({
      "images.yaml": `repository: r.example/x\nversion: "1"\nimages:\n  a:\n    targets:\n      runtime:\n        layers:\n          - { name: one, tree: missing }\n          - { name: two, tree: t, to: /x }\n          - { name: three, files: [{ path: /x/f, text: again }] }\n`,
      "t/f": "f",
      "t/l@": "/etc/passwd",
    });
    const done = await build(loaded, { layoutFolder });
    expect(done.ok).toBe(false);
    expect(done.diagnostics.map((found) => `${found.range?.startLine} ${found.code}`)).toEqual([
      "8 TREE_MISSING",
      "9 TREE_LINK_OUTSIDE",
      "10 IMAGE_LAYER_OVERLAP",
    ]);
    await expect(stat(layoutFolder)).rejects.toThrow("ENOENT");
  });

  it.each([
    ["trees/bas", "did you mean trees/base?"],
    ["tree/modules", "did you mean trees/modules?"],
    ["trees/detecter/bn", "did you mean trees/detector/bin?"],
    ["trees/zzzzzz", "there is base, base-dev, detector, modules in trees"],
    ["trees/base/dbd/base.dbx/deep", "there is nothing in trees/base/dbd"],
  ])("says of a missing tree that it is missing, once, and what is there: %s", async (tree, help) => {
    const images = FAMILY_FILES["images.yaml"].replace("tree: trees/modules", `tree: ${tree}`);
    const done = await build(await family({ ...FAMILY_FILES, "images.yaml": images }), { layoutFolder });
    expect(done.diagnostics).toHaveLength(1);
    expect(done.diagnostics[0]).toMatchObject({ code: "TREE_MISSING", help });
  });

  it.each([
    ["ioc-motorsim-runtime", "did you mean ioc-motorsim?"],
    ["motorsim", "did you mean ioc-motorsim?"],
    ["epics", "did you mean epics-base?"],
    ["zzz", "the nodes are: epics-base, epics-modules, epics-areadetector, ioc-adsimdetector, ioc-motorsim"],
  ])("has a help for a node that is not there: %s", async (name, help) => {
    const done = await build(await family(), { layoutFolder, only: [name] });
    expect(done.diagnostics).toMatchObject([{ code: "IMAGE_NODE_UNKNOWN", help }]);
  });

  it("tells layers that overlap, over the whole line of parents", async () => {
    const text = (flag: string) =>
      `repository: r.example/x
version: "1"
images:
  base:
    targets: { runtime: { layers: [{ name: a, files: [{ path: /e/r, directory: true, mode: "0777" }, { path: /e/f, text: 1 }, { path: /lib, link: usr/lib }] }] } }
  leaf:
    parent: base
    targets: { runtime: { layers: [{ name: b, ${flag}files: [{ path: /e/f, text: 2 }, { path: /e/r/x, text: x }, { path: /lib/y, text: y }] }] } }
`
        .replaceAll("text: 1", 'text: "1"')
        .replaceAll("text: 2", 'text: "2"');
    const done = await build(await family({ "images.yaml": text("") }), { layoutFolder });
    expect(done.ok).toBe(false);
    expect(done.diagnostics.map((found) => found.message)).toEqual([
      "the layer b makes the folder /e/r 0755 0:0, where the layer a makes it 0777 0:0",
      "the layer b writes 2 paths that the layer a writes: /e/f, /lib",
    ]);
    await rm(source(), { recursive: true });
    const allowed = await build(await family({ "images.yaml": text("overrides: true, ") }), { layoutFolder });
    expect(allowed).toMatchObject({ ok: true, diagnostics: [] });
  });

  it("tells what it does as it does it", async () => {
    const events: BuildEvent[] = [];
    for await (const event of buildImages(await family(), { layoutFolder })) events.push(event);
    expect(events.at(-1)?.event).toBe("done");
    const progress = events.flatMap((event) => (event.event === "progress" ? [event] : []));
    const started = progress.filter((event) => event.at === "start").map((event) => event.id);
    expect(started).toContain("image:epics-base-runtime");
    expect(started).toContain("image:epics-base-runtime/start");
    expect(
      progress
        .filter((event) => event.at === "end")
        .map((event) => event.id)
        .sort(),
    ).toEqual([...started].sort());
    expect(progress.filter((event) => event.outcome === "done").length).toBe(started.length);
  });

  it("serves two builds of one layout at once, one after the other", async () => {
    const loaded = await family();
    const [one, two] = await Promise.all([build(loaded, { layoutFolder }), build(loaded, { layoutFolder })]);
    expect(digests(one)).toEqual(digests(two));
    expect([one, two].filter((done) => done.nodes.some((built) => built.built))).toHaveLength(1);
    expect(await faults()).toEqual([]);
  });

  it("stops when aborted, or when nobody listens any more, and leaves no lock or unfinished file", async () => {
    const loaded = await family();
    const controller = new AbortController();
    const aborted = (async () => {
      for await (const event of buildImages(loaded, { layoutFolder, signal: controller.signal }))
        if (event.event === "progress" && event.label === "modules") controller.abort(new Error("enough"));
    })();
    await expect(aborted).rejects.toThrow("enough");
    for await (const event of buildImages(loaded, { layoutFolder })) if (event.event === "progress") break;
    expect((await readdir(join(layoutFolder, ".epicube"))).filter((name) => name.startsWith("lock"))).toEqual([]);
    expect(await readdir(join(layoutFolder, ".epicube/tmp"))).toEqual([]);
    expect((await build(loaded, { layoutFolder })).ok).toBe(true);
    expect(await faults()).toEqual([]);
  });

  it("takes the time of files and images from sourceDateEpoch", async () => {
    const loaded = await family();
    const zero = await build(loaded, { layoutFolder });
    const later = await build(loaded, { layoutFolder, sourceDateEpoch: 1_700_000_000 });
    expect(digests(later)).not.toEqual(digests(zero));
    expect((await image("epics-base-runtime")).config.created).toBe("2023-11-14T22:13:20Z");
    expect((await entriesOf("epics-base-runtime")).every((line) => / 1700000000( ->|$)/.test(line))).toBe(true);
    await expect(build(loaded, { layoutFolder, sourceDateEpoch: -1 })).rejects.toThrow(RangeError);
  });
});

describe("imageTree", () => {
  it("counts every layer once, and what it would take unshared", async () => {
    const done = await build(await family(), { layoutFolder });
    const tree = await imageTree(layoutFolder);
    const sizes = new Map(done.nodes.flatMap((one) => one.layers.map((layer) => [layer.digest, layer.sizeBytes] as const)));
    expect(tree.storedBytes).toBe([...sizes.values()].reduce((sum, size) => sum + size, 0));
    expect(tree.unsharedBytes).toBe(done.nodes.flatMap((one) => one.layers).reduce((sum, layer) => sum + layer.sizeBytes, 0));
    const leaf = tree.images.find((one) => one.name === "ioc-adsimdetector-runtime")!;
    expect(leaf.parent).toBe("epics-areadetector-runtime");
    expect(leaf.layers.map((layer) => layer.label)).toEqual([
      "epicube: layer base of epics-base-runtime",
      "epicube: layer start of epics-base-runtime",
      "epicube: layer modules of epics-modules-runtime",
      "epicube: layer areadetector of epics-areadetector-runtime",
      "epicube: layer ioc of ioc-adsimdetector-runtime",
    ]);
    expect(leaf.uniqueBytes).toBe(leaf.layers.at(-1)!.sizeBytes);
    expect(tree.layers.find((layer) => layer.label.includes("modules"))!.images).toEqual([
      "epics-areadetector-runtime",
      "epics-modules-runtime",
      "ioc-adsimdetector-runtime",
      "ioc-motorsim-runtime",
    ]);
  });
});
