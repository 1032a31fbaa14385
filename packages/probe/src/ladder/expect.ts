import { isUndefinedTime, type PvReading, SEVERITY_NAMES, valueToJson } from "@epicube/ca";
import { EpicubeError } from "@epicube/core";
import type { HealthTarget } from "@epicube/core/seams";

/** One rule of a target. */
export type Expectation = NonNullable<HealthTarget["expect"]>[number];

/** The number of a severity written in any case. @throws EpicubeError PROBE_SEVERITY_UNKNOWN */
export function parseSeverity(text: string): number {
  const code = (SEVERITY_NAMES as readonly string[]).indexOf(text.toUpperCase());
  if (code === -1)
    throw new EpicubeError("PROBE_SEVERITY_UNKNOWN", `unknown severity "${text}"`, { help: "one of no_alarm, minor, major, invalid" });
  return code;
}

/** The worst severity allowed where a rule names none: a readiness probe tolerates MAJOR, the others any. */
export function defaultMaxSeverity(preset: HealthTarget["preset"]): string {
  return preset === "readiness" ? "major" : "invalid";
}

/** A record that was never processed reads INVALID/UDF at time 0/0: it says nothing of health. */
export function neverProcessed(reading: Pick<PvReading, "status" | "timestamp">): boolean {
  return reading.status === "UDF" && reading.timestamp !== null && isUndefinedTime(reading.timestamp);
}

/** Why a reading breaks a rule, or undefined where it does not. `stateName` is the text of an ENUM's present state. */
export function brokenRule(rule: Expectation, preset: HealthTarget["preset"], reading: PvReading, stateName?: string): string | undefined {
  const allowed = parseSeverity(rule.maxSeverity ?? defaultMaxSeverity(preset));
  const severity = typeof reading.severity === "number" ? reading.severity : SEVERITY_NAMES.indexOf(reading.severity ?? "NO_ALARM");
  if (severity > allowed && !neverProcessed(reading))
    return `${rule.pv} is ${reading.severity} (${reading.status}), worse than ${SEVERITY_NAMES[allowed]}`;
  if (rule.equals === undefined) return undefined;
  const text = textOf(reading);
  if (text === rule.equals || stateName === rule.equals) return undefined;
  if (typeof reading.value === "number" && rule.equals.trim() !== "" && Number(rule.equals) === reading.value) return undefined;
  return `${rule.pv} is ${JSON.stringify(stateName ?? text)}, not ${JSON.stringify(rule.equals)}`;
}

/** A reading's value as text; long arrays are cut. */
export function textOf(reading: PvReading): string {
  const value = valueToJson(reading.value);
  if (value === null) return "";
  if (!Array.isArray(value)) return String(value);
  return value.length <= 8 ? value.join(" ") : `${value.slice(0, 8).join(" ")} …`;
}
