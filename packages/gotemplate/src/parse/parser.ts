import { quoteGo } from "../text/quote.js";
import type { Token, TokenType } from "./lexer.js";
import {
  type ActionNode,
  type BranchNode,
  type ChainNode,
  type CommandNode,
  type EndNode,
  type FieldNode,
  type ListNode,
  type Node,
  type Operand,
  type PipeNode,
  type Source,
  showNode,
  type TemplateNode,
  type VariableNode,
} from "./node.js";
import { parseNumber } from "./number.js";
import { TokenStream } from "./token-stream.js";

/** A parsed template: its name and its body. */
export interface Tree {
  readonly name: string;
  readonly source: Source;
  readonly root: ListNode;
}

/** True for a body of nothing but blanks and comments. */
export function isEmptyTree(root: ListNode): boolean {
  return root.nodes.every((node) => node.kind === "text" && /^[\s\u0085]*$/.test(node.text) && !node.text.includes("\ufeff"));
}

/** State of one template body: variables known so far, and whether `break` is allowed. */
interface Scope {
  variables: string[];
  ranges: number;
}

/** Parses one text into its trees, the one of the text itself first. @throws TemplateError `TEMPLATE_PARSE` */
export function parseTemplate(name: string, text: string, hasFunction: (name: string) => boolean): Tree[] {
  return new Parser(name, text, hasFunction).parse();
}

class Parser extends TokenStream {
  readonly #hasFunction: (name: string) => boolean;
  readonly #trees = new Map<string, Tree>();
  #scope: Scope = { variables: ["$"], ranges: 0 };

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    super(name, text, hasFunction);
    this.#hasFunction = hasFunction;
  }

  parse(): Tree[] {
    const root = this.#list(this.peek().at);
    while (this.peek().type !== "eof") {
      if (this.peek().type === "leftDelim") {
        const delim = this.next();
        const word = this.nextNonSpace();
        if (word.type === "define") {
          this.#definition();
          continue;
        }
        this.backup(word);
        this.backup(delim);
      }
      const node = this.#textOrAction();
      if (node.kind === "end" || node.kind === "else") this.fail(`unexpected ${showNode(node)}`);
      root.nodes.push(node);
    }
    this.#add({ name: this.source.name, source: this.source, root });
    const main = this.#trees.get(this.source.name)!;
    return [main, ...[...this.#trees.values()].filter((tree) => tree !== main)];
  }

  // Bodies

  #list(at: number): ListNode {
    return { kind: "list", at, source: this.source, nodes: [] };
  }

  #definition(): void {
    const context = "define clause";
    const token = this.nextNonSpace();
    if (token.type !== "string" && token.type !== "rawString") this.unexpected(token, context);
    const name = this.unquote(token.text);
    this.expect("rightDelim", context);
    this.#ownBody(name, context);
  }

  /** The body of a `define` or `block`: variables and ranges of its own. */
  #ownBody(name: string, context: string): void {
    const outer = this.#scope;
    this.#scope = { variables: ["$"], ranges: 0 };
    const [root, end] = this.#itemList();
    if (end.kind !== "end") this.fail(`unexpected ${showNode(end)} in ${context}`);
    this.#add({ name, source: this.source, root });
    this.#scope = outer;
  }

  #add(tree: Tree): void {
    const known = this.#trees.get(tree.name);
    if (!known || isEmptyTree(known.root)) this.#trees.set(tree.name, tree);
    else if (!isEmptyTree(tree.root)) this.fail(`template: multiple definition of template ${quoteGo(tree.name)}`);
  }

  #itemList(): [ListNode, EndNode] {
    const list = this.#list(this.peekNonSpace().at);
    while (this.peekNonSpace().type !== "eof") {
      const node = this.#textOrAction();
      if (node.kind === "end" || node.kind === "else") return [list, node];
      list.nodes.push(node);
    }
    this.fail("unexpected EOF");
  }

  #textOrAction(): Node {
    const token = this.nextNonSpace();
    if (token.type === "text") return { kind: "text", at: token.at, source: this.source, text: token.text };
    if (token.type !== "leftDelim") this.unexpected(token, "input");
    this.actionLine = token.line;
    const node = this.#action();
    this.actionLine = 0;
    return node;
  }

  #action(): Node {
    const token = this.nextNonSpace();
    switch (token.type) {
      case "block":
        return this.#block();
      case "break":
      case "continue":
        return this.#jump(token, token.type);
      case "else":
        return this.#else();
      case "end":
        return { kind: "end", at: this.expect("rightDelim", "end").at, source: this.source };
      case "if":
      case "range":
      case "with":
        return this.#control(token.type);
      case "template":
        return this.#template();
    }
    this.backup(token);
    const at = this.peek().at;
    const pipe = this.#pipeline("command", "rightDelim");
    return { kind: "action", at, source: this.source, pipe } satisfies ActionNode;
  }

  #jump(token: Token, kind: "break" | "continue"): Node {
    const close = this.nextNonSpace();
    if (close.type !== "rightDelim") this.unexpected(close, `{{${kind}}}`);
    if (this.#scope.ranges === 0) this.fail(`{{${kind}}} outside {{range}}`);
    return { kind, at: token.at, source: this.source };
  }

  #else(): EndNode {
    const next = this.peekNonSpace();
    if (next.type === "if" || next.type === "with") return { kind: "else", at: next.at, source: this.source };
    return { kind: "else", at: this.expect("rightDelim", "else").at, source: this.source };
  }

  #control(kind: "if" | "range" | "with"): BranchNode {
    return this.nest(() => {
      const scope = this.#scope;
      const known = scope.variables.length;
      const pipe = this.#pipeline(kind, "rightDelim");
      if (kind === "range") scope.ranges++;
      const [body, next] = this.#itemList();
      if (kind === "range") scope.ranges--;
      let otherwise: ListNode | undefined;
      if (next.kind === "else") {
        const follows = this.peek().type;
        if ((kind === "if" && follows === "if") || (kind === "with" && follows === "with")) {
          this.next();
          otherwise = this.#list(next.at);
          otherwise.nodes.push(this.#control(kind));
        } else {
          const [list, end] = this.#itemList();
          if (end.kind !== "end") this.fail(`expected end; found ${showNode(end)}`);
          otherwise = list;
        }
      }
      scope.variables.length = known;
      return { kind, at: pipe.at, source: this.source, pipe, body, otherwise };
    });
  }

  #block(): TemplateNode {
    const context = "block clause";
    const token = this.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, "rightDelim");
    this.nest(() => this.#ownBody(name, context));
    return { kind: "template", at: token.at, source: this.source, name, pipe };
  }

  #template(): TemplateNode {
    const context = "template clause";
    const token = this.nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | undefined;
    const next = this.nextNonSpace();
    if (next.type !== "rightDelim") {
      this.backup(next);
      pipe = this.#pipeline(context, "rightDelim");
    }
    return { kind: "template", at: token.at, source: this.source, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== "string" && token.type !== "rawString") this.unexpected(token, context);
    return this.unquote(token.text);
  }

  // Pipelines

  #variable(at: number, text: string): VariableNode {
    return { kind: "variable", at, source: this.source, path: text.split(".") };
  }

  #pipeline(context: string, end: TokenType): PipeNode {
    const at = this.peekNonSpace().at;
    const declarations: VariableNode[] = [];
    let isAssign = false;
    while (this.peekNonSpace().type === "variable") {
      const variable = this.next();
      const after = this.next();
      const next = after.type === "space" ? this.nextNonSpace() : after;
      if (next.type === "assign" || next.type === "declare") {
        isAssign = next.type === "assign";
        declarations.push(this.#variable(variable.at, variable.text));
        this.#scope.variables.push(variable.text);
        break;
      }
      if (next.type === "char" && next.text === ",") {
        declarations.push(this.#variable(variable.at, variable.text));
        this.#scope.variables.push(variable.text);
        if (context === "range" && declarations.length < 2) {
          const follows = this.peekNonSpace().type;
          if (follows === "variable" || follows === "rightDelim" || follows === "rightParen") continue;
          this.fail("range can only initialize variables");
        }
        this.fail(`too many declarations in ${context}`);
      }
      this.backup(next);
      if (after !== next) this.backup(after);
      this.backup(variable);
      break;
    }
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.nextNonSpace();
      if (token.type === end) {
        this.#checkPipeline(commands, context);
        return { kind: "pipe", at, source: this.source, isAssign, declarations, commands };
      }
      switch (token.type) {
        case "bool":
        case "charConstant":
        case "complex":
        case "dot":
        case "field":
        case "identifier":
        case "number":
        case "nil":
        case "rawString":
        case "string":
        case "variable":
        case "leftParen":
          this.backup(token);
          commands.push(this.#command());
          break;
        default:
          this.unexpected(token, context);
      }
    }
  }

  #checkPipeline(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.fail(`missing value for ${context}`);
    commands.slice(1).forEach((command, index) => {
      if (["bool", "dot", "nil", "number", "string"].includes(command.words[0]!.kind)) {
        this.fail(`non executable command in pipeline stage ${index + 2}`);
      }
    });
  }

  #command(): CommandNode {
    const at = this.peekNonSpace().at;
    const words: Operand[] = [];
    for (;;) {
      this.peekNonSpace();
      const operand = this.#operand();
      if (operand) words.push(operand);
      const token = this.next();
      if (token.type === "space") continue;
      if (token.type === "rightDelim" || token.type === "rightParen") this.backup(token);
      else if (token.type !== "pipe") this.unexpected(token, "operand");
      break;
    }
    if (words.length === 0) this.fail("empty command");
    return { kind: "command", at, source: this.source, words };
  }

  #operand(): Operand | undefined {
    const node = this.#term();
    if (!node) return undefined;
    const first = this.peek();
    if (first.type !== "field") return node;
    const path: string[] = [];
    while (this.peek().type === "field") path.push(this.next().text.slice(1));
    switch (node.kind) {
      case "field":
        return { kind: "field", at: first.at, source: this.source, path: [...node.path, ...path] } satisfies FieldNode;
      case "variable":
        return { kind: "variable", at: first.at, source: this.source, path: [...node.path, ...path] } satisfies VariableNode;
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        this.fail(`unexpected . after term ${quoteGo(showNode(node))}`);
    }
    return { kind: "chain", at: first.at, source: this.source, node, path } satisfies ChainNode;
  }

  #term(): Operand | undefined {
    const token = this.nextNonSpace();
    const base = { at: token.at, source: this.source };
    switch (token.type) {
      case "identifier":
        if (!this.#hasFunction(token.text)) this.fail(`function ${quoteGo(token.text)} not defined`);
        return { kind: "identifier", ...base, name: token.text };
      case "dot":
        return { kind: "dot", ...base };
      case "nil":
        return { kind: "nil", ...base };
      case "variable":
        if (!this.#scope.variables.includes(token.text)) this.fail(`undefined variable ${quoteGo(token.text)}`);
        return this.#variable(token.at, token.text);
      case "field":
        return { kind: "field", ...base, path: [token.text.slice(1)] };
      case "bool":
        return { kind: "bool", ...base, value: token.text === "true" };
      case "charConstant":
      case "complex":
      case "number": {
        const constant = parseNumber(token.text, token.type);
        if (typeof constant === "string") this.fail(constant);
        return { kind: "number", ...base, text: token.text, constant };
      }
      case "leftParen":
        return this.nest(() => this.#pipeline("parenthesized pipeline", "rightParen"));
      case "string":
      case "rawString":
        return { kind: "string", ...base, quoted: token.text, value: this.unquote(token.text) };
    }
    this.backup(token);
    return undefined;
  }
}
