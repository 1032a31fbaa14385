import { type Clock, type Digest, type ProgressEvent, produceEvents, systemClock } from "@epicube/core";
import {
  DEFAULT_GZIP_LEVEL,
  type Descriptor,
  type ImageLayout,
  type ImageLayoutWriter,
  openImageLayout,
  parseManifest,
  REF_NAME,
} from "@epicube/oci";
import type { ImageFamily } from "../family/family.js";
import type { PlannedLayer } from "../plan/layer.js";
import { type ImagePlan, type PlannedImage, planImages } from "../plan/plan.js";
import type { HashCache } from "../tree/hash-cache.js";
import { type BuildCache, type CachedLayer, loadBuildCache, loadHashCache } from "./cache.js";
import { imageDocuments } from "./image.js";
import { buildLayer, type LayerOptions, layerContentBytes, layerKey } from "./layer.js";
import type { BuildEvent, BuiltImage } from "./result.js";

/** How {@link buildImages} builds. */
export interface BuildImagesOptions {
  /** The image layout to build into; made where it is missing. */
  readonly layoutFolder: string;
  /** Only these nodes, with the parents they stand on. Default all. */
  readonly only?: readonly string[];
  /** Time of every file and image, in seconds since 1970. Default 0. */
  readonly sourceDateEpoch?: number;
  /** gzip level, 0 to 9. Default 4. */
  readonly gzipLevel?: number;
  /** How long to wait for another writer of the layout, in milliseconds. Default 120,000. */
  readonly lockTimeoutMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** One progress event a layer for this many bytes. */
const PROGRESS_BYTES = 8 * 1024 * 1024;

/**
 * Builds the images of a family that are not in the layout yet. Yields progress, then {@link BuildDone} last; findings on the trees are in
 * its diagnostics, and where one is an error nothing is written. Names in the layout change only when every blob is there.
 *
 * @throws EpicubeError TREE_CHANGED, TREE_UNREADABLE, LAYOUT_LOCKED, LAYOUT_DISK_FULL, LAYOUT_NOT_WRITABLE; the signal's reason
 */
export function buildImages(family: ImageFamily, options: BuildImagesOptions): AsyncGenerator<BuildEvent, void, undefined> {
  return produceEvents<BuildEvent>((emit, signal) => run(family, options, emit, signal), options.signal);
}

async function run(
  family: ImageFamily,
  options: BuildImagesOptions,
  emit: (event: BuildEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { layoutFolder, only, sourceDateEpoch = 0, gzipLevel = DEFAULT_GZIP_LEVEL, lockTimeoutMs, clock = systemClock } = options;
  if (!Number.isSafeInteger(sourceDateEpoch) || sourceDateEpoch < 0)
    throw new RangeError(`sourceDateEpoch must be whole seconds from 0, got ${sourceDateEpoch}`);
  const start = clock.monotonicMs();
  const files = await loadHashCache(layoutFolder, clock);
  const plan: ImagePlan = await planImages(family, { ...(only ? { only } : {}), files, signal });
  const elapsed = () => Math.round(clock.monotonicMs() - start);
  if (plan.images.length === 0) {
    emit({ event: "done", ok: false, nodes: [], diagnostics: plan.diagnostics, wallMs: elapsed() });
    return;
  }
  const layout = await openImageLayout(layoutFolder, { create: true, signal });
  const writer = await layout.openWriter({ ...(lockTimeoutMs === undefined ? {} : { timeoutMs: lockTimeoutMs }), clock, signal });
  let nodes: BuiltImage[];
  try {
    nodes = await buildInto({ family, plan, files, layout, writer, clock, emit, epochSeconds: sourceDateEpoch, level: gzipLevel, signal });
  } finally {
    await writer.close();
  }
  emit({ event: "done", ok: true, nodes, diagnostics: plan.diagnostics, wallMs: elapsed() });
}

interface Build {
  readonly family: ImageFamily;
  readonly plan: ImagePlan;
  readonly files: HashCache;
  readonly layout: ImageLayout;
  readonly writer: ImageLayoutWriter;
  readonly clock: Clock;
  readonly emit: (event: ProgressEvent) => void;
  readonly epochSeconds: number;
  readonly level: number;
  readonly signal: AbortSignal;
}

interface FinishedImage {
  readonly image: PlannedImage;
  readonly descriptor: Descriptor;
  readonly configSize: number;
  readonly layers: readonly CachedLayer[];
  readonly built: boolean;
  readonly startCommand: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

async function buildInto(build: Build): Promise<BuiltImage[]> {
  const { family, plan, layout, writer, clock, emit, epochSeconds, signal } = build;
  const cache = await loadBuildCache(layout, build.files);
  const before = new Map((await layout.index()).manifests.map((entry) => [entry.annotations?.[REF_NAME] ?? "", entry]));
  const done = new Map<PlannedLayer, CachedLayer>();
  const finished = new Map<string, FinishedImage>();
  for (const image of plan.images) {
    const startMs = clock.monotonicMs();
    const id = `image:${image.name}`;
    emit({ event: "progress", at: "start", id, label: image.name, total: image.layers.length, unit: "layers" });
    let wrote = false;
    for (const layer of image.layers)
      if (!done.has(layer)) {
        const { result, made } = await ensureLayer(build, cache, layer, id);
        done.set(layer, result);
        wrote ||= made;
      }
    const base = image.parent === undefined ? undefined : finished.get(image.parent)?.descriptor;
    const documents = imageDocuments(
      family,
      image,
      image.layers.map((layer) => ({ built: done.get(layer)!, name: layer.name, from: ownerOf(plan, image, layer) })),
      epochSeconds,
      base,
    );
    for (const document of [documents.config, documents.manifest]) {
      if ((await layout.blobSize(document.descriptor.digest)) === document.descriptor.size) continue;
      await writer.writeBlob(document.content, document.descriptor);
      wrote = true;
    }
    const built = wrote || before.get(image.name)?.digest !== documents.manifest.descriptor.digest;
    finished.set(image.name, {
      image,
      descriptor: documents.manifest.descriptor,
      configSize: documents.config.descriptor.size,
      layers: image.layers.map((layer) => done.get(layer)!),
      built,
      startCommand: documents.startCommand,
      environment: documents.environment,
    });
    const durationMs = Math.round(clock.monotonicMs() - startMs);
    emit({ event: "progress", at: "end", id, label: image.name, outcome: built ? "done" : "cached", durationMs });
  }
  signal.throwIfAborted();
  if ([...finished.values()].some((image) => image.built))
    await writer.setImages([...finished].map(([name, { descriptor }]) => ({ name, descriptor })));
  await cache.save(writer);
  const users = await countUsers(layout);
  return [...finished.values()].map(({ image, descriptor, configSize, layers, built, startCommand, environment }) => ({
    node: image.node,
    target: image.target,
    platform: family.platform,
    digest: descriptor.digest,
    sizeBytes: descriptor.size + configSize + layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
    layers: layers.map(({ digest, sizeBytes }) => ({ digest, sizeBytes, sharedBy: users.get(digest) ?? 1 })),
    built,
    startCommand,
    environment,
  }));
}

/** The image whose own layer it is: the lowest that has it. */
function ownerOf(plan: ImagePlan, image: PlannedImage, layer: PlannedLayer): string {
  return plan.images.find((candidate) => candidate.layers.includes(layer))?.name ?? image.name;
}

async function ensureLayer(
  build: Build,
  cache: BuildCache,
  layer: PlannedLayer,
  parent: string,
): Promise<{ result: CachedLayer; made: boolean }> {
  const { layout, writer, clock, emit, epochSeconds, level, signal } = build;
  const startMs = clock.monotonicMs();
  const id = `${parent}/${layer.name}`;
  const total = layerContentBytes(layer);
  const common = { event: "progress", id, parent, label: layer.name, unit: "bytes" } as const;
  let told = 0;
  const options: LayerOptions = {
    epochSeconds,
    level,
    signal,
    onBytes: (bytes) => {
      if (bytes - told < PROGRESS_BYTES) return;
      told = bytes;
      emit({ ...common, at: "update", done: Math.min(bytes, total), total });
    },
  };
  emit({ ...common, at: "start", total });
  const key = layerKey(layer, cache, options);
  const kept = cache.layer(key);
  const end = (outcome: "done" | "cached") =>
    emit({ ...common, at: "end", done: total, total, outcome, durationMs: Math.round(clock.monotonicMs() - startMs) });
  if (kept && (await layout.blobSize(kept.digest)) === kept.sizeBytes) {
    end("cached");
    return { result: kept, made: false };
  }
  const result = await buildLayer(layer, writer, cache, options);
  cache.setLayer(key, result);
  end("done");
  return { result, made: true };
}

/** How many images of a layout have each layer. Images that cannot be read count for nothing. */
async function countUsers(layout: ImageLayout): Promise<Map<Digest, number>> {
  const users = new Map<Digest, number>();
  const seen = new Set<Digest>();
  for (const entry of (await layout.index()).manifests) {
    if (seen.has(entry.digest)) continue;
    seen.add(entry.digest);
    try {
      const { layers } = parseManifest(await layout.readBlob(entry));
      for (const digest of new Set(layers.map((layer) => layer.digest))) users.set(digest, (users.get(digest) ?? 0) + 1);
    } catch {
      // An index, an artifact or a damaged blob: validate tells.
    }
  }
  return users;
}
