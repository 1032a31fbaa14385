import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, isEpicubeError } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MEDIA_TYPES } from "../descriptor/media-types.js";
import { openImageLayout, REF_NAME, WORK_FOLDER } from "./layout.js";

let temp: TempFolder;
let root: string;
beforeEach(async () => {
  temp = await createTempFolder("layout");
  root = join(temp.path, "layout");
});
afterEach(() => temp.close());

const code = (wanted: string) => (error: unknown) => isEpicubeError(error, wanted);
const blobFile = (digest: string) => join(root, "blobs/sha256", digest.slice(7));

describe("openImageLayout", () => {
  it("makes a layout as the specification has it", async () => {
    const layout = await openImageLayout(root, { create: true });
    expect(await readFile(join(root, "oci-layout"), "utf8")).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(await layout.index()).toEqual({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [] });
    expect(await layout.blobs()).toEqual([]);
  });

  it("makes one layout when many want it at once, each writing", async () => {
    const digests = await Promise.all(
      Array.from({ length: 8 }, async (_, at) => {
        const layout = await openImageLayout(root, { create: true });
        const writer = await layout.openWriter();
        const { digest, size } = await writer.writeBlob(Buffer.from(`blob ${at}`));
        await writer.setImages([{ name: `image-${at}`, descriptor: { mediaType: MEDIA_TYPES.manifest, digest, size } }]);
        await writer.close();
        return digest;
      }),
    );
    const layout = await openImageLayout(root);
    expect(await layout.blobs()).toEqual(digests.sort());
    expect((await layout.index()).manifests).toHaveLength(8);
  });

  it("opens no folder that is no layout, and no other version", async () => {
    await expect(openImageLayout(root)).rejects.toSatisfy(code("LAYOUT_MISSING"));
    await mkdir(root);
    for (const text of ['{"imageLayoutVersion":"2.0.0"}', "null", "", "{"]) {
      await writeFile(join(root, "oci-layout"), text);
      await expect(openImageLayout(root), text).rejects.toSatisfy(code("LAYOUT_VERSION"));
    }
  });

  it("keeps the index of a layout that lost only its marker", async () => {
    const layout = await openImageLayout(root, { create: true });
    const writer = await layout.openWriter();
    await writer.setImages([{ name: "a", descriptor: { mediaType: MEDIA_TYPES.manifest, digest: digestOf("a"), size: 1 } }]);
    await writer.close();
    await rm(join(root, "oci-layout"));
    expect((await (await openImageLayout(root, { create: true })).index()).manifests).toHaveLength(1);
  });
});

describe("a writer", () => {
  it("stores blobs under their digest, once", async () => {
    const layout = await openImageLayout(root, { create: true });
    const writer = await layout.openWriter();
    const pieces = [Buffer.from("hel"), Buffer.from("lo")];
    expect(await writer.writeBlob(pieces)).toEqual({ digest: digestOf("hello"), size: 5, existed: false });
    expect(await writer.writeBlob(Buffer.from("hello"))).toEqual({ digest: digestOf("hello"), size: 5, existed: true });
    expect(Buffer.from(await layout.readBlob({ digest: digestOf("hello"), size: 5 })).toString()).toBe("hello");
    expect(await layout.blobs()).toEqual([digestOf("hello")]);
    expect(await readdir(join(root, WORK_FOLDER, "tmp"))).toEqual([]);
    await writer.close();
    await expect(writer.writeBlob(Buffer.from("x"))).rejects.toSatisfy(code("LAYOUT_CLOSED"));
  });

  it("stores nothing that is not what was expected", async () => {
    const layout = await openImageLayout(root, { create: true });
    const writer = await layout.openWriter();
    await expect(writer.writeBlob(Buffer.from("x"), { digest: digestOf("y") })).rejects.toSatisfy(code("LAYOUT_BLOB_DAMAGED"));
    await expect(writer.writeBlob(Buffer.from("x"), { size: 2 })).rejects.toSatisfy(code("LAYOUT_BLOB_DAMAGED"));
    const broken = (function* () {
      yield Buffer.from("half");
      throw new Error("connection reset");
    })();
    await expect(writer.writeBlob(broken)).rejects.toThrow("connection reset");
    expect(await layout.blobs()).toEqual([]);
    expect(await readdir(join(root, WORK_FOLDER, "tmp"))).toEqual([]);
    await writer.close();
  });

  it("replaces a blob that was cut short", async () => {
    const layout = await openImageLayout(root, { create: true });
    const writer = await layout.openWriter();
    const { digest } = await writer.writeBlob(Buffer.from("hello"));
    await writeFile(blobFile(digest), "hel");
    expect((await writer.writeBlob(Buffer.from("hello"))).existed).toBe(false);
    expect(await readFile(blobFile(digest), "utf8")).toBe("hello");
    await writer.close();
  });

  it("gives names to images, each to one", async () => {
    const layout = await openImageLayout(root, { create: true });
    const writer = await layout.openWriter();
    const descriptor = (text: string) => ({ mediaType: MEDIA_TYPES.manifest, digest: digestOf(text), size: text.length });
    await writer.setImages([
      { name: "b", descriptor: descriptor("1") },
      { name: "a", descriptor: descriptor("2") },
    ]);
    await writer.setImages([{ name: "b", descriptor: descriptor("3") }]);
    const { manifests } = await layout.index();
    expect(manifests.map((entry) => [entry.annotations?.[REF_NAME], entry.digest])).toEqual([
      ["a", digestOf("2")],
      ["b", digestOf("3")],
    ]);
    expect((await layout.resolve("b"))?.digest).toBe(digestOf("3"));
    expect((await layout.resolve(digestOf("2")))?.annotations?.[REF_NAME]).toBe("a");
    expect(await layout.resolve("c")).toBeUndefined();
    await writer.close();
  });

  it("is the only one, also within a process", async () => {
    const layout = await openImageLayout(root, { create: true });
    const first = await layout.openWriter();
    await expect(layout.openWriter({ timeoutMs: 100 })).rejects.toSatisfy(code("LAYOUT_LOCKED"));
    const waiting = layout.openWriter();
    await first.close();
    const second = await waiting;
    await second.close();
    expect((await readdir(join(root, WORK_FOLDER))).sort()).toEqual(["tmp"]);
  });

  it("gives up waiting when aborted", async () => {
    const layout = await openImageLayout(root, { create: true });
    const first = await layout.openWriter();
    const controller = new AbortController();
    const waiting = layout.openWriter({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await first.close();
  });

  it("takes over from a holder that is gone, and clears what it left", async () => {
    const layout = await openImageLayout(root, { create: true });
    await (await layout.openWriter()).close();
    const { hostname } = await import("node:os");
    const dead = { pid: 2 ** 22 + 1, host: hostname(), started: "1", token: "dead" };
    await writeFile(join(root, WORK_FOLDER, "lock"), JSON.stringify(dead));
    await writeFile(join(root, WORK_FOLDER, "lock-dead"), JSON.stringify(dead));
    await writeFile(join(root, WORK_FOLDER, "tmp", "half"), "half a blob");
    const writer = await layout.openWriter({ timeoutMs: 5000 });
    expect(await readdir(join(root, WORK_FOLDER, "tmp"))).toEqual([]);
    await writer.close();
    // The same process id, started at another time, is another process.
    await writeFile(join(root, WORK_FOLDER, "lock"), JSON.stringify({ ...dead, pid: process.pid }));
    if (await stat("/proc/self/stat").catch(() => undefined)) await (await layout.openWriter({ timeoutMs: 5000 })).close();
  });

  it("does not touch the lock of another machine, or one it cannot read", async () => {
    const layout = await openImageLayout(root, { create: true });
    await (await layout.openWriter()).close();
    for (const text of [JSON.stringify({ pid: 1, host: "elsewhere", started: "", token: "t" }), "nonsense"]) {
      await writeFile(join(root, WORK_FOLDER, "lock"), text);
      await expect(layout.openWriter({ timeoutMs: 60 })).rejects.toSatisfy(code("LAYOUT_LOCKED"));
      expect(await readFile(join(root, WORK_FOLDER, "lock"), "utf8")).toBe(text);
    }
  });
});

describe("reading", () => {
  it("notices blobs that are missing, of another size or content", async () => {
    const layout = await openImageLayout(root, { create: true });
    const writer = await layout.openWriter();
    const { digest, size } = await writer.writeBlob(Buffer.from("hello"));
    await writer.close();
    await expect(layout.readBlob({ digest, size: 4 })).rejects.toSatisfy(code("LAYOUT_BLOB_DAMAGED"));
    await writeFile(blobFile(digest), "hellO");
    await expect(layout.readBlob({ digest, size })).rejects.toSatisfy(code("LAYOUT_BLOB_DAMAGED"));
    await rm(blobFile(digest));
    await expect(layout.readBlob({ digest, size })).rejects.toSatisfy(code("LAYOUT_BLOB_MISSING"));
    await expect(layout.readBlob({ digest, size: 2 ** 30 })).rejects.toSatisfy(code("OCI_DOCUMENT"));
    await expect(layout.readBlob({ digest: "sha256:../../../etc/passwd" as never, size: 1 })).rejects.toSatisfy(code("OCI_DOCUMENT"));
  });
});
