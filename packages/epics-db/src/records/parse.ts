import { type Checked, createLineIndex, type Diagnostic, type LineIndex } from "@epicube/core";
import { unescapeValue } from "./escape.js";
import { createRecordLexer, type RecordLexer, type RecordToken } from "./lexer.js";
import type { AliasNode, AssignmentNode, DatabaseSyntax, NameNode, RecordNode, StatementNode, ValueNode } from "./syntax.js";

const DEFINITIONS = new Set([
  "path",
  "addpath",
  "menu",
  "recordtype",
  "device",
  "driver",
  "link",
  "breaktable",
  "registrar",
  "function",
  "variable",
]);
/** JSON in a value may nest this deep. */
const VALUE_DEPTH = 64;
const RESUME = /^[ \t]*(?:(g?record|field|info|alias|include|menu|recordtype|device|driver)[ \t]*[("]|(\}))/gm;

class SyntaxStop extends Error {
  readonly at: number;
  constructor(at: number) {
    super();
    this.at = at;
  }
}

interface Parser {
  readonly file: string;
  readonly text: string;
  readonly lexer: RecordLexer;
  readonly diagnostics: Diagnostic[];
  lines: LineIndex | undefined;
  at: number;
}

function fail(parser: Parser, token: { start: number; end: number }, message: string, help?: string): never {
  parser.lines ??= createLineIndex(parser.text);
  parser.diagnostics.push({
    code: "DATABASE_SYNTAX",
    severity: "error",
    message,
    range: parser.lines.rangeOf(parser.file, token.start, Math.max(token.end, token.start)),
    ...(help === undefined ? {} : { help }),
  });
  throw new SyntaxStop(token.start);
}

function show(token: RecordToken): string {
  if (token.kind === "end") return "the end of the file";
  if (token.kind === "bad" && token.text.length > 1) return "a string that does not end on its line";
  const text = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
  return `"${text}"`;
}

function next(parser: Parser): RecordToken {
  const token = parser.lexer.read(parser.at);
  parser.at = token.end;
  return token;
}

function expect(parser: Parser, punctuation: string, after: string): RecordToken {
  const token = next(parser);
  if (token.kind !== "punctuation" || token.text !== punctuation)
    fail(parser, token, `expected '${punctuation}' after ${after}, found ${show(token)}`);
  return token;
}

function readName(parser: Parser, what: string): NameNode {
  const token = next(parser);
  if (token.kind !== "word" && token.kind !== "string") fail(parser, token, `expected ${what}, found ${show(token)}`);
  return { text: token.text, quoted: token.kind === "string", start: token.start, end: token.end };
}

/** Steps over JSON from its opening bracket and gives it without white space, as the IOC keeps it. */
function readJson(parser: Parser, opening: RecordToken): ValueNode {
  const closers: string[] = [opening.text === "{" ? "}" : "]"];
  let compact = opening.text;
  while (closers.length > 0) {
    const token = parser.lexer.readValue(parser.at);
    parser.at = token.end;
    if (token.kind === "end" || token.kind === "bad") fail(parser, token, `the value is no JSON: found ${show(token)}`);
    compact += token.kind === "string" ? parser.text.slice(token.start, token.end) : token.text;
    if (token.kind !== "punctuation") continue;
    if (token.text === "{" || token.text === "[") {
      closers.push(token.text === "{" ? "}" : "]");
      if (closers.length > VALUE_DEPTH) fail(parser, token, `the value nests more than ${VALUE_DEPTH} deep`);
    } else if (token.text === "}" || token.text === "]") {
      if (closers.pop() !== token.text) fail(parser, token, `the value is no JSON: unexpected '${token.text}'`);
    } else if (token.text === "(" || token.text === ")") fail(parser, token, `the value is no JSON: unexpected '${token.text}'`);
  }
  return { text: compact, kind: "json", start: opening.start, end: parser.at };
}

/** What base's JSON reader refuses in a quoted value: octal and cut-off escapes, control characters. */
function badValue(text: string): string | undefined {
  if (!/[\0-\x1f\\]/.test(text)) return undefined;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 32) return "the value has a control character";
    if (text[at] !== "\\") continue;
    const wrong = /^(?:[1-9]|x(?![0-9a-fA-F]{2})|u(?![0-9a-fA-F]{4}))/.exec(text.slice(at + 1, at + 6))?.[0];
    if (wrong !== undefined) return `the value has the escape \\${wrong}, which the IOC does not take`;
    at++;
  }
  return undefined;
}

function readValue(parser: Parser): ValueNode {
  const token = parser.lexer.readValue(parser.at);
  parser.at = token.end;
  if (token.kind === "word") return { text: token.text, kind: "word", start: token.start, end: token.end };
  const bad = token.kind === "string" ? badValue(token.text) : undefined;
  if (bad !== undefined) fail(parser, token, bad);
  if (token.kind === "string") return { text: unescapeValue(token.text), kind: "string", start: token.start, end: token.end };
  if (token.kind === "punctuation" && (token.text === "{" || token.text === "[")) return readJson(parser, token);
  return fail(parser, token, `expected a value, found ${show(token)}`, token.kind === "bad" ? 'put the value in quotes: "…"' : undefined);
}

function closeValue(parser: Parser, value: ValueNode): number {
  const token = parser.lexer.readValue(parser.at);
  parser.at = token.end;
  if (token.kind === "punctuation" && token.text === ")") return token.end;
  const bare = value.kind === "word" && token.start === value.end;
  return fail(parser, token, `expected ')' after the value, found ${show(token)}`, bare ? 'put the value in quotes: "…"' : undefined);
}

function readBodyItem(parser: Parser, keyword: RecordToken): AssignmentNode | AliasNode {
  expect(parser, "(", `'${keyword.text}'`);
  if (keyword.text === "alias") {
    const name = readName(parser, "an alias name");
    return { kind: "alias", name, start: keyword.start, end: expect(parser, ")", "the alias name").end };
  }
  const name = readName(parser, keyword.text === "field" ? "a field name" : "an info name");
  expect(parser, ",", "the name");
  const value = readValue(parser);
  return { kind: keyword.text as "field" | "info", name, value, start: keyword.start, end: closeValue(parser, value) };
}

/** After an error: the start of the next statement or body item that stands at the beginning of a line. */
function resume(parser: Parser, from: number): "body" | "closed" | "outside" {
  const newline = parser.text.indexOf("\n", from);
  RESUME.lastIndex = newline === -1 ? parser.text.length : newline + 1;
  const found = RESUME.exec(parser.text);
  if (!found) {
    parser.at = parser.text.length;
    return "outside";
  }
  const token = parser.lexer.read(found.index);
  if (found[2]) {
    parser.at = token.end;
    return "closed";
  }
  parser.at = token.start;
  return found[1] === "field" || found[1] === "info" || found[1] === "alias" ? "body" : "outside";
}

/** Words that begin a statement when they begin a line. */
const STATEMENTS = new Set(["record", "grecord", "alias", "include", ...DEFINITIONS]);

const OPENING = /^[ \t]*[("]/;
/** With one name it is an alias within a body. */
const ALIAS_OF = /^[ \t]*\([^),\n]*,/;

/**
 * After an error outside of a body: steps over the whole statement, its body included, so that one mistake is one finding. A record statement
 * that begins a line ends the search anywhere, since a brace may be what is missing.
 */
function skipStatement(parser: Parser, from: number): void {
  let depth = 0;
  let round = 0;
  for (let first = true; ; first = false) {
    const token = parser.lexer.read(first ? from : parser.at);
    if (token.kind === "end") {
      parser.at = token.end;
      return;
    }
    if (token.kind === "word" && STATEMENTS.has(token.text) && beginsLine(parser.text, token.start)) {
      const record = token.text === "record" || token.text === "grecord";
      if (
        (record || (depth === 0 && !first)) &&
        (token.text === "alias" ? ALIAS_OF : OPENING).test(parser.text.slice(token.end, token.end + 200))
      ) {
        parser.at = token.start;
        return;
      }
    }
    parser.at = token.end;
    if (token.kind !== "punctuation") continue;
    if (token.text === "(") round++;
    else if (token.text === ")") round = Math.max(0, round - 1);
    else if (round > 0 && !beginsLine(parser.text, token.start)) continue;
    else if (token.text === "{") depth++;
    else if (token.text === "}" && --depth <= 0) return;
  }
}

function beginsLine(text: string, at: number): boolean {
  let before = at;
  while (before > 0 && (text[before - 1] === " " || text[before - 1] === "\t")) before--;
  return before === 0 || text[before - 1] === "\n";
}

/** The usual `field(NAME, "value")` without escapes, read in one step. Everything else goes token by token. */
const USUAL_ITEM = /([ \t\r\n]*)(field|info)\(([ \t]*)("?)([A-Za-z0-9_:.-]+)\4([ \t]*,[ \t]*)"([^"\\\0-\x1f]*)"[ \t]*\)/y;

function readUsualItem(parser: Parser): AssignmentNode | undefined {
  USUAL_ITEM.lastIndex = parser.at;
  const found = USUAL_ITEM.exec(parser.text);
  if (!found) return undefined;
  const [, blanks, kind, gap, quote, name, comma, value] = found as unknown as [string, string, "field" | "info", ...string[]];
  const start = parser.at + blanks.length;
  const nameStart = start + kind.length + 1 + gap!.length;
  const nameEnd = nameStart + name!.length + 2 * quote!.length;
  const valueStart = nameEnd + comma!.length;
  const end = USUAL_ITEM.lastIndex;
  parser.at = end;
  return {
    kind,
    name: { text: name!, quoted: quote !== "", start: nameStart, end: nameEnd },
    value: { text: value!, kind: "string", start: valueStart, end: valueStart + value!.length + 2 },
    start,
    end,
  };
}

function readBody(parser: Parser, record: NameNode): (AssignmentNode | AliasNode)[] {
  const body: (AssignmentNode | AliasNode)[] = [];
  for (;;) {
    try {
      const usual = readUsualItem(parser);
      if (usual) {
        body.push(usual);
        continue;
      }
      const token = next(parser);
      if (token.kind === "punctuation" && token.text === "}") return body;
      if (token.kind === "end") fail(parser, record, `record "${record.text}" is not closed`, "add '}'");
      if (token.kind !== "word" || (token.text !== "field" && token.text !== "info" && token.text !== "alias")) {
        const lost = token.kind === "word" && (token.text === "record" || token.text === "grecord");
        fail(
          parser,
          token,
          `expected 'field', 'info', 'alias' or '}', found ${show(token)}`,
          lost ? `is '}' of record "${record.text}" missing?` : undefined,
        );
      }
      body.push(readBodyItem(parser, token));
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
      if (/^g?record\b/.test(parser.text.slice(error.at, error.at + 8))) {
        parser.at = error.at;
        return body;
      }
      if (resume(parser, error.at) !== "body") return body;
    }
  }
}

function readRecord(parser: Parser, keyword: RecordToken): RecordNode {
  expect(parser, "(", `'${keyword.text}'`);
  const type = readName(parser, "a record type");
  expect(parser, ",", "the record type");
  const name = readName(parser, "a record name");
  let end = expect(parser, ")", "the record name").end;
  let body: (AssignmentNode | AliasNode)[] = [];
  const brace = parser.lexer.read(parser.at);
  if (brace.kind === "punctuation" && brace.text === "{") {
    parser.at = brace.end;
    body = readBody(parser, name);
    end = parser.at;
  }
  return { kind: "record", keyword: keyword.text, type, name, body, start: keyword.start, end };
}

/** Steps over `(…)`, a string and `{…}` of a dbd definition. */
function skipDefinition(parser: Parser, keyword: RecordToken): StatementNode {
  let end = keyword.end;
  let depth = 0;
  for (;;) {
    const token = parser.lexer.read(parser.at);
    if (token.kind === "end") break;
    if (depth === 0 && (token.kind === "word" || token.kind === "bad")) break;
    parser.at = end = token.end;
    if (token.text === "(" || token.text === "{") depth++;
    else if (token.text === ")" || token.text === "}") depth--;
    if (depth < 0) fail(parser, token, `unexpected '${token.text}'`);
  }
  return { kind: "definition", keyword: keyword.text, start: keyword.start, end };
}

function readStatement(parser: Parser): StatementNode | undefined {
  const token = next(parser);
  if (token.kind === "end") return undefined;
  if (token.kind === "word") {
    if (token.text === "record" || token.text === "grecord") return readRecord(parser, token);
    if (token.text === "alias") {
      expect(parser, "(", "'alias'");
      const record = readName(parser, "a record name");
      expect(parser, ",", "the record name");
      const name = readName(parser, "an alias name");
      return { kind: "alias", record, name, start: token.start, end: expect(parser, ")", "the alias name").end };
    }
    if (token.text === "include") {
      const name = readName(parser, "a file name");
      return { kind: "include", name, start: token.start, end: name.end };
    }
    if (DEFINITIONS.has(token.text)) return skipDefinition(parser, token);
  }
  return fail(parser, token, `expected 'record', 'alias' or 'include', found ${show(token)}`);
}

/**
 * Parses a record file (`.db`, `.template`, after expansion or before where only names and values hold macros). Never throws: what cannot be
 * read is reported as `DATABASE_SYNTAX`, and reading goes on with the next field or statement. (The IOC stops there.)
 */
export function parseDatabase(text: string, options: { readonly file: string }): Checked<DatabaseSyntax> {
  const parser: Parser = { file: options.file, text, lexer: createRecordLexer(text), diagnostics: [], lines: undefined, at: 0 };
  const statements: StatementNode[] = [];
  for (;;) {
    try {
      const statement = readStatement(parser);
      if (!statement) break;
      statements.push(statement);
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
      skipStatement(parser, error.at);
    }
  }
  return { value: { file: options.file, text, statements }, diagnostics: parser.diagnostics };
}
