/**
 * What can be known of a services repository from its own files: no images, charts, processes or network are loaded for it.
 *
 * @example
 * ```ts
 * import { checkBeamline } from "@epicube/beamline/repository";
 *
 * console.log((await checkBeamline("examples/bl45p")).summary);
 * ```
 *
 * @packageDocumentation
 */
export { type BeamlineCheck, type CheckBeamlineOptions, type CheckedIoc, checkBeamline, containerEnvironment } from "./check/check.js";
export { createTemplateLookup, type TemplateFolders } from "./check/templates.js";
export { findBeamlineRoot } from "./repository.js";
export { type LoadedSettings, loadSettings, parseSettings } from "./settings/settings.js";
export { type Environment, stateFolderOf } from "./state/state-folder.js";
