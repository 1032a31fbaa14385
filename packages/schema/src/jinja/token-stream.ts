import { TemplateError } from "./error.js";
import type { Token } from "./lexer.js";

/** Deepest nesting of expressions and blocks. */
const MAX_DEPTH = 120;

/** The tokens of a template with a place among them. */
export class TokenStream {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }
  get current(): Token {
    return this.tokens[this.at]!;
  }
  get previousEnd(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }
  look(): Token {
    return this.tokens[Math.min(this.at + 1, this.tokens.length - 1)]!;
  }
  next(): Token {
    const token = this.current;
    if (token.type !== "end") this.at++;
    return token;
  }
  is(type: Token["type"], text?: string): boolean {
    const token = this.current;
    return token.type === type && (text === undefined || token.text === text);
  }
  /** Takes an operator or a keyword if it is next. */
  skip(type: "operator" | "name", text: string): boolean {
    if (!this.is(type, text)) return false;
    this.at++;
    return true;
  }
  expect(type: Token["type"], text?: string): Token {
    if (!this.is(type, text)) throw this.unexpected(text === undefined ? describe(type) : `'${text}'`);
    return this.next();
  }
  unexpected(wanted?: string): TemplateError {
    const token = this.current;
    const got = token.type === "end" ? "the template ends" : token.type === "data" ? "text" : `'${token.text}'`;
    return new TemplateError("TemplateSyntax", wanted === undefined ? `unexpected ${got}` : `expected ${wanted}, got ${got}`, token);
  }
  nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new TemplateError("TemplateSyntax", `nested deeper than ${MAX_DEPTH}`, this.current);
    const result = read();
    this.depth--;
    return result;
  }
}

function describe(type: Token["type"]): string {
  if (type === "blockEnd") return "'%}'";
  if (type === "outputEnd") return "'}}'";
  return type === "name" ? "a name" : `a ${type}`;
}
