import { escapeControl } from "../text/escape.js";
import type { Diagnostic, SourceRange } from "./diagnostic.js";

/** How {@link formatDiagnostic} prints. */
export interface FormatDiagnosticOptions {
  /** The text of a file, for the source frame; without it, or when it gives undefined, only the first line and the help are printed. */
  readonly source?: (file: string) => string | undefined;
}

const MAX_FRAME_COLUMNS = 160;

function position(range: SourceRange): string {
  return `${range.file}:${range.startLine}:${range.startColumn}`;
}

function frame(range: SourceRange, source: (file: string) => string | undefined): string[] {
  const line = source(range.file)?.split("\n")[range.startLine - 1]?.replace(/\r$/, "");
  if (line === undefined) return [];
  const shift = range.startColumn > MAX_FRAME_COLUMNS - 20 ? range.startColumn - 40 : 0;
  const shown = line.slice(shift, shift + MAX_FRAME_COLUMNS);
  const lastColumn = range.endLine > range.startLine ? line.length + 1 : range.endColumn;
  const from = range.startColumn - 1 - shift;
  const width = Math.max(1, Math.min(lastColumn - range.startColumn, shown.length - from));
  const gutter = String(range.startLine);
  const pad = shown.slice(0, from).replace(/[^\t]/g, " ");
  return [`  ${gutter} | ${escapeControl(shown)}`, `  ${" ".repeat(gutter.length)} | ${pad}${"^".repeat(width)}`];
}

/**
 * A diagnostic as lines of text. The first is `FILE:LINE:COL: error CODE: sentence` (clickable, grep-able); then, with
 * `source`, a frame; then the labels; then `help:`.
 */
export function formatDiagnostic(diagnostic: Diagnostic, options: FormatDiagnosticOptions = {}): string {
  const head = diagnostic.range ? `${position(diagnostic.range)}: ` : "";
  const lines = [`${head}${diagnostic.severity} ${diagnostic.code}: ${escapeControl(diagnostic.message)}`];
  if (diagnostic.range && options.source) lines.push(...frame(diagnostic.range, options.source));
  for (const label of diagnostic.labels ?? []) {
    lines.push(`  ${position(label.range)}: ${escapeControl(label.message)}`);
    if (options.source) lines.push(...frame(label.range, options.source).map((text) => `  ${text}`));
  }
  if (diagnostic.help !== undefined) lines.push(`  help: ${escapeControl(diagnostic.help)}`);
  return lines.join("\n");
}
