import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { createTemplateLookup, findBeamlineRoot, loadSettings } from "@epicube/beamline/repository";
import { type Diagnostic, diagnosticToJson, EpicubeError, hasErrors } from "@epicube/core";
import { expandSubstitutions } from "@epicube/epics-db";
import { findSupportFiles, generateIoc, loadSupport } from "@epicube/schema";
import { readInput, shownPath } from "../output/paths.js";
import { createSourceReader } from "../output/sources.js";
import { type CommandContext, type CommonOptions, createTerminal } from "../output/terminal.js";

/** Flags of `epicube generate`. */
export interface GenerateFlags extends CommonOptions {
  readonly support?: readonly string[];
  readonly out: string;
  readonly env?: readonly string[];
  readonly pvi: boolean;
  readonly strict?: boolean;
  readonly expand?: boolean;
  readonly dbPath?: readonly string[];
}

/** `epicube generate`: st.cmd, ioc.subst, wait_list.yaml, and with `--expand` ioc.db. Nothing is written on error. */
export async function generate(args: readonly string[], flags: GenerateFlags, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  const path = (name: string) => resolve(context.cwd, name);
  const shown = (name: string) => shownPath(context.cwd, name);
  const instances = await Promise.all(
    args.map(async (name) => ({ file: shown(path(name)), ...(await readInput(path(name), shown(path(name)))) })),
  );
  const config = dirname(path(args[0]!));
  const supportPaths = flags.support?.map(path) ?? (await supportOf(config));
  const files = await findSupportFiles(supportPaths, { base: context.cwd });
  const support = loadSupport(files.value ?? []);
  const diagnostics: Diagnostic[] = [...files.diagnostics, ...support.diagnostics];
  const env = environmentOf(flags.env ?? [], context);
  const written: { path: string; text: string }[] = [];
  if (support.value && !hasErrors(diagnostics)) {
    const generated = generateIoc({ instances, support: support.value, env, pvi: flags.pvi, mode: flags.strict ? "strict" : "compat" });
    diagnostics.push(...generated.diagnostics);
    if (generated.value) written.push(...generated.value.files);
    const substitutions = written.find((file) => file.path === "ioc.subst");
    if (flags.expand && substitutions) {
      const lookup = createTemplateLookup(context.cwd, { dbPath: (flags.dbPath ?? []).map(path), config, support: supportPaths });
      const expanded = expandSubstitutions({ file: "ioc.subst", text: substitutions.text, resolve: lookup, env });
      diagnostics.push(...expanded.diagnostics);
      if (expanded.value) written.push({ path: "ioc.db", text: expanded.value.text });
    }
  }
  const failed = hasErrors(diagnostics);
  if (!failed) await writeAll(path(flags.out), written);
  if (flags.json)
    terminal.json({
      files: failed ? [] : written.map((file) => shown(join(path(flags.out), file.path))),
      diagnostics: diagnostics.map(diagnosticToJson),
    });
  else {
    terminal.diagnostics(diagnostics, createSourceReader(context.cwd));
    if (!failed) for (const file of written) terminal.line(shown(join(path(flags.out), file.path)));
  }
  return failed ? 1 : 0;
}

/** The instance's own definitions, else those that its beamline's epicube.yaml names. */
async function supportOf(config: string): Promise<string[]> {
  const own = await findSupportFiles([config]);
  if ((own.value ?? []).length > 0) return [config];
  const root = await findBeamlineRoot(config).catch(() => undefined);
  const settings = root === undefined ? undefined : (await loadSettings(root)).value;
  return settings?.support?.map((entry) => resolve(root!, entry)) ?? [config];
}

function environmentOf(pairs: readonly string[], context: CommandContext): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ["IOC", "RUNTIME_DIR", "IOC_NAME"]) {
    const value = context.env[name];
    if (value !== undefined) env[name] = value;
  }
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new EpicubeError("USAGE", `--env ${pair}: write K=V`);
    env[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return env;
}

/** All or nothing as far as a folder allows: every file is complete beside its place before the first is moved. */
async function writeAll(folder: string, files: readonly { path: string; text: string }[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const staged = files.map((file) => ({
    temporary: join(folder, `.${basename(file.path)}.${process.pid}`),
    final: join(folder, file.path),
    text: file.text,
  }));
  for (const file of staged) await writeFile(file.temporary, file.text);
  for (const file of staged) await rename(file.temporary, file.final);
}
