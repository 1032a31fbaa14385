import { compareDiagnostics, type Diagnostic, hasErrors, systemClock } from "@epicube/core";
import { chainOf } from "../family/environment.js";
import { type ImageFamily, type ImageTarget, layoutNameOf, TARGETS } from "../family/family.js";
import { helpForName } from "../family/suggest.js";
import { createHashCache, type HashCache } from "../tree/hash-cache.js";
import { type PlannedLayer, planLayer } from "./layer.js";
import { findOverlaps } from "./overlap.js";

/** containerd mounts at most this many layers. */
const MAX_LAYERS = 127;

/** One image to build. */
export interface PlannedImage {
  readonly node: string;
  readonly target: ImageTarget;
  /** `NAME-TARGET`. */
  readonly name: string;
  /** `NAME-TARGET` of the parent. */
  readonly parent?: string;
  /** All layers, those of the parents first. */
  readonly layers: readonly PlannedLayer[];
}

/** What a build will do, before it touches the layout. */
export interface ImagePlan {
  readonly images: readonly PlannedImage[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What {@link planImages} takes. */
export interface PlanImagesOptions {
  /** Only these nodes, with the parents they stand on. Default all. */
  readonly only?: readonly string[];
  /** Digests of files that were read before. Default none. */
  readonly files?: HashCache;
  readonly signal?: AbortSignal;
}

/** Reads every tree of a family and checks that the layers of each image go together. Nothing is written. */
export async function planImages(family: ImageFamily, options: PlanImagesOptions = {}): Promise<ImagePlan> {
  const { only, files = createHashCache(undefined, systemClock), signal } = options;
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  const names = family.nodes.map((node) => node.name);
  for (const name of only ?? [])
    if (!names.includes(name)) {
      const help = helpForName(name, names, "the nodes are");
      report({
        code: "IMAGE_NODE_UNKNOWN",
        severity: "error",
        message: `${family.file} has no node ${JSON.stringify(name)}`,
        ...(help === undefined ? {} : { help }),
      });
    }
  const wanted = new Set(only ? only.flatMap((name) => chainOf(family, name).map((node) => node.name)) : names);
  const own = new Map<string, PlannedLayer[]>();
  const images: PlannedImage[] = [];
  for (const node of family.nodes) {
    if (!wanted.has(node.name)) continue;
    for (const target of TARGETS) {
      const declared = node.targets[target];
      if (!declared) continue;
      signal?.throwIfAborted();
      const name = layoutNameOf(node.name, target);
      const layers: PlannedLayer[] = [];
      for (const layer of declared.layers)
        layers.push(await planLayer(layer, { folder: family.folder, files, report, ...(signal ? { signal } : {}) }));
      own.set(name, layers);
      const chain = chainOf(family, node.name).flatMap((ancestor) => own.get(layoutNameOf(ancestor.name, target)) ?? []);
      for (const diagnostic of findOverlaps(chain, (layer) => layers.includes(layer))) report(diagnostic);
      if (chain.length > MAX_LAYERS)
        report({
          code: "IMAGE_TOO_MANY_LAYERS",
          severity: "error",
          message: `${name} has ${chain.length} layers; containerd mounts at most ${MAX_LAYERS}`,
          range: declared.range,
        });
      images.push({
        node: node.name,
        target,
        name,
        ...(node.parent === undefined ? {} : { parent: layoutNameOf(node.parent, target) }),
        layers: chain,
      });
    }
  }
  diagnostics.sort(compareDiagnostics);
  return { images: hasErrors(diagnostics) ? [] : images, diagnostics };
}
