import { type CaClient, createClient } from "@epicube/ca";
import { systemClock } from "@epicube/core";
import type { HealthTarget, HealthVerdict } from "@epicube/core/seams";
import { examine } from "./examine.js";
import { canBeAnsweredTwice, type ProbeOptions } from "./target.js";

/** Milliseconds for one answer, unless the caller says another. */
export const ANSWER_TIMEOUT_MS = 2000;
/** Milliseconds between two readings of a heartbeat. */
export const HEARTBEAT_POLL_MS = 100;

/**
 * Examines an IOC once and tells the truth within `target.deadlineMs`. Reads only: this package has no way to write.
 *
 * @example
 * ```ts
 * const verdict = await probeIoc({
 *   ioc: "bl45p-mo-ioc-01", preset: "liveness", deadlineMs: 5000,
 *   pvs: ["BL45P-MO-IOC-01:X"], heartbeatPv: "BL45P-MO-IOC-01:HEARTBEAT",
 *   address: { host: "127.0.0.1", port: 5064 },
 * });
 * console.log(verdict.verdict, verdict.cause ?? "");
 * ```
 */
export async function probeIoc(target: HealthTarget, options: ProbeOptions = {}): Promise<HealthVerdict> {
  const { clock = systemClock, signal } = options;
  const deadlineMs = clock.monotonicMs() + target.deadlineMs;
  const client = clientFor(target, options);
  try {
    const { verdict } = await examine({
      target,
      client,
      clock,
      deadlineMs,
      answerTimeoutMs: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
      heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? Number.POSITIVE_INFINITY,
      heartbeatPollMs: options.heartbeatPollMs ?? HEARTBEAT_POLL_MS,
      findDuplicates: canBeAnsweredTwice(target, options),
      signal,
    });
    return verdict;
  } finally {
    await client.close();
  }
}

/** A client that asks the target's own server directly, so that no other server can answer for it; without an address it searches. */
export function clientFor(target: HealthTarget, options: ProbeOptions): CaClient {
  const { clock, logger } = options;
  // The verdict's own deadlines are the shorter ones: the connection must not give up before the cause is known.
  const limits = { connectTimeoutMs: target.deadlineMs, echoTimeoutMs: target.deadlineMs };
  const base = { ...limits, userName: "epicube-probe", ...(clock ? { clock } : {}), ...(logger ? { logger } : {}) };
  return target.address === undefined
    ? createClient({
        ...base,
        nameServers: options.nameServers ?? [],
        addressList: options.addressList ?? [],
        ...(options.broadcastPort === undefined ? {} : { broadcastPort: options.broadcastPort }),
      })
    : createClient({ ...base, servers: [target.address] });
}
