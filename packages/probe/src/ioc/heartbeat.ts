import type { CaClient, PvReading } from "@epicube/ca";
import { valueToJson } from "@epicube/ca";
import type { Clock } from "@epicube/core";

/** What a heartbeat showed at one moment. */
export interface HeartbeatSample {
  readonly key: string;
  readonly atMs: number;
}

/** What became of waiting for a heartbeat. */
export type HeartbeatOutcome =
  | { readonly moved: true; readonly reading: PvReading; readonly waitedMs: number }
  | { readonly moved: false; readonly reading: PvReading; readonly waitedMs: number; readonly cause: string };

/** A sample of a reading: heartbeats differ in value or in time. */
export function sampleOf(reading: PvReading, atMs: number): HeartbeatSample {
  const { timestamp } = reading;
  return { key: JSON.stringify([valueToJson(reading.value), timestamp?.secondsPastEpoch, timestamp?.nanoseconds]), atMs };
}

/** The last read begins this long before the end, so that there is time for its answer. */
const LAST_READ_MS = 20;

/** What {@link awaitHeartbeat} needs. */
export interface HeartbeatOptions {
  readonly client: CaClient;
  readonly clock: Clock;
  readonly pv: string;
  /** The reading to begin with, and the earliest sample to compare with. */
  readonly first: PvReading;
  readonly baseline: HeartbeatSample;
  /** Moment (monotonic) to give up at. */
  readonly untilMs: number;
  /** How long one read may take. */
  readonly answerTimeoutMs: number;
  readonly pollMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a heartbeat again and again until it differs from the baseline, or the time is over. */
export async function awaitHeartbeat(options: HeartbeatOptions): Promise<HeartbeatOutcome> {
  const { client, clock, pv, baseline, untilMs, signal } = options;
  const startedMs = clock.monotonicMs();
  let reading = options.first;
  for (;;) {
    const now = clock.monotonicMs();
    if (reading.ok && sampleOf(reading, now).key !== baseline.key) return { moved: true, reading, waitedMs: now - startedMs };
    if (!reading.ok) return { moved: false, reading, waitedMs: now - startedMs, cause: reading.error!.message };
    const pauseMs = Math.min(options.pollMs, untilMs - now - LAST_READ_MS);
    if (pauseMs <= 0) {
      const stood = ((now - baseline.atMs) / 1000).toFixed(1);
      return { moved: false, reading, waitedMs: now - startedMs, cause: `heartbeat ${pv} has not moved for ${stood} s` };
    }
    await clock.sleep(pauseMs, signal);
    // Cut off by the end of the wait, not by its own limit, a read says nothing: a heartbeat is never called hung for that.
    const left = Math.max(1, untilMs - clock.monotonicMs());
    const get = { timeoutMs: Math.min(options.answerTimeoutMs, left), ...(signal ? { signal } : {}) };
    const next = (await client.getMany([pv], get))[0]!;
    const ranOut = !next.ok && next.error?.code === "CA_TIMEOUT" && get.timeoutMs < options.answerTimeoutMs;
    if (!ranOut) reading = next;
  }
}
