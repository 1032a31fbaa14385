import type { SimRecord } from "../record/record.js";
import { numberOf } from "../record/record.js";

/** Alarm severities by number. */
export const SEVERITY = { NO_ALARM: 0, MINOR: 1, MAJOR: 2, INVALID: 3 } as const;
/** The alarm statuses that records raise, by number. */
export const STATUS = {
  NO_ALARM: 0,
  READ: 1,
  WRITE: 2,
  HIHI: 3,
  HIGH: 4,
  LOLO: 5,
  LOW: 6,
  STATE: 7,
  COS: 8,
  CALC: 12,
  LINK: 14,
  SOFT: 15,
  UDF: 17,
  DISABLE: 18,
  SIMM: 19,
} as const;

/** Raises the alarm that the record gets at the end of its processing, where it is worse than what it has. */
export function raise(record: SimRecord, status: number, severity: number): boolean {
  if (severity <= numberOf(record, "NSEV")) return false;
  record.values.NSEV = severity;
  record.values.NSTA = status;
  return true;
}

/** UDF, where the record was never given a value. True when it was raised: other limits are not looked at then. */
export function raiseUndefined(record: SimRecord): boolean {
  if (numberOf(record, "UDF") === 0) return false;
  raise(record, STATUS.UDF, numberOf(record, "UDFS"));
  return true;
}

const LIMITS = [
  { limit: "HIHI", severity: "HHSV", status: STATUS.HIHI, above: true },
  { limit: "LOLO", severity: "LLSV", status: STATUS.LOLO, above: false },
  { limit: "HIGH", severity: "HSV", status: STATUS.HIGH, above: true },
  { limit: "LOW", severity: "LSV", status: STATUS.LOW, above: false },
] as const;

/** HIHI, LOLO, HIGH and LOW with hysteresis. LALM keeps the limit that was crossed last. */
export function raiseLimits(record: SimRecord): void {
  if (raiseUndefined(record)) return;
  const value = numberOf(record, "VAL");
  const last = numberOf(record, "LALM");
  const hysteresis = numberOf(record, "HYST");
  for (const { limit, severity, status, above } of LIMITS) {
    const level = numberOf(record, severity);
    if (level === 0) continue;
    const bound = numberOf(record, limit);
    const beyond = above ? value >= bound : value <= bound;
    const stays = last === bound && (above ? value >= bound - hysteresis : value <= bound + hysteresis);
    if (!beyond && !stays) continue;
    if (raise(record, status, level)) record.values.LALM = bound;
    return;
  }
  record.values.LALM = value;
}

/** STATE by the present value, COS when it differs from the last. */
export function raiseState(record: SimRecord, severityField: string | undefined): void {
  if (raiseUndefined(record)) return;
  if (severityField !== undefined) raise(record, STATUS.STATE, numberOf(record, severityField));
  const value = numberOf(record, "VAL");
  if (value === numberOf(record, "LALM")) return;
  raise(record, STATUS.COS, numberOf(record, "COSV"));
  record.values.LALM = value;
}
