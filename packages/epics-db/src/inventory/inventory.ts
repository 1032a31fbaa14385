import type { SourceRange } from "@epicube/core";
import { type LoadedDatabase, type LoadedRecord, type LoadedValue, provenanceOf, type SourcePlace } from "../records/load.js";
import type { MissingTemplate } from "../substitutions/expand.js";
import { linksOf } from "./links.js";
import type { PvLink, PvRow } from "./pv-row.js";

/** Options of {@link inventoryOf}. */
export interface InventoryOptions {
  /** Name of the IOC. */
  readonly ioc: string;
  /** Templates that were not found: each becomes a row with `available: false`. */
  readonly missing?: readonly MissingTemplate[];
  /** The places outside of a chain, outermost first, such as the entity that made a substitution row. */
  readonly outer?: (outermost: SourceRange) => readonly SourceRange[];
  /** Leave out `fields` and `links`, to save memory over many IOCs. Default false. */
  readonly namesOnly?: boolean;
}

function plain(values: ReadonlyMap<string, LoadedValue>): Record<string, string> {
  return Object.fromEntries([...values].map(([name, value]) => [name, value.value]));
}

/** Names of the pvAccess groups in a `Q:group` info tag: the keys of the outer object. */
export function groupNames(json: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const found of json.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|[{}[\],:]|[^"'{}[\],:\s]+/g)) {
    const token = found[0];
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && /^\s*:/.test(json.slice(found.index + token.length))) names.push(found[1] ?? found[2] ?? token);
  }
  return names;
}

/**
 * The names that one IOC serves: a row for each record, each alias and each pvAccess group (each name once), with the chain of places that
 * it comes from.
 */
export function inventoryOf(database: LoadedDatabase, options: InventoryOptions): PvRow[] {
  const { ioc } = options;
  const rows: PvRow[] = [];
  const groups = new Set<string>();
  const chainOf = (place: SourcePlace) => {
    const chain = provenanceOf(place);
    return options.outer ? [...options.outer(chain[0]!), ...chain] : chain;
  };
  const linkOf = ({ field, to }: { field: string; to: string }): PvLink => {
    const inside = database.records.has(to) || database.aliases.has(to);
    return { field, to, where: inside ? "inside" : "nowhere" };
  };
  const addRecord = (record: LoadedRecord) => {
    const provenance = chainOf(record.places[0]!);
    const { name, type } = record;
    const links = options.namesOnly ? [] : linksOf(record).map(linkOf);
    rows.push({
      pv: name,
      recordType: type,
      ioc,
      available: true,
      ...(options.namesOnly ? {} : { fields: plain(record.fields) }),
      ...(record.info.size > 0 ? { info: plain(record.info) } : {}),
      ...(links.length > 0 ? { links } : {}),
      provenance,
    });
    for (const alias of record.aliases) rows.push({ pv: alias.name, recordType: type, ioc, available: true, aliasOf: name, provenance });
    const group = record.info.get("Q:group");
    for (const groupName of group ? groupNames(group.value) : []) {
      if (groups.has(groupName)) continue;
      groups.add(groupName);
      rows.push({ pv: groupName, recordType: "group", ioc, available: true, groupOf: name, provenance });
    }
  };
  for (const record of database.records.values()) addRecord(record);
  for (const { template, row } of options.missing ?? [])
    rows.push({ pv: template, recordType: "", ioc, available: false, provenance: [...(options.outer?.(row) ?? []), row] });
  return rows;
}

/** Rows of a whole beamline: a link that leads to another IOC's name becomes `beamline`. */
export function resolveLinks(rows: readonly PvRow[]): PvRow[] {
  const names = new Set(rows.filter((row) => row.available).map((row) => row.pv));
  return rows.map((row) => {
    if (!row.links?.some((link) => link.where === "nowhere" && names.has(link.to))) return row;
    const links = row.links.map((link) =>
      link.where === "nowhere" && names.has(link.to) ? { ...link, where: "beamline" as const } : link,
    );
    return { ...row, links };
  });
}
