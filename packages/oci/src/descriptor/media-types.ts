/** Media types of the OCI image specification 1.1, and Docker's equivalents that are accepted when read. */
export const MEDIA_TYPES = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  layerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  empty: "application/vnd.oci.empty.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
} as const;

/** True for an image manifest, OCI or Docker. */
export function isManifestType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.manifest || mediaType === MEDIA_TYPES.dockerManifest;
}

/** True for an index of manifests, OCI or Docker. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.index || mediaType === MEDIA_TYPES.dockerList;
}

/** True for an image configuration, OCI or Docker. */
export function isConfigType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.config || mediaType === MEDIA_TYPES.dockerConfig;
}

/** How a layer of this media type is compressed, or undefined where it is no layer. Foreign layers count as layers. */
export function layerCompression(mediaType: string): "none" | "gzip" | "zstd" | undefined {
  const plain = mediaType.replace("layer.nondistributable.v1", "layer.v1");
  if (plain === MEDIA_TYPES.layer) return "none";
  if (plain === MEDIA_TYPES.layerZstd) return "zstd";
  if (plain === MEDIA_TYPES.layerGzip || mediaType === MEDIA_TYPES.dockerLayerGzip) return "gzip";
  if (mediaType === "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip") return "gzip";
  return undefined;
}
