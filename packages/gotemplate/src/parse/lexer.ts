import { isPrint, quoteGo } from "../text/quote.js";

/** Kinds of tokens. Keywords carry their own word. */
export type TokenType =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | "block"
  | "break"
  | "continue"
  | "dot"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

/** One token: its text, where it starts (UTF-16 offset) and on which line. */
export interface Token {
  readonly type: TokenType;
  readonly at: number;
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Map<string, TokenType>([
  [".", "dot"],
  ["block", "block"],
  ["break", "break"],
  ["continue", "continue"],
  ["define", "define"],
  ["else", "else"],
  ["end", "end"],
  ["if", "if"],
  ["range", "range"],
  ["nil", "nil"],
  ["template", "template"],
  ["with", "with"],
]);
const KEYWORD_TYPES = new Set<TokenType>(KEYWORDS.values());

/** A token as Go's parser shows it in messages. */
export function showToken(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (token.type === "error") return token.text;
  if (KEYWORD_TYPES.has(token.type)) return `<${token.text}>`;
  const chars = [...token.text];
  return chars.length > 10 ? quoteGo(chars.slice(0, 10).join("")) + "..." : quoteGo(token.text);
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\n";
}

const LETTER_OR_DIGIT = /^[\p{L}\p{Nd}]$/u;

function isAlphaNumeric(code: number): boolean {
  if (code < 0x80) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
  return LETTER_OR_DIGIT.test(String.fromCodePoint(code));
}

/** `%#U` of Go: `U+0024 '$'`. */
function showRune(code: number): string {
  if (code < 0) return "U+FFFFFFFFFFFFFFFF";
  const escaped = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  const digits = escaped.toString(16).toUpperCase().padStart(4, "0");
  return isPrint(escaped) ? `U+${digits} '${String.fromCodePoint(escaped)}'` : `U+${digits}`;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Splits a template into tokens, trimming text around `{{-` and `-}}`. After an error or the end it repeats that token. */
export class Lexer {
  readonly #input: string;
  readonly #wordsThatAreFunctions: ReadonlySet<string>;
  #at = 0;
  #line = 1;
  #inAction = false;
  #parens = 0;
  #final: Token | undefined;

  constructor(input: string, wordsThatAreFunctions: ReadonlySet<string> = new Set()) {
    this.#input = input;
    this.#wordsThatAreFunctions = wordsThatAreFunctions;
  }

  next(): Token {
    if (this.#final) return this.#final;
    const token = this.#inAction ? this.#lexAction() : this.#lexText();
    if (token.type === "eof") this.#final = token;
    else if (token.type === "error") this.#final = { type: "eof", at: 0, text: "EOF", line: token.line };
    return token;
  }

  #take(type: TokenType, to: number): Token {
    const text = this.#input.slice(this.#at, to);
    const token: Token = { type, at: this.#at, text, line: this.#line };
    this.#line += countLines(text);
    this.#at = to;
    return token;
  }

  #skip(to: number): void {
    this.#line += countLines(this.#input.slice(this.#at, to));
    this.#at = to;
  }

  #fail(message: string, line = this.#line): Token {
    return { type: "error", at: this.#at, text: message, line };
  }

  #lexText(): Token {
    for (;;) {
      const input = this.#input;
      const open = input.indexOf("{{", this.#at);
      if (open === -1) {
        if (this.#at < input.length) return this.#take("text", input.length);
        return { type: "eof", at: this.#at, text: "EOF", line: this.#line };
      }
      const trims = input[open + 2] === "-" && isSpace(input[open + 3]);
      if (open > this.#at) {
        let end = open;
        if (trims) while (end > this.#at && isSpace(input[end - 1])) end--;
        const token = end > this.#at ? this.#take("text", end) : undefined;
        this.#skip(open);
        if (token) return token;
      }
      const marker = trims ? 2 : 0;
      if (input.startsWith("/*", open + 2 + marker)) {
        const failed = this.#skipComment(open + 2 + marker);
        if (failed) return failed;
        continue;
      }
      const token = this.#take("leftDelim", open + 2);
      this.#skip(open + 2 + marker);
      this.#inAction = true;
      this.#parens = 0;
      return token;
    }
  }

  #skipComment(start: number): Token | undefined {
    const input = this.#input;
    this.#skip(start);
    const close = input.indexOf("*/", start + 2);
    if (close === -1) return this.#fail("unclosed comment");
    let at = close + 2;
    const trims = isSpace(input[at]) && input[at + 1] === "-" && input.startsWith("}}", at + 2);
    if (trims) at += 2;
    if (!input.startsWith("}}", at)) return this.#fail("comment ends before closing delimiter");
    at += 2;
    if (trims) while (isSpace(input[at])) at++;
    this.#skip(at);
    return undefined;
  }

  #lexAction(): Token {
    const input = this.#input;
    const at = this.#at;
    const trims = isSpace(input[at]) && input[at + 1] === "-" && input.startsWith("}}", at + 2);
    if (trims || input.startsWith("}}", at)) {
      if (this.#parens > 0) return this.#fail("unclosed left paren");
      return this.#lexRightDelim(trims);
    }
    const code = input.codePointAt(at);
    if (code === undefined) return this.#fail("unclosed action");
    const char = input[at]!;
    if (isSpace(char)) {
      let end = at;
      while (isSpace(input[end])) end++;
      // The last space may belong to a trim marker.
      if (input[end] === "-" && input.startsWith("}}", end + 1)) {
        if (end - at === 1) return this.#lexRightDelim(true);
        end--;
      }
      return this.#take("space", end);
    }
    switch (char) {
      case "=":
        return this.#take("assign", at + 1);
      case ":":
        return input[at + 1] === "=" ? this.#take("declare", at + 2) : this.#fail("expected :=");
      case "|":
        return this.#take("pipe", at + 1);
      case '"':
        return this.#lexQuoted('"', "string", "unterminated quoted string");
      case "'":
        return this.#lexQuoted("'", "charConstant", "unterminated character constant");
      case "`": {
        const close = input.indexOf("`", at + 1);
        return close === -1 ? this.#fail("unterminated raw quoted string") : this.#take("rawString", close + 1);
      }
      case "$":
        return this.#lexName(at + 1, "variable");
      case "(":
        this.#parens++;
        return this.#take("leftParen", at + 1);
      case ")":
        this.#parens--;
        return this.#parens < 0 ? this.#fail("unexpected right paren") : this.#take("rightParen", at + 1);
    }
    if (char === "." && at + 1 < input.length && !/[0-9]/.test(input[at + 1]!)) return this.#lexName(at + 1, "field");
    if (/[.+\-0-9]/.test(char)) return this.#lexNumber();
    if (isAlphaNumeric(code)) return this.#lexIdentifier();
    if (code < 0x80 && isPrint(code)) return this.#take("char", at + 1);
    return this.#fail(`unrecognized character in action: ${showRune(code)}`);
  }

  #lexRightDelim(trims: boolean): Token {
    if (trims) this.#skip(this.#at + 2);
    const token = this.#take("rightDelim", this.#at + 2);
    if (trims) {
      let end = this.#at;
      while (isSpace(this.#input[end])) end++;
      this.#skip(end);
    }
    this.#inAction = false;
    return token;
  }

  #lexQuoted(quote: string, type: TokenType, message: string): Token {
    const input = this.#input;
    for (let i = this.#at + 1; i < input.length; i++) {
      const char = input[i]!;
      if (char === "\\") {
        i++;
        if (i >= input.length || input[i] === "\n") break;
      } else if (char === "\n") break;
      else if (char === quote) return this.#take(type, i + 1);
    }
    return this.#fail(message);
  }

  #endOfName(from: number): number {
    let end = from;
    for (;;) {
      const code = this.#input.codePointAt(end);
      if (code === undefined || !isAlphaNumeric(code)) return end;
      end += code > 0xffff ? 2 : 1;
    }
  }

  #atTerminator(at: number): boolean {
    const char = this.#input[at];
    return char === undefined || isSpace(char) || ".,|:)(".includes(char) || this.#input.startsWith("}}", at);
  }

  #badCharacter(at: number): Token {
    return this.#fail(`bad character ${showRune(this.#input.codePointAt(at) ?? -1)}`);
  }

  #lexName(from: number, type: "variable" | "field"): Token {
    if (this.#atTerminator(from)) return this.#take(type === "variable" ? "variable" : "dot", from);
    const end = this.#endOfName(from);
    return this.#atTerminator(end) ? this.#take(type, end) : this.#badCharacter(end);
  }

  #lexIdentifier(): Token {
    const end = this.#endOfName(this.#at);
    if (!this.#atTerminator(end)) return this.#badCharacter(end);
    const word = this.#input.slice(this.#at, end);
    const keyword = KEYWORDS.get(word);
    if (keyword && !((keyword === "break" || keyword === "continue") && this.#wordsThatAreFunctions.has(word))) {
      return this.#take(keyword, end);
    }
    return this.#take(word === "true" || word === "false" ? "bool" : "identifier", end);
  }

  #lexNumber(): Token {
    const first = this.#scanNumber(this.#at);
    if (!first.ok) return this.#fail(`bad number syntax: ${quoteGo(this.#input.slice(this.#at, first.end))}`);
    const sign = this.#input[first.end];
    if (sign === "+" || sign === "-") {
      const second = this.#scanNumber(first.end);
      if (!second.ok || this.#input[second.end - 1] !== "i") {
        return this.#fail(`bad number syntax: ${quoteGo(this.#input.slice(this.#at, second.end))}`);
      }
      return this.#take("complex", second.end);
    }
    return this.#take("number", first.end);
  }

  #scanNumber(from: number): { end: number; ok: boolean } {
    const input = this.#input;
    let at = from;
    const accept = (set: string): boolean => {
      if (at < input.length && set.includes(input[at]!)) {
        at++;
        return true;
      }
      return false;
    };
    const run = (set: string): void => {
      while (at < input.length && set.includes(input[at]!)) at++;
    };
    accept("+-");
    let digits = "0123456789_";
    if (accept("0")) {
      if (accept("xX")) digits = "0123456789abcdefABCDEF_";
      else if (accept("oO")) digits = "01234567_";
      else if (accept("bB")) digits = "01_";
    }
    run(digits);
    if (accept(".")) run(digits);
    if (digits.length === 11 && accept("eE")) {
      accept("+-");
      run("0123456789_");
    }
    if (digits.length === 23 && accept("pP")) {
      accept("+-");
      run("0123456789_");
    }
    accept("i");
    const code = input.codePointAt(at);
    if (code !== undefined && isAlphaNumeric(code)) return { end: at + (code > 0xffff ? 2 : 1), ok: false };
    return { end: at, ok: true };
  }
}
