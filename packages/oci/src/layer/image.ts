import { EpicubeError } from "@epicube/core";
import { type Descriptor, formatPlatform } from "../descriptor/descriptor.js";
import { isIndexType, isManifestType, layerCompression } from "../descriptor/media-types.js";
import { gunzipStream } from "../gzip/gzip.js";
import type { ImageLayout } from "../layout/layout.js";
import type { ImageConfig } from "../manifest/config.js";
import { type ImageManifest, parseImageConfig, parseIndex, parseManifest } from "../manifest/manifest.js";
import type { ByteSource } from "../tar/entry.js";

/** An image of a layout: its manifest and configuration, read and checked against their digests. */
export interface LoadedImage {
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/**
 * Loads what a descriptor of an index points to. Of a nested index the image for `platform` is taken, or the only one.
 *
 * @throws EpicubeError IMAGE_PLATFORM, OCI_DOCUMENT, LAYOUT_BLOB_MISSING, LAYOUT_BLOB_DAMAGED
 */
export async function loadImage(layout: ImageLayout, descriptor: Descriptor, platform?: string): Promise<LoadedImage> {
  let found = descriptor;
  for (let depth = 0; isIndexType(found.mediaType); depth++) {
    if (depth > 4) throw new EpicubeError("OCI_DOCUMENT", `${descriptor.digest}: indexes are nested too deep`);
    const { manifests } = parseIndex(await layout.readBlob(found));
    const fitting =
      platform === undefined ? manifests : manifests.filter((entry) => entry.platform && formatPlatform(entry.platform) === platform);
    if (fitting.length !== 1)
      throw new EpicubeError(
        "IMAGE_PLATFORM",
        `${descriptor.digest} has ${fitting.length} images${platform === undefined ? "" : ` for ${platform}`}, not one`,
        {
          help: `it has ${manifests.map((entry) => (entry.platform ? formatPlatform(entry.platform) : "none stated")).join(", ") || "none"}`,
        },
      );
    found = fitting[0]!;
  }
  if (!isManifestType(found.mediaType))
    throw new EpicubeError("OCI_DOCUMENT", `${found.digest} is a ${found.mediaType.slice(0, 200)}, no image`);
  const manifest = parseManifest(await layout.readBlob(found));
  const config = parseImageConfig(await layout.readBlob(manifest.config));
  if (config.rootfs.diff_ids.length !== manifest.layers.length)
    throw new EpicubeError(
      "OCI_DOCUMENT",
      `${found.digest} has ${manifest.layers.length} layers but ${config.rootfs.diff_ids.length} diff_ids`,
    );
  return { descriptor: found, manifest, config };
}

/** The uncompressed tar of a layer. @throws EpicubeError LAYER_MEDIA_TYPE for no layer, or a compression that cannot be read */
export function openLayer(layout: ImageLayout, layer: Descriptor, options: { readonly maxBytes?: number } = {}): AsyncIterable<Uint8Array> {
  return decompressLayer(layout.streamBlob(layer), layer.mediaType, options);
}

/** Undoes the compression that a layer's media type states. */
export function decompressLayer(
  source: ByteSource,
  mediaType: string,
  options: { readonly maxBytes?: number } = {},
): AsyncIterable<Uint8Array> {
  const compression = layerCompression(mediaType);
  if (compression === "gzip") return gunzipStream(source, options);
  if (compression === "none")
    return (async function* () {
      for await (const chunk of source instanceof Uint8Array ? [source] : source) yield chunk;
    })();
  throw new EpicubeError(
    "LAYER_MEDIA_TYPE",
    compression === "zstd" ? "layers compressed with zstd cannot be read by this version" : `${mediaType.slice(0, 200)} is no layer`,
  );
}
