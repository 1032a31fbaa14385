import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Digest, isDigest } from "@epicube/core";
import { type ImageLayout, type ImageLayoutWriter, WORK_FOLDER } from "@epicube/oci";
import { createHashCache, type HashCache } from "../tree/hash-cache.js";

/** What is known of a layer that was built. */
export interface CachedLayer {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly diffId: Digest;
  readonly compressor: string;
}

/** The memory of earlier builds, kept in the layout's own folder. Losing it costs time, never correctness. */
export interface BuildCache {
  readonly files: HashCache;
  layer(key: string): CachedLayer | undefined;
  setLayer(key: string, layer: CachedLayer): void;
  /** Writes it back where it changed. */
  save(writer: ImageLayoutWriter): Promise<void>;
}

const FILE = "build-cache.json";
const VERSION = 1;
const MAX_BYTES = 256 * 1024 * 1024;
/** Layers that nothing asked for lately are forgotten beyond this number. */
const MAX_LAYERS = 2000;

interface Kept {
  readonly text?: Buffer;
  readonly files?: unknown;
  readonly layers?: unknown;
}

async function readKept(layoutFolder: string): Promise<Kept> {
  const text = await readFile(join(layoutFolder, WORK_FOLDER, FILE)).catch(() => undefined);
  if (!text || text.length > MAX_BYTES) return {};
  try {
    const value: unknown = JSON.parse(text.toString("utf8"));
    if (typeof value === "object" && value !== null && (value as { version?: unknown }).version === VERSION) return { ...value, text };
  } catch {
    // Damaged: built anew.
  }
  return { text };
}

/** The digests of files that earlier builds into a layout kept; empty where there is none. */
export async function loadHashCache(layoutFolder: string, clock: Clock): Promise<HashCache> {
  return createHashCache((await readKept(layoutFolder)).files, clock);
}

/** Loads the cache of a layout, once it is ours to write; a missing or damaged one is empty. */
export async function loadBuildCache(layout: ImageLayout, files: HashCache): Promise<BuildCache> {
  const kept = await readKept(layout.folder);
  const { text } = kept;
  const layers = new Map<string, CachedLayer>();
  if (typeof kept.layers === "object" && kept.layers !== null)
    for (const [key, layer] of Object.entries(kept.layers as Record<string, Partial<CachedLayer> | null>)) {
      if (
        typeof layer?.digest === "string" &&
        isDigest(layer.digest) &&
        typeof layer.diffId === "string" &&
        isDigest(layer.diffId) &&
        typeof layer.compressor === "string" &&
        Number.isSafeInteger(layer.sizeBytes)
      )
        layers.set(key, layer as CachedLayer);
    }
  return {
    files,
    layer: (key) => {
      const found = layers.get(key);
      if (found) {
        // Moved to the end: the first are forgotten first.
        layers.delete(key);
        layers.set(key, found);
      }
      return found;
    },
    setLayer: (key, layer) => layers.set(key, layer),
    async save(writer) {
      const content = Buffer.from(
        JSON.stringify({ version: VERSION, files: files.entries(), layers: Object.fromEntries([...layers].slice(-MAX_LAYERS)) }),
      );
      if (text && Buffer.compare(text, content) === 0) return;
      await writer.writeWorkFile(FILE, content);
    },
  };
}
