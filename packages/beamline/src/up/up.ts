import { join } from "node:path";
import type { RenderedRelease } from "@epicube/chart";
import { type Clock, type Diagnostic, EpicubeError, hasErrors, type ProgressEvent, systemClock } from "@epicube/core";
import type { HealthGate, HealthVerdict, ImagePins } from "@epicube/core/seams";
import { createLocalTarget, type IocProgram, type LocalTarget, type Release } from "@epicube/deploy";
import { buildImages, pinsOf } from "@epicube/image";
import { createHealthGate } from "@epicube/probe";
import { type BeamlineCheck, type CheckedIoc, checkBeamline, withoutRepeats } from "../check/check.js";
import { healthTargetOf } from "../health/health-target.js";
import { checkImageReferences, loadFamily } from "../images/family.js";
import { renderInstance } from "../stage/stage-instance.js";
import type { DoneEvent, UpEvent, UpIoc } from "./events.js";
import { repositoryVersion } from "./version.js";

/** How {@link up} works. */
export interface UpOptions {
  /** Folder of the beamline's state. */
  readonly stateFolder: string;
  /** What runs the IOCs of the target `local`. */
  readonly program: IocProgram;
  /** Images file, instead of the settings' or `images.yaml`. */
  readonly imagesFile?: string;
  /** Support definitions, instead of those of the repository. Absolute paths. */
  readonly support?: readonly string[];
  /** Folders of templates that are looked at first. Absolute paths. */
  readonly dbPath?: readonly string[];
  /** Names of the IOCs to take up. Default: all. */
  readonly only?: readonly string[];
  /** Milliseconds from the start of an IOC until it must be healthy. Default 8000. */
  readonly timeoutMs?: number;
  readonly failFast?: boolean;
  readonly portBase?: number;
  /** Stay after a healthy verdict until the signal aborts. Default false: what was started is stopped. */
  readonly keep?: boolean;
  /** Judges each IOC. Default: over Channel Access, by `@epicube/probe`. */
  readonly gate?: HealthGate;
  /** Seconds since 1970 that files in images carry. Default 0. */
  readonly sourceDateEpoch?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 8000;

/**
 * Takes a beamline from its services repository to healthy PVs on this machine: check, images, charts, deploy, health. Ends with `done`.
 * With findings that are errors nothing is deployed. Whatever it started is stopped when it ends, fails or is aborted.
 *
 * @throws EpicubeError PORT_TAKEN and the other codes of the packages; the signal's reason when aborted
 */
export async function* up(root: string, options: UpOptions): AsyncGenerator<UpEvent, void> {
  const clock = options.clock ?? systemClock;
  const stages = createStages(clock);
  const gate = options.gate ?? createHealthGate({ clock });
  const target = await createLocalTarget({
    stateFolder: options.stateFolder,
    program: options.program,
    gate,
    clock,
    ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
  });
  try {
    yield stages.start("check", "check");
    const check = await checkBeamline(root, {
      environment: (ioc) => iocEnvironment(target, ioc),
      ...(options.support ? { support: options.support } : {}),
      ...(options.dbPath ? { dbPath: options.dbPath } : {}),
      ...(options.only ? { only: options.only } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    for (const diagnostic of check.all) yield { event: "diagnostic", diagnostic };
    yield stages.end({ done: check.summary.pvs, total: check.summary.pvs, unit: "pvs" }, check.summary.errors > 0);
    if (check.summary.errors > 0 || !check.repository) {
      yield done(false, []);
      return;
    }
    options.signal?.throwIfAborted();

    // Now, not after the work: of two runs at once the second is to stop before it builds.
    await target.acquire();
    yield stages.start("images", "images");
    const images = yield* buildStage(root, check, options);
    if (!images.ok) {
      yield stages.end({}, true);
      yield done(false, []);
      return;
    }
    yield stages.end(
      { done: images.layers, total: images.layers, unit: "layers" },
      false,
      images.layers === 0 ? "skipped" : images.built === 0 ? "cached" : "done",
    );

    yield stages.start("charts", "charts");
    const releases: Release[] = [];
    const chartFindings: Diagnostic[] = [];
    const version = await repositoryVersion(root, options.signal);
    for (const ioc of check.iocs) {
      const rendered = await renderInstance({
        repository: check.repository,
        instance: ioc.instance,
        runtimeFiles: ioc.runtimeFiles,
        pins: images.pins,
        namespace: check.namespace,
        clock,
        ...(options.signal ? { signal: options.signal } : {}),
      });
      chartFindings.push(...rendered.diagnostics);
      if (rendered.value)
        releases.push(releaseOf(ioc, rendered.value, images.pins, version, check, options.timeoutMs ?? DEFAULT_TIMEOUT_MS));
    }
    for (const diagnostic of withoutRepeats(chartFindings)) yield { event: "diagnostic", diagnostic };
    const chartsFailed = hasErrors(chartFindings) || releases.length < check.iocs.length;
    yield stages.end({ done: releases.length, total: check.iocs.length, unit: "iocs" }, chartsFailed);
    if (chartsFailed) {
      yield done(false, []);
      return;
    }

    yield { event: "note", message: `IOCs run as: ${options.program.label}` };
    yield stages.start("deploy", "deploy");
    const deployedAt = clock.monotonicMs();
    const verdicts = new Map<string, HealthVerdict>();
    const iocs: UpIoc[] = [];
    const started = new Set<string>();
    const plan = await target.plan(releases, options.signal ? { signal: options.signal } : {});
    for await (const event of target.apply(plan, {
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.failFast ? { failFast: true } : {}),
    })) {
      if (event.event === "health") verdicts.set(event.ioc, event);
      if (event.event === "pod" || event.event === "released") started.add(event.release);
      if (stages.current === "deploy" && started.size === releases.length) {
        yield stages.end({ done: started.size, total: releases.length, unit: "iocs" }, false);
        yield stages.start("health", "health");
      }
      if (event.event === "released") {
        const release = releases.find((candidate) => candidate.name === event.release)!;
        iocs.push(upIoc(release, event, verdicts.get(event.release), clock.monotonicMs() - deployedAt));
      }
      yield event;
    }
    iocs.sort((a, b) => (a.name < b.name ? -1 : 1));
    const ok = iocs.length === releases.length && iocs.every((ioc) => ioc.state === "healthy");
    yield stages.end({ done: iocs.filter((ioc) => ioc.state === "healthy").length, total: iocs.length, unit: "iocs" }, !ok);
    yield done(ok, iocs);
    if (options.keep && ok && options.signal) yield* keepRunning(target, options.signal);
  } finally {
    await target.close();
  }

  function done(ok: boolean, iocs: readonly UpIoc[]): DoneEvent {
    return { event: "done", ok, iocs, wallMs: Math.round(stages.wallMs()), stagesMs: stages.durations() };
  }
}

/** The variables that generated files are made for, on a target. */
export function iocEnvironment(target: Pick<LocalTarget, "paths">, ioc: string): Record<string, string> {
  const paths = target.paths(ioc);
  return { IOC: paths.ioc, RUNTIME_DIR: paths.runtime, IOC_NAME: ioc };
}

interface BuiltStage {
  readonly ok: boolean;
  readonly pins: ImagePins;
  /** Different layers of all images. */
  readonly layers: number;
  /** Images that were not in the layout yet. */
  readonly built: number;
}

async function* buildStage(root: string, check: BeamlineCheck, options: UpOptions): AsyncGenerator<UpEvent, BuiltStage> {
  const nothing = { pins: {}, layers: 0, built: 0 };
  const { family, diagnostics } = await loadFamily(root, check.settings, options.imagesFile);
  for (const diagnostic of diagnostics) yield { event: "diagnostic", diagnostic };
  if (hasErrors(diagnostics)) return { ok: false, ...nothing };
  if (!family) return { ok: true, ...nothing };
  for (const diagnostic of await checkImageReferences(check.repository!, check.iocs, family)) yield { event: "diagnostic", diagnostic };
  const events = buildImages(family, {
    layoutFolder: join(options.stateFolder, "layout"),
    ...(options.sourceDateEpoch === undefined ? {} : { sourceDateEpoch: options.sourceDateEpoch }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  for await (const event of events) {
    if (event.event === "progress") {
      yield { ...event, parent: "images" };
      continue;
    }
    for (const diagnostic of event.diagnostics) yield { event: "diagnostic", diagnostic };
    const layers = new Set(event.nodes.flatMap((node) => node.layers.map((layer) => layer.digest))).size;
    return { ok: event.ok, pins: pinsOf(event, family), layers, built: event.nodes.filter((node) => node.built).length };
  }
  throw new EpicubeError("IMAGE_BUILD", "the build of the images ended without a result");
}

function releaseOf(
  ioc: CheckedIoc,
  rendered: RenderedRelease,
  pins: ImagePins,
  version: string | undefined,
  check: BeamlineCheck,
  timeoutMs: number,
): Release {
  const image = ioc.instance.image;
  const pinned = image === undefined ? undefined : pins[image];
  return {
    name: rendered.name,
    namespace: rendered.namespace,
    version: version ?? rendered.chart.version,
    chart: rendered.chart,
    objects: rendered.objects,
    hooks: rendered.hooks,
    images: image !== undefined && pinned !== undefined ? { [image]: pinned } : {},
    text: rendered.text,
    userValues: rendered.userValues,
    chartValues: rendered.chartValues,
    ...(rendered.notes === undefined ? {} : { notes: rendered.notes }),
    health: healthTargetOf(ioc.name, ioc.rows, check.settings.value.health?.[ioc.name], timeoutMs),
  };
}

function upIoc(
  release: Release,
  released: { ok: boolean; revision: number; cause?: string },
  verdict: HealthVerdict | undefined,
  wallMs: number,
): UpIoc {
  const total = release.health?.pvs.length ?? 0;
  const ok = verdict?.pvs.filter((pv) => pv.verdict === "healthy" && release.health?.pvs.includes(pv.pv)).length ?? 0;
  const cause = released.cause ?? (released.ok ? undefined : verdict?.cause);
  return {
    name: release.name,
    state: released.ok ? "healthy" : "failed",
    revision: released.revision,
    image: Object.values(release.images)[0] ?? "",
    pvs: { ok: Math.min(ok, total), total },
    ...(cause === undefined ? {} : { cause }),
    wallMs: Math.round(wallMs),
  };
}

/** Tells of every change until the signal aborts. */
async function* keepRunning(target: LocalTarget, signal: AbortSignal): AsyncGenerator<UpEvent, void> {
  for await (const status of target.watch({ signal })) {
    yield { event: "pod", release: status.ioc, state: status.state, ...(status.reason === undefined ? {} : { reason: status.reason }) };
  }
  signal.throwIfAborted();
}

function createStages(clock: Clock) {
  const startedMs = clock.monotonicMs();
  const spent: Record<string, number> = {};
  let current: { id: string; label: string; atMs: number } | undefined;
  return {
    get current() {
      return current?.id;
    },
    start(id: string, label: string): ProgressEvent {
      current = { id, label, atMs: clock.monotonicMs() };
      return { event: "progress", at: "start", id, label };
    },
    end(count: Pick<ProgressEvent, "done" | "total" | "unit">, failed: boolean, outcome: ProgressEvent["outcome"] = "done"): ProgressEvent {
      const { id, label, atMs } = current!;
      const durationMs = clock.monotonicMs() - atMs;
      spent[id] = Math.round(durationMs);
      current = undefined;
      return { event: "progress", at: "end", id, label, ...count, outcome: failed ? "failed" : (outcome ?? "done"), durationMs };
    },
    wallMs: () => clock.monotonicMs() - startedMs,
    durations: () => spent,
  };
}
