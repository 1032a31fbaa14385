import { escapeControl } from "@epicube/core";
import type { HealthVerdict } from "@epicube/core/seams";

/** The JSON document of `probe --json`. */
export interface ProbeJson {
  readonly verdict: HealthVerdict["verdict"];
  readonly level: HealthVerdict["level"];
  readonly cause: string | null;
  readonly pvs: readonly {
    readonly pv: string;
    readonly verdict: string;
    readonly level: string;
    readonly cause: string | null;
    readonly server: string | null;
    readonly severity: string | null;
    readonly value: string | null;
    readonly timingsMs: Readonly<Record<string, number>>;
  }[];
  readonly wallMs: number;
}

/** A verdict as the command line prints it in JSON. */
export function verdictToJson(verdict: HealthVerdict, wallMs: number): ProbeJson {
  return {
    verdict: verdict.verdict,
    level: verdict.level,
    cause: safe(verdict.cause),
    pvs: verdict.pvs.map((row) => ({
      pv: row.pv,
      verdict: row.verdict,
      level: row.level,
      cause: safe(row.cause),
      server: row.server ?? null,
      severity: row.severity ?? null,
      value: safe(row.value),
      timingsMs: Object.fromEntries(Object.entries(row.timingsMs).map(([stage, ms]) => [stage, round(ms)])),
    })),
    wallMs: round(wallMs),
  };
}

/** A verdict for people: one line each PV, then the sum. */
export function verdictToText(verdict: HealthVerdict, wallMs: number): string {
  const lines = verdict.pvs.map((row) => {
    const detail =
      row.verdict === "healthy" ? [row.value, row.severity].filter((part) => part !== undefined && part !== "").join("  ") : row.cause;
    return `${row.verdict.padEnd(9)} ${row.level}  ${row.pv}  ${safe(detail) ?? ""}`.trimEnd();
  });
  const cause = verdict.cause === undefined ? "" : `: ${safe(verdict.cause)}`;
  return `${lines.join("\n")}\n${verdict.verdict} at ${verdict.level} in ${(wallMs / 1000).toFixed(2)} s${cause}\n`;
}

/** JSON escapes C0 by itself; this keeps C1 and DEL of a server from the terminal too. */
function safe(text: string | undefined): string | null {
  return text === undefined ? null : escapeControl(text);
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
