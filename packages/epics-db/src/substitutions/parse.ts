import { type Checked, createLineIndex, type Diagnostic, type SourceRange } from "@epicube/core";
import { createSubstitutionLexer, type SubstitutionLexer } from "./lexer.js";

/** One step of a substitution file, in file order: a `global { … }` list, or one row for a template. */
export type SubstitutionStep = GlobalStep | RowStep;

/** `global { A=1 }`: definitions for everything that follows. */
export interface GlobalStep {
  readonly kind: "global";
  /** Macro definition list for {@link parseMacros}. */
  readonly macros: string;
  readonly range: SourceRange;
}

/** One pattern row or one `{ A=1, B=2 }` set. */
export interface RowStep {
  readonly kind: "row";
  /** Template as the file names it, environment references unexpanded; undefined for sets outside of a `file` block. */
  readonly template: string | undefined;
  readonly templateRange: SourceRange | undefined;
  readonly macros: string;
  readonly range: SourceRange;
}

/** A parsed substitution file. */
export interface SubstitutionFile {
  readonly file: string;
  readonly steps: readonly SubstitutionStep[];
  /** Each `file NAME` statement, also those without rows. */
  readonly templates: readonly { readonly name: string; readonly range: SourceRange }[];
}

class Stop extends Error {}

interface Parser {
  readonly lexer: SubstitutionLexer;
  readonly diagnostics: Diagnostic[];
  readonly range: (start: number, end: number) => SourceRange;
  inFile: boolean;
  template: string | undefined;
  templateRange: SourceRange | undefined;
  /** Names of the current `pattern`, undefined outside of one. */
  pattern: string[] | undefined;
}

function fail(parser: Parser, message: string, help?: string): never {
  const { start, end } = parser.lexer.current();
  parser.diagnostics.push({
    code: "SUBSTITUTION_SYNTAX",
    severity: "error",
    message: parser.lexer.problem() ?? message,
    range: parser.range(start, end),
    ...(help === undefined ? {} : { help }),
  });
  throw new Stop();
}

function skipSeparators(lexer: SubstitutionLexer): void {
  while (lexer.current().kind === "separator") lexer.next();
}

function nextMeaningful(lexer: SubstitutionLexer) {
  let token = lexer.next();
  while (token.kind === "separator") token = lexer.next();
  return token;
}

function expectBrace(parser: Parser): void {
  if (nextMeaningful(parser.lexer).kind !== "{") fail(parser, "expected '{'");
}

function closeFile(parser: Parser): void {
  parser.inFile = false;
  parser.template = undefined;
  parser.templateRange = undefined;
  parser.pattern = undefined;
  parser.lexer.next();
}

function describe(parser: Parser): string {
  const token = parser.lexer.current();
  return token.kind === "end" ? "the end of the file" : `"${token.kind === "string" ? token.text : token.kind}"`;
}

/** Reads `{ A=1, B=2 }` as one definition list; line ends and blanks separate as commas do. */
function readSet(parser: Parser): string {
  let macros = "";
  for (;;) {
    const token = parser.lexer.next();
    if (token.kind === "}") break;
    if (token.kind === "separator") macros += ",";
    else if (token.kind === "string") macros += token.text;
    else if (token.kind === "{") fail(parser, "unexpected '{' in a set of macros");
    else fail(parser, "the file ends inside a set of macros", "close it with '}'");
  }
  parser.lexer.next();
  return macros;
}

function readPatternRow(parser: Parser, names: readonly string[]): string {
  const parts: string[] = [];
  let count = 0;
  for (let token = nextMeaningful(parser.lexer); token.kind !== "}"; token = nextMeaningful(parser.lexer)) {
    if (token.kind !== "string") fail(parser, `expected a macro value or '}', found ${describe(parser)}`);
    const name = names[count++];
    if (name !== undefined) {
      parts.push(`${name}=${token.text}`);
      continue;
    }
    parts.push("");
    parser.diagnostics.push({
      code: "SUBSTITUTION_TOO_MANY_VALUES",
      severity: "warning",
      message: `value ${token.text} has no name: the pattern has ${names.length} names`,
      range: parser.range(token.start, token.end),
      help: "add a name to the pattern or take the value away",
    });
  }
  parser.lexer.next();
  return parts.join(",");
}

/** The rows that follow, up to something that is no row. */
function readRows(parser: Parser, steps: SubstitutionStep[]): void {
  const { lexer } = parser;
  for (;;) {
    skipSeparators(lexer);
    const token = lexer.current();
    if (token.kind === "}" && parser.inFile) {
      closeFile(parser);
      return;
    }
    if (token.kind !== "{") return;
    const start = token.start;
    const macros = parser.pattern ? readPatternRow(parser, parser.pattern) : readSet(parser);
    const range = parser.range(start, lexer.previousEnd());
    steps.push({ kind: "row", template: parser.template, templateRange: parser.templateRange, macros, range });
  }
}

function readGlobal(parser: Parser, steps: SubstitutionStep[]): void {
  const start = parser.lexer.current().start;
  parser.lexer.next();
  skipSeparators(parser.lexer);
  const token = parser.lexer.current();
  if (token.kind === "}" && parser.inFile) closeFile(parser);
  else if (token.kind === "{") {
    const macros = readSet(parser);
    steps.push({ kind: "global", macros, range: parser.range(start, parser.lexer.previousEnd()) });
  }
}

function readFileHeader(parser: Parser, templates: { name: string; range: SourceRange }[]): void {
  const { lexer } = parser;
  parser.inFile = true;
  // The name must follow after blanks on the same token gap: msi takes the very next token.
  const token = lexer.next();
  if (token.kind !== "string") fail(parser, `expected a file name, found ${describe(parser)}`);
  const quoted = token.text.length >= 2 && token.text.startsWith('"') && token.text.endsWith('"');
  parser.pattern = undefined;
  parser.template = quoted ? token.text.slice(1, -1) : token.text;
  parser.templateRange = parser.range(token.start, token.end);
  templates.push({ name: parser.template, range: parser.templateRange });
  expectBrace(parser);
  lexer.next();
}

function readPatternNames(parser: Parser): void {
  const names: string[] = [];
  parser.pattern = names;
  expectBrace(parser);
  for (let token = nextMeaningful(parser.lexer); token.kind !== "}"; token = nextMeaningful(parser.lexer)) {
    if (token.kind !== "string") fail(parser, `expected a macro name or '}', found ${describe(parser)}`);
    names.push(token.text);
  }
  parser.lexer.next();
}

function readAll(parser: Parser, steps: SubstitutionStep[], templates: { name: string; range: SourceRange }[]): void {
  const { lexer } = parser;
  lexer.next();
  for (;;) {
    skipSeparators(lexer);
    let token = lexer.current();
    if (token.kind === "end") return;
    if (token.kind === "string" && token.text === "global") {
      readGlobal(parser, steps);
      continue;
    }
    if (token.kind === "string" && token.text === "file") {
      readFileHeader(parser, templates);
      skipSeparators(lexer);
      token = lexer.current();
    }
    if (token.kind !== "{") {
      if (token.kind === "}") fail(parser, "unexpected '}'", parser.inFile ? "a file block needs at least one set of macros" : undefined);
      if (token.kind !== "string" || token.text !== "pattern") {
        const comment = token.kind === "string" && token.text.startsWith("#");
        fail(
          parser,
          `expected 'file', 'global', 'pattern' or '{', found ${describe(parser)}`,
          comment ? "msi takes '#' as a comment only in the first column or right after a token" : undefined,
        );
      }
      readPatternNames(parser);
    }
    readRows(parser, steps);
  }
}

/**
 * Parses a substitution file as msi reads it (the IOC's own dbLoadTemplate has another lexer). Stops at the first syntax error, with the
 * steps before it kept, because msi has expanded them by then.
 *
 * Diagnostics: `SUBSTITUTION_SYNTAX`, `SUBSTITUTION_TOO_MANY_VALUES`.
 */
export function parseSubstitutions(text: string, options: { readonly file: string }): Checked<SubstitutionFile> {
  const index = createLineIndex(text);
  const steps: SubstitutionStep[] = [];
  const templates: { name: string; range: SourceRange }[] = [];
  const parser: Parser = {
    lexer: createSubstitutionLexer(text),
    diagnostics: [],
    range: (start, end) => index.rangeOf(options.file, start, end),
    inFile: false,
    template: undefined,
    templateRange: undefined,
    pattern: undefined,
  };
  try {
    readAll(parser, steps, templates);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  return { value: { file: options.file, steps, templates }, diagnostics: parser.diagnostics };
}
