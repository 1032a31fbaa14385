import type { Diagnostic, SourceRange } from "@epicube/core";
import type { PvRow } from "./pv-row.js";

/** PVs that one finding names; the others are counted. */
const NAMED_PVS = 3;

/**
 * Names that more than one IOC serves, as errors: `PV_DUPLICATE`, one for each pair of entities (a copied device is one mistake, however many
 * PVs it has), at the later one, with the chain of the first PV and the earlier entity as labels. Names that differ in case only: `PV_CASE`
 * (warning). Rows of one IOC do not compete: there, loading has reported what is wrong.
 */
export function findDuplicates(rows: Iterable<PvRow>): Diagnostic[] {
  const pairs = new Map<string, { readonly later: PvRow; readonly earlier: PvRow; readonly pvs: string[] }>();
  const similar: Diagnostic[] = [];
  const first = new Map<string, PvRow>();
  const folded = new Map<string, PvRow>();
  for (const row of rows) {
    if (!row.available) continue;
    const earlier = first.get(row.pv);
    if (earlier) {
      if (earlier.ioc === row.ioc) continue;
      const key = JSON.stringify([earlier.ioc, row.ioc, outermost(earlier), outermost(row)]);
      const pair = pairs.get(key) ?? { later: row, earlier, pvs: [] };
      pair.pvs.push(row.pv);
      pairs.set(key, pair);
      continue;
    }
    first.set(row.pv, row);
    const lower = row.pv.toLowerCase();
    const other = folded.get(lower);
    if (!other) folded.set(lower, row);
    else {
      const message = `PV "${row.pv}" of IOC ${row.ioc} differs from "${other.pv}" of IOC ${other.ioc} in case only`;
      similar.push(at(row, other, { code: "PV_CASE", severity: "warning", message }));
    }
  }
  return [...[...pairs.values()].map(({ later, earlier, pvs }) => at(later, earlier, duplicate(later, earlier, pvs))), ...similar];
}

function duplicate(later: PvRow, earlier: PvRow, pvs: readonly string[]): Omit<Diagnostic, "range" | "labels"> {
  const named = pvs.slice(0, NAMED_PVS).map((pv) => `"${pv}"`);
  const more = pvs.length > NAMED_PVS ? ` and ${pvs.length - NAMED_PVS} more` : "";
  const what = pvs.length === 1 ? `PV ${named[0]} is` : `${pvs.length} PVs are`;
  const list = pvs.length === 1 ? "" : `: ${named.join(", ")}${more}`;
  return {
    code: "PV_DUPLICATE",
    severity: "error",
    message: `${what} served by two IOCs, ${earlier.ioc} and ${later.ioc}${list}`,
    help: "give one of them another prefix",
  };
}

function outermost(row: PvRow): SourceRange | undefined {
  return row.provenance[0];
}

/** At the outermost place of a row, where people can mend it; then how it comes to the record, then the other's chain. */
function at(row: PvRow, earlier: PvRow, diagnostic: Omit<Diagnostic, "range" | "labels">): Diagnostic {
  const range = outermost(row);
  const labels = [
    ...row.provenance.slice(1).map((place) => ({ range: place, message: `through this, in IOC ${row.ioc}` })),
    ...earlier.provenance.map((place, index) => ({
      range: place,
      message: index === 0 ? `and here, in IOC ${earlier.ioc}` : `through this, in IOC ${earlier.ioc}`,
    })),
  ];
  return { ...diagnostic, ...(range ? { range } : {}), ...(labels.length > 0 ? { labels } : {}) };
}
