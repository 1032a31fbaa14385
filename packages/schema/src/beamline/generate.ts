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
 * Findings besides those of {@link generateIoc}: FILE_ENCODING (an error of an instance file, a warning of a hand-written one), FILE_UNREADABLE,
 * DATABASE_MISSING (a hand-written st.cmd loads the ioc.db of the runtime folder, but there is no ioc.subst to make it from).
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
    const startup = written.find((file) => file.path === "st.cmd");
    if (startup && !written.some((file) => file.path === "ioc.subst")) {
      const ownStart = (await folder.look(`${instance.configFolder}/start.sh`)).kind === "file";
      diagnostics.push(...missingDatabase(`${instance.configFolder}/st.cmd`, startup.text, environment.RUNTIME_DIR, ownStart));
    }
    if (hasErrors(diagnostics)) return { diagnostics };
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

/** The lines of a st.cmd that load the ioc.db of the runtime folder, which is made from ioc.subst alone; a start.sh may make it too. */
function missingDatabase(file: string, text: string, runtimeFolder: string, ownStart: boolean): Diagnostic[] {
  const found: Diagnostic[] = [];
  const folders = ["$(RUNTIME_DIR)", "${RUNTIME_DIR}", ...(runtimeFolder === "" ? [] : [runtimeFolder])];
  text.split("\n").forEach((line, index) => {
    const path = /^\s*dbLoadRecords[\s(]+["']?(.*)/.exec(line)?.[1];
    const folder = folders.find((candidate) => path?.startsWith(`${candidate}/ioc.db`));
    if (path === undefined || folder === undefined || !/^(?:["'\s,)]|$)/.test(path.slice(folder.length + "/ioc.db".length))) return;
    const startColumn = line.length - line.trimStart().length + 1;
    found.push({
      code: "DATABASE_MISSING",
      severity: ownStart ? "warning" : "error",
      message: "st.cmd loads the ioc.db of the runtime folder, but there is no ioc.subst to make it from",
      range: { file, startLine: index + 1, startColumn, endLine: index + 1, endColumn: line.trimEnd().length + 1 },
      help: "add config/ioc.subst, or load a database of the config folder",
    });
  });
  return found;
}
