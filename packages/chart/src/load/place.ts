import type { SourceRange } from "@epicube/core";
import { yamlErrorBehind } from "../yaml/decode.js";
import type { Chart } from "./chart.js";

/** A place in a file: from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** Exclusive; default one after `column`. */
  readonly endColumn?: number;
}

/** A range for a diagnostic; the start of the file where no place is known. */
export function rangeIn(file: string, place?: Place): SourceRange {
  if (!place) return { file, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
  const { line, column } = place;
  return { file, startLine: line, startColumn: column, endLine: line, endColumn: place.endColumn ?? column + 1 };
}

/** The name that diagnostics give to a file of a chart. */
export function shownFile(chart: Chart, path: string): string {
  return chart.raw.find((file) => file.path === path)?.at ?? (chart.source === "" ? path : `${chart.source}/${path}`);
}

/** Where the YAML error behind an error stands, and what it says by itself. */
export function placeOfYamlError(error: unknown): { readonly place?: Place; readonly reason?: string } {
  const behind = yamlErrorBehind(error);
  if (!behind) return {};
  const { line, column, reason } = behind;
  return { reason, ...(line !== undefined && line > 0 ? { place: { line, column: column ?? 1 } } : {}) };
}

/** The place of the first match of an expression in a text, or of its first group. */
export function placeOfMatch(text: string, expression: RegExp): Place | undefined {
  const match = expression.exec(text);
  if (!match) return undefined;
  const found = match[1] ?? match[0];
  const at = match.index + match[0].indexOf(found);
  const before = text.slice(0, at);
  const column = at - before.lastIndexOf("\n");
  return { line: before.split("\n").length, column, endColumn: column + found.length };
}

/** Where Chart.yaml says what helm's message is about: at the key that it names. */
export function placeInMetadata(text: string, message: string): Place | undefined {
  const key = /(?:chart\.metadata|Metadata)\.(\w+)/.exec(message)?.[1];
  return key === undefined ? undefined : placeOfMatch(text, new RegExp(`^${key}(?=\\s*:)`, "im"));
}
