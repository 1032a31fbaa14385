import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Chart, type ChartFile, loadChart, type RenderedRelease, renderRelease } from "@epicube/chart";
import type { Checked, Clock, Diagnostic } from "@epicube/core";
import type { ImagePins, KubeObject } from "@epicube/core/seams";
import type { BeamlineRepository, IocInstance } from "@epicube/schema";
import { findImage, valuesFileFor } from "./image-value.js";

/** A chart as it is rendered: the instance's own folder, the generated files laid over it, and the values in order. helm on the same gives the same. */
export interface StagedChart {
  /** Absolute folder of the instance's chart. */
  readonly folder: string;
  /** `runtime/st.cmd` and its companions. */
  readonly extraFiles: readonly ChartFile[];
  /** Shared values, the instance's values, then the one that pins the image. */
  readonly values: readonly { readonly file: string; readonly text: string }[];
}

/** What {@link stageInstance} puts together. */
export interface StageInstanceOptions {
  readonly repository: BeamlineRepository;
  readonly instance: IocInstance;
  /** Generated files of the IOC, by name. */
  readonly runtimeFiles: readonly { readonly path: string; readonly text: string }[];
  readonly pins: ImagePins;
}

/** The staged chart of one instance, in memory. */
export async function stageInstance(options: StageInstanceOptions): Promise<StagedChart> {
  const { repository, instance, runtimeFiles, pins } = options;
  const values = await Promise.all(
    instance.valuesFiles.map(async (file) => ({ file, text: await readFile(join(repository.root, file), "utf8") })),
  );
  const pinned = instance.image === undefined ? undefined : pins[instance.image];
  const key = pinned === undefined ? undefined : findImage(values, instance.image!)?.key;
  return {
    folder: join(repository.root, instance.folder),
    extraFiles: runtimeFiles.map(({ path, text }) => ({ path: `runtime/${path}`, bytes: new TextEncoder().encode(text) })),
    values: pinned !== undefined && key ? [...values, { file: "image pin", text: valuesFileFor(key, pinned) }] : values,
  };
}

/** How {@link renderInstance} renders. */
export interface RenderInstanceOptions extends StageInstanceOptions {
  readonly namespace: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Renders the staged chart of one instance. A chart that does not take its image from values is pinned in the rendered objects and text, with
 * the warning CHART_IMAGE_NOT_FROM_VALUES.
 */
export async function renderInstance(options: RenderInstanceOptions): Promise<Checked<RenderedRelease>> {
  const { repository, instance, pins } = options;
  const staged = await stageInstance(options);
  const loaded = await loadChart(staged.folder, {
    root: repository.root,
    extraFiles: staged.extraFiles,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (!loaded.value) return { diagnostics: loaded.diagnostics };
  const rendered = renderRelease(loaded.value as Chart, {
    name: instance.name,
    namespace: options.namespace,
    values: staged.values,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  const diagnostics = [...loaded.diagnostics, ...rendered.diagnostics];
  if (!rendered.value) return { diagnostics };
  const pinned = instance.image === undefined ? undefined : pins[instance.image];
  if (pinned === undefined || rendered.value.text.includes(pinned)) return { value: rendered.value, diagnostics };
  const warning: Diagnostic = {
    code: "CHART_IMAGE_NOT_FROM_VALUES",
    severity: "warning",
    message: `${instance.name}: the chart does not take its image from values; the digest was set in the rendered objects`,
    range: instance.range,
  };
  return { value: pinAfterRendering(rendered.value, instance.image!, pinned), diagnostics: [...diagnostics, warning] };
}

function pinAfterRendering(release: RenderedRelease, reference: string, pinned: string): RenderedRelease {
  const pin = (value: unknown, key?: string): unknown => {
    if (typeof value === "string") return key === "image" && value === reference ? pinned : value;
    if (Array.isArray(value)) return value.map((item) => pin(item));
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, pin(item, name)]));
    return value;
  };
  const text = release.text.replace(
    /^(\s*(?:- )?image:\s*)(["']?)(\S+?)\2(\s*)$/gm,
    (line, before: string, quote: string, value: string, after: string) =>
      value === reference ? `${before}${quote}${pinned}${quote}${after}` : line,
  );
  return { ...release, text, objects: release.objects.map((object) => pin(object) as KubeObject) };
}
