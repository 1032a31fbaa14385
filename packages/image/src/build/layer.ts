import { createHash } from "node:crypto";
import type { Digest } from "@epicube/core";
import { gzipBlocks, gzipCompressorId, type ImageLayoutWriter, type TarEntry, writeTar } from "@epicube/oci";
import type { PlannedLayer } from "../plan/layer.js";
import { openListedFile } from "../tree/archive.js";
import type { EntryContent, PlannedEntry } from "../tree/entry.js";
import { readListedFile, treeChanged } from "../tree/hash-cache.js";
import { readZipContent } from "../zip/content.js";
import type { BuildCache, CachedLayer } from "./cache.js";

/** What makes the bytes of a layer besides its entries. */
export interface LayerOptions {
  /** Seconds since 1970, of every entry. */
  readonly epochSeconds: number;
  readonly level: number;
  readonly signal?: AbortSignal;
  /** Called with the bytes of tar written so far. */
  readonly onBytes?: (bytes: number) => void;
}

/** Says the same for the same content, whatever folder, time or machine it came from. */
export function layerKey(layer: PlannedLayer, cache: BuildCache, options: LayerOptions): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(["layer-1", options.epochSeconds, gzipCompressorId(options.level)]));
  for (const entry of layer.entries) {
    const digest = entry.content ? contentId(entry.content, cache) : "";
    hash.update(JSON.stringify([entry.path, entry.type, entry.mode, entry.uid, entry.gid, entry.linkTarget ?? "", digest]));
  }
  return hash.digest("hex");
}

/** Says the same for the same content; of an archive's entry, by the archive's checksum. */
function contentId(content: EntryContent, cache: BuildCache): string {
  if (content.kind === "text") return createHash("sha256").update(content.bytes).digest("hex");
  if (content.kind === "zip") return `${content.digest} ${content.entry.path}`;
  return cache.files.digestOf(content.file, content.stamp);
}

function sizeOf(content: EntryContent): number {
  return content.kind === "text" ? content.bytes.length : content.kind === "zip" ? content.entry.sizeBytes : content.stamp.sizeBytes;
}

/** Bytes of content that a layer will hold. */
export function layerContentBytes(layer: PlannedLayer): number {
  let bytes = 0;
  for (const { content } of layer.entries) bytes += content ? sizeOf(content) : 0;
  return bytes;
}

function* tarEntries(layer: PlannedLayer, cache: BuildCache, epochSeconds: number): Generator<TarEntry, void, undefined> {
  for (const entry of layer.entries) {
    const base = { path: entry.path, type: entry.type, mode: entry.mode, uid: entry.uid, gid: entry.gid, mtimeSeconds: epochSeconds };
    if (entry.linkTarget !== undefined) yield { ...base, linkTarget: entry.linkTarget };
    else if (entry.content === undefined) yield base;
    else if (entry.content.kind === "text") yield { ...base, content: entry.content.bytes };
    else {
      const { content } = entry;
      yield {
        ...base,
        sizeBytes: sizeOf(content),
        content: () => (content.kind === "zip" ? zipContent(content) : checkedContent(entry, cache)),
      };
    }
  }
}

/** The content of a file, which must still be what its digest in the layer's key was made of. */
function* checkedContent(entry: PlannedEntry, cache: BuildCache): Generator<Uint8Array, void, undefined> {
  const content = entry.content;
  if (content?.kind !== "file") return;
  const hash = createHash("sha256");
  for (const chunk of readListedFile(content.file, content.stamp)) {
    hash.update(chunk);
    yield chunk;
  }
  if (`sha256:${hash.digest("hex")}` !== cache.files.digestOf(content.file, content.stamp)) throw treeChanged(content.file);
}

/** An entry of an archive whose checksum was compared with images.yaml, and which is still that file. */
async function* zipContent(content: Extract<EntryContent, { kind: "zip" }>): AsyncGenerator<Uint8Array, void, undefined> {
  const archive = openListedFile(content.file, content.stamp);
  try {
    yield* readZipContent(archive.read, content.entry);
  } finally {
    archive.close();
  }
}

/** Writes a layer's blob: tar, digest of the tar, gzip and blob in one pass. */
export async function buildLayer(
  layer: PlannedLayer,
  writer: ImageLayoutWriter,
  cache: BuildCache,
  options: LayerOptions,
): Promise<CachedLayer> {
  const { epochSeconds, level, signal, onBytes } = options;
  const diff = createHash("sha256");
  let bytes = 0;
  const tar = (async function* () {
    for await (const chunk of writeTar(tarEntries(layer, cache, epochSeconds), signal ? { signal } : {})) {
      diff.update(chunk);
      bytes += chunk.length;
      onBytes?.(bytes);
      yield chunk;
    }
  })();
  const blob = await writer.writeBlob(gzipBlocks(tar, { level, ...(signal ? { signal } : {}) }));
  const diffId: Digest = `sha256:${diff.digest("hex")}`;
  return { digest: blob.digest, sizeBytes: blob.size, diffId, compressor: gzipCompressorId(level) };
}
