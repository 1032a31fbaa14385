import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isEpicubeError } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectBytes, type TarEntry } from "../tar/entry.js";
import { encodeHeader } from "../tar/header.js";
import { sortTarEntries, writeTar } from "../tar/write.js";
import { unpackLayers } from "./unpack.js";

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("unpack");
});
afterEach(() => temp.close());

const base = { uid: 0, gid: 0, mtimeSeconds: 1_000_000 } as const;
const file = (path: string, text = path, mode = 0o644): TarEntry => ({ ...base, path, type: "file", mode, content: Buffer.from(text) });
const folder = (path: string, mode = 0o755): TarEntry => ({ ...base, path, type: "directory", mode });
const link = (path: string, linkTarget: string): TarEntry => ({ ...base, path, type: "symlink", mode: 0o777, linkTarget });
const hard = (path: string, linkTarget: string): TarEntry => ({ ...base, path, type: "hardlink", mode: 0o644, linkTarget });
const layer =
  (...entries: TarEntry[]) =>
  () =>
    writeTar(entries, { order: "given" });
const sorted = (...entries: TarEntry[]) => layer(...sortTarEntries(entries));

/** Every path below a folder, with what it is. */
async function list(root: string, at = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(join(root, at))).sort()) {
    const path = at === "" ? name : `${at}/${name}`;
    const stats = await lstat(join(root, path));
    if (stats.isSymbolicLink()) found[path] = `-> ${await readlink(join(root, path))}`;
    else if (stats.isDirectory()) Object.assign(found, { [path]: "/" }, await list(root, path));
    else found[path] = await readFile(join(root, path), "utf8");
  }
  return found;
}

describe("unpackLayers", () => {
  it("puts layers on top of each other, whiteouts applied", async () => {
    const to = join(temp.path, "root");
    await unpackLayers(
      [
        sorted(
          folder("a"),
          file("a/keep"),
          file("a/gone"),
          folder("b"),
          file("b/x"),
          folder("b/sub"),
          file("b/sub/y"),
          file("c"),
          link("l", "c"),
        ),
        sorted(
          file("a/.wh.gone", ""),
          folder("b"),
          file("b/.wh..wh..opq", ""),
          file("b/new"),
          file("c", "changed"),
          file("l", "a file now"),
          file(".wh.missing", ""),
        ),
      ],
      to,
    );
    expect(await list(to)).toEqual({ a: "/", "a/keep": "a/keep", b: "/", "b/new": "b/new", c: "changed", l: "a file now" });
  });

  it("keeps what the same layer wrote beside an opaque mark, in any order", async () => {
    const to = join(temp.path, "root");
    await unpackLayers(
      [sorted(folder("b"), folder("b/d"), file("b/d/old"), file("b/x")), layer(file("b/d/new"), file("b/.wh..wh..opq", ""), file("b/z"))],
      to,
    );
    expect(await list(to)).toEqual({ b: "/", "b/d": "/", "b/d/new": "b/d/new", "b/z": "b/z" });
  });

  it("sets modes and times, also of folders that cannot be written", async () => {
    const to = join(temp.path, "root");
    await unpackLayers([sorted(folder(".", 0o755), folder("ro", 0o555), file("ro/f", "x", 0o400), file("s", "x", 0o4755))], to);
    expect((await lstat(join(to, "ro"))).mode & 0o7777).toBe(0o555);
    expect((await lstat(join(to, "ro"))).mtimeMs).toBe(1_000_000_000);
    expect((await lstat(join(to, "ro/f"))).mode & 0o7777).toBe(0o400);
    expect((await lstat(join(to, "ro/f"))).mtimeMs).toBe(1_000_000_000);
    // setuid means nothing where the file is the caller's.
    expect((await lstat(join(to, "s"))).mode & 0o7777).toBe(0o755);
  });

  it("makes hard links, also to a link, and to files of layers below", async () => {
    const to = join(temp.path, "root");
    await unpackLayers([layer(file("f"), hard("g", "f"), link("l", "f"), hard("m", "l")), layer(hard("h", "f"))], to);
    expect((await lstat(join(to, "f"))).ino).toBe((await lstat(join(to, "h"))).ino);
    expect((await lstat(join(to, "f"))).nlink).toBe(3);
    expect(await readlink(join(to, "m"))).toBe("f");
  });

  it("takes absolute links from the image's root, and writes through links of folders below", async () => {
    const to = join(temp.path, "root");
    await unpackLayers(
      [
        sorted(
          folder("epics"),
          folder("epics/generic-source"),
          folder("epics/generic-source/ioc"),
          link("epics/ioc", "/epics/generic-source/ioc"),
          link("lib", "usr/lib"),
          folder("usr"),
          folder("usr/lib"),
        ),
        layer(file("epics/ioc/start.sh"), file("lib/x.so")),
      ],
      to,
    );
    expect(await readlink(join(to, "epics/ioc"))).toBe("generic-source/ioc");
    expect(await readFile(join(to, "epics/ioc/start.sh"), "utf8")).toBe("epics/ioc/start.sh");
    expect(await readFile(join(to, "usr/lib/x.so"), "utf8")).toBe("lib/x.so");
  });

  it("keeps targets as they are when asked to", async () => {
    const to = join(temp.path, "root");
    await unpackLayers([layer(link("m", "/proc/mounts"), link("up", "../../x"))], to, { links: "verbatim" });
    expect(await list(to)).toEqual({ m: "-> /proc/mounts", up: "-> ../../x" });
  });

  const special = (flag: string) => () => [
    Buffer.concat([
      encodeHeader({ name: "dev", prefix: "", mode: 0o666, uid: 0, gid: 0, size: 0, mtime: 0, flag, linkName: "" }),
      Buffer.alloc(1024),
    ]),
  ];

  it.each<[string, (() => Iterable<Uint8Array> | AsyncIterable<Uint8Array>)[], string]>([
    ["a link that climbs out", [layer(link("l", "../outside"))], "LAYER_LINK_ESCAPE"],
    ["a link that climbs out further down", [sorted(folder("a"), link("a/l", "../../outside"))], "LAYER_LINK_ESCAPE"],
    [
      "a link that climbs out through another link",
      [sorted(folder("a"), link("a/d", "."), folder("a/b"), link("a/b/l", "../d/../../outside"))],
      "LAYER_LINK_ESCAPE",
    ],
    [
      "a link made an escape by a later layer",
      [sorted(folder("a"), folder("a/d"), link("l", "a/d/../../x")), layer(file("a/.wh.d", ""), link("a/d", "/"))],
      "LAYER_LINK_ESCAPE",
    ],
    ["a hard link to what is not there", [layer(hard("h", "nothing"))], "LAYER_HARDLINK"],
    ["a hard link to a folder", [layer(folder("d"), hard("h", "d"))], "LAYER_HARDLINK"],
    ["a hard link through a link that leaves", [layer(link("l", ".."), hard("h", "l/outside/secret"))], "LAYER_LINK_ESCAPE"],
    ["a path through a file", [layer(file("f"), file("f/x"))], "LAYER_PATH"],
    ["a path through links in a circle", [layer(link("a", "b"), link("b", "a"), file("a/x"))], "LAYER_LINK_LOOP"],
    ["a character device", [special("3")], "LAYER_DEVICE"],
    ["a block device", [special("4")], "LAYER_DEVICE"],
    ["a pipe", [special("6")], "LAYER_DEVICE"],
    ["a whiteout of ..", [layer(file(".wh...", ""))], "LAYER_PATH"],
    ["more entries than allowed, over all layers", [layer(file("a"), file("b")), layer(file("c"), file("d"))], "TAR_TOO_MANY"],
  ])("refuses %s, and leaves nothing behind", async (_, layers, code) => {
    const outside = join(temp.path, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "s");
    const to = join(temp.path, "root");
    await expect(unpackLayers(layers, to, code === "TAR_TOO_MANY" ? { maxEntries: 3 } : {})).rejects.toSatisfy((error) =>
      isEpicubeError(error, code),
    );
    expect(await readdir(temp.path)).toEqual(["outside"]);
    expect(await list(outside)).toEqual({ secret: "s" });
    expect((await lstat(join(outside, "secret"))).nlink).toBe(1);
  });

  it("writes below a link that points outside only inside the root", async () => {
    // The classic: a link to somewhere else, then a file through it.
    await mkdir(join(temp.path, "outside"));
    const to = join(temp.path, "root");
    await unpackLayers([layer(link("out", join(temp.path, "outside")), file("out/planted"))], to);
    expect(await readdir(join(temp.path, "outside"))).toEqual([]);
    expect(await readFile(join(to, temp.path.slice(1), "outside/planted"), "utf8")).toBe("out/planted");
  });

  it("takes an empty folder, never one that holds something, never a file", async () => {
    const to = join(temp.path, "root");
    await mkdir(to);
    await unpackLayers([layer(file("a"))], to);
    const again = unpackLayers([layer(file("a"))], to);
    await expect(again).rejects.toSatisfy((error) => isEpicubeError(error, "UNPACK_FOLDER"));
    await symlink(to, join(temp.path, "link"));
    await expect(unpackLayers([layer(file("b"))], join(temp.path, "link"))).rejects.toSatisfy((error) =>
      isEpicubeError(error, "UNPACK_FOLDER"),
    );
    await expect(unpackLayers([layer(file("b"))], join(to, "a"))).rejects.toSatisfy((error) => isEpicubeError(error, "UNPACK_FOLDER"));
    expect(await list(to)).toEqual({ a: "a" });
  });

  it("stops when aborted and leaves nothing", async () => {
    const controller = new AbortController();
    const endless = () =>
      (async function* () {
        for (let at = 0; ; at++) {
          if (at === 50) controller.abort(new Error("enough"));
          yield (await collectBytes(writeTar([file(`f${at}`)]), 2 ** 20)).subarray(0, 1024);
        }
      })();
    await expect(unpackLayers([endless], join(temp.path, "root"), { signal: controller.signal })).rejects.toThrow("enough");
    expect(await readdir(temp.path)).toEqual([]);
  });
});
