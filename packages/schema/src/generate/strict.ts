import { problemAt, type Spot } from "../yaml/spot.js";
import type { Entity } from "./entity.js";
import type { Run } from "./run.js";

/** A quirk of ibek that changes or loses output: a warning in compat mode, an error in strict mode; once for each place. */
export function strictProblem(run: Run, spot: Spot, code: string, message: string, entity: Entity): void {
  const diagnostic = problemAt(spot, code, message, {
    severity: run.mode === "strict" ? "error" : "warning",
    labels: [{ range: entity.top, message: `in this entity of type ${entity.type}` }],
  });
  const { range } = diagnostic;
  const known = run.diagnostics.some(
    (entry) =>
      entry.code === code &&
      entry.range?.file === range!.file &&
      entry.range.startLine === range!.startLine &&
      entry.range.startColumn === range!.startColumn,
  );
  if (!known) run.diagnostics.push(diagnostic);
}
