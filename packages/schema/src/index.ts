/**
 * IOC schema: support modules, IOC instances and beamline repositories, checked with positions, and the start-up files made from them.
 *
 * @packageDocumentation
 */
import type { Checked } from "@epicube/core";
import type { TemplateSource } from "@epicube/core/seams";
import type { BeamlineRepository, IocInstance } from "./beamline/types.js";
import type { GeneratedIoc, GenerateIocOptions, SourceFile } from "./generate/types.js";

export type { BeamlineRepository, IocInstance } from "./beamline/types.js";
export type { GeneratedIoc, GenerateIocOptions, SourceFile, SubstitutionRow } from "./generate/types.js";

/** Entity types that instances may use, from any number of support files. */
export interface Support {
  /** Full names `module.name`, in the order of the files. */
  readonly types: readonly string[];
}

/** Reads support definitions (`*.ibek.support.yaml`), in order; a later one of the same type wins. */
export function loadSupport(_files: readonly SourceFile[]): Checked<Support> {
  return { value: { types: [] }, diagnostics: [] };
}

/** Makes st.cmd, ioc.subst and wait_list.yaml of one IOC. With an error there are no files. */
export function generateIoc(_options: GenerateIocOptions<Support>): Checked<GeneratedIoc> {
  return { diagnostics: [] };
}

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
