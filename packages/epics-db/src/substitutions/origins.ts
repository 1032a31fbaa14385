import type { SourceRange } from "@epicube/core";

/** Where a run of output lines comes from: line `outputLine + n` is line `line + n` of `file`. */
export interface ExpansionOrigin {
  /** First line of the run in the expanded text, from 1. */
  readonly outputLine: number;
  /** How many lines the run has. */
  readonly lineCount: number;
  /** Template or included file. */
  readonly file: string;
  /** First line of the run in that file, from 1. */
  readonly line: number;
  /** The substitution row that asked for the template. */
  readonly row?: SourceRange;
  /** The `include` lines that led here, outermost first. */
  readonly includedFrom?: readonly SourceRange[];
}

/**
 * The chain of places that an output line comes from, outermost first: substitution row, include lines, template line. Empty for a line
 * beyond the text.
 */
export function traceLine(origins: readonly ExpansionOrigin[], outputLine: number): SourceRange[] {
  const origin = findOrigin(origins, outputLine);
  if (!origin) return [];
  const line = origin.line + outputLine - origin.outputLine;
  const place = { file: origin.file, startLine: line, startColumn: 1, endLine: line, endColumn: 1 };
  return [...(origin.row ? [origin.row] : []), ...(origin.includedFrom ?? []), place];
}

/** The run that an output line belongs to. */
export function findOrigin(origins: readonly ExpansionOrigin[], outputLine: number): ExpansionOrigin | undefined {
  let low = 0;
  let high = origins.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (origins[middle]!.outputLine <= outputLine) low = middle;
    else high = middle - 1;
  }
  const origin = origins[low];
  return origin && outputLine >= origin.outputLine && outputLine < origin.outputLine + origin.lineCount ? origin : undefined;
}
