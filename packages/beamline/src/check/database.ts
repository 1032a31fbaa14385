import { isAbsolute, join, relative } from "node:path";
import type { Diagnostic, SourceRange } from "@epicube/core";
import {
  type DatabaseSource,
  expandSubstitutions,
  expandTemplate,
  inventoryOf,
  loadDatabase,
  type MissingTemplate,
  type PvRow,
  type ResolveTemplate,
  scanStartup,
} from "@epicube/epics-db";
import type { GeneratedIoc } from "@epicube/schema";

/** What an IOC will serve. */
export interface IocDatabase {
  /** ioc.db as msi expands it from ioc.subst; undefined without an ioc.subst. */
  readonly text?: string;
  readonly rows: readonly PvRow[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What {@link expandIocDatabase} is given. */
export interface ExpandIocDatabaseOptions {
  readonly generated: GeneratedIoc;
  /** How a file of the IOC is named in diagnostics: a hand-written one where it lies in the repository, a generated one by its own name. */
  readonly nameOf: (path: string) => string;
  readonly lookup: ResolveTemplate;
}

/**
 * Expands the substitutions of an IOC and takes stock of its records: those of ioc.db and of whatever else its st.cmd loads from its config
 * folder. A template that is not found is the warning TEMPLATE_NOT_AVAILABLE and a row that says so.
 */
export function expandIocDatabase(options: ExpandIocDatabaseOptions): IocDatabase {
  const { generated, nameOf, lookup } = options;
  const fileOf = (path: string) => generated.files.find((file) => file.path === path)?.text;
  const diagnostics: Diagnostic[] = [];
  const sources: DatabaseSource[] = [];
  const missing: MissingTemplate[] = [];
  let text: string | undefined;

  const substitutions = fileOf("ioc.subst");
  if (substitutions !== undefined) {
    const expanded = expandSubstitutions({
      file: nameOf("ioc.subst"),
      text: substitutions,
      resolve: lookup,
      env: generated.environment,
      keepGoing: true,
    });
    diagnostics.push(...expanded.diagnostics.map(asAvailability));
    if (expanded.value) {
      text = expanded.value.text;
      sources.push({ file: nameOf("ioc.db"), text, origins: expanded.value.origins });
      missing.push(...expanded.value.missing);
    }
  }
  const startup = fileOf("st.cmd");
  if (startup !== undefined) {
    const scanned = scanStartup(startup, { file: nameOf("st.cmd"), env: generated.environment });
    diagnostics.push(...scanned.diagnostics);
    for (const load of scanned.value.loads) {
      const { name, generated: made } = localName(load.file, generated.environment);
      if (made && name === "ioc.db") continue;
      const found = lookup(name);
      if (!found) {
        missing.push({ template: load.file, row: load.range });
        diagnostics.push({
          code: "TEMPLATE_NOT_AVAILABLE",
          severity: "warning",
          message: `${load.file} is not in the repository: what it serves is not known`,
          range: load.range,
          help: "add its folder to the support list or to --db-path",
        });
        continue;
      }
      const expanded =
        load.kind === "records"
          ? expandTemplate({ ...found, macros: load.macros, resolve: lookup })
          : expandSubstitutions({ ...found, macros: load.macros, resolve: lookup, env: generated.environment });
      diagnostics.push(...expanded.diagnostics);
      if (expanded.value) sources.push({ file: found.file, text: expanded.value.text, origins: expanded.value.origins });
    }
  }

  const loaded = loadDatabase(sources, { reported: diagnostics });
  diagnostics.push(...loaded.diagnostics);
  const outer = entityPlaces(generated, nameOf("ioc.subst"));
  const rows = loaded.value ? inventoryOf(loaded.value, { ioc: generated.name, missing, outer }) : [];
  return { ...(text === undefined ? {} : { text }), rows, diagnostics: diagnostics.map((diagnostic) => withEntity(diagnostic, outer)) };
}

/** A template in the image and not in the repository is no fault of the repository. */
function asAvailability(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.code !== "TEMPLATE_NOT_FOUND") return diagnostic;
  return {
    ...diagnostic,
    code: "TEMPLATE_NOT_AVAILABLE",
    severity: "warning",
    message: `${diagnostic.message}: what it serves is not known`,
  };
}

/** The place of the entity that made a row of a generated ioc.subst. */
function entityPlaces(generated: GeneratedIoc, file: string): (outermost: SourceRange) => SourceRange[] {
  const byLine = new Map(generated.rows.map((row) => [row.line, row.entity]));
  return (outermost) => {
    const entity = outermost.file === file ? byLine.get(outermost.startLine) : undefined;
    return entity ? [entity] : [];
  };
}

/** A finding on a generated file is told where people can mend it: at the entity, with the generated place as a label. */
function withEntity(diagnostic: Diagnostic, outer: (range: SourceRange) => SourceRange[]): Diagnostic {
  const { range } = diagnostic;
  const own = range ? outer(range)[0] : undefined;
  if (range && own)
    return { ...diagnostic, range: own, labels: [{ range, message: "in the generated file" }, ...(diagnostic.labels ?? [])] };
  const labels = diagnostic.labels?.flatMap((label) => [
    ...outer(label.range).map((place) => ({ range: place, message: "made by this entity" })),
    label,
  ]);
  return labels ? { ...diagnostic, labels } : diagnostic;
}

/** The name of a loaded file below the IOC's own folders: RUNTIME_DIR (generated), its config folder, or as it is written. */
function localName(file: string, environment: Readonly<Record<string, string>>): { name: string; generated: boolean } {
  const { RUNTIME_DIR, IOC } = environment;
  if (isAbsolute(file)) {
    for (const folder of [RUNTIME_DIR, IOC && join(IOC, "config"), IOC]) {
      const inside = folder ? relative(folder, file) : "";
      if (inside !== "" && !inside.startsWith("..")) return { name: inside, generated: folder === RUNTIME_DIR };
    }
  }
  return { name: file.replace(/^config\//, ""), generated: false };
}
