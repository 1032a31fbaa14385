import { unescapePython } from "../python/literal.js";
import { trimEndPython, WHITESPACE } from "../python/numbers.js";
import { PyError } from "../python/value.js";
import { TemplateError } from "./error.js";

/** One token: a piece of text, the edge of a tag, or a word inside one. */
export interface Token {
  readonly type:
    | "data"
    | "outputBegin"
    | "outputEnd"
    | "blockBegin"
    | "blockEnd"
    | "name"
    | "string"
    | "integer"
    | "float"
    | "operator"
    | "end";
  /** Text of data and names, content of strings, spelling of the others. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BLANKS = new RegExp(`[${WHITESPACE}]*`, "y");
const RAW = /\{%([-+]?)[ \t\n\r\f\v]*raw[ \t\n\r\f\v]*(-?)%\}/y;
const END_RAW = /\{%([-+]?)[ \t\n\r\f\v]*endraw[ \t\n\r\f\v]*([-+]?)%\}/g;
const FLOAT = /(?:(?:[0-9]+_)*[0-9]+)(?:(?:\.(?:[0-9]+_)*[0-9]+)?[eE][+-]?(?:[0-9]+_)*[0-9]+|\.(?:[0-9]+_)*[0-9]+)/y;
const INTEGER = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*/y;
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const CLOSERS: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/**
 * Splits a template into tokens. One newline at the very end of the template is dropped, `-` at the edge of a tag takes the blanks
 * beside it away, `\r\n` and `\r` count as `\n` in text.
 *
 * @throws TemplateError TemplateSyntax
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const length = source.endsWith("\r\n") ? source.length - 2 : /[\r\n]$/.test(source) ? source.length - 1 : source.length;
  const text = source.slice(0, length);
  let at = 0;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const data = (start: number, end: number, strip: boolean) => {
    let content = text.slice(start, end).replace(/\r\n?/g, "\n");
    if (strip) content = trimEndPython(content);
    if (content !== "") tokens.push({ type: "data", text: content, start, end });
  };
  const skipBlanks = () => {
    at += match(BLANKS)![0].length;
  };

  while (at < text.length) {
    const open = nextTag(text, at);
    if (open === -1) {
      data(at, text.length, false);
      break;
    }
    const kind = text[open + 1]!;
    const sign = text[open + 2];
    const start = at;
    at = open;
    if (kind === "%") {
      const raw = match(RAW);
      if (raw) {
        data(start, open, raw[1] === "-");
        at = open + raw[0].length;
        if (raw[2] === "-") skipBlanks();
        END_RAW.lastIndex = at;
        const end = END_RAW.exec(text);
        if (!end) throw new TemplateError("TemplateSyntax", "a {% raw %} has no {% endraw %}", { start: open, end: at });
        data(at, end.index, end[1] === "-");
        at = end.index + end[0].length;
        if (end[2] === "-") skipBlanks();
        continue;
      }
    }
    data(start, open, sign === "-");
    if (kind === "#") {
      const end = text.indexOf("#}", open + 2);
      if (end === -1) throw new TemplateError("TemplateSyntax", "a comment {# has no #}", { start: open, end: open + 2 });
      at = end + 2;
      if (end > open + 2 && text[end - 1] === "-") skipBlanks();
      continue;
    }
    const output = kind === "{";
    at = open + 2;
    if (sign === "-" || sign === "+") at++;
    tokens.push({ type: output ? "outputBegin" : "blockBegin", text: text.slice(open, at), start: open, end: at });
    at = inside(text, at, open, output, tokens);
    if (text[at - 3] === "-") skipBlanks();
  }
  tokens.push({ type: "end", text: "", start: text.length, end: text.length });
  return tokens;
}

function nextTag(text: string, from: number): number {
  for (let at = text.indexOf("{", from); at !== -1; at = text.indexOf("{", at + 1)) {
    const next = text[at + 1];
    if (next === "{" || next === "%" || next === "#") return at;
  }
  return -1;
}

/** Tokens of one tag, after its opening; gives the offset after its end. */
function inside(text: string, from: number, open: number, output: boolean, tokens: Token[]): number {
  let at = from;
  const balance: string[] = [];
  const close = output ? /-?\}\}/y : /[-+]?%\}/y;
  for (;;) {
    BLANKS.lastIndex = at;
    at += BLANKS.exec(text)![0].length;
    if (at >= text.length) {
      throw new TemplateError("TemplateSyntax", `a ${output ? "{{ has no }}" : "{% has no %}"}`, { start: open, end: open + 2 });
    }
    if (balance.length === 0) {
      close.lastIndex = at;
      const end = close.exec(text);
      if (end) {
        const stop = at + end[0].length;
        tokens.push({ type: output ? "outputEnd" : "blockEnd", text: end[0], start: at, end: stop });
        return stop;
      }
    }
    const take = (type: Token["type"], pattern: RegExp): string | undefined => {
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0];
      if (found === undefined) return undefined;
      let content = found;
      if (type === "string") content = stringContent(found, at);
      tokens.push({ type, text: content, start: at, end: at + found.length });
      at += found.length;
      return found;
    };
    if (text[at - 1] !== "." && take("float", FLOAT) !== undefined) continue;
    if (take("integer", INTEGER) !== undefined) continue;
    if (take("name", NAME) !== undefined) continue;
    if (take("string", STRING) !== undefined) continue;
    const operator = take("operator", OPERATOR);
    if (operator === undefined) {
      const what =
        text[at] === "'" || text[at] === '"' ? "text without its closing quote" : `unexpected character ${JSON.stringify(text[at])}`;
      throw new TemplateError("TemplateSyntax", what, { start: at, end: at + 1 });
    }
    if ("([{".includes(operator)) balance.push(operator);
    else if (CLOSERS[operator] !== undefined && balance.pop() !== CLOSERS[operator]) {
      throw new TemplateError("TemplateSyntax", `unexpected '${operator}'`, { start: at - 1, end: at });
    }
  }
}

function stringContent(literal: string, start: number): string {
  try {
    return unescapePython(literal.slice(1, -1).replace(/\r\n?/g, "\n"));
  } catch (error) {
    if (error instanceof PyError) {
      throw new TemplateError(error.type === "Unsupported" ? "Unsupported" : "TemplateSyntax", error.message, {
        start,
        end: start + literal.length,
      });
    }
    throw error;
  }
}
