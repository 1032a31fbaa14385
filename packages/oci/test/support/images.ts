import { createHash } from "node:crypto";
import { type Digest, digestOf } from "@epicube/core";
import {
  collectBytes,
  type Descriptor,
  describe,
  encodeDocument,
  gzipBlocks,
  type ImageLayout,
  MEDIA_TYPES,
  openImageLayout,
  writeTar,
} from "../../src/index.js";

/** Bytes that do not compress and are the same at each run. */
export function noise(length: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at * 64 < length; at++) parts.push(createHash("sha512").update(`${seed} ${at}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

/** Writes an image with a layer for each size (seeds make layers differ) and names it. */
export async function writeImage(
  folder: string,
  name: string,
  layers: readonly { readonly seed: string; readonly bytes: number }[],
): Promise<{ layout: ImageLayout; descriptor: Descriptor }> {
  const layout = await openImageLayout(folder, { create: true });
  const writer = await layout.openWriter();
  const blobs: Descriptor[] = [];
  const diffIds: Digest[] = [];
  for (const { seed, bytes } of layers) {
    const tar = await collectBytes(
      writeTar([{ path: `${seed}.bin`, type: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, content: noise(bytes, seed) }]),
      2 ** 28,
    );
    const { digest, size } = await writer.writeBlob(gzipBlocks(tar));
    blobs.push({ mediaType: MEDIA_TYPES.layerGzip, digest, size });
    diffIds.push(digestOf(tar));
  }
  const config = encodeDocument({
    architecture: "amd64",
    os: "linux",
    config: { Cmd: [name] },
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  await writer.writeBlob(config);
  const manifest = encodeDocument({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: describe(MEDIA_TYPES.config, config),
    layers: blobs,
  });
  await writer.writeBlob(manifest);
  const descriptor = describe(MEDIA_TYPES.manifest, manifest);
  await writer.setImages([{ name, descriptor }]);
  await writer.close();
  return { layout, descriptor };
}
