import { digestOf, isEpicubeError } from "@epicube/core";
import { expectGolden } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { collectBytes, type TarEntry } from "./entry.js";
import { readTar } from "./read.js";
import { sortTarEntries, writeTar } from "./write.js";

const base = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0 } as const;
const file = (path: string, more: Partial<TarEntry> = {}): TarEntry => ({ ...base, path, type: "file", ...more });
const write = (entries: Iterable<TarEntry>, order?: "sorted" | "given") => collectBytes(writeTar(entries, order ? { order } : {}), 2 ** 24);

/** One archive a feature: their digests are committed, so that no change of the bytes goes unseen. */
const features: Record<string, TarEntry[]> = {
  empty: [],
  file: [file("hello.txt", { content: Buffer.from("hello\n") })],
  "file of one block": [file("block", { content: Buffer.alloc(512, 1) })],
  folder: [{ ...base, path: "folder", type: "directory", mode: 0o755 }],
  root: [{ ...base, path: ".", type: "directory", mode: 0o755 }],
  "symbolic link": [{ ...base, path: "link", type: "symlink", mode: 0o777, linkTarget: "../target" }],
  "hard link": [file("a", { content: Buffer.from("a") }), { ...base, path: "b", type: "hardlink", linkTarget: "a" }],
  "mode, owner and time": [file("f", { mode: 0o4751, uid: 1000, gid: 2000, mtimeSeconds: 1_700_000_000 })],
  "name of 100 bytes": [file("n".repeat(100))],
  "name split at a slash": [file(`${"d".repeat(120)}/${"n".repeat(90)}`)],
  "folder split at a slash": [{ ...base, path: `${"d".repeat(120)}/${"n".repeat(99)}`, type: "directory" }],
  "name that needs pax": [file("n".repeat(101))],
  "name not in ASCII": [file("größe/温度.db")],
  "long link": [{ ...base, path: "l", type: "symlink", linkTarget: "t".repeat(101) }],
  "large owner": [file("o", { uid: 2_097_152, gid: 4_000_000_000 })],
  "time before 1970": [file("t", { mtimeSeconds: -1 })],
  "extended attributes": [file("x", { xattrs: { "user.b": Uint8Array.of(0, 255, 10), "security.capability": Uint8Array.of(1, 0, 0, 2) } })],
  whiteout: [file("d/.wh.gone")],
};

describe("writeTar", () => {
  it("writes the same bytes as ever, feature by feature", async () => {
    const lines: string[] = [];
    for (const [feature, entries] of Object.entries(features)) {
      const content = await write(entries);
      lines.push(`${digestOf(content)} ${content.length} ${feature}\n`);
    }
    expectGolden(new URL("../../test/golden/tar-features.txt", import.meta.url).pathname, lines.join(""));
  });

  it("uses pax only where ustar cannot say it", async () => {
    for (const [feature, entries] of Object.entries(features)) {
      const needsPax = /pax|ASCII|long|large|1970|extended/.test(feature);
      expect(Buffer.from(await write(entries)).includes("PaxHeaders"), feature).toBe(needsPax);
    }
  });

  it("ends with two zero blocks and nothing more", async () => {
    const content = await write(features.file!);
    expect(content.length).toBe(512 + 512 + 1024);
    expect(content.subarray(1024).every((byte) => byte === 0)).toBe(true);
  });

  it("writes a header as POSIX lays it out", async () => {
    const header = Buffer.from(await write(features["mode, owner and time"]!)).subarray(0, 512);
    expect(header.subarray(100, 108).toString()).toBe("0004751\0");
    expect(header.subarray(108, 116).toString()).toBe("0001750\0");
    expect(header.subarray(136, 148).toString()).toBe("14524770400\0");
    expect(header.subarray(257, 265).toString("latin1")).toBe("ustar\u000000");
    expect(header.subarray(265, 329).every((byte) => byte === 0)).toBe(true);
  });

  it("reads back what it wrote", async () => {
    for (const entries of Object.values(features)) {
      const read: unknown[] = [];
      for await (const { content, sizeBytes, ...entry } of readTar(await write(entries))) {
        const bytes = Buffer.from(await collectBytes(content, 2 ** 20));
        expect(bytes.length).toBe(sizeBytes);
        read.push({ ...entry, ...(bytes.length > 0 ? { content: bytes } : {}) });
      }
      expect(read).toEqual(entries);
    }
  });

  it.each<[string, TarEntry[], string]>([
    ["entries out of order", [file("b"), file("a")], "TAR_ORDER"],
    ["a path twice", [file("a"), file("a")], "TAR_DUPLICATE"],
    ["an absolute path", [file("/a")], "TAR_PATH"],
    ["a path that climbs", [file("a/../../b")], "TAR_PATH"],
    ["a path that is not clean", [file("a//b")], "TAR_PATH"],
    ["a path with a NUL", [file("a\u0000")], "TAR_PATH"],
    ["a link without a target", [{ ...base, path: "l", type: "symlink" }], "TAR_ENTRY"],
    ["a hard link that climbs", [{ ...base, path: "l", type: "hardlink", linkTarget: "../x" }], "TAR_PATH"],
    ["a fractional time", [file("a", { mtimeSeconds: 0.5 })], "TAR_ENTRY"],
    ["a source without a size", [file("a", { content: () => [Buffer.from("x")] })], "TAR_ENTRY"],
    ["a source that gives less", [file("a", { sizeBytes: 2, content: () => [Buffer.from("x")] })], "TAR_SIZE_CHANGED"],
    ["a source that gives more", [file("a", { sizeBytes: 0, content: () => [Buffer.from("x")] })], "TAR_SIZE_CHANGED"],
  ])("refuses %s", async (_, entries, code) => {
    await expect(write(entries)).rejects.toSatisfy((error) => isEpicubeError(error, code));
  });

  it("takes any order when told to, but no path twice", async () => {
    expect((await write([file("b"), file("a")], "given")).length).toBe(2048);
    await expect(write([file("b"), file("a"), file("b")], "given")).rejects.toSatisfy((error) => isEpicubeError(error, "TAR_DUPLICATE"));
  });

  it("sorts by bytes, not by UTF-16", () => {
    const paths = ["\u{1f600}", "\uffee", "a/b", "a-b", "a", "Z"];
    expect(sortTarEntries(paths.map((path) => ({ path }))).map((entry) => entry.path)).toEqual([
      "Z",
      "a",
      "a-b",
      "a/b",
      "\uffee",
      "\u{1f600}",
    ]);
  });

  it("stops when aborted", async () => {
    const controller = new AbortController();
    const entries = (function* () {
      yield file("a");
      controller.abort(new Error("enough"));
      yield file("b");
    })();
    await expect(collectBytes(writeTar(entries, { signal: controller.signal }), 2 ** 20)).rejects.toThrow("enough");
  });
});
