/**
 * From manifests to IOCs that are proven healthy. Today: the target `local`, which runs each IOC as a supervised process of this machine.
 *
 * @example
 * ```ts
 * import { createLocalTarget } from "@epicube/deploy";
 *
 * const target = await createLocalTarget({
 *   stateFolder: "./state",
 *   program: { kind: "ioc", label: "softIoc", program: "/opt/epics/bin/softIoc", dbd: "/opt/epics/dbd/softIoc.dbd" },
 *   gate, // (target, signal) => AsyncIterable<HealthVerdict>, for example of @epicube/probe
 * });
 * try {
 *   for await (const event of target.apply(await target.plan(releases))) if (event.event === "released") console.log(event);
 * } finally {
 *   await target.close(); // no process is left
 * }
 * ```
 *
 * @packageDocumentation
 */
export type { HealthGate, HealthTarget, HealthVerdict, ImagePins, ImageSource, KubeObject } from "@epicube/core/seams";
export { createLocalTarget } from "./local/create-local-target.js";
export type { IocProgram, LocalTarget, LocalTargetOptions } from "./local/options.js";
export type { FieldChange, Plan, PlannedChange } from "./plan/plan-data.js";
export type { Release } from "./releases/release.js";
export type {
  ApplyOptions,
  ChangeEvent,
  DeployEvent,
  DeployTarget,
  IocPaths,
  IocStatus,
  LogLine,
  LogOptions,
  PodEvent,
  ReleasedEvent,
  StartOptions,
} from "./target/target.js";
