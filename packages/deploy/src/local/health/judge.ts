import { messageOf } from "@epicube/core";
import type { HealthTarget, HealthVerdict } from "@epicube/core/seams";
import { exitCause } from "../operate/run.js";
import { LOCAL_HOST } from "../ports/ports.js";
import type { IocEntry, LocalSession } from "../session.js";

/** What became of one IOC. */
export interface Judgement {
  readonly ok: boolean;
  readonly cause?: string;
}

/** A gate keeps its own deadline and knows best why it failed; after this it is cut off. */
const DEADLINE_MARGIN_MS = 1000;

/** A connection breaks a moment before the end of its process is seen: the end is the better cause. */
const EXIT_NOTICE_MS = 100;

/**
 * Waits until an IOC is healthy, or certainly is not: by the gate's word, at its deadline, or at once when the process ends. Without
 * `health`, until it has lived a little. Rejects with the signal's reason when aborted.
 */
export async function judgeIoc(
  session: LocalSession,
  name: string,
  health: HealthTarget | undefined,
  entry: IocEntry,
  options: { readonly signal: AbortSignal; readonly onVerdict: (verdict: HealthVerdict) => void },
): Promise<Judgement> {
  const { clock } = session.settings;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const exited = entry.process.ended.then(async (exit) => ({ ok: false, cause: await exitCause(session, name, exit) }));
  const aborted = new Promise<never>((_resolve, reject) => {
    if (options.signal.aborted) reject(options.signal.reason);
    options.signal.addEventListener("abort", () => reject(options.signal.reason), { once: true, signal: ended.signal });
  });
  let last: HealthVerdict | undefined;
  const judged = health
    ? Promise.race([
        runGate(session, { ...health, ioc: name, address: { host: LOCAL_HOST, port: entry.port } }, signal, (verdict) => {
          if (ended.signal.aborted) return;
          last = verdict;
          entry.health = verdict;
          options.onVerdict(verdict);
        }),
        after(session, health.deadlineMs + DEADLINE_MARGIN_MS, signal, () => ({
          ok: false,
          cause: `not healthy within ${health.deadlineMs / 1000} s: ${last?.cause ?? "the health gate gave no verdict"}`,
        })),
      ])
    : after(session, session.settings.settleMs, signal, () => ({ ok: true }));
  try {
    const verdict = await Promise.race<Judgement>([exited, aborted, judged]);
    const outcome = verdict.ok ? verdict : await Promise.race([exited, aborted, clock.sleep(EXIT_NOTICE_MS).then(() => verdict)]);
    if (!outcome.ok && entry.process.exit && health) tellGone(session, name, health, outcome.cause!, last, entry, options.onVerdict);
    return outcome;
  } finally {
    ended.abort();
  }
}

/** Resolves later; never, when the signal aborts first. */
function after<T>(session: LocalSession, ms: number, signal: AbortSignal, value: () => T): Promise<T> {
  return new Promise((resolve) => {
    session.settings.clock.sleep(ms, signal).then(
      () => resolve(value()),
      () => {},
    );
  });
}

async function runGate(
  session: LocalSession,
  target: HealthTarget,
  signal: AbortSignal,
  onVerdict: (verdict: HealthVerdict) => void,
): Promise<Judgement> {
  let last: HealthVerdict | undefined;
  try {
    for await (const verdict of session.settings.gate(target, signal)) {
      last = verdict;
      onVerdict(verdict);
      if (verdict.verdict === "healthy") return { ok: true };
      if (signal.aborted) break;
    }
  } catch (error) {
    return { ok: false, cause: `the health gate failed: ${messageOf(error)}` };
  }
  return { ok: false, cause: last ? (last.cause ?? last.verdict) : "the health gate ended without a verdict" };
}

/** The gate sees only that nobody answers; that the process is gone is the word of the one who started it. */
function tellGone(
  session: LocalSession,
  name: string,
  health: HealthTarget,
  cause: string,
  last: HealthVerdict | undefined,
  entry: IocEntry,
  onVerdict: (verdict: HealthVerdict) => void,
): void {
  const verdict: HealthVerdict = {
    event: "health",
    ioc: name,
    verdict: "unhealthy",
    level: "L0",
    cause,
    checkedAt: new Date(session.settings.clock.nowMs()).toISOString(),
    pvs: health.pvs.map((pv) => ({
      pv,
      verdict: "unhealthy",
      level: "L0",
      cause: "the IOC's process has ended",
      timingsMs: last?.pvs.find((row) => row.pv === pv)?.timingsMs ?? {},
    })),
  };
  entry.health = verdict;
  onVerdict(verdict);
}
