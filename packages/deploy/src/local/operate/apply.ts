import { EpicubeError, mapLimit } from "@epicube/core";
import type { Plan } from "../../plan/plan-data.js";
import { planRelease } from "../../plan/plan-release.js";
import { type CheckedRelease, checkReleases } from "../../releases/check-releases.js";
import type { ApplyOptions, DeployEvent } from "../../target/target.js";
import { createEventQueue } from "../events/queue.js";
import { judgeIoc } from "../health/judge.js";
import { assertPortsFree, assignPorts } from "../ports/ports.js";
import type { IocEntry, LocalSession } from "../session.js";
import { readRelease, releaseDigest, writeRelease } from "../state/release-record.js";
import { stateBase } from "../state/state.js";
import { prepareFolders, specDigest } from "./prepare.js";
import { startIoc, stopIoc } from "./run.js";

/** IOCs whose folders are written at once: the disk is the limit, not the processor. */
const CONCURRENT_PREPARATIONS = 4;

type Emit = (event: DeployEvent) => void;

interface Item extends CheckedRelease {
  readonly port: number;
  readonly portBase: number;
  /** Runs already just as it is asked for. */
  readonly keep: boolean;
  /** False when it is asked to be stopped, by hand or by `replicas: 0`. */
  readonly wanted: boolean;
}

/**
 * Does what a plan says. Each release ends with a `released` event; a failed one does not stop the others. Where the work itself fails or
 * is aborted, or the loop over the events is left early, everything that was started is stopped before the error comes out.
 */
export async function* applyPlan(session: LocalSession, plan: Plan, options: ApplyOptions = {}): AsyncGenerator<DeployEvent> {
  const queue = createEventQueue<DeployEvent>();
  const abandoned = new AbortController();
  const signal = AbortSignal.any([abandoned.signal, session.closing.signal, ...(options.signal ? [options.signal] : [])]);
  const started = new Set<string>();
  const stopStarted = async () => {
    await Promise.all([...started].map((name) => stopIoc(session, name)));
  };
  const work = session
    .exclusively(() => runPlan(session, plan, { signal, failFast: options.failFast === true }, started, (event) => queue.push(event)))
    .then(
      () => queue.end(),
      async (error: unknown) => {
        await stopStarted();
        queue.fail(error);
      },
    );
  let complete = false;
  try {
    yield* queue;
    complete = true;
  } finally {
    abandoned.abort(new EpicubeError("APPLY_ABANDONED", "the loop over the deployment's events was left before its end"));
    await work;
    if (!complete) await stopStarted();
  }
}

async function runPlan(
  session: LocalSession,
  plan: Plan,
  options: { readonly signal: AbortSignal; readonly failFast: boolean },
  started: Set<string>,
  emit: Emit,
): Promise<void> {
  const { signal } = options;
  signal.throwIfAborted();
  const releases = checkReleases(plan.releases, (warning) => session.settings.logger.warn(warning.message, { code: warning.code }));
  await session.acquire();
  if (plan.target !== "local")
    throw new EpicubeError("PLAN_INVALID", `the plan was made for the target ${JSON.stringify(plan.target)}, not for local`);
  if (plan.base !== stateBase(session.store.current))
    throw new EpicubeError("PLAN_STALE", "the beamline has changed since the plan was made", { help: "make the plan again" });
  const items = await arrange(session, releases);
  signal.throwIfAborted();

  const failFast = new AbortController();
  const gates: Promise<void>[] = [];
  try {
    await prepareAll(session, items, signal, emit);
    await record(session, items);
    // One after the other: each sees whether its port is free, and an abort stops before the next one.
    for (const item of items) {
      signal.throwIfAborted();
      const gate = await launch(session, item, started, emit);
      if (!gate) continue;
      const judged = judge(session, item, gate, { signal, failFast, ends: options.failFast }, emit);
      // Awaited with the others below; an abort while the next IOC is started must not be an unhandled rejection.
      judged.catch(() => {});
      gates.push(judged);
    }
    await Promise.all(gates);
  } catch (error) {
    failFast.abort(error);
    await Promise.allSettled(gates);
    throw error;
  }
}

/** Gives each release its port, and makes sure that the ports of those to be started are free before anything is touched. */
async function arrange(session: LocalSession, releases: readonly CheckedRelease[]): Promise<Item[]> {
  const { store, settings, entries } = session;
  const ports = assignPorts(
    store.current,
    releases.map(({ release }) => release.name),
    settings.portBase,
  );
  const items = releases.map((checked) => {
    const { name } = checked.release;
    const { port, portBase } = ports.get(name)!;
    const entry = runningEntry(session, name);
    return {
      ...checked,
      port,
      portBase,
      keep: entry?.port === port && entry.specDigest === specDigest(checked.workload, settings.program, port),
      wanted: checked.workload.replicas > 0 && store.current.iocs[name]?.desired !== "stopped",
    };
  });
  const ours = new Set([...entries.values()].filter((entry) => !entry.process.exit).map((entry) => entry.port));
  await assertPortsFree(
    new Map(items.filter((item) => item.wanted && !ours.has(item.port)).map((item) => [item.release.name, { port: item.port }])),
  );
  return items;
}

function runningEntry(session: LocalSession, name: string): IocEntry | undefined {
  const entry = session.entries.get(name);
  return entry && !entry.process.exit ? entry : undefined;
}

/** Writes the folders of all. After a failure no more are begun, and those under way are waited for. */
async function prepareAll(session: LocalSession, items: readonly Item[], signal: AbortSignal, emit: Emit): Promise<void> {
  const failures: unknown[] = [];
  await mapLimit(items, CONCURRENT_PREPARATIONS, async (item) => {
    if (failures.length > 0) return;
    await prepareItem(session, item, signal, emit).catch((error: unknown) => failures.push(error));
  });
  if (failures.length > 0) throw failures[0];
}

async function prepareItem(session: LocalSession, item: Item, signal: AbortSignal, emit: Emit): Promise<void> {
  signal.throwIfAborted();
  const { stateFolder, program } = session.settings;
  const { name } = item.release;
  emit({ event: "progress", at: "start", id: `deploy:${name}`, parent: "deploy", label: name });
  const changes = planRelease(item, await readRelease(stateFolder, name));
  if (!item.keep || !item.wanted) {
    await stopIoc(session, name);
    signal.throwIfAborted();
    await prepareFolders(stateFolder, item.workload, program);
  }
  await writeRelease(stateFolder, item.release);
  for (const change of changes) if (change.action !== "none") emit({ event: "change", change, outcome: "done" });
}

/** Writes what is now in the folders into the state: one write for all. A revision counts only real changes. */
async function record(session: LocalSession, items: readonly Item[]): Promise<void> {
  const deployedAt = new Date(session.settings.clock.nowMs()).toISOString();
  await session.store.update((state) => {
    for (const { release, workload, port, portBase } of items) {
      const old = state.iocs[release.name];
      const digest = releaseDigest(release);
      const same = old?.digest === digest;
      state.iocs[release.name] = {
        ...(old ?? { desired: "running" }),
        port,
        portBase,
        digest,
        revision: same ? old.revision : (old?.revision ?? 0) + 1,
        version: release.version,
        deployedAt: same ? old.deployedAt : deployedAt,
        image: workload.image,
      };
    }
  });
}

/** Starts an IOC, or leaves it as it is. Gives the process to judge; undefined when there is none, and the release is then done. */
async function launch(session: LocalSession, item: Item, started: Set<string>, emit: Emit): Promise<IocEntry | undefined> {
  const { name } = item.release;
  const running = runningEntry(session, name);
  if (running) return running;
  if (!item.wanted) {
    const why = item.workload.replicas === 0 ? "replicas is 0" : "stopped by hand";
    emit({ event: "pod", release: name, state: "stopped", reason: why });
    finish(session, item, emit, { ok: true }, "skipped");
    return undefined;
  }
  started.add(name);
  try {
    const entry = await startIoc(session, item, item.port);
    emit({ event: "pod", release: name, state: "starting", reason: `${session.settings.program.label}, port ${item.port}` });
    return entry;
  } catch (error) {
    // What only concerns this IOC fails this IOC; a taken port or a full disk fails the whole.
    if (!(error instanceof EpicubeError) || !["START_FAILED", "START_COMMAND_MISSING"].includes(error.code)) throw error;
    emit({ event: "pod", release: name, state: "failing", reason: error.message });
    finish(session, item, emit, { ok: false, cause: error.message }, "failed");
    return undefined;
  }
}

async function judge(
  session: LocalSession,
  item: Item,
  entry: IocEntry,
  options: { readonly signal: AbortSignal; readonly failFast: AbortController; readonly ends: boolean },
  emit: Emit,
): Promise<void> {
  const { name, health } = item.release;
  const signal = AbortSignal.any([options.signal, options.failFast.signal]);
  const judgement = await judgeIoc(session, name, health, entry, { signal, onVerdict: emit }).catch((error: unknown) => {
    if (options.signal.aborted || !(error instanceof EpicubeError) || error.code !== "FAIL_FAST") throw error;
    return { ok: false, cause: error.message };
  });
  if (!entry.process.exit) {
    entry.state = judgement.ok ? "running" : "failing";
    if (judgement.cause === undefined) delete entry.reason;
    else entry.reason = judgement.cause;
    session.changed(name);
  } else if (!judgement.ok && !entry.process.exit.asked) {
    // Keeping the exit may not be done yet; the end of an apply tells the same.
    entry.state = "failing";
    if (judgement.cause !== undefined) entry.reason = judgement.cause;
  }
  const reason = judgement.cause === undefined ? {} : { reason: judgement.cause };
  emit({ event: "pod", release: name, state: judgement.ok ? "running" : "failing", ...reason });
  finish(session, item, emit, judgement, judgement.ok ? "done" : "failed");
  if (!judgement.ok && options.ends)
    options.failFast.abort(new EpicubeError("FAIL_FAST", `not judged to its end, because ${name} failed first`));
}

function finish(
  session: LocalSession,
  item: Item,
  emit: Emit,
  judgement: { readonly ok: boolean; readonly cause?: string },
  outcome: "done" | "skipped" | "failed",
): void {
  const { name } = item.release;
  emit({ event: "progress", at: "end", id: `deploy:${name}`, parent: "deploy", label: name, outcome });
  const revision = session.store.current.iocs[name]?.revision ?? 0;
  const { ok, cause } = judgement;
  emit({ event: "released", release: name, revision, ok, ...(cause === undefined ? {} : { cause }) });
}
