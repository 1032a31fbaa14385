import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isEpicubeError } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  describe,
  EMPTY_DESCRIPTOR,
  encodeDocument,
  type ImageLayout,
  type ImageLayoutWriter,
  MEDIA_TYPES,
  pruneLayout,
  validateLayout,
} from "../src/index.js";
import { writeImage } from "./support/images.js";

let temp: TempFolder;
let layout: ImageLayout;
let writer: ImageLayoutWriter;
beforeEach(async () => {
  temp = await createTempFolder("prune");
  const folder = join(temp.path, "layout");
  ({ layout } = await writeImage(folder, "one", [
    { seed: "base", bytes: 5000 },
    { seed: "one", bytes: 1000 },
  ]));
  await writeImage(folder, "two", [
    { seed: "base", bytes: 5000 },
    { seed: "two", bytes: 2000 },
  ]);
  writer = await layout.openWriter();
});
afterEach(async () => {
  await writer.close();
  await temp.close();
});

const unname = (name: string) =>
  writer.updateIndex((index) => ({
    ...index,
    manifests: index.manifests.filter((entry) => entry.annotations?.["org.opencontainers.image.ref.name"] !== name),
  }));

it("deletes what no image needs, and nothing that is shared", async () => {
  expect(await pruneLayout(writer)).toEqual({ digests: [], bytes: 0 });
  await unname("two");
  const before = await layout.blobs();
  const told = await pruneLayout(writer, { dryRun: true });
  expect(told.digests).toHaveLength(3);
  expect(told.bytes).toBeGreaterThan(2000);
  expect(await layout.blobs()).toEqual(before);
  expect(await pruneLayout(writer)).toEqual(told);
  expect(await layout.blobs()).toHaveLength(before.length - 3);
  expect((await validateLayout(layout)).faults).toEqual([]);
});

it("keeps artifacts about what is kept, and those about them", async () => {
  const image = (await layout.resolve("one"))!;
  const write = async (subject: ReturnType<typeof describe>) => {
    const content = encodeDocument({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      artifactType: "application/sbom",
      config: EMPTY_DESCRIPTOR,
      layers: [],
      subject,
    });
    await writer.writeBlob(content);
    return describe(MEDIA_TYPES.manifest, content);
  };
  await writer.writeBlob(Buffer.from("{}"));
  const sbom = await write(image);
  await write(sbom);
  expect((await pruneLayout(writer)).digests).toEqual([]);
  await unname("one");
  expect((await pruneLayout(writer)).digests).toHaveLength(3 + 3);
});

it("deletes nothing where a manifest cannot be read", async () => {
  const image = (await layout.resolve("one"))!;
  await writeFile(layout.blobFile(image.digest), "damaged");
  await unname("two");
  const before = await layout.blobs();
  await expect(pruneLayout(writer)).rejects.toSatisfy((error) => isEpicubeError(error, "LAYOUT_BLOB_DAMAGED"));
  expect(await layout.blobs()).toEqual(before);
});
