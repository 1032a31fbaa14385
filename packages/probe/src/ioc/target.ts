import type { ServerAddress } from "@epicube/ca";
import type { Clock, Logger } from "@epicube/core";
import type { HealthTarget } from "@epicube/core/seams";

/** Options of {@link probeIoc} and {@link createHealthGate}. */
export interface ProbeOptions {
  /** Where to search when the target has no address: name servers by TCP. */
  readonly nameServers?: readonly ServerAddress[];
  /** Where to search when the target has no address: UDP destinations. Default none: no UDP is sent. */
  readonly addressList?: readonly ServerAddress[];
  /** Search by broadcast on every interface too, to this port, when the target has no address. Default not. */
  readonly broadcastPort?: number;
  /** A server, a search and a read must each be answered within this many milliseconds (less where the deadline is nearer). Default 2000. */
  readonly answerTimeoutMs?: number;
  /** A heartbeat that has not moved for this long counts as frozen, in milliseconds. Default: what is left of the deadline; for a gate 5000. */
  readonly heartbeatTimeoutMs?: number;
  /** Pause between two readings of a heartbeat, in milliseconds. Default 100. */
  readonly heartbeatPollMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
}

/** Every name that a target concerns, each once, in the order of first mention. */
export function namesOf(target: HealthTarget): readonly string[] {
  const names = new Set(target.pvs);
  if (target.heartbeatPv !== undefined) names.add(target.heartbeatPv);
  if (target.preset === "readiness") for (const rule of target.expect ?? []) names.add(rule.pv);
  return [...names];
}

/** True where several servers could answer to one name, so that it is worth asking whether they do. */
export function canBeAnsweredTwice(target: HealthTarget, options: ProbeOptions): boolean {
  if (target.address !== undefined) return false;
  return (options.addressList?.length ?? 0) > 0 || options.broadcastPort !== undefined || (options.nameServers?.length ?? 0) > 1;
}
