import { problemAt, type Spot } from "../yaml/spot.js";
import type { Entity } from "./entity.js";
import { type Run, reportOnce } from "./run.js";

/** A quirk of ibek that changes or loses output: a warning in compat mode, an error in strict mode; once for each place. */
export function strictProblem(run: Run, spot: Spot, code: string, message: string, entity: Entity): void {
  const diagnostic = problemAt(spot, code, message, {
    severity: run.mode === "strict" ? "error" : "warning",
    labels: [{ range: entity.top, message: `in this entity of type ${entity.type}` }],
  });
  reportOnce(run, diagnostic);
}
