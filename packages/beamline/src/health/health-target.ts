import type { HealthTarget } from "@epicube/core/seams";
import type { PvRow } from "@epicube/epics-db";
import type { IocHealthRules } from "../schemas.js";

/** Info tag of the record whose value must advance. */
export const HEARTBEAT_TAG = "epicube:heartbeat";
/** Info tag of records whose alarm severity is judged. */
export const WATCH_TAG = "epicube:watch";

/**
 * What the gate of one IOC asks: every PV of its inventory exists and answers, the heartbeat advances, watched PVs are within their severity.
 * The heartbeat is the one of the rules, else tagged `epicube:heartbeat`, else the first named `*:HEARTBEAT`.
 */
export function healthTargetOf(ioc: string, rows: readonly PvRow[], rules: IocHealthRules | undefined, deadlineMs: number): HealthTarget {
  const served = rows.filter((row) => row.available && row.recordType !== "group");
  const heartbeatPv =
    rules?.heartbeat ??
    (served.find((row) => row.info?.[HEARTBEAT_TAG] !== undefined) ?? served.find((row) => row.pv.endsWith(":HEARTBEAT")))?.pv;
  const watched = new Set([...served.filter((row) => row.info?.[WATCH_TAG] !== undefined).map((row) => row.pv), ...(rules?.watch ?? [])]);
  const maxSeverity = rules?.maxSeverity ?? "major";
  return {
    ioc,
    preset: "readiness",
    deadlineMs: rules?.deadlineMs ?? deadlineMs,
    pvs: served.map((row) => row.pv),
    ...(heartbeatPv === undefined ? {} : { heartbeatPv }),
    ...(watched.size === 0 ? {} : { expect: [...watched].map((pv) => ({ pv, maxSeverity })) }),
  };
}
