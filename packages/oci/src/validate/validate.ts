import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, isDigest, isEpicubeError, messageOf } from "@epicube/core";
import type { Descriptor } from "../descriptor/descriptor.js";
import { isConfigType, isIndexType, isManifestType, layerCompression } from "../descriptor/media-types.js";
import { decompressLayer } from "../layer/image.js";
import type { ImageLayout } from "../layout/layout.js";
import { type ImageManifest, parseImageConfig, parseIndex, parseManifest } from "../manifest/manifest.js";
import { readTar } from "../tar/read.js";

/** One thing that is wrong with a layout. */
export interface LayoutFault {
  /** Stable: BLOB_MISSING, BLOB_SIZE, BLOB_DIGEST, BLOB_NAME, DOCUMENT, DIFF_ID, LAYER_COUNT, HISTORY_COUNT, LAYER_CONTENT, LAYER_DUPLICATE_PATH, MEDIA_TYPE. */
  readonly code: string;
  readonly message: string;
  /** The blob. */
  readonly digest?: string;
  /** How it is reached: names and digests from the index down. */
  readonly path: readonly string[];
}

/** What {@link validateLayout} found. */
export interface LayoutReport {
  readonly faults: readonly LayoutFault[];
  readonly images: number;
  readonly blobs: number;
  readonly bytes: number;
}

/** How {@link validateLayout} checks. */
export interface ValidateOptions {
  readonly signal?: AbortSignal;
  /** Most uncompressed bytes of one layer. Default 32 GiB. */
  readonly maxLayerBytes?: number;
}

/**
 * Recomputes every digest, size and diff_id of a layout and lists all faults, rather than the first. Blobs that nothing names are
 * checked for their digest too.
 */
export async function validateLayout(layout: ImageLayout, options: ValidateOptions = {}): Promise<LayoutReport> {
  const { signal, maxLayerBytes = 32 * 2 ** 30 } = options;
  const faults: LayoutFault[] = [];
  const report = (code: string, message: string, path: readonly string[], digest?: string) =>
    faults.push({ code, message, path, ...(digest === undefined ? {} : { digest }) });
  const blobFolder = join(layout.folder, "blobs", "sha256");
  const sizes = new Map<string, number>();
  /** Reported once, with the blob; what such a blob says is not looked at. */
  const damaged = new Set<string>();
  let bytes = 0;
  for (const name of (await readdir(blobFolder).catch(() => [])).sort()) {
    signal?.throwIfAborted();
    const file = join(blobFolder, name);
    const digest = `sha256:${name}`;
    if (!isDigest(digest) || !(await stat(file)).isFile()) {
      report("BLOB_NAME", `blobs/sha256/${name} is no blob`, []);
      continue;
    }
    const hash = createHash("sha256");
    let size = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
    sizes.set(digest, size);
    bytes += size;
    const actual = `sha256:${hash.digest("hex")}`;
    if (actual === digest) continue;
    damaged.add(digest);
    report("BLOB_DIGEST", `the content has the digest ${actual}`, [], digest);
  }
  const present = (descriptor: Descriptor, path: readonly string[]): boolean => {
    const size = sizes.get(descriptor.digest);
    if (size === undefined) report("BLOB_MISSING", "there is no such blob", path, descriptor.digest);
    else if (size !== descriptor.size)
      report("BLOB_SIZE", `the blob has ${size} bytes, its descriptor says ${descriptor.size}`, path, descriptor.digest);
    return size === descriptor.size && !damaged.has(descriptor.digest);
  };
  const diffIds = new Map<Digest, Promise<string | undefined>>();
  const read = async <T>(descriptor: Descriptor, path: readonly string[], parse: (content: Uint8Array) => T): Promise<T | undefined> => {
    if (!present(descriptor, path)) return undefined;
    try {
      return parse(await layout.readBlob(descriptor));
    } catch (error) {
      report("DOCUMENT", messageOf(error), path, descriptor.digest);
      return undefined;
    }
  };
  const checkLayer = async (layer: Descriptor, path: readonly string[]): Promise<string | undefined> => {
    const hash = createHash("sha256");
    const paths = new Set<string>();
    try {
      const content = (async function* () {
        for await (const chunk of decompressLayer(layout.streamBlob(layer), layer.mediaType, { maxBytes: maxLayerBytes })) {
          hash.update(chunk);
          yield chunk;
        }
      })();
      for await (const entry of readTar(content, { maxTotalBytes: maxLayerBytes, ...(signal ? { signal } : {}) })) {
        if (paths.has(entry.path))
          report("LAYER_DUPLICATE_PATH", `the path ${JSON.stringify(entry.path)} stands twice`, path, layer.digest);
        paths.add(entry.path);
      }
    } catch (error) {
      signal?.throwIfAborted();
      report("LAYER_CONTENT", messageOf(error), path, layer.digest);
      return undefined;
    }
    return `sha256:${hash.digest("hex")}`;
  };
  const checkManifest = async (manifest: ImageManifest, path: readonly string[], digest: string) => {
    const isImage = isConfigType(manifest.config.mediaType);
    const config = isImage
      ? await read(manifest.config, [...path, "config"], parseImageConfig)
      : void present(manifest.config, [...path, "config"]);
    if (isImage && config && config.rootfs.diff_ids.length !== manifest.layers.length)
      report("LAYER_COUNT", `${manifest.layers.length} layers, but ${config.rootfs.diff_ids.length} diff_ids`, path, digest);
    const told = config?.history?.filter((entry) => entry.empty_layer !== true).length;
    if (told !== undefined && config?.history?.length !== 0 && told !== manifest.layers.length)
      report("HISTORY_COUNT", `the history tells of ${told} layers, the manifest has ${manifest.layers.length}`, path, digest);
    for (const [index, layer] of manifest.layers.entries()) {
      const at = [...path, `layers[${index}]`];
      if (!present(layer, at) || !isImage) continue;
      if (layerCompression(layer.mediaType) === undefined) {
        report("MEDIA_TYPE", `${layer.mediaType.slice(0, 200)} is no layer`, at, layer.digest);
        continue;
      }
      let computed = diffIds.get(layer.digest);
      if (!computed) {
        computed = checkLayer(layer, at);
        diffIds.set(layer.digest, computed);
      }
      const actual = await computed;
      const stated = config?.rootfs.diff_ids[index];
      if (actual !== undefined && stated !== undefined && actual !== stated)
        report("DIFF_ID", `the layer has the diff_id ${actual}, the configuration says ${stated}`, at, layer.digest);
    }
  };
  const seen = new Set<string>();
  let images = 0;
  const visit = async (descriptor: Descriptor, path: readonly string[]): Promise<void> => {
    signal?.throwIfAborted();
    if (seen.has(descriptor.digest)) {
      present(descriptor, path);
      return;
    }
    seen.add(descriptor.digest);
    if (isIndexType(descriptor.mediaType)) {
      const index = await read(descriptor, path, parseIndex);
      for (const entry of index?.manifests ?? []) await visit(entry, [...path, entry.digest]);
    } else if (isManifestType(descriptor.mediaType)) {
      images++;
      const manifest = await read(descriptor, path, parseManifest);
      if (manifest) await checkManifest(manifest, path, descriptor.digest);
    } else present(descriptor, path);
  };
  try {
    for (const entry of (await layout.index()).manifests)
      await visit(entry, [entry.annotations?.["org.opencontainers.image.ref.name"] ?? entry.digest]);
  } catch (error) {
    if (!isEpicubeError(error)) throw error;
    report("DOCUMENT", `index.json: ${error.message}`, []);
  }
  return { faults, images, blobs: sizes.size, bytes };
}
