import { systemClock } from "@epicube/core";
import type { HealthGate, HealthVerdict } from "@epicube/core/seams";
import { type ExaminationResult, examine } from "../ioc/examine.js";
import { ANSWER_TIMEOUT_MS, clientFor, HEARTBEAT_POLL_MS } from "../ioc/probe-ioc.js";
import { canBeAnsweredTwice, type ProbeOptions } from "../ioc/target.js";

/** Options of {@link createHealthGate}. */
export interface HealthGateOptions extends ProbeOptions {
  /** Pause between two examinations, in milliseconds. Default 200. */
  readonly pauseMs?: number;
}

/** With this and the 2 s of an answer, a frozen heartbeat is named within 8 s. A slower one may still move in a later examination. */
const GATE_HEARTBEAT_TIMEOUT_MS = 5000;
const PAUSE_MS = 200;

/**
 * Makes a gate for deployments: it examines an IOC again and again while it starts, yields each change of the verdict, and ends with the
 * first healthy one or at the target's deadline. A refused connection is what a starting IOC looks like, so it is retried.
 *
 * @example
 * ```ts
 * const gate = createHealthGate({});
 * for await (const verdict of gate(target, signal)) console.log(verdict.verdict, verdict.cause ?? "");
 * ```
 */
export function createHealthGate(options: HealthGateOptions = {}): HealthGate {
  return async function* (target, callerSignal) {
    const { clock = systemClock } = options;
    const signal = options.signal ? AbortSignal.any([callerSignal, options.signal]) : callerSignal;
    const deadlineMs = clock.monotonicMs() + target.deadlineMs;
    const client = clientFor(target, options);
    let last: string | undefined;
    let baseline: ExaminationResult["baseline"];
    try {
      for (;;) {
        const result = await examine({
          target,
          client,
          clock,
          deadlineMs,
          answerTimeoutMs: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
          heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? GATE_HEARTBEAT_TIMEOUT_MS,
          heartbeatPollMs: options.heartbeatPollMs ?? HEARTBEAT_POLL_MS,
          findDuplicates: canBeAnsweredTwice(target, options),
          baseline,
          signal,
        });
        baseline = result.baseline;
        const { verdict } = result;
        const key = changeKey(verdict);
        const over = deadlineMs - clock.monotonicMs() <= 0;
        // The last examination before the deadline has little time: what it could not finish must not hide the cause found before it.
        if (key !== last && (verdict.verdict === "healthy" || last === undefined || !(over || result.cutShort))) yield verdict;
        last = key;
        if (verdict.verdict === "healthy") return;
        const pauseMs = Math.min(options.pauseMs ?? PAUSE_MS, deadlineMs - clock.monotonicMs());
        if (over || pauseMs <= 0) return;
        await clock.sleep(pauseMs, signal);
      }
    } finally {
      await client.close();
    }
  };
}

/** What makes two verdicts the same to someone who watches: times and the numbers in causes differ in each. */
function changeKey(verdict: HealthVerdict): string {
  const plain = (cause: string | undefined) => cause?.replace(/[0-9]+\.[0-9]+ s\b/g, "s");
  return JSON.stringify([
    verdict.verdict,
    verdict.level,
    plain(verdict.cause),
    verdict.pvs.map((row) => [row.pv, row.verdict, row.level, plain(row.cause)]),
  ]);
}
