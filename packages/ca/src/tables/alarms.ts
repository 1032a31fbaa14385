/** Names of alarm severities by number, as EPICS base names them. */
export const SEVERITY_NAMES = ["NO_ALARM", "MINOR", "MAJOR", "INVALID"] as const;
export type SeverityName = (typeof SEVERITY_NAMES)[number];

/** Names of alarm statuses by number (`stat` of a DBR structure). */
export const STATUS_NAMES = [
  "NO_ALARM",
  "READ",
  "WRITE",
  "HIHI",
  "HIGH",
  "LOLO",
  "LOW",
  "STATE",
  "COS",
  "COMM",
  "TIMEOUT",
  "HWLIMIT",
  "CALC",
  "SCAN",
  "LINK",
  "SOFT",
  "BAD_SUB",
  "UDF",
  "DISABLE",
  "SIMM",
  "READ_ACCESS",
  "WRITE_ACCESS",
] as const;
export type StatusName = (typeof STATUS_NAMES)[number];

/** The name of a severity, or the number itself where the table has none. */
export function severityName(code: number): SeverityName | number {
  return SEVERITY_NAMES[code] ?? code;
}

/** The name of an alarm status, or the number itself where the table has none. */
export function statusName(code: number): StatusName | number {
  return STATUS_NAMES[code] ?? code;
}

/** The number of a severity given by name or number. */
export function severityCode(severity: SeverityName | number): number {
  return typeof severity === "number" ? severity : SEVERITY_NAMES.indexOf(severity);
}

/** The number of an alarm status given by name or number. */
export function statusCode(status: StatusName | number): number {
  return typeof status === "number" ? status : STATUS_NAMES.indexOf(status);
}
