import type { Diagnostic } from "@epicube/core";

/** The label that names the row a finding was made for. */
export const EXPANDED_FOR = "expanded for this row";
/** Rows that one finding names. */
const MAX_ROWS = 3;

/** A finding and the expanded line it was made for; undefined for one in a text that was not expanded. */
export interface MadeFinding {
  readonly diagnostic: Diagnostic;
  readonly madeAt: string | undefined;
}

/**
 * One finding for each place of a template, however many rows expand it: the first, which names its row and up to two more. Several findings
 * of one code in one line of one row are told apart.
 */
export function oncePerTemplatePlace(findings: readonly MadeFinding[]): Diagnostic[] {
  const result: Diagnostic[] = [];
  const places = new Map<string, { readonly madeAt: string; readonly at: number; rows: number }>();
  for (const { diagnostic, madeAt } of findings) {
    const { code, range, labels = [] } = diagnostic;
    if (madeAt === undefined || !range) {
      result.push(diagnostic);
      continue;
    }
    // Another value of a macro is another mistake: it stands in the row.
    const value = code === "FIELD_VALUE" ? diagnostic.message : "";
    const key = `${code}\0${range.file}\0${range.startLine}\0${range.startColumn}\0${value}`;
    const first = places.get(key);
    if (!first || first.madeAt === madeAt) {
      if (!first) places.set(key, { madeAt, at: result.length, rows: 1 });
      result.push(diagnostic);
      continue;
    }
    const row = labels.find((label) => label.message === EXPANDED_FOR);
    const known = result[first.at]!;
    if (!row || first.rows >= MAX_ROWS || known.labels?.some((label) => same(label.range, row.range))) continue;
    first.rows++;
    result[first.at] = { ...known, labels: [...(known.labels ?? []), { range: row.range, message: "and for this row" }] };
  }
  return result;
}

function same(a: { file: string; startLine: number; startColumn: number }, b: typeof a): boolean {
  return a.file === b.file && a.startLine === b.startLine && a.startColumn === b.startColumn;
}
