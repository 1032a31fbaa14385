import type { GoMap, GoValue } from "@epicube/gotemplate";
import type { ChartDependency } from "../load/chart.js";
import { coalesceTables, coalesceValues, type Warn } from "../values/coalesce.js";
import { copyDeep, isTable, tableAt, valueAt } from "../values/table.js";
import { aliasOf, type WorkChart } from "./work-chart.js";

/** Whether a version meets a constraint, as Masterminds/semver has it; false where either is wrong. */
export type VersionCheck = (constraint: string, version: string) => boolean;

/** What working out dependencies needs. */
export interface DependencyContext {
  readonly satisfies: VersionCheck;
  readonly warn: Warn;
}

/** Names of declared dependencies that charts/ does not hold. */
export function missingDependencies(work: WorkChart): string[] {
  const found = new Set(work.dependencies.map((child) => child.name));
  return (work.metadata.dependencies ?? []).filter((dependency) => !found.has(dependency.name)).map((dependency) => dependency.name);
}

/** Aliases, tags, conditions, then import-values; changes `work`. @throws CoalesceError */
export function processDependencies(work: WorkChart, values: GoMap, context: DependencyContext): void {
  enableDependencies(work, values, "", context);
  importValues(work, context);
}

function enableDependencies(work: WorkChart, values: GoMap, path: string, context: DependencyContext): void {
  const declared = work.metadata.dependencies;
  if (!declared) return;
  const kept = work.dependencies.filter(
    (child) => !declared.some((item) => item.name === child.name && context.satisfies(item.version, child.metadata.version)),
  );
  for (const item of declared) {
    const child = work.dependencies.find((one) => one.name === item.name && context.satisfies(item.version, one.metadata.version));
    if (child) kept.push(aliasOf(child, item.alias || child.name, work));
    if (item.alias !== "") item.name = item.alias;
  }
  work.dependencies = kept;
  for (const item of declared) item.enabled = true;
  const coalesced = coalesceValues(work, values, false, context.warn);
  applyTags(declared, coalesced, context.warn);
  applyConditions(declared, coalesced, path, context.warn);
  const disabled = new Set(declared.filter((item) => !item.enabled).map((item) => item.name));
  work.dependencies = work.dependencies.filter((child) => !disabled.has(child.name));
  const remaining = declared.filter((item) => !disabled.has(item.name));
  for (const child of work.dependencies) enableDependencies(child, coalesced, `${path}${child.name}.`, context);
  // helm forgets the list when nothing remains
  work.metadata.dependencies = remaining.length > 0 ? remaining : undefined;
}

function applyTags(declared: readonly ChartDependency[], values: GoMap, warn: Warn): void {
  const tags = values.get("tags");
  if (!isTable(tags)) return;
  for (const item of declared) {
    let yes = false;
    let no = false;
    for (const tag of item.tags) {
      if (!tags.has(tag)) continue;
      const value = tags.get(tag);
      if (value === true) yes = true;
      else if (value === false) no = true;
      else warn(`level=WARN msg="returned non-bool value" tag=${tag} chart=${item.name}`);
    }
    item.enabled = yes || !no;
  }
}

function applyConditions(declared: readonly ChartDependency[], values: GoMap, path: string, warn: Warn): void {
  for (const item of declared) {
    for (const condition of item.condition.trim().split(",")) {
      if (condition === "") continue;
      const { found, value } = valueAt(values, path + condition);
      if (!found) continue;
      if (typeof value === "boolean") {
        item.enabled = value;
        break;
      }
      warn(`level=WARN msg="returned non-bool value" path=${condition} chart=${item.name}`);
    }
  }
}

function importValues(work: WorkChart, context: DependencyContext): void {
  for (const child of work.dependencies) importValues(child, context);
  const declared = work.metadata.dependencies;
  if (!declared) return;
  const values = coalesceValues(work, undefined, true, context.warn);
  let imported: GoMap = new Map();
  for (const item of declared) {
    const seen: unknown[] = [];
    for (const entry of item.importValues) {
      const pair = readPair(entry);
      if (!pair) continue;
      seen.push(new Map(Object.entries(pair)));
      const table = tableAt(values, `${item.name}.${pair.child}`);
      if (!table) {
        context.warn(`level=WARN msg="ImportValues missing table from chart" chart=${item.name}`);
        continue;
      }
      imported = coalesceTables(imported, nest(pair.parent, table), "", true, context.warn);
    }
    item.importValues = seen;
  }
  work.values = coalesceTables(copyDeep(values), imported, "", true, context.warn);
}

function readPair(entry: unknown): { child: string; parent: string } | undefined {
  if (typeof entry === "string") return { child: `exports.${entry}`, parent: "." };
  if (!(entry instanceof Map)) return undefined;
  return { child: showGo(entry.get("child")), parent: showGo(entry.get("parent")) };
}

const showGo = (value: unknown) => (value === undefined || value === null ? "<nil>" : String(value));

function nest(path: string, table: GoMap): GoMap {
  if (path === ".") return table;
  let value: GoValue = table;
  for (const part of path.split(".").reverse()) value = new Map([[part, value]]);
  return value as GoMap;
}
