import { type Checked, type Diagnostic, hasErrors, type Severity } from "@epicube/core";
import { generateIoc } from "../generate/generate.js";
import type { GeneratedIoc, SourceFile } from "../generate/types.js";
import type { Support } from "../support/model.js";
import { openInside, present } from "./inside.js";
import type { BeamlineRepository, IocInstance } from "./types.js";

/** How {@link generateInstance} makes the files. */
export interface GenerateInstanceOptions {
  readonly support: Support;
  /** As for {@link generateIoc}. */
  readonly env?: Readonly<Record<string, string>>;
  /** As for {@link generateIoc}. Default true. */
  readonly pvi?: boolean;
  /** As for {@link generateIoc}. Default `compat`. */
  readonly mode?: "compat" | "strict";
}

/**
 * Files of one IOC of a repository: generated from its instance files, or its hand-written st.cmd and ioc.subst as they stand. The
 * IOC's name is that of its folder.
 *
 * Findings besides those of {@link generateIoc}: FILE_ENCODING (an error of an instance file, a warning of a hand-written one), FILE_UNREADABLE.
 *
 * @throws EpicubeError FILE_UNREADABLE when the repository cannot be read
 */
export async function generateInstance(
  repository: BeamlineRepository,
  instance: IocInstance,
  options: GenerateInstanceOptions,
): Promise<Checked<GeneratedIoc>> {
  const folder = await openInside(repository.root);
  const diagnostics: Diagnostic[] = [];
  const read = async (path: string, encoding: Severity): Promise<SourceFile | undefined> => {
    if (!(await present(folder, path, "file", diagnostics))) return undefined;
    const { value, diagnostics: problems } = await folder.text(path, encoding);
    diagnostics.push(...problems);
    return value === undefined ? undefined : { file: path, text: value };
  };
  const env = options.env ?? {};
  const written: { path: string; text: string }[] = [];
  if (instance.instanceFiles.length === 0) {
    for (const path of ["st.cmd", "ioc.subst"]) {
      const found = await read(`${instance.configFolder}/${path}`, "warning");
      if (found) written.push({ path, text: found.text });
    }
    if (hasErrors(diagnostics)) return { diagnostics };
    const environment = { IOC: env.IOC ?? "", RUNTIME_DIR: env.RUNTIME_DIR ?? "", IOC_NAME: env.IOC_NAME ?? instance.name };
    return { value: { name: instance.name, files: written, environment, rows: [] }, diagnostics };
  }
  const instances: SourceFile[] = [];
  for (const path of instance.instanceFiles) {
    const found = await read(path, "error");
    if (found) instances.push(found);
  }
  if (diagnostics.length > 0) return { diagnostics };
  return generateIoc({ ...options, name: instance.name, instances, env: { IOC_NAME: instance.name, ...env } });
}
