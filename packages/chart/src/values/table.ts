import { type GoMap, type GoValue, goTypeOf, withType } from "@epicube/gotemplate";

/** Helm's "table": a map. */
export function isTable(value: GoValue): value is GoMap {
  return value instanceof Map;
}

/** A copy whose maps and lists are its own. */
export function copyDeep<T extends GoValue>(value: T): T {
  if (value instanceof Map) {
    const copy: GoMap = new Map();
    for (const [key, item] of value as GoMap) copy.set(key, copyDeep(item));
    const type = goTypeOf(value);
    return (type ? withType(copy, type) : copy) as T;
  }
  if (Array.isArray(value)) {
    const copy = (value as GoValue[]).map(copyDeep);
    const type = goTypeOf(value);
    return (type ? withType(copy, type) : copy) as T;
  }
  return value;
}

/** Lays `over` on `base`: maps merge, all else replaces. Neither is changed. */
export function mergeMaps(base: GoMap, over: GoMap): GoMap {
  const out: GoMap = new Map(base);
  for (const [key, value] of over) {
    const below = out.get(key);
    out.set(key, isTable(value) && isTable(below) ? mergeMaps(below, value) : value);
  }
  return out;
}

/** The map at a dotted path, or undefined. */
export function tableAt(values: GoMap, path: string): GoMap | undefined {
  let table: GoValue = values;
  for (const part of path.split(".")) {
    table = isTable(table) ? table.get(part) : undefined;
    if (!isTable(table)) return undefined;
  }
  return table as GoMap;
}

/** The value at a dotted path that is not a map: `{found: false}` without one. */
export function valueAt(values: GoMap, path: string): { readonly found: boolean; readonly value: GoValue } {
  const at = path.lastIndexOf(".");
  const table = at === -1 ? values : tableAt(values, path.slice(0, at));
  const key = path.slice(at + 1);
  if (!table?.has(key)) return { found: false, value: undefined };
  const value = table.get(key);
  return isTable(value) ? { found: false, value: undefined } : { found: true, value };
}
