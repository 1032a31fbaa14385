import { positionOf } from "../errors/position.js";
import { TemplateError } from "../errors/template-error.js";
import { unquoteGo } from "../text/quote.js";
import { Lexer, showToken, type Token, type TokenType } from "./lexer.js";
import type { Source } from "./node.js";

/** Deepest nesting of parentheses and control structures. Go allows 10000 parentheses; the stack of JavaScript is smaller. */
const MAX_NESTING = 1000;

/** Tokens with as much look-ahead as the grammar needs, and failures in Go's words. */
export class TokenStream {
  protected readonly source: Source;
  /** Line where the action at work began, 0 outside. */
  protected actionLine = 0;
  private readonly lexer: Lexer;
  private pending: Token[] = [];
  private last: Token = { type: "eof", at: 0, text: "", line: 1 };
  private nesting = 0;

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.source = { name, text };
    this.lexer = new Lexer(text, new Set(["break", "continue"].filter(hasFunction)));
  }

  protected next(): Token {
    const pushed = this.pending.pop();
    if (pushed) return pushed;
    this.last = this.lexer.next();
    return this.last;
  }

  protected backup(token: Token): void {
    this.pending.push(token);
  }

  protected peek(): Token {
    const token = this.next();
    this.backup(token);
    return token;
  }

  protected nextNonSpace(): Token {
    let token = this.next();
    while (token.type === "space") token = this.next();
    return token;
  }

  protected peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup(token);
    return token;
  }

  protected fail(message: string): never {
    const line = this.last.line;
    throw new TemplateError("TEMPLATE_PARSE", `template: ${this.source.name}:${line}: ${message}`, {
      position: { ...positionOf(this.source, this.last.type === "error" || this.last.at > 0 ? this.last.at : 0), line },
      reason: message,
    });
  }

  protected expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace();
    if (token.type !== type) this.unexpected(token, context);
    return token;
  }

  protected unexpected(token: Token, context: string): never {
    if (token.type === "error") {
      let extra = "";
      if (this.actionLine !== 0 && this.actionLine !== token.line) {
        extra = ` in action started at ${this.source.name}:${this.actionLine}`;
        if (token.text.endsWith(" action")) extra = extra.slice(" in action".length);
      }
      this.fail(token.text + extra);
    }
    this.fail(`unexpected ${showToken(token)} in ${context}`);
  }

  protected nest<T>(body: () => T): T {
    if (++this.nesting > MAX_NESTING) this.fail("max expression depth exceeded");
    const result = body();
    this.nesting--;
    return result;
  }

  protected unquote(text: string): string {
    const value = unquoteGo(text);
    if (value === undefined) this.fail("invalid syntax");
    return value;
  }
}
