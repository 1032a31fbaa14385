import type { SourceRange } from "./diagnostic.js";

/** Offsets of a text to line and column, both from 1. Lines end at `\n`. */
export interface LineIndex {
  positionAt(offset: number): { line: number; column: number };
  rangeOf(file: string, start: number, end: number): SourceRange;
}

/** Indexes the line starts of a text once; each look-up is a binary search. */
export function createLineIndex(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const positionAt = (offset: number) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
  return {
    positionAt,
    rangeOf(file, start, end) {
      const from = positionAt(start);
      const to = positionAt(Math.max(start, end));
      return { file, startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
    },
  };
}
