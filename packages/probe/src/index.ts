/**
 * Health of IOCs by Channel Access, told truthfully: a verdict, the level at which it was decided, and the cause in words.
 *
 * @example
 * ```ts
 * import { probeIoc } from "@epicube/probe";
 *
 * const verdict = await probeIoc({
 *   ioc: "bl45p-mo-ioc-01",
 *   preset: "liveness",
 *   deadlineMs: 5000,
 *   pvs: ["BL45P-MO-IOC-01:X"],
 *   heartbeatPv: "BL45P-MO-IOC-01:HEARTBEAT",
 *   address: { host: "127.0.0.1", port: 5064 },
 * });
 * console.log(verdict.verdict, verdict.level, verdict.cause ?? "");
 * ```
 *
 * @packageDocumentation
 */
export type { HealthGate, HealthLevel, HealthTarget, HealthVerdict, PvVerdict, Verdict } from "@epicube/core/seams";
export { type ProbeCommandIo, runProbeCommand } from "./command/command.js";
export { type ProbeJson, verdictToJson, verdictToText } from "./command/render.js";
export { createHealthGate, type HealthGateOptions } from "./gate/gate.js";
export { probeIoc } from "./ioc/probe-ioc.js";
export type { ProbeOptions } from "./ioc/target.js";
