import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { digestOf } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLayoutImageSource, loadImages } from "../src/index.js";
import { build, digests, familyOf, writeTree } from "./support/family.js";
import { makeZip, type TestZipEntry } from "./support/zip.js";

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("archive");
});
afterEach(() => temp.close());

const text = (layer: string) => `repository: r.example/x\nversion: "1"\nimages:\n  a: { targets: { runtime: { layers: [${layer}] } } }\n`;
async function write(archive: Uint8Array, options = "", name = "deps/a.zip", sha256 = digestOf(archive).slice(7)) {
  await mkdir(join(temp.path, "family/deps"), { recursive: true });
  await writeFile(join(temp.path, "family", name), archive);
  await writeFile(join(temp.path, "family/images.yaml"), text(`{ name: z, zip: ${name}, sha256: "${sha256}"${options} }`));
  return familyOf(join(temp.path, "family"));
}
const layoutFolder = () => join(temp.path, "layout");
const ENTRIES: TestZipEntry[] = [
  { name: "bin/run", content: "#!/bin/sh\n", mode: 0o100755 },
  { name: "lib/libCom.so.3", content: "library" },
  { name: "lib/libCom.so", content: "libCom.so.3", mode: 0o120777 },
  { name: "doc/readme", content: "left out" },
];

describe("a layer from a zip archive", () => {
  it("holds what a layer from the same tree would", async () => {
    const fromZip = await build(await write(makeZip(ENTRIES), ", to: /opt, exclude: doc, rules: [{ match: lib, owner: '1:2' }]"), {
      layoutFolder: layoutFolder(),
    });
    expect(fromZip).toMatchObject({ ok: true, diagnostics: [] });
    await writeTree(join(temp.path, "tree"), {
      "t/bin/run+x": "#!/bin/sh\n",
      "t/lib/libCom.so.3": "library",
      "t/lib/libCom.so@": "libCom.so.3",
      "t/doc/readme": "left out",
      "images.yaml": "",
    });
    await writeFile(
      join(temp.path, "tree/images.yaml"),
      text("{ name: z, tree: t, to: /opt, exclude: doc, rules: [{ match: 'lib/*', owner: '1:2' }] }"),
    );
    const fromTree = await build(await familyOf(join(temp.path, "tree")), { layoutFolder: join(temp.path, "layout-tree") });
    // Archives need not list folders: those that are missing belong to root, whatever the rules.
    expect(fromZip.nodes[0]!.layers).toEqual(fromTree.nodes[0]!.layers);
    const again = await build(await familyOf(join(temp.path, "family")), { layoutFolder: layoutFolder() });
    expect(again.nodes[0]!.built).toBe(false);
    expect(digests(again)).toEqual(digests(fromZip));
  });

  it("takes a wheel, its platlib at the root", async () => {
    const wheel = makeZip([
      { name: "pkg/lib/x.so", content: "x" },
      { name: "pkg-1.0.data/platlib/pkg/y.so", content: "y" },
      { name: "pkg-1.0.dist-info/RECORD", content: "" },
    ]);
    await build(await write(wheel, ", to: /site", "deps/pkg-1.0-py3-none-any.whl"), { layoutFolder: layoutFolder() });
    const root = join(temp.path, "root");
    await createLayoutImageSource(layoutFolder()).unpack("r.example/x/a-runtime:1", root);
    expect(await readFile(join(root, "site/pkg/y.so"), "utf8")).toBe("y");
    expect(await readFile(join(root, "site/pkg/lib/x.so"), "utf8")).toBe("x");
  });

  it.each<[string, Uint8Array, string, string, string | undefined]>([
    ["a wrong checksum", makeZip(ENTRIES), "deps/a.zip", "ARCHIVE_CHECKSUM", "0".repeat(64)],
    ["no archive", Buffer.from("text"), "deps/a.zip", "ARCHIVE_FORMAT", undefined],
    ["a path that climbs", makeZip([{ name: "../../x" }]), "deps/a.zip", "ARCHIVE_FORMAT", undefined],
    ["a link that leaves", makeZip([{ name: "l", content: "../x", mode: 0o120777 }]), "deps/a.zip", "TREE_LINK_OUTSIDE", undefined],
    ["an absolute link", makeZip([{ name: "l", content: "/etc/passwd", mode: 0o120777 }]), "deps/a.zip", "TREE_LINK_OUTSIDE", undefined],
    ["a deletion", makeZip([{ name: "d/.wh.x" }]), "deps/a.zip", "TREE_NAME", undefined],
    ["a path below a file", makeZip([{ name: "f", content: "f" }, { name: "f/x" }]), "deps/a.zip", "IMAGE_PATH_TWICE", undefined],
    ["a wheel that needs an installer", makeZip([{ name: "p-1.data/scripts/run" }]), "deps/p.whl", "ARCHIVE_WHEEL", undefined],
  ])("is refused with %s", async (_, archive, name, code, sha256) => {
    const done = await build(await write(archive, "", name, sha256), { layoutFolder: layoutFolder() });
    expect(done.ok).toBe(false);
    expect(done.diagnostics.map((found) => found.code)).toContain(code);
    expect(done.diagnostics.find((found) => found.code === code)?.range?.startLine).toBe(4);
  });

  it("must lie inside the folder", async () => {
    await mkdir(join(temp.path, "family"));
    for (const name of ["../a.zip", "/etc/a.zip", "missing.zip"]) {
      await writeFile(join(temp.path, "family/images.yaml"), text(`{ name: z, zip: ${name}, sha256: "${"0".repeat(64)}" }`));
      const done = await build(await familyOf(join(temp.path, "family")), { layoutFolder: layoutFolder() });
      expect(done.diagnostics[0]?.code).toBe(name === "missing.zip" ? "ARCHIVE_MISSING" : "ARCHIVE_OUTSIDE");
    }
  });

  it("needs its checksum, and no tree beside it", async () => {
    await mkdir(join(temp.path, "family"));
    for (const layer of [
      "{ name: z, zip: a.zip }",
      `{ name: z, tree: t, sha256: "${"0".repeat(64)}" }`,
      `{ name: z, tree: t, zip: a, sha256: "${"0".repeat(64)}" }`,
    ]) {
      await writeFile(join(temp.path, "family/images.yaml"), text(layer));
      expect((await loadImages(join(temp.path, "family/images.yaml"))).diagnostics.map((found) => found.code)).toEqual(["IMAGES_SCHEMA"]);
    }
  });

  it("is read as Python's zipfile writes it", async (context) => {
    const run = promisify(execFile);
    const python = await run("python3", ["--version"]).then(
      () => true,
      () => false,
    );
    if (!python) return context.skip("no python3 on this machine");
    await writeTree(join(temp.path, "src"), { "a/größe.txt": "text ".repeat(50_000), "a/run+x": "#!/bin/sh\n", "b/empty": "" });
    const file = join(temp.path, "py.zip");
    const program =
      "import os,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)\nos.chdir(sys.argv[2])\n[z.write(os.path.join(d,n)) for d,s,f in os.walk('.') for n in sorted(s)+sorted(f)]\nz.close()";
    await run("python3", ["-c", program, file, join(temp.path, "src")]);
    const archive = await readFile(file);
    expect((await build(await write(archive), { layoutFolder: layoutFolder() })).diagnostics).toEqual([]);
    const root = join(temp.path, "root");
    await createLayoutImageSource(layoutFolder()).unpack("r.example/x/a-runtime:1", root);
    expect(await readFile(join(root, "a/größe.txt"), "utf8")).toBe("text ".repeat(50_000));
    await writeFile(join(temp.path, "tree.yaml"), "");
    await writeFile(join(temp.path, "images.yaml"), text("{ name: z, tree: src }"));
    const fromTree = await build(await familyOf(temp.path), { layoutFolder: join(temp.path, "layout-tree") });
    const fromZip = await build(await familyOf(join(temp.path, "family")), { layoutFolder: layoutFolder() });
    expect(fromZip.nodes[0]!.layers).toEqual(fromTree.nodes[0]!.layers);
  });
});
