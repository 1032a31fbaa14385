import { isEpicubeError } from "@epicube/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectBytes, type TarEntry } from "./entry.js";
import { encodeHeader } from "./header.js";
import { encodePaxRecords } from "./pax.js";
import { type ReadTarOptions, readTar } from "./read.js";
import { writeTar } from "./write.js";

const END = Buffer.alloc(1024);
const ustar = { name: "a", prefix: "", mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0, flag: "0", linkName: "" } as const;
const padded = (content: Uint8Array) => Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
const pax = (records: Record<string, string | Uint8Array>, flag = "x") => {
  const body = encodePaxRecords(new Map(Object.entries(records)));
  return Buffer.concat([encodeHeader({ ...ustar, flag, size: body.length }), padded(body)]);
};
const long = (flag: string, text: string) => {
  const body = Buffer.from(`${text}\u0000`);
  return Buffer.concat([encodeHeader({ ...ustar, name: "././@LongLink", flag, size: body.length }), padded(body)]);
};
/** Sets a field to raw bytes and mends the checksum. */
const patched = (header: Buffer, offset: number, bytes: Uint8Array) => {
  const copy = Buffer.from(header);
  copy.set(bytes, offset);
  copy.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of copy) sum += byte;
  copy.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "latin1");
  return copy;
};
const read = async (archive: Uint8Array, options: ReadTarOptions = {}) => {
  const entries: { path: string; type: string; linkTarget?: string; text: string; uid: number; mtimeSeconds: number }[] = [];
  for await (const entry of readTar(archive, options)) {
    const text = Buffer.from(await collectBytes(entry.content, 2 ** 20)).toString();
    entries.push({
      path: entry.path,
      type: entry.type,
      text,
      uid: entry.uid,
      mtimeSeconds: entry.mtimeSeconds,
      ...(entry.linkTarget ? { linkTarget: entry.linkTarget } : {}),
    });
  }
  return entries;
};
const hasCode = (code: string) => (error: unknown) => isEpicubeError(error, code);

describe("readTar", () => {
  it("reads GNU long names, base-256 numbers and v7 folders", async () => {
    const name = "n".repeat(300);
    const header = patched(encodeHeader(ustar), 108, Uint8Array.of(0x80, 0, 0, 0, 0xee, 0x6b, 0x28, 0));
    const v7 = patched(encodeHeader({ ...ustar, name: "old/", flag: "\u0000" }), 257, new Uint8Array(8));
    const link = encodeHeader({ ...ustar, name: "l", flag: "2", linkName: "short" });
    const entries = await read(Buffer.concat([long("L", name), header, v7, long("K", "k".repeat(200)), link, END]));
    expect(entries.map(({ path, type, uid, linkTarget }) => ({ path, type, uid, linkTarget }))).toEqual([
      { path: name, type: "file", uid: 4_000_000_000, linkTarget: undefined },
      { path: "old", type: "directory", uid: 0, linkTarget: undefined },
      { path: "l", type: "symlink", uid: 0, linkTarget: "k".repeat(200) },
    ]);
  });

  it("lets a local pax header win over a global one, once", async () => {
    const archive = Buffer.concat([
      pax({ mtime: "5.9", uid: "7" }, "g"),
      pax({ uid: "8" }),
      encodeHeader(ustar),
      encodeHeader({ ...ustar, name: "b" }),
      END,
    ]);
    expect((await read(archive)).map(({ uid, mtimeSeconds }) => [uid, mtimeSeconds])).toEqual([
      [8, 5],
      [7, 5],
    ]);
  });

  it("gives paths in their clean form", async () => {
    const archive = Buffer.concat([
      encodeHeader({ ...ustar, name: "./", flag: "5" }),
      encodeHeader({ ...ustar, name: ".//a/./b/", flag: "5" }),
      END,
    ]);
    expect((await read(archive)).map((entry) => entry.path)).toEqual([".", "a/b"]);
  });

  it.each<[string, Uint8Array, string]>([
    ["an absolute path", Buffer.concat([encodeHeader({ ...ustar, name: "/etc/passwd" }), END]), "TAR_PATH"],
    ["a path that climbs", Buffer.concat([encodeHeader({ ...ustar, name: "a/../../x" }), END]), "TAR_PATH"],
    ["a pax path that climbs", Buffer.concat([pax({ path: "../x" }), encodeHeader(ustar), END]), "TAR_PATH"],
    ["a pax path with a NUL", Buffer.concat([pax({ path: "a\u0000b" }), encodeHeader(ustar), END]), "TAR_PATH"],
    ["a GNU long name that climbs", Buffer.concat([long("L", "../x"), encodeHeader(ustar), END]), "TAR_PATH"],
    ["a hard link that climbs", Buffer.concat([encodeHeader({ ...ustar, flag: "1", linkName: "../../etc/shadow" }), END]), "TAR_PATH"],
    ["an absolute hard link", Buffer.concat([encodeHeader({ ...ustar, flag: "1", linkName: "/etc/shadow" }), END]), "TAR_PATH"],
    ["a link to nothing", Buffer.concat([encodeHeader({ ...ustar, flag: "2" }), END]), "TAR_PATH"],
    ["a name that is not UTF-8", Buffer.concat([encodeHeader({ ...ustar, name: "\u00ff" }), END]), "TAR_ENCODING"],
    ["an unknown type", Buffer.concat([encodeHeader({ ...ustar, flag: "Z" }), END]), "TAR_TYPE"],
    ["a GNU sparse file", Buffer.concat([encodeHeader({ ...ustar, flag: "S" }), END]), "TAR_TYPE"],
    ["a pax sparse file", Buffer.concat([pax({ "GNU.sparse.major": "1" }), encodeHeader(ustar), END]), "TAR_TYPE"],
    ["a wrong checksum", Buffer.from(encodeHeader(ustar)).fill(0x41, 0, 1), "TAR_HEADER"],
    ["text that is no archive", Buffer.alloc(2048, "this is no tar archive "), "TAR_HEADER"],
    ["a negative size", Buffer.concat([patched(encodeHeader(ustar), 124, new Uint8Array(12).fill(0xff)), END]), "TAR_HEADER"],
    [
      "a size beyond 2^53",
      Buffer.concat([patched(encodeHeader(ustar), 124, Uint8Array.of(0x80, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0)), END]),
      "TAR_HEADER",
    ],
    ["an octal number with letters", patched(encodeHeader(ustar), 100, Buffer.from("00x0644")), "TAR_HEADER"],
    ["a negative pax size", Buffer.concat([pax({ size: "-1" }), encodeHeader(ustar), END]), "TAR_PAX"],
    ["a pax size in words", Buffer.concat([pax({ size: "1e9" }), encodeHeader(ustar), END]), "TAR_PAX"],
    [
      "a pax record that is too long",
      Buffer.concat([encodeHeader({ ...ustar, flag: "x", size: 8 }), padded(Buffer.from("99 a=bc\n")), encodeHeader(ustar)]),
      "TAR_PAX",
    ],
    [
      "a pax record of length 0",
      Buffer.concat([encodeHeader({ ...ustar, flag: "x", size: 8 }), padded(Buffer.from("0 a=bcd\n")), encodeHeader(ustar)]),
      "TAR_PAX",
    ],
    ["a pax header of 2 MiB", encodeHeader({ ...ustar, flag: "x", size: 2 ** 21 }), "TAR_TOO_LARGE"],
    ["a long name of 8 GiB", encodeHeader({ ...ustar, flag: "L", size: 0o77777777777 }), "TAR_TOO_LARGE"],
    ["content that ends early", Buffer.concat([encodeHeader({ ...ustar, size: 1000 }), Buffer.alloc(512)]), "TAR_TRUNCATED"],
    ["a header that ends early", encodeHeader(ustar).subarray(0, 300), "TAR_TRUNCATED"],
    ["an end after a pax header", pax({ path: "x" }), "TAR_TRUNCATED"],
    ["64 GiB of content", Buffer.concat([pax({ size: String(64 * 2 ** 30) }), encodeHeader(ustar)]), "TAR_TOO_LARGE"],
  ])("refuses %s", async (_, archive, code) => {
    await expect(read(archive)).rejects.toSatisfy(hasCode(code));
  });

  it("refuses more entries than allowed, pax headers counted", async () => {
    const many = Buffer.concat([...Array.from({ length: 10 }, () => encodeHeader(ustar)), END]);
    expect(await read(many, { maxEntries: 10 })).toHaveLength(10);
    await expect(read(many, { maxEntries: 9 })).rejects.toSatisfy(hasCode("TAR_TOO_MANY"));
    await expect(read(Buffer.concat(Array.from({ length: 10 }, () => pax({ a: "b" }))), { maxEntries: 5 })).rejects.toSatisfy(
      hasCode("TAR_TOO_MANY"),
    );
  });

  it("skips what the consumer leaves, wherever it stops", async () => {
    const entry = (path: string): TarEntry => ({
      path,
      type: "file",
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtimeSeconds: 0,
      content: Buffer.alloc(1500, path),
    });
    const archive = Buffer.from(await collectBytes(writeTar([entry("a"), entry("b"), entry("c")]), 2 ** 20));
    const inPieces = (function* () {
      for (let at = 0; at < archive.length; at += 700) yield archive.subarray(at, at + 700);
    })();
    const seen: string[] = [];
    let kept: AsyncIterable<Uint8Array> | undefined;
    for await (const { path, content } of readTar(inPieces)) {
      seen.push(path);
      if (path === "a") kept = content;
      if (path === "b") for await (const _ of content) break;
    }
    expect(seen).toEqual(["a", "b", "c"]);
    await expect(collectBytes(kept!, 2 ** 20)).rejects.toSatisfy(hasCode("TAR_CONTENT_GONE"));
  });

  it("reads to the end of the source, so that a digest over it is whole", async () => {
    let given = 0;
    const source = (function* () {
      for (const part of [encodeHeader(ustar), END, Buffer.alloc(9000, 1)]) {
        given += part.length;
        yield part;
      }
    })();
    for await (const _ of readTar(source));
    expect(given).toBe(512 + 1024 + 9000);
  });

  it("fails only with its own errors on damaged archives", async () => {
    const good = Buffer.from(
      await collectBytes(
        writeTar([
          { path: "a", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, content: Buffer.from("hello") },
          { path: "l".repeat(120), type: "symlink", mode: 0o777, uid: 0, gid: 0, mtimeSeconds: 0, linkTarget: "a" },
        ]),
        2 ** 20,
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(good.length),
        async (changes, cut) => {
          const bad = Buffer.from(good.subarray(0, cut || good.length));
          for (const [at, value] of changes) if (at < bad.length) bad[at] = value;
          try {
            await read(bad, { maxTotalBytes: 2 ** 20 });
          } catch (error) {
            expect(isEpicubeError(error), String(error)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
