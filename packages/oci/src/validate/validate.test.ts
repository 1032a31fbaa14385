import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestOf } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, expect, describe as group, it } from "vitest";
import { MEDIA_TYPES } from "../descriptor/media-types.js";
import { gzipBlocks } from "../gzip/gzip.js";
import { type ImageLayout, openImageLayout } from "../layout/layout.js";
import type { ImageConfig } from "../manifest/config.js";
import { describe, encodeDocument, type ImageManifest } from "../manifest/manifest.js";
import { collectBytes } from "../tar/entry.js";
import { writeTar } from "../tar/write.js";
import { validateLayout } from "./validate.js";

let temp: TempFolder;
let layout: ImageLayout;
beforeEach(async () => {
  temp = await createTempFolder("validate");
  layout = await openImageLayout(join(temp.path, "layout"), { create: true });
});
afterEach(() => temp.close());

interface Twist {
  readonly tar?: Uint8Array;
  readonly config?: (config: ImageConfig) => ImageConfig;
  readonly manifest?: (manifest: ImageManifest) => ImageManifest;
}

/** Writes an image of one layer, with one thing wrong. */
async function writeImage(twist: Twist = {}): Promise<{ layer: Digest; config: Digest; manifest: Digest }> {
  const writer = await layout.openWriter();
  const tar =
    twist.tar ??
    (await collectBytes(
      writeTar([{ path: "f", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, content: Buffer.from("f") }]),
      2 ** 20,
    ));
  const blob = await writer.writeBlob(gzipBlocks(tar));
  let config: ImageConfig = {
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
    history: [{ created_by: "x" }, { empty_layer: true }],
  };
  config = twist.config?.(config) ?? config;
  const configBytes = encodeDocument(config);
  await writer.writeBlob(configBytes);
  let manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: describe(MEDIA_TYPES.config, configBytes),
    layers: [{ mediaType: MEDIA_TYPES.layerGzip, digest: blob.digest, size: blob.size }],
  };
  manifest = twist.manifest?.(manifest) ?? manifest;
  const content = encodeDocument(manifest);
  const stored = await writer.writeBlob(content);
  await writer.setImages([{ name: "image", descriptor: describe(MEDIA_TYPES.manifest, content) }]);
  await writer.close();
  return { layer: blob.digest, config: manifest.config.digest, manifest: stored.digest };
}

const codes = async () => (await validateLayout(layout)).faults.map((fault) => fault.code);
const blobFile = (digest: Digest) => join(layout.folder, "blobs/sha256", digest.slice(7));

group("validateLayout", () => {
  it("finds nothing wrong with a sound image", async () => {
    await writeImage();
    const report = await validateLayout(layout);
    expect(report).toMatchObject({ faults: [], images: 1, blobs: 3 });
    let bytes = 0;
    for (const name of await readdir(join(layout.folder, "blobs/sha256")))
      bytes += (await readFile(join(layout.folder, "blobs/sha256", name))).length;
    expect(report.bytes).toBe(bytes);
  });

  it.each<[string, Twist, string]>([
    ["a wrong diff_id", { config: (config) => ({ ...config, rootfs: { type: "layers", diff_ids: [digestOf("x")] } }) }, "DIFF_ID"],
    [
      "a diff_id too many",
      { config: (config) => ({ ...config, rootfs: { type: "layers", diff_ids: [...config.rootfs.diff_ids, digestOf("x")] } }) },
      "LAYER_COUNT",
    ],
    ["a history of another length", { config: (config) => ({ ...config, history: [{}, {}] }) }, "HISTORY_COUNT"],
    [
      "a layer size that is wrong",
      { manifest: (manifest) => ({ ...manifest, layers: manifest.layers.map((layer) => ({ ...layer, size: layer.size + 1 })) }) },
      "BLOB_SIZE",
    ],
    [
      "a layer that is not there",
      { manifest: (manifest) => ({ ...manifest, layers: [{ ...manifest.layers[0]!, digest: digestOf("x") }] }) },
      "BLOB_MISSING",
    ],
    [
      "a layer of an unknown type",
      { manifest: (manifest) => ({ ...manifest, layers: [{ ...manifest.layers[0]!, mediaType: "text/plain" }] }) },
      "MEDIA_TYPE",
    ],
    ["a layer that is no tar", { tar: Buffer.alloc(2048, "no tar") }, "LAYER_CONTENT"],
    ["a configuration that is none", { config: () => ({ no: "config" }) as never }, "DOCUMENT"],
  ])("finds %s", async (_, twist, code) => {
    await writeImage(twist);
    expect(await codes()).toEqual([code]);
  });

  it("finds a path that stands twice in a layer", async () => {
    const entry = (text: string) =>
      collectBytes(
        writeTar([{ path: "f", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, content: Buffer.from(text) }]),
        2 ** 20,
      );
    await writeImage({ tar: Buffer.concat([(await entry("a")).subarray(0, 1024), await entry("b")]) });
    expect(await codes()).toEqual(["LAYER_DUPLICATE_PATH"]);
  });

  it("lists all faults at once, each with its way there", async () => {
    const { layer, config } = await writeImage();
    const packed = await readFile(blobFile(layer));
    packed[packed.length - 1] = 0xff;
    await writeFile(blobFile(layer), packed);
    await rm(blobFile(config));
    await writeFile(join(layout.folder, "blobs/sha256", "README"), "no blob");
    const { faults } = await validateLayout(layout);
    expect(faults.map((fault) => fault.code).sort()).toEqual(["BLOB_DIGEST", "BLOB_MISSING", "BLOB_NAME"]);
    expect(faults.find((fault) => fault.code === "BLOB_MISSING")).toMatchObject({ digest: config, path: ["image", "config"] });
  });

  it("reports an index that cannot be read", async () => {
    await writeFile(join(layout.folder, "index.json"), "{");
    expect(await codes()).toEqual(["DOCUMENT"]);
  });

  it("checks blobs that nothing names", async () => {
    await writeFile(blobFile(digestOf("stray")), "damaged");
    expect(await codes()).toEqual(["BLOB_DIGEST"]);
  });
});
