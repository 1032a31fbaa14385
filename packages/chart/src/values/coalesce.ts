import type { GoMap, GoValue } from "@epicube/gotemplate";
import { copyDeep, isTable } from "./table.js";

/** What coalescing sees of a chart. */
export interface ValuedChart {
  readonly name: string;
  readonly values: GoMap;
  readonly dependencies: readonly ValuedChart[];
}

/** Helm's text where values and charts contradict each other. */
export class CoalesceError extends Error {}

/** Takes a line that helm logs, such as `warning: skipped value for a.b: Not a table.` */
export type Warn = (line: string) => void;

const join = (prefix: string, key: string) => (prefix === "" ? key : `${prefix}.${key}`);

/**
 * Lays a user's values over those of a chart and its subcharts, with globals handed down. With `merge`, nulls stay (used while
 * dependencies are worked out); without it, a null of the user removes a default. `values` is not changed.
 *
 * @throws CoalesceError where a subchart's values are not a map
 */
export function coalesceValues(chart: ValuedChart, values: GoMap | undefined, merge: boolean, warn: Warn): GoMap {
  return coalesce(chart, copyDeep(values ?? new Map()), "", merge, warn);
}

function coalesce(chart: ValuedChart, dest: GoMap, prefix: string, merge: boolean, warn: Warn): GoMap {
  coalesceOwn(chart, dest, prefix, merge, warn);
  const subPrefix = join(prefix, chart.name);
  for (const child of chart.dependencies) {
    const current = dest.get(child.name);
    if (!dest.has(child.name)) dest.set(child.name, new Map());
    else if (!isTable(current)) throw new CoalesceError(`type mismatch on ${child.name}: ${showBool(current)}`);
    const table = dest.get(child.name) as GoMap;
    coalesceGlobals(table, dest, subPrefix, warn);
    dest.set(child.name, coalesce(child, table, subPrefix, merge, warn));
  }
  return dest;
}

/** Go's `%t` of a value that is no boolean. */
function showBool(value: GoValue): string {
  if (typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return "%!t(<nil>)";
  if (typeof value === "string") return `%!t(string=${value})`;
  if (typeof value === "number") return `%!t(float64=${value})`;
  return Array.isArray(value) ? `[${value.map(showBool).join(" ")}]` : `%!t(${String(value)})`;
}

function coalesceGlobals(dest: GoMap, source: GoMap, prefix: string, warn: Warn): void {
  const below = dest.get("global");
  const above = source.get("global");
  if (dest.has("global") && !isTable(below)) {
    warn("warning: skipping globals because destination global is not a table.");
    return;
  }
  if (source.has("global") && !isTable(above)) {
    warn("warning: skipping globals because source global is not a table.");
    return;
  }
  const globals: GoMap = isTable(below) ? below : new Map();
  for (const [key, value] of isTable(above) ? above : []) {
    const current = globals.get(key);
    if (isTable(value)) {
      const copy: GoMap = new Map(value);
      if (!globals.has(key)) globals.set(key, copy);
      else if (!isTable(current)) warn(`Conflict: cannot merge map onto non-map for ${JSON.stringify(key)}. Skipping.`);
      else {
        coalesceTables(copy, current, join(prefix, key), true, warn);
        globals.set(key, copy);
      }
    } else if (isTable(current)) warn(`key ${key} is table. Skipping`);
    else globals.set(key, value);
  }
  dest.set("global", globals);
}

function coalesceOwn(chart: ValuedChart, dest: GoMap, prefix: string, merge: boolean, warn: Warn): void {
  const subPrefix = join(prefix, chart.name);
  for (const [key, value] of copyDeep(chart.values)) {
    if (!dest.has(key)) {
      dest.set(key, value);
      continue;
    }
    const current = dest.get(key);
    if (current === null && !merge) dest.delete(key);
    else if (isTable(current)) {
      if (isTable(value)) {
        const keepNulls = merge || chart.dependencies.some((child) => child.name === key);
        coalesceTables(current, value, join(subPrefix, key), keepNulls, warn);
      } else if (value !== null) warn(`warning: skipped value for ${subPrefix}.${key}: Not a table.`);
    }
  }
}

/** Fills `dest` with what only `source` has, map by map. Both are changed. */
export function coalesceTables(dest: GoMap, source: GoMap, prefix: string, merge: boolean, warn: Warn): GoMap {
  const given = new Set<string>();
  for (const [key, value] of source) if (value !== null) given.add(key);
  for (const [key, value] of dest) if (value === null) source.set(key, null);
  for (const [key, value] of source) {
    const current = dest.get(key);
    const full = join(prefix, key);
    if (!dest.has(key)) dest.set(key, value);
    else if (!merge && current === null && given.has(key)) dest.delete(key);
    else if (isTable(value)) {
      if (isTable(current)) coalesceTables(current, value, full, merge, warn);
      else warn(`warning: cannot overwrite table with non table for ${full} (${showGo(value)})`);
    } else if (isTable(current) && value !== null)
      warn(`warning: destination for ${full} is a table. Ignoring non-table value (${showGo(value)})`);
  }
  return dest;
}

/** Go's `%v`, for log lines. */
function showGo(value: GoValue): string {
  if (value === null || value === undefined) return "<nil>";
  if (isTable(value)) return `map[${[...value].map(([key, item]) => `${key}:${showGo(item)}`).join(" ")}]`;
  return Array.isArray(value) ? `[${value.map(showGo).join(" ")}]` : String(value);
}
