import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { compareDiagnostics, type Diagnostic, EpicubeError, hasErrors, isEpicubeError, nearest } from "@epicube/core";
import { findDuplicates, type PvRow, resolveLinks } from "@epicube/epics-db";
import {
  type BeamlineRepository,
  findSupportFiles,
  type GeneratedIoc,
  generateInstance,
  type IocInstance,
  loadBeamline,
  loadSupport,
  type Support,
} from "@epicube/schema";
import type { BeamlineSettings } from "../schemas.js";
import { type LoadedSettings, loadSettings } from "../settings/settings.js";
import { expandIocDatabase } from "./database.js";
import { checkSettings } from "./settings-check.js";
import { createTemplateLookup } from "./templates.js";

/** How {@link checkBeamline} works. */
export interface CheckBeamlineOptions {
  /** Variables that files are generated for, by IOC. Default: a container's (`/epics/ioc`, `/epics/runtime`). */
  readonly environment?: (ioc: string) => Readonly<Record<string, string>>;
  /** Support definitions instead of the repository's: files or folders, absolute. */
  readonly support?: readonly string[];
  /** Folders of templates that are looked at first, absolute. */
  readonly dbPath?: readonly string[];
  /** Names of the IOCs to check. Default: all. */
  readonly only?: readonly string[];
  /** `strict` refuses ibek's quirks that lose data. Default `compat`. */
  readonly mode?: "compat" | "strict";
  readonly signal?: AbortSignal;
}

/** One IOC after its check. */
export interface CheckedIoc {
  readonly name: string;
  readonly instance: IocInstance;
  /** st.cmd, ioc.subst, wait_list.yaml and ioc.db, as they go to the IOC; empty where there are errors. */
  readonly runtimeFiles: readonly { readonly path: string; readonly text: string }[];
  readonly rows: readonly PvRow[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a check found. */
export interface BeamlineCheck {
  /** Undefined where the folder could not be read as a services repository. */
  readonly repository?: BeamlineRepository;
  readonly settings: LoadedSettings;
  readonly namespace: string;
  readonly iocs: readonly CheckedIoc[];
  /** Findings that belong to no single IOC. */
  readonly diagnostics: readonly Diagnostic[];
  /** All findings, sorted by place. */
  readonly all: readonly Diagnostic[];
  readonly summary: { readonly errors: number; readonly warnings: number; readonly iocs: number; readonly pvs: number };
}

/** A container's folders. */
export function containerEnvironment(ioc: string): Record<string, string> {
  return { IOC: "/epics/ioc", RUNTIME_DIR: "/epics/runtime", IOC_NAME: ioc };
}

/**
 * Checks a services repository: reads every file, generates each IOC, expands its database, and looks for PVs that two IOCs serve. Every finding
 * is a diagnostic; nothing is written.
 *
 * @throws EpicubeError USAGE for a name of `only` that is no IOC; the signal's reason when aborted
 */
export async function checkBeamline(root: string, options: CheckBeamlineOptions = {}): Promise<BeamlineCheck> {
  const [loaded, settings] = await Promise.all([loadBeamline(root), loadSettings(root)]);
  const shared: Diagnostic[] = [...loaded.diagnostics, ...settings.diagnostics];
  const repository = loaded.value;
  const iocs: CheckedIoc[] = [];
  if (repository) {
    if (repository.instances.length === 0 && !hasErrors(loaded.diagnostics)) shared.push(noInstances(repository));
    const chosen = choose(repository, options.only);
    const supports = createSupportCache(root);
    for (const instance of chosen) {
      options.signal?.throwIfAborted();
      iocs.push(await checkInstance(repository, instance, settings.value, supports, options));
    }
    // A support file that several IOCs use is reported once.
    shared.push(...supports.diagnostics(), ...checkSettings(repository, settings, iocs));
  }
  const rows = resolveLinks(iocs.flatMap((ioc) => ioc.rows));
  shared.push(...findDuplicates(rows));
  const linked = groupByIoc(rows);
  return summarised({
    ...(repository ? { repository } : {}),
    settings,
    namespace: settings.value.namespace ?? repository?.name ?? "default",
    iocs: iocs.map((ioc) => ({ ...ioc, rows: linked.get(ioc.name) ?? [] })),
    diagnostics: shared,
  });
}

/** Adds what follows from the findings: all of them in order, each once, and their counts. */
export function summarised(check: Omit<BeamlineCheck, "all" | "summary">): BeamlineCheck {
  const seen = new Set<string>();
  const diagnostics = [...withoutRepeats(check.diagnostics, seen)];
  const iocs = check.iocs.map((ioc) => ({ ...ioc, diagnostics: [...withoutRepeats(ioc.diagnostics, seen)] }));
  const all = [...diagnostics, ...iocs.flatMap((ioc) => ioc.diagnostics)].sort(compareDiagnostics);
  return {
    ...check,
    diagnostics,
    iocs,
    all,
    summary: {
      errors: all.filter((diagnostic) => diagnostic.severity === "error").length,
      warnings: all.filter((diagnostic) => diagnostic.severity === "warning").length,
      iocs: check.iocs.length,
      pvs: check.iocs.reduce((sum, ioc) => sum + ioc.rows.filter((row) => row.available && row.recordType !== "group").length, 0),
    },
  };
}

/** A finding on a file that several IOCs share is told once: at the first of them. */
export function* withoutRepeats(diagnostics: Iterable<Diagnostic>, seen = new Set<string>()): Generator<Diagnostic> {
  for (const diagnostic of diagnostics) {
    // Where a chart misses a value, the place is in the shared template and each IOC's own values are in the labels.
    const own = diagnostic.code === "CHART_REQUIRED" ? diagnostic.labels : undefined;
    const key = JSON.stringify([diagnostic.code, diagnostic.message, diagnostic.range, own]);
    if (!seen.has(key)) yield diagnostic;
    seen.add(key);
  }
}

function noInstances(repository: BeamlineRepository): Diagnostic {
  return {
    code: "NO_IOCS",
    severity: "error",
    message: `services/ of ${repository.name} holds no IOC`,
    help: "an IOC is a folder services/NAME with Chart.yaml, values.yaml and config/ioc.yaml",
  };
}

function groupByIoc(rows: readonly PvRow[]): Map<string, PvRow[]> {
  const groups = new Map<string, PvRow[]>();
  for (const row of rows) {
    const group = groups.get(row.ioc);
    if (group) group.push(row);
    else groups.set(row.ioc, [row]);
  }
  return groups;
}

function choose(repository: BeamlineRepository, only: readonly string[] | undefined): readonly IocInstance[] {
  if (!only) return repository.instances;
  return [...new Set(only)].map((name) => {
    const instance = repository.instances.find((candidate) => candidate.name === name);
    if (instance) return instance;
    const hint = nearest(
      name,
      repository.instances.map((candidate) => candidate.name),
    );
    throw new EpicubeError(
      "USAGE",
      `there is no IOC ${name} in ${repository.name}`,
      hint.length > 0 ? { help: `did you mean ${hint.join(", ")}?` } : {},
    );
  });
}

async function checkInstance(
  repository: BeamlineRepository,
  instance: IocInstance,
  settings: BeamlineSettings,
  supports: SupportCache,
  options: CheckBeamlineOptions,
): Promise<CheckedIoc> {
  const config = join(repository.root, instance.configFolder);
  const own = await findSupportFiles([config], { base: repository.root });
  const fromSettings = (settings.support ?? []).map((path) => resolve(repository.root, path)).filter((path) => existsSync(path));
  const paths = options.support ?? ((own.value ?? []).length > 0 ? [config] : fromSettings);
  const support = await supports.load(paths);
  const environment = environmentOf(instance.name, options);
  const generated = await generateInstance(repository, instance, {
    support,
    env: environment,
    ...(options.mode ? { mode: options.mode } : {}),
  });
  const diagnostics: Diagnostic[] = [...own.diagnostics, ...generated.diagnostics];
  if (!generated.value) return { name: instance.name, instance, runtimeFiles: [], rows: [], diagnostics };
  const handWritten = instance.instanceFiles.length === 0;
  const database = expandIocDatabase({
    generated: generated.value,
    nameOf: (path) => (handWritten && path !== "ioc.db" ? `${instance.configFolder}/${path}` : `${instance.name}/${path}`),
    lookup: createTemplateLookup(repository.root, {
      dbPath: options.dbPath ?? [],
      config,
      support: [...new Set([...paths, ...fromSettings])],
    }),
  });
  diagnostics.push(...database.diagnostics);
  return {
    name: instance.name,
    instance,
    runtimeFiles: runtimeFilesOf(generated.value, handWritten, database.text),
    rows: database.rows,
    diagnostics,
  };
}

/** A target refuses a name that could not be deployed; the check has told so with its place, and goes on. */
function environmentOf(name: string, options: CheckBeamlineOptions): Readonly<Record<string, string>> {
  try {
    return (options.environment ?? containerEnvironment)(name);
  } catch (error) {
    if (!isEpicubeError(error)) throw error;
    return containerEnvironment(name);
  }
}

/** A hand-written st.cmd stays in the config folder; everything else that is made goes to the runtime folder. */
function runtimeFilesOf(generated: GeneratedIoc, handWritten: boolean, database: string | undefined): { path: string; text: string }[] {
  const files = generated.files.filter((file) => !(handWritten && file.path === "st.cmd"));
  return [...files, ...(database === undefined ? [] : [{ path: "ioc.db", text: database }])];
}

interface SupportCache {
  load(paths: readonly string[]): Promise<Support>;
  diagnostics(): Diagnostic[];
}

/** Support definitions are the same for most IOCs of a beamline: each set is read once. */
function createSupportCache(root: string): SupportCache {
  const sets = new Map<string, Promise<{ support: Support; diagnostics: readonly Diagnostic[] }>>();
  const found: Diagnostic[] = [];
  return {
    async load(paths) {
      const key = JSON.stringify(paths);
      let set = sets.get(key);
      if (!set) {
        set = readSupport(root, paths);
        sets.set(key, set);
        found.push(...(await set).diagnostics);
      }
      return (await set).support;
    },
    diagnostics: () => found,
  };
}

async function readSupport(root: string, paths: readonly string[]): Promise<{ support: Support; diagnostics: readonly Diagnostic[] }> {
  const files = await findSupportFiles(paths, { base: root });
  const loaded = loadSupport(files.value ?? []);
  const support = loaded.value ?? loadSupport([]).value;
  if (!support) throw new EpicubeError("SUPPORT_UNREADABLE", "the support definitions could not be read");
  return { support, diagnostics: [...files.diagnostics, ...loaded.diagnostics] };
}
