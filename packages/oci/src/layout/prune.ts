import { rm } from "node:fs/promises";
import type { Digest } from "@epicube/core";
import { isEpicubeError } from "@epicube/core";
import type { Descriptor } from "../descriptor/descriptor.js";
import { isIndexType, isManifestType } from "../descriptor/media-types.js";
import { parseIndex, parseManifest } from "../manifest/manifest.js";
import type { ImageLayoutWriter } from "./layout.js";

/** What {@link pruneLayout} deleted, or with `dryRun` would delete. */
export interface PruneResult {
  readonly digests: readonly Digest[];
  readonly bytes: number;
}

/** How {@link pruneLayout} works. */
export interface PruneOptions {
  /** Only tell. Default false. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Deletes the blobs that nothing in the index leads to. Where a manifest cannot be read, what it needs is not known: then nothing is
 * deleted.
 *
 * @throws EpicubeError LAYOUT_BLOB_MISSING, LAYOUT_BLOB_DAMAGED, OCI_DOCUMENT of such a manifest
 */
export async function pruneLayout(writer: ImageLayoutWriter, options: PruneOptions = {}): Promise<PruneResult> {
  const { layout } = writer;
  const { dryRun = false, signal } = options;
  const needed = new Set<Digest>();
  const visit = async (entry: Descriptor): Promise<void> => {
    if (needed.has(entry.digest)) return;
    needed.add(entry.digest);
    signal?.throwIfAborted();
    if (isIndexType(entry.mediaType)) {
      for (const child of parseIndex(await layout.readBlob(entry)).manifests) {
        // An index may list images that were never fetched.
        if ((await layout.blobSize(child.digest)) !== undefined) await visit(child);
      }
    } else if (isManifestType(entry.mediaType)) {
      const { config, layers } = parseManifest(await layout.readBlob(entry));
      for (const blob of [config, ...layers]) needed.add(blob.digest);
    }
  };
  for (const entry of (await layout.index()).manifests) await visit(entry);
  // Artifacts about an image that is kept are kept, though no index names them.
  await keepReferrers(writer, needed);
  const digests = (await layout.blobs()).filter((digest) => !needed.has(digest));
  let bytes = 0;
  for (const digest of digests) {
    signal?.throwIfAborted();
    bytes += (await layout.blobSize(digest)) ?? 0;
    if (!dryRun) await rm(layout.blobFile(digest), { force: true });
  }
  return { digests, bytes };
}

/** Small blobs that are manifests with a subject among the kept. */
async function keepReferrers(writer: ImageLayoutWriter, needed: Set<Digest>): Promise<void> {
  const { layout } = writer;
  const candidates: { digest: Digest; subject: Digest; blobs: Digest[] }[] = [];
  for (const digest of await layout.blobs()) {
    if (needed.has(digest)) continue;
    const size = (await layout.blobSize(digest)) ?? 0;
    if (size > 1024 * 1024) continue;
    try {
      const { subject, config, layers } = parseManifest(await layout.readBlob({ digest, size }));
      if (subject) candidates.push({ digest, subject: subject.digest, blobs: [config.digest, ...layers.map((layer) => layer.digest)] });
    } catch (error) {
      // No manifest: nothing to keep it for.
      if (!isEpicubeError(error)) throw error;
    }
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const { digest, subject, blobs } of candidates)
      if (needed.has(subject) && !needed.has(digest)) {
        for (const blob of [digest, ...blobs]) needed.add(blob);
        grown = true;
      }
  }
}
