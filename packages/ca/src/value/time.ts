import type { EpicsTimestamp } from "./types.js";

/** Seconds from 1970-01-01 to 1990-01-01, the epoch of EPICS. */
export const EPICS_EPOCH_OFFSET_SECONDS = 631_152_000;

/** The EPICS time of a moment in Unix milliseconds. */
export function timestampFromUnixMs(unixMs: number): EpicsTimestamp {
  const seconds = Math.floor(unixMs / 1000);
  return {
    secondsPastEpoch: Math.max(0, seconds - EPICS_EPOCH_OFFSET_SECONDS) >>> 0,
    nanoseconds: Math.min(999_999_999, Math.max(0, Math.round((unixMs - seconds * 1000) * 1e6))),
  };
}

/** Unix milliseconds of an EPICS time; parts below a millisecond stay as a fraction. */
export function timestampToUnixMs(timestamp: EpicsTimestamp): number {
  return (timestamp.secondsPastEpoch + EPICS_EPOCH_OFFSET_SECONDS) * 1000 + timestamp.nanoseconds / 1e6;
}

/** RFC 3339 UTC with 9 digits, or null for 0/0, which means "never". */
export function formatTimestamp(timestamp: EpicsTimestamp): string | null {
  if (isUndefinedTime(timestamp)) return null;
  const date = new Date((timestamp.secondsPastEpoch + EPICS_EPOCH_OFFSET_SECONDS) * 1000);
  return `${date.toISOString().slice(0, 19)}.${String(timestamp.nanoseconds).padStart(9, "0")}Z`;
}

/** True for 0/0: the record was never processed. */
export function isUndefinedTime(timestamp: EpicsTimestamp): boolean {
  return timestamp.secondsPastEpoch === 0 && timestamp.nanoseconds === 0;
}
