import type { Diagnostic, SourceRange } from "@epicube/core";
import { expandMacros, type MacroProblem } from "../macros/expand.js";
import { isSpace, parseMacros } from "../macros/parse.js";
import type { MacroScope } from "../macros/scope.js";
import { MSI_LINE_LIMIT } from "./lexer.js";
import type { ExpansionOrigin } from "./origins.js";

/** A file that a resolver found. */
export interface TemplateFile {
  /** How diagnostics and origins name it. */
  readonly file: string;
  readonly text: string;
  /** What was found when it was read; the expansions report it where they use the file, once. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** Finds a template or included file by the name written; undefined where there is none. */
export type ResolveTemplate = (name: string) => TemplateFile | undefined;

/** What an expansion gathers; shared by all rows of a substitution file. */
export interface ExpansionOutput {
  readonly chunks: string[];
  /** Line that the next output character belongs to, from 1. */
  line: number;
  atLineStart: boolean;
  readonly origins: OpenOrigin[];
  readonly diagnostics: Diagnostic[];
  readonly reported: Set<string>;
  /** Names of the files read, each once, in order. */
  readonly dependencies: Set<string>;
  sizeBytes: number;
}

type OpenOrigin = { -readonly [Key in keyof ExpansionOrigin]: ExpansionOrigin[Key] };

/** How one template is expanded. */
export interface TemplateContext {
  readonly scope: MacroScope;
  readonly resolve: ResolveTemplate;
  /** `-V`: undefined references are marked and are errors. */
  readonly verbose: boolean;
  readonly row: SourceRange | undefined;
  readonly output: ExpansionOutput;
  readonly maxSizeBytes: number;
  readonly encode: (text: string) => string;
  readonly decode: (text: string) => string;
}

/** Includes that may be open at once. */
const INCLUDE_DEPTH = 64;
/** What msi's output buffer takes of one line. */
const OUTPUT_LINE_LIMIT = 4094;

/** Thrown to end an expansion; the diagnostic is in the output already. */
export class ExpansionStop extends Error {}

export function createExpansionOutput(): ExpansionOutput {
  return {
    chunks: [],
    line: 1,
    atLineStart: true,
    origins: [],
    diagnostics: [],
    reported: new Set(),
    dependencies: new Set(),
    sizeBytes: 0,
  };
}

/** `include "x"` or `substitute "A=1"` alone on a line; msi lets the last keyword found anywhere on the line decide. */
export function readCommand(line: string): { command: "include" | "substitute"; argument: string; start: number } | undefined {
  let from = 0;
  while (from < line.length && isSpace(line.charCodeAt(from))) from++;
  const first = line[from];
  if (first !== "i" && first !== "s") return undefined;
  const command = line.includes("substitute", from) ? "substitute" : line.includes("include", from) ? "include" : undefined;
  if (!command) return undefined;
  let at = from + command.length;
  while (at < line.length && isSpace(line.charCodeAt(at))) at++;
  if (line[at] !== '"') return undefined;
  const start = ++at;
  while (at < line.length && line[at] !== '"') at += line[at] === "\\" && line[at + 1] === '"' ? 2 : 1;
  if (at >= line.length) return undefined;
  const argument = line.slice(start, at);
  do at++;
  while (line[at] === " ");
  return at >= line.length || line[at] === "\n" ? { command, argument, start } : undefined;
}

function lineRange(file: string, line: number, start = 0, end = start): SourceRange {
  return { file, startLine: line, startColumn: start + 1, endLine: line, endColumn: end + 1 };
}

function emit(context: TemplateContext, text: string, file: string, line: number, includedFrom: readonly SourceRange[]): void {
  const { output } = context;
  if (text === "") return;
  output.sizeBytes += text.length;
  output.chunks.push(text);
  if (output.atLineStart) {
    const last = output.origins.at(-1);
    const follows =
      last &&
      last.file === file &&
      last.row === context.row &&
      last.includedFrom?.length === (includedFrom.length || undefined) &&
      last.line + last.lineCount === line &&
      (includedFrom.length === 0 || last.includedFrom === includedFrom);
    if (follows) last.lineCount++;
    else
      output.origins.push({
        outputLine: output.line,
        lineCount: 1,
        file,
        line,
        ...(context.row ? { row: context.row } : {}),
        ...(includedFrom.length > 0 ? { includedFrom } : {}),
      });
  }
  output.atLineStart = text.endsWith("\n");
  if (output.atLineStart) output.line++;
}

function stop(context: TemplateContext, diagnostic: Diagnostic): never {
  context.output.diagnostics.push(diagnostic);
  throw new ExpansionStop();
}

const PROBLEMS: Record<MacroProblem["kind"], { code: string; say: (name: string) => string; help: string }> = {
  undefined: {
    code: "MACRO_UNDEFINED",
    say: (name) => `macro ${name} is not defined`,
    help: "give it a value in the substitution row or a default: $(NAME=default)",
  },
  recursive: { code: "MACRO_RECURSIVE", say: (name) => `macro ${name} refers to itself`, help: "take the reference out of its own value" },
  unterminated: {
    code: "MACRO_UNTERMINATED",
    say: (name) => `the reference to ${name || "a macro"} ends after a comma; msi would hang on it`,
    help: "close the reference",
  },
  "too-complex": {
    code: "MACRO_TOO_COMPLEX",
    say: () => "the macros of this line refer to each other too often or too deeply",
    help: "simplify the definitions",
  },
};

function report(context: TemplateContext, problem: MacroProblem, file: string, line: number, source: string): void {
  const { code, say, help } = PROBLEMS[problem.kind];
  const key = `${code}\0${file}\0${line}\0${problem.name}`;
  if (context.output.reported.has(key)) return;
  context.output.reported.add(key);
  const name = context.decode(problem.name).replace(/[\r\n]+$/, "");
  const at = Math.max(0, source.search(/\$[({]/));
  const found = source.indexOf(problem.name, at);
  const start = found === -1 ? at : found;
  const end = found === -1 ? start : start + name.length;
  const fatal = problem.kind === "unterminated" || problem.kind === "too-complex";
  context.output.diagnostics.push({
    code,
    severity: fatal || context.verbose ? "error" : "warning",
    message: say(name),
    range: lineRange(file, line, start, end),
    ...(context.row ? { labels: [{ range: context.row, message: "expanded for this row" }] } : {}),
    help,
  });
  if (fatal) throw new ExpansionStop();
}

function checkSize(context: TemplateContext, file: string, line: number): void {
  if (context.output.sizeBytes <= context.maxSizeBytes) return;
  stop(context, {
    code: "EXPANSION_TOO_LARGE",
    severity: "error",
    message: `the expanded text is larger than ${context.maxSizeBytes} bytes`,
    range: lineRange(file, line),
    help: "raise maxSizeBytes if it is meant to be that large",
  });
}

function include(context: TemplateContext, name: string, place: SourceRange, includedFrom: readonly SourceRange[]): void {
  if (includedFrom.length >= INCLUDE_DEPTH)
    stop(context, {
      code: "INCLUDE_TOO_DEEP",
      severity: "error",
      message: `"${context.decode(name)}" is included more than ${INCLUDE_DEPTH} files deep`,
      range: place,
      help: "does a file include itself?",
    });
  const found = context.resolve(context.decode(name));
  if (!found)
    stop(context, {
      code: "INCLUDE_NOT_FOUND",
      severity: "error",
      message: `included file "${context.decode(name)}" was not found`,
      range: place,
      ...(context.row ? { labels: [{ range: context.row, message: "expanded for this row" }] } : {}),
      help: "add its folder to the search path",
    });
  expandFile(context, found, [...includedFrom, place]);
}

/** Expands one file into the output, line by line as msi does. Throws {@link ExpansionStop} where msi would exit. */
export function expandFile(context: TemplateContext, source: TemplateFile, includedFrom: readonly SourceRange[] = []): void {
  if (!context.output.dependencies.has(source.file)) context.output.diagnostics.push(...(source.diagnostics ?? []));
  context.output.dependencies.add(source.file);
  const text = context.encode(source.text);
  const { scope } = context;
  let at = 0;
  let lineNumber = 1;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = Math.min(newline === -1 ? text.length : newline + 1, at + MSI_LINE_LIMIT);
    let line = text.slice(at, end);
    const complete = end === newline + 1;
    at = end;
    const nul = line.indexOf("\0");
    if (nul !== -1) line = line.slice(0, nul);
    const command = readCommand(line);
    if (command?.command === "include") {
      const place = lineRange(source.file, lineNumber, command.start, command.start + command.argument.length);
      include(context, command.argument, place, includedFrom);
    } else if (command) {
      const { definitions, overruns } = parseMacros(command.argument);
      if (overruns)
        stop(context, overrunDiagnostic(lineRange(source.file, lineNumber, command.start, command.start + command.argument.length)));
      scope.define(definitions);
    } else {
      const expansion = expandMacros(line, scope, { capacity: OUTPUT_LINE_LIMIT, suppressWarnings: !context.verbose });
      emit(context, expansion.text, source.file, lineNumber, includedFrom);
      for (const problem of expansion.problems) report(context, problem, source.file, lineNumber, line);
      checkSize(context, source.file, lineNumber);
    }
    if (complete) lineNumber++;
  }
}

/** The diagnostic for a definition list on which macLib aborts. */
export function overrunDiagnostic(range: SourceRange): Diagnostic {
  return {
    code: "MACRO_LIST_OVERRUN",
    severity: "error",
    message: "a list of several names without values makes macLib write past its buffer and abort",
    range,
    help: "write NAME=VALUE",
  };
}
