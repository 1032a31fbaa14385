/**
 * OCI content: references, descriptors, manifests, a deterministic tar writer and a safe reader, image layouts on disk.
 *
 * @example
 * ```ts
 * import { gzipBlocks, MEDIA_TYPES, openImageLayout, sortTarEntries, writeTar } from "@epicube/oci";
 *
 * const layout = await openImageLayout("layout", { create: true });
 * const writer = await layout.openWriter();
 * const entry = { path: "hello.txt", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, content: Buffer.from("hello\n") } as const;
 * const blob = await writer.writeBlob(gzipBlocks(writeTar(sortTarEntries([entry]))));
 * console.log(MEDIA_TYPES.layerGzip, blob.digest, blob.size);
 * await writer.close();
 * ```
 *
 * @packageDocumentation
 */
export { type Descriptor, formatPlatform, type Platform, parsePlatform } from "./descriptor/descriptor.js";
export { isConfigType, isIndexType, isManifestType, layerCompression, MEDIA_TYPES } from "./descriptor/media-types.js";
export { DEFAULT_GZIP_LEVEL, type GzipOptions, gunzipStream, gzipBlocks, gzipCompressorId } from "./gzip/gzip.js";
export { folderNode, type Located, type LocateOptions, locate, type TreeNode } from "./layer/file-tree.js";
export { decompressLayer, type LoadedImage, loadImage, openLayer } from "./layer/image.js";
export { type LayerSource, type UnpackOptions, unpackLayers } from "./layer/unpack.js";
export {
  type ImageLayout,
  type ImageLayoutWriter,
  type OpenLayoutOptions,
  type OpenWriterOptions,
  openImageLayout,
  REF_NAME,
  type StoredBlob,
  WORK_FOLDER,
} from "./layout/layout.js";
export { type PruneOptions, type PruneResult, pruneLayout } from "./layout/prune.js";
export type { ContainerConfig, HistoryEntry, ImageConfig } from "./manifest/config.js";
export {
  describe,
  EMPTY_DESCRIPTOR,
  encodeDocument,
  type ImageIndex,
  type ImageManifest,
  MAX_DOCUMENT_BYTES,
  parseImageConfig,
  parseIndex,
  parseManifest,
} from "./manifest/manifest.js";
export { formatReference, type ImageReference, parseReference } from "./reference/reference.js";
export {
  type BlobOutcome,
  type BlobToWrite,
  type CallOptions,
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
  type RegistryManifest,
  type RegistryRepository,
} from "./registry/client.js";
export { type CredentialSource, type Credentials, type LoadCredentialsOptions, loadCredentials } from "./registry/credentials.js";
export {
  type PullOptions,
  type PushOptions,
  pullImage,
  pushImage,
  type TransferDone,
  type TransferEvent,
  type TransferOptions,
} from "./registry/transfer.js";
export {
  type ByteSource,
  cleanTarPath,
  collectBytes,
  compareBytewise,
  type TarEntry,
  type TarEntryType,
  type TarReadEntry,
} from "./tar/entry.js";
export { type ReadTarOptions, readTar } from "./tar/read.js";
export { sortTarEntries, type WriteTarOptions, writeTar } from "./tar/write.js";
export { type LayoutFault, type LayoutReport, type ValidateOptions, validateLayout } from "./validate/validate.js";
