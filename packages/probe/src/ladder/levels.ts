import type { PvError, Stage } from "@epicube/ca";
import type { HealthLevel, Verdict } from "@epicube/core/seams";

/** The ladder from the bottom up. */
export const LEVELS: readonly HealthLevel[] = ["L0", "L1", "L2", "L3", "L4", "L5", "L6"];

/** The lower of two levels. */
export function lowest(left: HealthLevel, right: HealthLevel): HealthLevel {
  return LEVELS.indexOf(left) <= LEVELS.indexOf(right) ? left : right;
}

/** The worse of two verdicts: unhealthy beats unknown beats healthy. */
export function worst(left: Verdict, right: Verdict): Verdict {
  if (left === "unhealthy" || right === "unhealthy") return "unhealthy";
  return left === "unknown" || right === "unknown" ? "unknown" : "healthy";
}

/** The level at which a stage that does not end fails. */
const LEVEL_OF_STAGE: Readonly<Record<Stage, HealthLevel>> = {
  resolve: "L0",
  connect: "L0",
  version: "L1",
  search: "L2",
  create: "L2",
  read: "L3",
};

/** Where on the ladder an error of the client stands, and whether anything was learned of the IOC at all. */
export function judgeError(
  error: PvError,
  timingsMs: Readonly<Partial<Record<Stage, number>>>,
): { readonly verdict: Verdict; readonly level: HealthLevel } {
  switch (error.code) {
    case "CA_NO_ADDRESS":
      return { verdict: "unknown", level: "L0" };
    case "CA_CONNECT":
      return { verdict: error.reason === "name" || error.reason === "no-route" ? "unknown" : "unhealthy", level: "L0" };
    case "CA_TIMEOUT":
      return { verdict: error.stage === "resolve" ? "unknown" : "unhealthy", level: LEVEL_OF_STAGE[error.stage] };
    case "CA_UNRESPONSIVE":
      return { verdict: "unhealthy", level: "L1" };
    case "CA_NOT_FOUND":
    case "CA_NAME_INVALID":
      return { verdict: "unhealthy", level: "L2" };
    case "CA_STATUS":
      return { verdict: "unhealthy", level: "L3" };
    default:
      // The connection broke, or the server broke the protocol: the first stage that was not reached.
      return {
        verdict: "unhealthy",
        level: timingsMs.read !== undefined || timingsMs.create !== undefined ? "L3" : timingsMs.version !== undefined ? "L2" : "L1",
      };
  }
}
