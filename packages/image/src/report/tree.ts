import type { Digest } from "@epicube/core";
import { isManifestType, loadImage, openImageLayout, REF_NAME } from "@epicube/oci";

/** One layer of a layout and who has it. */
export interface LayerSharing {
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly sizeBytes: number;
  /** What made it, from the history. */
  readonly label: string;
  /** Names of the images that have it. */
  readonly images: readonly string[];
}

/** One image of a layout. */
export interface ImageSharing {
  readonly name: string;
  readonly digest: Digest;
  /** Name of the image it stands on, where that is in the layout. */
  readonly parent?: string;
  readonly sizeBytes: number;
  /** Bytes of layers that no other image has. */
  readonly uniqueBytes: number;
  readonly layers: readonly { readonly digest: Digest; readonly sizeBytes: number; readonly sharedBy: number; readonly label: string }[];
}

/** Who shares what in a layout. */
export interface ImageTree {
  readonly images: readonly ImageSharing[];
  readonly layers: readonly LayerSharing[];
  /** Bytes of all layers as they are stored: each once. */
  readonly storedBytes: number;
  /** Bytes that the same images would take if no layer were shared. */
  readonly unsharedBytes: number;
}

/**
 * The images of a layout with their layers, sizes and sharing. Entries that are no images (artifacts, indexes of several) are left out.
 *
 * @throws EpicubeError LAYOUT_MISSING, LAYOUT_BLOB_MISSING, LAYOUT_BLOB_DAMAGED, OCI_DOCUMENT
 */
export async function imageTree(layoutFolder: string): Promise<ImageTree> {
  const layout = await openImageLayout(layoutFolder);
  const layers = new Map<Digest, { diffId: Digest; sizeBytes: number; label: string; images: string[] }>();
  const found: { name: string; digest: Digest; base: string | undefined; sizeBytes: number; layers: Digest[] }[] = [];
  for (const entry of (await layout.index()).manifests) {
    if (!isManifestType(entry.mediaType)) continue;
    const { manifest, config } = await loadImage(layout, entry);
    const name = entry.annotations?.[REF_NAME] ?? entry.digest;
    const told = (config.history ?? []).filter((line) => line.empty_layer !== true);
    const own: Digest[] = [];
    for (const [index, layer] of manifest.layers.entries()) {
      const known = layers.get(layer.digest) ?? {
        diffId: config.rootfs.diff_ids[index]!,
        sizeBytes: layer.size,
        label: told[index]?.created_by ?? "",
        images: [],
      };
      if (known.images.at(-1) !== name) known.images.push(name);
      layers.set(layer.digest, known);
      own.push(layer.digest);
    }
    const sizeBytes = entry.size + manifest.config.size + manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
    found.push({
      name,
      digest: entry.digest,
      base: manifest.annotations?.["org.opencontainers.image.base.digest"],
      sizeBytes,
      layers: own,
    });
  }
  const images = found.map(({ name, digest, base, sizeBytes, layers: own }): ImageSharing => {
    const parent = base === undefined ? undefined : found.find((other) => other.digest === base)?.name;
    const listed = own.map((layer) => {
      const { sizeBytes, images, label } = layers.get(layer)!;
      return { digest: layer, sizeBytes, sharedBy: images.length, label };
    });
    return {
      name,
      digest,
      ...(parent === undefined ? {} : { parent }),
      sizeBytes,
      uniqueBytes: listed.reduce((sum, layer) => sum + (layer.sharedBy === 1 ? layer.sizeBytes : 0), 0),
      layers: listed,
    };
  });
  return {
    images,
    layers: [...layers].map(([digest, layer]) => ({ digest, ...layer })),
    storedBytes: [...layers.values()].reduce((sum, layer) => sum + layer.sizeBytes, 0),
    unsharedBytes: images.reduce((sum, image) => sum + image.layers.reduce((part, layer) => part + layer.sizeBytes, 0), 0),
  };
}
