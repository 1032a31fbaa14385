/**
 * IOC schema: support modules, IOC instances and beamline repositories, checked with positions, and the start-up files made from them.
 *
 * @example
 * ```ts
 * import { generateIoc, loadSupport } from "@epicube/schema";
 *
 * const model = "  - {name: Line, description: a line, parameters: {text: {type: str, description: d}}, pre_init: [{value: '{{ text }}'}]}";
 * const support = loadSupport([{ file: "demo.ibek.support.yaml", text: `module: demo\nentity_models:\n${model}\n` }]);
 * const text = "ioc_name: demo\ndescription: d\nentities:\n  - {type: demo.Line, text: hello}\n";
 * const made = generateIoc({ instances: [{ file: "ioc.yaml", text }], support: support.value! });
 * console.log(made.value!.files.map((file) => file.path)); // [ 'st.cmd', 'ioc.subst' ]
 * ```
 *
 * @packageDocumentation
 */
export type { PvRow } from "@epicube/epics-db";
export { type GenerateInstanceOptions, generateInstance } from "./beamline/generate.js";
export { loadBeamline } from "./beamline/load.js";
export type { BeamlineRepository, IocInstance } from "./beamline/types.js";
export { generateIoc } from "./generate/generate.js";
export type { GeneratedIoc, GenerateIocOptions, SourceFile, SubstitutionRow } from "./generate/types.js";
export { type IocJsonSchemaOptions, iocJsonSchema } from "./json-schema/ioc.js";
export { type SupportJsonSchemaOptions, supportJsonSchema } from "./json-schema/support.js";
export type { JsonSchema } from "./json-schema/values.js";
export { type FindSupportFilesOptions, findSupportFiles } from "./sources/support-files.js";
export { createDirectoryTemplateSource } from "./sources/template-source.js";
export { loadSupport } from "./support/load.js";
export type { Support } from "./support/model.js";
