/**
 * A beamline's services repository, from check to healthy PVs.
 *
 * @example
 * ```ts
 * import { checkBeamline } from "@epicube/beamline";
 *
 * const { summary, all } = await checkBeamline("examples/bl45p");
 * console.log(summary, all.map((diagnostic) => diagnostic.code));
 * ```
 *
 * @packageDocumentation
 */
export { type BeamlineCheck, type CheckBeamlineOptions, type CheckedIoc, checkBeamline, containerEnvironment } from "./check/check.js";
export { checkRepository } from "./check/repository-check.js";
export { createTemplateLookup, type TemplateFolders } from "./check/templates.js";
export { HEARTBEAT_TAG, healthTargetOf, WATCH_TAG } from "./health/health-target.js";
export { type FindIocProgramOptions, findIocProgram } from "./program/find-program.js";
export { findBeamlineRoot } from "./repository.js";
export type { BeamlineSettings, IocHealthRules } from "./schemas.js";
export { type LoadedSettings, loadSettings, parseSettings } from "./settings/settings.js";
export {
  type RenderInstanceOptions,
  renderInstance,
  type StagedChart,
  type StageInstanceOptions,
  stageInstance,
} from "./stage/stage-instance.js";
export { type Environment, stateFolderOf } from "./state/state-folder.js";
export type { DiagnosticEvent, DoneEvent, NoteEvent, UpEvent, UpIoc } from "./up/events.js";
export { iocEnvironment, type UpOptions, up } from "./up/up.js";
