import { isEpicubeError } from "@epicube/core";
import { collectBytes } from "@epicube/oci";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeZip, type TestZipEntry } from "../../test/support/zip.js";
import { readZipContent } from "./content.js";
import { readZipDirectory, type ZipLimits } from "./directory.js";

const reader = (archive: Buffer) => (offset: number, length: number) => archive.subarray(offset, offset + length);
const list = (archive: Buffer, limits?: ZipLimits) => readZipDirectory(reader(archive), archive.length, limits);
async function readAll(archive: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of list(archive))
    found[entry.path] = Buffer.from(await collectBytes(readZipContent(reader(archive), entry), 2 ** 24)).toString("latin1");
  return found;
}
const hasCode = (code: string) => (error: unknown) => isEpicubeError(error, code);

describe("zip archives", () => {
  it("are read: stored and deflated, folders, links, x bits, 64-bit fields, a comment", async () => {
    const archive = makeZip(
      [
        { name: "d/", mode: 0o040755 },
        { name: "d/größe", content: "text" },
        { name: "run", content: "#!", mode: 0o100755, stored: true },
        { name: "link", content: "d/x", mode: 0o120777 },
        { name: "wide", content: "w".repeat(1000), wide: true },
        { name: "./d//e", content: "" },
      ],
      "a comment with PK\u0005\u0006 in it",
    );
    expect(list(archive).map(({ path, type, executable }) => [path, type, executable])).toEqual([
      ["d", "directory", true],
      ["d/größe", "file", false],
      ["run", "file", true],
      ["link", "symlink", true],
      ["wide", "file", false],
      ["d/e", "file", false],
    ]);
    expect(await readAll(archive)).toMatchObject({ "d/größe": "text", run: "#!", link: "d/x", wide: "w".repeat(1000) });
  });

  it("of random content come back as they were", async () => {
    const content = fc.oneof(
      fc.string({ maxLength: 2000 }),
      fc.integer({ min: 1, max: 700_000 }).map((length) => "ab".repeat(length)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 6 }),
        fc.array(content, { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        async (names, contents, stored) => {
          const entries = names.map((name, at) => ({ name, content: Buffer.from(contents[at]!), stored }));
          const read = await readAll(makeZip(entries));
          expect(read).toEqual(Object.fromEntries(entries.map(({ name, content }) => [name, content.toString("latin1")])));
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each<[string, TestZipEntry[], string]>([
    ["a path that climbs", [{ name: "../x" }], "TAR_PATH"],
    ["a path that climbs within", [{ name: "a/../../x" }], "TAR_PATH"],
    ["an absolute path", [{ name: "/etc/x" }], "TAR_PATH"],
    ["a name that stands twice", [{ name: "a" }, { name: "./a" }], "ZIP_FORMAT"],
    ["a name that is not UTF-8", [{ name: Buffer.from([0x61, 0xff]) }], "ZIP_FORMAT"],
    ["a name in no stated encoding", [{ name: "ä", flags: 0 }], "ZIP_FORMAT"],
    ["encryption", [{ name: "a", flags: 0x801 }], "ZIP_FORMAT"],
    ["another compression", [{ name: "a", method: 12 }], "ZIP_FORMAT"],
    ["a device", [{ name: "a", mode: 0o020666 }], "ZIP_FORMAT"],
    ["stored content of two sizes", [{ name: "a", content: "abc", stored: true, size: 2 }], "ZIP_FORMAT"],
    ["content beyond the end", [{ name: "a", content: "abc", compressed: 1_000_000 }], "ZIP_FORMAT"],
    ["an offset beyond the end", [{ name: "a", offset: 1_000_000 }], "ZIP_FORMAT"],
    ["a size beyond 2^53", [{ name: "a", size: 2 ** 60, wide: true }], "ZIP_FORMAT"],
    ["64 GiB", [{ name: "a", size: 64 * 2 ** 30, wide: true }], "ZIP_TOO_LARGE"],
  ])("are refused with %s", (_, entries, code) => {
    expect(() => list(makeZip(entries))).toThrow(expect.toSatisfy(hasCode(code)));
  });

  it("are refused when cut, empty, or with more entries than allowed", () => {
    const archive = makeZip([{ name: "a", content: "abc" }, { name: "b" }]);
    for (const bad of [archive.subarray(0, -1), Buffer.alloc(0), Buffer.alloc(100), Buffer.from("no zip at all, only text")])
      expect(() => list(bad)).toThrow(expect.toSatisfy(hasCode("ZIP_FORMAT")));
    expect(() => list(archive, { maxEntries: 1 })).toThrow(expect.toSatisfy(hasCode("ZIP_TOO_LARGE")));
    expect(() => list(archive, { maxTotalBytes: 2 })).toThrow(expect.toSatisfy(hasCode("ZIP_TOO_LARGE")));
  });

  it.each<[string, TestZipEntry]>([
    ["a wrong checksum", { name: "a", content: "abc", crc: 1 }],
    ["less than stated", { name: "a", content: "abc", size: 4 }],
    ["more than stated", { name: "a", content: "abc", size: 2 }],
    ["a bomb", { name: "a", content: Buffer.alloc(20_000_000), size: 1000 }],
  ])("give no content with %s", async (_, entry) => {
    const archive = makeZip([entry]);
    let given = 0;
    const run = (async () => {
      for await (const chunk of readZipContent(reader(archive), list(archive)[0]!)) given += chunk.length;
    })();
    await expect(run).rejects.toSatisfy(hasCode("ZIP_DATA"));
    expect(given).toBeLessThanOrEqual(1000);
  });

  it("fail only with their own errors when damaged", async () => {
    const good = makeZip([
      { name: "a", content: "hello hello hello" },
      { name: "d/b", content: "x", stored: true },
      { name: "l", content: "a", mode: 0o120777 },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }), async (changes) => {
        const bad = Buffer.from(good);
        for (const [at, value] of changes) bad[at] = value;
        try {
          await readAll(bad);
        } catch (error) {
          expect(isEpicubeError(error), String(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
