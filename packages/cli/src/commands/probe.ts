import { runProbeCommand } from "@epicube/probe";
import type { CommandContext, CommonOptions } from "../output/terminal.js";

/** Flags of `epicube probe`. */
export interface ProbeFlags extends CommonOptions {
  readonly preset: "startup" | "liveness" | "readiness";
  readonly timeoutMs: number;
  readonly heartbeat?: string;
  readonly maxSeverity?: "no_alarm" | "minor" | "major" | "invalid";
}
