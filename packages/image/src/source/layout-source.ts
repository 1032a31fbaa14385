import { EpicubeError, nearest } from "@epicube/core";
import type { ImageSource } from "@epicube/core/seams";
import {
  type ImageLayout,
  isManifestType,
  type LoadedImage,
  loadImage,
  openImageLayout,
  openLayer,
  parseReference,
  REF_NAME,
  unpackLayers,
} from "@epicube/oci";

/** How {@link createLayoutImageSource} unpacks. */
export interface LayoutImageSourceOptions {
  /** Most uncompressed bytes of one image. Default 32 GiB. */
  readonly maxTotalBytes?: number;
  /** `OS/ARCHITECTURE[/VARIANT]` where a name is an index of several. Default: the only one. */
  readonly platform?: string;
}

/**
 * Images of a layout on disk, by the reference that values.yaml writes: `REPOSITORY/NAME-TARGET:VERSION`, with or without
 * `@sha256:…`. A digest decides where there is one; else the last part of the repository is the name in the layout.
 *
 * Its calls throw EpicubeError IMAGE_NOT_FOUND, OCI_REFERENCE, and what unpackLayers throws.
 */
export function createLayoutImageSource(layoutFolder: string, options: LayoutImageSourceOptions = {}): ImageSource {
  const load = async (reference: string): Promise<{ layout: ImageLayout; image: LoadedImage }> => {
    const { repository, digest } = parseReference(reference);
    const layout = await openImageLayout(layoutFolder);
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    const { manifests } = await layout.index();
    const found = manifests.find((entry) => (digest === undefined ? entry.annotations?.[REF_NAME] === name : entry.digest === digest));
    if (!found) {
      const names = manifests.flatMap((entry) => entry.annotations?.[REF_NAME] ?? []);
      const near = nearest(name, names, 1)[0];
      throw new EpicubeError("IMAGE_NOT_FOUND", `${layoutFolder} has no image ${digest ?? name} for ${reference}`, {
        help: near === undefined || near === name ? "build the family again, or check the reference" : `did you mean ${near}?`,
        context: { names },
      });
    }
    const platform = isManifestType(found.mediaType) ? undefined : options.platform;
    return { layout, image: await loadImage(layout, found, platform) };
  };
  return {
    async config(reference) {
      const { config } = (await load(reference)).image.config;
      const environment: Record<string, string> = {};
      for (const line of config?.Env ?? []) {
        const equals = line.indexOf("=");
        if (equals > 0) environment[line.slice(0, equals)] = line.slice(equals + 1);
      }
      return { startCommand: [...(config?.Entrypoint ?? []), ...(config?.Cmd ?? [])], environment };
    },
    async unpack(reference, folder, signal) {
      const { layout, image } = await load(reference);
      const { maxTotalBytes } = options;
      const bounds = maxTotalBytes === undefined ? {} : { maxBytes: maxTotalBytes };
      await unpackLayers(
        image.manifest.layers.map((layer) => () => openLayer(layout, layer, bounds)),
        folder,
        { ...(maxTotalBytes === undefined ? {} : { maxTotalBytes }), ...(signal ? { signal } : {}) },
      );
    },
  };
}
