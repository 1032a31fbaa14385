import { readFileSync } from "node:fs";
import { appendFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Clock, systemClock } from "@epicube/core";
import { parseTemplateSet, TemplateError } from "@epicube/gotemplate";
import { loadChart } from "../load/load-chart.js";
import { compileMatch, PatternError } from "../load/match.js";
import { splitManifests, trimSpace } from "../output/manifests.js";
import { KubeVersionError, parseKubeVersion } from "../render/builtin-objects.js";
import { helmFunctions } from "../render/functions.js";
import { type RenderResult, renderRelease } from "../render/render-release.js";
import { FlagError, type FlagKind, type ParsedFlags, parseFlags } from "./flags.js";

/** What {@link runTemplateCommand} needs from the process. */
export interface TemplateCommandOptions {
  /** Relative paths are below it. */
  readonly cwd: string;
  /** Standard input, for `-f -`. Default empty. */
  readonly readStdin?: () => Promise<string>;
  /** Folder that links in charts must not leave. Default: the repository around the chart (the nearest parent with `.git` or `services`), else the chart. */
  readonly root?: string;
  /** Default the machine's clock. */
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** What `helm template` would have done. */
export interface TemplateCommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const KINDS: Readonly<Record<string, FlagKind>> = {
  "api-versions": "list",
  debug: "bool",
  "generate-name": "bool",
  "include-crds": "bool",
  "is-upgrade": "bool",
  "kube-version": "text",
  "name-template": "text",
  namespace: "text",
  "no-hooks": "bool",
  "output-dir": "text",
  "release-name": "bool",
  "render-subchart-notes": "bool",
  set: "texts",
  "set-file": "texts",
  "set-json": "texts",
  "set-literal": "texts",
  "set-string": "texts",
  "show-only": "texts",
  "skip-schema-validation": "bool",
  "skip-tests": "bool",
  values: "list",
  // accepted as helm does, without effect on what is rendered here
  "create-namespace": "bool",
  "dependency-update": "bool",
  description: "text",
  devel: "bool",
  "disable-openapi-validation": "bool",
  "dry-run": "optional",
  "hide-notes": "bool",
  labels: "text",
  replace: "bool",
  "skip-crds": "bool",
  timeout: "text",
  version: "text",
};
const SHORT: Readonly<Record<string, string>> = {
  a: "api-versions",
  f: "values",
  g: "generate-name",
  l: "labels",
  n: "namespace",
  s: "show-only",
};

/** An error that helm prints after `Error: `. */
class CommandError extends Error {}

/**
 * `helm template` with its own arguments (without the word `template`): same bytes on stdout, same `Error: …` text, same exit status.
 * helm's INFO log lines about links are left out. Charts from a network are not fetched.
 */
export async function runTemplateCommand(args: readonly string[], options: TemplateCommandOptions): Promise<TemplateCommandResult> {
  const warnings: string[] = [];
  let stdout = "";
  try {
    const flags = parseFlags(args, KINDS, SHORT);
    stdout = await run(flags, options, warnings);
    return { stdout, stderr: lines(warnings), exitCode: 0 };
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof FlagError)) throw error;
    return { stdout, stderr: lines([...warnings, `Error: ${error.message}`]), exitCode: 1 };
  }
}

const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join("");

async function run(flags: ParsedFlags, options: TemplateCommandOptions, warnings: string[]): Promise<string> {
  const { positional } = flags;
  const list = (name: string) => flags.values.get(name) ?? [];
  const text = (name: string) => list(name)[0] ?? "";
  const is = (name: string) => text(name) === "true";
  if (positional.length === 0)
    throw new CommandError('"helm template" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]');
  if (text("kube-version") !== "") checkKubeVersion(text("kube-version"));
  const { name, chart: reference } = nameAndChart(positional, text("name-template"), is("generate-name"), options.clock ?? systemClock);
  const path = await locateChart(reference, options.cwd);
  const values = await readValuesFiles(list("values"), options);
  const setFiles = readSetFiles(options.cwd);
  const loaded = await loadChart(path, {
    root: options.root ?? (await repositoryAround(path)),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (!loaded.value) throw new CommandError(loaded.errorText ?? loaded.diagnostics[0]!.message);
  const result = renderRelease(loaded.value, {
    name,
    ...(text("namespace") === "" ? {} : { namespace: text("namespace") }),
    values,
    setJson: list("set-json"),
    set: list("set"),
    setString: list("set-string"),
    setFile: list("set-file"),
    setLiteral: list("set-literal"),
    readValueFile: setFiles,
    isUpgrade: is("is-upgrade"),
    ...(text("kube-version") === "" ? {} : { kubeVersion: text("kube-version") }),
    apiVersions: list("api-versions"),
    includeCrds: is("include-crds"),
    noHooks: is("no-hooks"),
    skipTests: is("skip-tests"),
    skipSchemaValidation: is("skip-schema-validation"),
    subchartNotes: is("render-subchart-notes"),
    ...(options.clock ? { clock: options.clock } : {}),
  });
  warnings.push(...result.warnings.filter((line) => !line.startsWith("level=INFO")));
  if (!result.value) {
    const message = result.errorText ?? "";
    throw new CommandError(is("debug") ? message.replace(/\n\nUse --debug flag to render out invalid YAML$/, "") : message);
  }
  if (text("output-dir") !== "") return writeOutput(result, text("output-dir"), is("release-name") ? name : "", options.cwd);
  const only = list("show-only");
  return only.length > 0 ? showOnly(result.value.text, only) : result.value.text;
}

function checkKubeVersion(version: string): void {
  try {
    parseKubeVersion(version);
  } catch (error) {
    if (error instanceof KubeVersionError) throw new CommandError(`invalid kube version '${version}': ${error.message}`);
    throw error;
  }
}

function nameAndChart(positional: readonly string[], template: string, generate: boolean, clock: Clock): { name: string; chart: string } {
  if (positional.length > 2)
    throw new CommandError(`expected at most two arguments, unexpected arguments: ${positional.slice(2).join(", ")}`);
  if (positional.length === 2) {
    if (generate) throw new CommandError("cannot set --generate-name and also specify a name");
    if (template !== "") throw new CommandError("cannot set --name-template and also specify a name");
    return { name: positional[0]!, chart: positional[1]! };
  }
  const chart = positional[0]!;
  if (template === "") return { name: "release-name", chart };
  try {
    const set = parseTemplateSet([{ name: "name-template", text: template }], {
      functions: helmFunctions({ clock }),
      name: "name-template",
      missingKey: "invalid",
    });
    return { name: set.execute("name-template", null), chart };
  } catch (error) {
    if (error instanceof TemplateError) throw new CommandError(error.message);
    throw error;
  }
}

async function locateChart(given: string, cwd: string): Promise<string> {
  const reference = given.trim();
  const path = resolve(cwd, reference);
  if (await stat(path).catch(() => undefined)) return path;
  if (reference.startsWith("/") || reference.startsWith(".")) throw new CommandError(`path ${JSON.stringify(reference)} not found`);
  if (/^[a-z]+:\/\//.test(reference)) throw new CommandError(`${reference}: charts are not fetched from a network here; pull it first`);
  const slash = reference.indexOf("/");
  if (slash === -1) throw new CommandError(`non-absolute URLs should be in form of repo_name/path_to_chart, got: ${reference}`);
  throw new CommandError(`repo ${reference.slice(0, slash)} not found`);
}

async function repositoryAround(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    for (const mark of [".git", "services"]) if (await stat(join(folder, mark)).catch(() => undefined)) return folder;
    if (dirname(folder) === folder) return (await stat(path)).isDirectory() ? path : dirname(path);
  }
}

const notThere = (path: string, error: unknown) => {
  const reasons: Record<string, string> = { ENOENT: "no such file or directory", EACCES: "permission denied", ENOTDIR: "not a directory" };
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return code === "EISDIR" ? `read ${path}: is a directory` : `open ${path}: ${reasons[code] ?? code}`;
};

async function readValuesFiles(files: readonly string[], options: TemplateCommandOptions): Promise<{ file: string; text: string }[]> {
  const values: { file: string; text: string }[] = [];
  for (const file of files) {
    if (file.trim() === "-") {
      values.push({ file, text: (await options.readStdin?.()) ?? "" });
      continue;
    }
    try {
      values.push({ file, text: await readFile(resolve(options.cwd, file), "utf8") });
    } catch (error) {
      throw new CommandError(notThere(file, error));
    }
  }
  return values;
}

function readSetFiles(cwd: string): (path: string) => string {
  return (path) => {
    try {
      return readFileSync(resolve(cwd, path), "utf8");
    } catch (error) {
      throw new CommandError(notThere(path, error));
    }
  };
}

/** `--show-only`: documents whose path in the chart matches, in the order of the patterns. */
function showOnly(text: string, patterns: readonly string[]): string {
  const documents = splitManifests(text);
  let out = "";
  for (const pattern of patterns) {
    const matches = matcher(pattern);
    let found = false;
    for (const document of documents) {
      const path = /# Source: [^/\n]+\/(.+)/.exec(document)?.[1];
      if (path === undefined || !matches(path)) continue;
      out += `---\n${document}\n`;
      found = true;
    }
    if (!found) throw new CommandError(`could not find template ${pattern} in chart`);
  }
  return out;
}

function matcher(pattern: string): (path: string) => boolean {
  try {
    return compileMatch(pattern);
  } catch (error) {
    if (error instanceof PatternError) return () => false;
    throw error;
  }
}

/** `--output-dir`: one file a template; what is printed names them. */
async function writeOutput(result: RenderResult, folder: string, release: string, cwd: string): Promise<string> {
  const target = release === "" ? folder : join(folder, release);
  const seen = new Set<string>();
  let printed = "";
  const { manifests, hooks } = result.parts!;
  for (const part of [...manifests, ...hooks]) {
    const shown = `${target}/${part.source}`;
    const file = resolve(cwd, shown);
    await mkdir(dirname(file), { recursive: true });
    const text = `---\n# Source: ${part.source}\n${part.text}\n`;
    if (seen.has(file)) await appendFile(file, text);
    else await writeFile(file, text);
    seen.add(file);
    printed += `wrote ${shown}\n`;
  }
  return `${printed}${trimSpace("")}\n`;
}
