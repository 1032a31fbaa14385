import { createReadStream } from "node:fs";
import { type Clock, type Digest, EpicubeError, mapLimit, type ProgressEvent, produceEvents, systemClock } from "@epicube/core";
import { type Descriptor, formatPlatform } from "../descriptor/descriptor.js";
import { isIndexType, isManifestType } from "../descriptor/media-types.js";
import type { ImageLayout, ImageLayoutWriter } from "../layout/layout.js";
import { parseIndex, parseManifest } from "../manifest/manifest.js";
import type { ImageReference } from "../reference/reference.js";
import type { RegistryClient } from "./client.js";

/** The last event of a transfer. */
export interface TransferDone {
  readonly event: "done";
  readonly digest: Digest;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Bytes that the registry had in another repository. */
  readonly mountedBytes: number;
  /** Bytes that were there already. */
  readonly skippedBytes: number;
}

/** What a transfer yields: progress, and {@link TransferDone} once, last. */
export type TransferEvent = ProgressEvent | TransferDone;

/** How {@link pushImage} and {@link pullImage} work. */
export interface TransferOptions {
  /** Blobs at once. Default 4. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** How {@link pushImage} works. */
export interface PushOptions extends TransferOptions {
  /** Repositories of the same registry that may have some of the blobs. Default none. */
  readonly mountFrom?: readonly string[];
}

/** How {@link pullImage} works. */
export interface PullOptions extends TransferOptions {
  /** Name of the image in the layout. Default the last part of the repository. */
  readonly name?: string;
  /** Of an index take only the image for this platform. Default all of it. */
  readonly platform?: string;
}

interface Tally {
  uploadedBytes: number;
  downloadedBytes: number;
  mountedBytes: number;
  skippedBytes: number;
}

const emptyTally = (): Tally => ({ uploadedBytes: 0, downloadedBytes: 0, mountedBytes: 0, skippedBytes: 0 });

/** Runs one blob's transfer between its start and end events. */
async function tracked(
  emit: (event: TransferEvent) => void,
  clock: Clock,
  blob: Descriptor,
  run: () => Promise<"done" | "cached" | "skipped">,
): Promise<void> {
  const common = {
    event: "progress",
    id: `blob:${blob.digest}`,
    label: blob.digest.slice(7, 19),
    unit: "bytes",
    total: blob.size,
  } as const;
  const start = clock.monotonicMs();
  emit({ ...common, at: "start" });
  const outcome = await run();
  emit({ ...common, at: "end", done: blob.size, outcome, durationMs: Math.round(clock.monotonicMs() - start) });
}

/** Foreign layers are fetched from where their URLs say, and never pushed. */
function isForeign(blob: Descriptor): boolean {
  return /nondistributable|foreign/.test(blob.mediaType);
}

/**
 * Pushes an image, or an index with its images, from a layout: blobs first and at once, then manifests, children before their index, the
 * tag last. Blobs that the registry has are skipped, or mounted from another repository of it.
 *
 * @throws EpicubeError as the client's calls and the layout's reading
 */
export function pushImage(
  layout: ImageLayout,
  descriptor: Descriptor,
  client: RegistryClient,
  to: ImageReference,
  options: PushOptions = {},
): AsyncGenerator<TransferEvent, void, undefined> {
  const { concurrency = 4, mountFrom = [], clock = systemClock } = options;
  return produceEvents<TransferEvent>(async (emit, signal) => {
    const tally = emptyTally();
    const done = new Set<Digest>();
    const push = async (entry: Descriptor, place: string): Promise<void> => {
      const content = await layout.readBlob(entry);
      const blobs: Descriptor[] = [];
      if (isIndexType(entry.mediaType)) for (const child of parseIndex(content).manifests) await push(child, child.digest);
      else if (isManifestType(entry.mediaType)) {
        const manifest = parseManifest(content);
        for (const blob of [...manifest.layers, manifest.config])
          if (!done.has(blob.digest) && !isForeign(blob)) {
            done.add(blob.digest);
            blobs.push(blob);
          }
      } else
        throw new EpicubeError("OCI_DOCUMENT", `${entry.digest} is a ${entry.mediaType.slice(0, 200)}, which is neither image nor index`);
      await mapLimit(blobs, concurrency, (blob) =>
        tracked(emit, clock, blob, async () => {
          const file = layout.blobFile(blob.digest);
          if ((await layout.blobSize(blob.digest)) !== blob.size)
            throw new EpicubeError("LAYOUT_BLOB_DAMAGED", `blob ${blob.digest} of ${layout.folder} is missing or has another size`, {
              help: "build or pull the image again",
            });
          const source = {
            digest: blob.digest,
            size: blob.size,
            open: (offset: number) => createReadStream(file, { start: offset, highWaterMark: 256 * 1024 }),
          };
          const outcome = await client.writeBlob(to, source, { signal, mountFrom });
          tally[outcome === "uploaded" ? "uploadedBytes" : outcome === "mounted" ? "mountedBytes" : "skippedBytes"] += blob.size;
          return outcome === "uploaded" ? "done" : outcome === "mounted" ? "cached" : "skipped";
        }),
      );
      await client.writeManifest(to, place, { mediaType: entry.mediaType, content }, { signal });
    };
    await push(descriptor, to.tag ?? descriptor.digest);
    emit({ event: "done", digest: descriptor.digest, ...tally });
  }, options.signal);
}

/**
 * Pulls an image, or an index with its images, into a layout. Every blob's digest is checked as it comes; the name is given last.
 *
 * @throws EpicubeError as the client's calls and the layout's writing; IMAGE_PLATFORM where an index has no image for the platform
 */
export function pullImage(
  client: RegistryClient,
  from: ImageReference,
  writer: ImageLayoutWriter,
  options: PullOptions = {},
): AsyncGenerator<TransferEvent, void, undefined> {
  const { concurrency = 4, clock = systemClock, platform } = options;
  const { layout } = writer;
  return produceEvents<TransferEvent>(async (emit, signal) => {
    const tally = emptyTally();
    const done = new Set<Digest>();
    const pull = async (tagOrDigest: string, expected?: Descriptor): Promise<Descriptor> => {
      const { descriptor, content } = await client.readManifest(from, tagOrDigest, { signal });
      const entry: Descriptor = { ...expected, ...descriptor, mediaType: expected?.mediaType ?? descriptor.mediaType };
      if (isIndexType(entry.mediaType)) {
        const { manifests } = parseIndex(content);
        if (platform !== undefined) {
          const fitting = manifests.filter((child) => child.platform && formatPlatform(child.platform) === platform);
          if (fitting.length !== 1)
            throw new EpicubeError(
              "IMAGE_PLATFORM",
              `${from.registry}/${from.repository} has ${fitting.length} images for ${platform}, not one`,
              {
                help: `it has ${manifests.map((child) => (child.platform ? formatPlatform(child.platform) : "none stated")).join(", ") || "none"}`,
              },
            );
          return pull(fitting[0]!.digest, fitting[0]!);
        }
        for (const child of manifests) await pull(child.digest, child);
      } else if (isManifestType(entry.mediaType)) {
        const manifest = parseManifest(content);
        const blobs = [manifest.config, ...manifest.layers].filter((blob) => !done.has(blob.digest) && !isForeign(blob));
        for (const blob of blobs) done.add(blob.digest);
        await mapLimit([...new Map(blobs.map((blob) => [blob.digest, blob])).values()], concurrency, (blob) =>
          tracked(emit, clock, blob, async () => {
            if ((await layout.blobSize(blob.digest)) === blob.size) {
              tally.skippedBytes += blob.size;
              return "skipped";
            }
            await writer.writeBlob(client.readBlob(from, blob, { signal }), blob);
            tally.downloadedBytes += blob.size;
            return "done";
          }),
        );
      } else
        throw new EpicubeError(
          "OCI_DOCUMENT",
          `${from.registry}/${from.repository} gave a ${entry.mediaType.slice(0, 200)}, which is neither image nor index`,
        );
      await writer.writeBlob(content, descriptor);
      return entry;
    };
    const entry = await pull(from.digest ?? from.tag ?? "latest");
    const name = options.name ?? from.repository.slice(from.repository.lastIndexOf("/") + 1);
    signal.throwIfAborted();
    await writer.setImages([{ name, descriptor: entry }]);
    emit({ event: "done", digest: entry.digest, ...tally });
  }, options.signal);
}
