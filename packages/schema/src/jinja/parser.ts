import type { Node, Target } from "./ast.js";
import { TemplateError } from "./error.js";
import { parseExpression, parseFilter, parseOr, parseTuple } from "./expression-parser.js";
import { tokenize } from "./lexer.js";
import { TokenStream } from "./token-stream.js";

/** Statements that Jinja has and this engine has not. */
const UNSUPPORTED = [
  "macro",
  "call",
  "import",
  "from",
  "include",
  "extends",
  "block",
  "autoescape",
  "trans",
  "do",
  "continue",
  "break",
  "print",
];
/** Names that cannot be assigned. */
const RESERVED = ["true", "false", "none", "True", "False", "None"];

/**
 * Parses a template into nodes with spans.
 *
 * @throws TemplateError TemplateSyntax, Unsupported
 */
export function parseTemplate(text: string): readonly Node[] {
  const stream = new TokenStream(tokenize(text));
  const nodes = parseBody(stream, []);
  if (stream.current.type !== "end") throw stream.unexpected();
  return nodes;
}

/** Nodes up to one of the closing words, whose `{%` and name are then taken. */
function parseBody(stream: TokenStream, until: readonly string[]): Node[] {
  const nodes: Node[] = [];
  for (;;) {
    const token = stream.current;
    if (token.type === "end") {
      if (until.length === 0) return nodes;
      throw new TemplateError(
        "TemplateSyntax",
        `the template ends where ${until.map((word) => `{% ${word} %}`).join(" or ")} is expected`,
        token,
      );
    }
    if (token.type === "data") {
      stream.next();
      nodes.push({ type: "text", text: token.text, start: token.start, end: token.end });
      continue;
    }
    if (token.type === "outputBegin") {
      stream.next();
      if (stream.is("outputEnd")) {
        throw new TemplateError("TemplateSyntax", "an expression is expected between {{ and }}", {
          start: token.start,
          end: stream.current.end,
        });
      }
      const value = parseTuple(stream, () => stream.is("outputEnd"));
      stream.expect("outputEnd");
      nodes.push({ type: "output", value, start: token.start, end: stream.previousEnd });
      continue;
    }
    stream.expect("blockBegin");
    if (stream.current.type === "name" && until.includes(stream.current.text)) return nodes;
    nodes.push(stream.nested(() => parseStatement(stream, token.start)));
  }
}

function parseStatement(stream: TokenStream, start: number): Node {
  const keyword = stream.expect("name");
  switch (keyword.text) {
    case "if":
      return parseIf(stream, start);
    case "for":
      return parseFor(stream, start);
    case "set":
      return parseSet(stream, start);
    case "with":
      return parseWith(stream, start);
    case "filter":
      return parseFilterBlock(stream, start);
    default:
      if (UNSUPPORTED.includes(keyword.text)) {
        throw new TemplateError("Unsupported", `the statement {% ${keyword.text} %} is not supported`, keyword);
      }
      throw new TemplateError("TemplateSyntax", `unknown statement '${keyword.text}'`, keyword);
  }
}

function close(stream: TokenStream, word: string): void {
  stream.expect("name", word);
  stream.expect("blockEnd");
}

function parseIf(stream: TokenStream, start: number): Node {
  const branches: { test: ReturnType<typeof parseExpression>; body: Node[] }[] = [];
  let otherwise: Node[] = [];
  for (;;) {
    const test = parsePlainTuple(stream);
    stream.expect("blockEnd");
    branches.push({ test, body: parseBody(stream, ["elif", "else", "endif"]) });
    if (stream.skip("name", "elif")) continue;
    if (stream.skip("name", "else")) {
      stream.expect("blockEnd");
      otherwise = parseBody(stream, ["endif"]);
    }
    close(stream, "endif");
    return { type: "if", branches, otherwise, start, end: stream.previousEnd };
  }
}

function parseFor(stream: TokenStream, start: number): Node {
  const target = parseTarget(stream, () => stream.is("name", "in"));
  if (target.type === "attribute") throw new TemplateError("TemplateSyntax", "a loop cannot assign to an attribute", target);
  stream.expect("name", "in");
  // The items are no condition expression, so that `if` filters them.
  const items = parsePlainTuple(stream);
  const filter = stream.skip("name", "if") ? parseExpression(stream) : null;
  if (stream.is("name", "recursive")) throw new TemplateError("Unsupported", "a recursive loop is not supported", stream.current);
  stream.expect("blockEnd");
  const body = parseBody(stream, ["endfor", "else"]);
  let otherwise: Node[] = [];
  if (stream.skip("name", "else")) {
    stream.expect("blockEnd");
    otherwise = parseBody(stream, ["endfor"]);
  }
  close(stream, "endfor");
  return { type: "for", target, items, filter, body, otherwise, start, end: stream.previousEnd };
}

function parsePlainTuple(stream: TokenStream) {
  const { start } = stream.current;
  const items = [parseOr(stream)];
  let comma = false;
  while (stream.skip("operator", ",")) {
    comma = true;
    if (stream.is("blockEnd") || stream.is("name", "if") || stream.is("name", "recursive")) break;
    items.push(parseOr(stream));
  }
  return comma ? ({ type: "tuple", items, start, end: stream.previousEnd } as const) : items[0]!;
}

function parseSet(stream: TokenStream, start: number): Node {
  const target = parseTarget(stream, () => stream.is("operator", "=") || stream.is("blockEnd"));
  if (stream.skip("operator", "=")) {
    const value = parseTuple(stream, () => stream.is("blockEnd"));
    stream.expect("blockEnd");
    return { type: "set", target, value, start, end: stream.previousEnd };
  }
  const filter = stream.skip("operator", "|") ? parseFilterChain(stream) : null;
  stream.expect("blockEnd");
  const body = parseBody(stream, ["endset"]);
  close(stream, "endset");
  return { type: "capture", target, filter, body, start, end: stream.previousEnd };
}

function parseWith(stream: TokenStream, start: number): Node {
  const assignments: [Target, ReturnType<typeof parseExpression>][] = [];
  while (!stream.is("blockEnd")) {
    if (assignments.length > 0) stream.expect("operator", ",");
    const target = parseTarget(stream, () => stream.is("operator", "="));
    stream.expect("operator", "=");
    assignments.push([target, parseExpression(stream)]);
  }
  stream.expect("blockEnd");
  const body = parseBody(stream, ["endwith"]);
  close(stream, "endwith");
  return { type: "with", assignments, body, start, end: stream.previousEnd };
}

function parseFilterBlock(stream: TokenStream, start: number): Node {
  const filter = parseFilterChain(stream);
  stream.expect("blockEnd");
  const body = parseBody(stream, ["endfilter"]);
  close(stream, "endfilter");
  return { type: "filterBlock", filter, body, start, end: stream.previousEnd };
}

function parseFilterChain(stream: TokenStream) {
  const { start } = stream.current;
  let filter = parseFilter(stream, null, start);
  while (stream.skip("operator", "|")) filter = parseFilter(stream, filter, start);
  return filter;
}

function parseTarget(stream: TokenStream, ends: () => boolean): Target {
  const { start } = stream.current;
  const one = (): Target => {
    if (stream.skip("operator", "(")) {
      const inner = parseTarget(stream, () => stream.is("operator", ")"));
      stream.expect("operator", ")");
      return inner;
    }
    const token = stream.expect("name");
    if (RESERVED.includes(token.text)) throw new TemplateError("TemplateSyntax", `cannot assign to '${token.text}'`, token);
    if (stream.is("operator", ".") && stream.look().type === "name") {
      stream.next();
      const name = stream.expect("name");
      return { type: "attribute", object: token.text, name: name.text, start: token.start, end: name.end };
    }
    return { type: "name", name: token.text, start: token.start, end: token.end };
  };
  const items = [one()];
  let comma = false;
  while (stream.skip("operator", ",")) {
    comma = true;
    if (ends()) break;
    items.push(one());
  }
  return comma ? { type: "tuple", items, start, end: stream.previousEnd } : items[0]!;
}
