import type { Diagnostic } from "@epicube/core";
import type { PvRow } from "./pv-row.js";

function chainLabels(row: PvRow, message: string) {
  const last = row.provenance.length - 1;
  return row.provenance.map((range, index) => ({ range, message: index === last ? message : `made by this, for IOC ${row.ioc}` }));
}

/**
 * Names that more than one IOC serves, as errors with both chains: `PV_DUPLICATE`. Names that differ in case only: `PV_CASE` (warning).
 * Rows of one IOC do not compete: there, loading has reported what is wrong.
 */
export function findDuplicates(rows: Iterable<PvRow>): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const first = new Map<string, PvRow>();
  const folded = new Map<string, PvRow>();
  for (const row of rows) {
    if (!row.available) continue;
    const earlier = first.get(row.pv);
    if (earlier) {
      if (earlier.ioc !== row.ioc) diagnostics.push(duplicate(row, earlier));
      continue;
    }
    first.set(row.pv, row);
    const lower = row.pv.toLowerCase();
    const similar = folded.get(lower);
    if (!similar) folded.set(lower, row);
    else {
      const message = `PV "${row.pv}" of IOC ${row.ioc} differs from "${similar.pv}" of IOC ${similar.ioc} in case only`;
      diagnostics.push(at(row, similar, { code: "PV_CASE", severity: "warning", message }));
    }
  }
  return diagnostics;
}

function duplicate(row: PvRow, earlier: PvRow): Diagnostic {
  const message = `PV "${row.pv}" is served by two IOCs: ${earlier.ioc} and ${row.ioc}`;
  return at(row, earlier, { code: "PV_DUPLICATE", severity: "error", message, help: "give one of them another prefix" });
}

function at(row: PvRow, earlier: PvRow, diagnostic: Omit<Diagnostic, "range" | "labels">): Diagnostic {
  const range = row.provenance.at(-1);
  const labels = [...chainLabels(row, `in IOC ${row.ioc}`).slice(0, -1), ...chainLabels(earlier, `in IOC ${earlier.ioc}`)];
  return { ...diagnostic, ...(range ? { range } : {}), ...(labels.length > 0 ? { labels } : {}) };
}
