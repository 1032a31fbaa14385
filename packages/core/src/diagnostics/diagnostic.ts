/** A stretch of a text file. Lines and columns count from 1, columns in UTF-16 units, the end is exclusive. */
export interface SourceRange {
  /** Relative to the repository, else to the working directory; absolute when outside. */
  readonly file: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type Severity = "error" | "warning" | "info";

/** One finding on user input: what is wrong, where, and what to do. */
export interface Diagnostic {
  /** Stable SCREAMING_SNAKE code. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence, without trailing full stop. */
  readonly message: string;
  readonly range?: SourceRange;
  /** Other places that matter, such as the first definition. */
  readonly labels?: readonly { readonly range: SourceRange; readonly message: string }[];
  /** The next step. */
  readonly help?: string;
  /** Edits that mend it. */
  readonly fix?: readonly { readonly range: SourceRange; readonly text: string }[];
}

/** What `parse*`, `validate*` and `load*` give: they never throw on user input. `value` may be partial when there are errors. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** True when at least one diagnostic is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** The flat JSON shape of the command-line contract. */
export interface DiagnosticJson {
  code: string;
  severity: Severity;
  message: string;
  file?: string;
  line?: number;
  column?: number;
  endLine?: number;
  endColumn?: number;
  help?: string;
  labels?: { file: string; line: number; column: number; endLine: number; endColumn: number; message: string }[];
}

function flatRange(range: SourceRange) {
  return { file: range.file, line: range.startLine, column: range.startColumn, endLine: range.endLine, endColumn: range.endColumn };
}

/** A diagnostic as `--json` prints it. */
export function diagnosticToJson(diagnostic: Diagnostic): DiagnosticJson {
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...(diagnostic.range ? flatRange(diagnostic.range) : {}),
    ...(diagnostic.help === undefined ? {} : { help: diagnostic.help }),
    ...(diagnostic.labels ? { labels: diagnostic.labels.map((label) => ({ ...flatRange(label.range), message: label.message })) } : {}),
  };
}

/** Stable order for output: file, line, column, code. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  const x = a.range;
  const y = b.range;
  if (x && y) {
    if (x.file !== y.file) return x.file < y.file ? -1 : 1;
    if (x.startLine !== y.startLine) return x.startLine - y.startLine;
    if (x.startColumn !== y.startColumn) return x.startColumn - y.startColumn;
  } else if (x || y) {
    return x ? -1 : 1;
  }
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}
