import { parseFloatText, parseInteger } from "../python/numbers.js";
import type { BinaryOperator } from "../python/operators.js";
import type { PyValue } from "../python/value.js";
import type { Argument, CompareOperator, Expression } from "./ast.js";
import { TemplateError } from "./error.js";
import type { TokenStream } from "./token-stream.js";

const CONSTANTS: Record<string, PyValue> = { true: true, True: true, false: false, False: false, none: null, None: null };
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];

/** Parses a condition expression: `a if b else c`, down to every operator of Jinja. */
export function parseExpression(stream: TokenStream): Expression {
  return stream.nested(() => {
    const { start } = stream.current;
    let expression = parseOr(stream);
    while (stream.skip("name", "if")) {
      const test = parseOr(stream);
      const otherwise = stream.skip("name", "else") ? parseExpression(stream) : null;
      expression = { type: "condition", test, value: expression, otherwise, start, end: stream.previousEnd };
    }
    return expression;
  });
}

/** An expression without a condition at its end. */
export function parseOr(stream: TokenStream): Expression {
  const { start } = stream.current;
  let left = parseAnd(stream);
  while (stream.skip("name", "or")) left = { type: "or", left, right: parseAnd(stream), start, end: stream.previousEnd };
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  const { start } = stream.current;
  let left = parseNot(stream);
  while (stream.skip("name", "and")) left = { type: "and", left, right: parseNot(stream), start, end: stream.previousEnd };
  return left;
}

function parseNot(stream: TokenStream): Expression {
  const { start } = stream.current;
  if (!stream.skip("name", "not")) return parseCompare(stream);
  return stream.nested(() => ({ type: "unary", operator: "not", operand: parseNot(stream), start, end: stream.previousEnd }));
}

function parseCompare(stream: TokenStream): Expression {
  const { start } = stream.current;
  const first = parseSum(stream);
  const rest: { operator: CompareOperator; operand: Expression }[] = [];
  for (;;) {
    const token = stream.current;
    let operator: CompareOperator;
    if (token.type === "operator" && COMPARISONS.includes(token.text)) {
      operator = token.text as CompareOperator;
      stream.next();
    } else if (stream.skip("name", "in")) operator = "in";
    else if (token.type === "name" && token.text === "not" && stream.look().type === "name" && stream.look().text === "in") {
      stream.next();
      stream.next();
      operator = "not in";
    } else break;
    rest.push({ operator, operand: parseSum(stream) });
  }
  return rest.length === 0 ? first : { type: "compare", first, rest, start, end: stream.previousEnd };
}

function parseLeft(stream: TokenStream, operators: readonly string[], operand: (stream: TokenStream) => Expression): Expression {
  const { start } = stream.current;
  let left = operand(stream);
  while (stream.current.type === "operator" && operators.includes(stream.current.text)) {
    const operator = stream.next().text as BinaryOperator;
    left = { type: "binary", operator, left, right: operand(stream), start, end: stream.previousEnd };
  }
  return left;
}

function parseSum(stream: TokenStream): Expression {
  return parseLeft(stream, ["+", "-"], parseConcat);
}

function parseConcat(stream: TokenStream): Expression {
  const { start } = stream.current;
  const items = [parseProduct(stream)];
  while (stream.skip("operator", "~")) items.push(parseProduct(stream));
  return items.length === 1 ? items[0]! : { type: "concat", items, start, end: stream.previousEnd };
}

function parseProduct(stream: TokenStream): Expression {
  return parseLeft(stream, ["*", "/", "//", "%"], parsePower);
}

/** `**` is left-associative in Jinja, and binds weaker than a sign and than a filter. */
function parsePower(stream: TokenStream): Expression {
  return parseLeft(stream, ["**"], (operand) => parseUnary(operand, true));
}

function parseUnary(stream: TokenStream, filters: boolean): Expression {
  return stream.nested(() => {
    const token = stream.current;
    let expression: Expression;
    if (token.type === "operator" && (token.text === "-" || token.text === "+")) {
      stream.next();
      const operand = parseUnary(stream, false);
      expression = { type: "unary", operator: token.text, operand, start: token.start, end: stream.previousEnd };
    } else expression = parsePrimary(stream);
    expression = parsePostfix(stream, expression);
    return filters ? parseFilters(stream, expression) : expression;
  });
}

function parsePrimary(stream: TokenStream): Expression {
  const token = stream.current;
  const { start } = token;
  if (token.type === "name") {
    stream.next();
    if (Object.hasOwn(CONSTANTS, token.text)) return { type: "constant", value: CONSTANTS[token.text]!, start, end: token.end };
    return { type: "name", name: token.text, start, end: token.end };
  }
  if (token.type === "string") {
    let value = "";
    while (stream.is("string")) value += stream.next().text;
    return { type: "constant", value, start, end: stream.previousEnd };
  }
  if (token.type === "integer") {
    stream.next();
    return { type: "constant", value: parseInteger(token.text, 0)!, start, end: token.end };
  }
  if (token.type === "float") {
    stream.next();
    return { type: "constant", value: parseFloatText(token.text)!, start, end: token.end };
  }
  if (stream.skip("operator", "(")) {
    const inner = stream.is("operator", ")")
      ? ({ type: "tuple", items: [], start, end: start } as Expression)
      : parseTuple(stream, () => stream.is("operator", ")"));
    stream.expect("operator", ")");
    return inner.type === "tuple" ? { ...inner, start, end: stream.previousEnd } : inner;
  }
  if (stream.skip("operator", "[")) {
    const items: Expression[] = [];
    while (!stream.is("operator", "]")) {
      if (items.length > 0) stream.expect("operator", ",");
      if (stream.is("operator", "]")) break;
      items.push(parseExpression(stream));
    }
    stream.expect("operator", "]");
    return { type: "list", items, start, end: stream.previousEnd };
  }
  if (stream.skip("operator", "{")) {
    const entries: [Expression, Expression][] = [];
    while (!stream.is("operator", "}")) {
      if (entries.length > 0) stream.expect("operator", ",");
      if (stream.is("operator", "}")) break;
      const key = parseExpression(stream);
      stream.expect("operator", ":");
      entries.push([key, parseExpression(stream)]);
    }
    stream.expect("operator", "}");
    return { type: "dict", entries, start, end: stream.previousEnd };
  }
  throw stream.unexpected("an expression");
}

/** One expression, or several with commas: a tuple. `ends` says where the list may stop after a comma. */
export function parseTuple(stream: TokenStream, ends: () => boolean): Expression {
  const { start } = stream.current;
  const items = [parseExpression(stream)];
  let comma = false;
  while (stream.skip("operator", ",")) {
    comma = true;
    if (ends()) break;
    items.push(parseExpression(stream));
  }
  return comma ? { type: "tuple", items, start, end: stream.previousEnd } : items[0]!;
}

function parsePostfix(stream: TokenStream, operand: Expression): Expression {
  let expression = operand;
  for (;;) {
    if (stream.is("operator", ".") || stream.is("operator", "[")) expression = parseSubscript(stream, expression);
    else if (stream.is("operator", "(")) expression = parseCall(stream, expression);
    else return expression;
  }
}

function parseCall(stream: TokenStream, target: Expression): Expression {
  const args = parseArguments(stream);
  return { type: "call", target, args, start: target.start, end: stream.previousEnd };
}

function parseSubscript(stream: TokenStream, target: Expression): Expression {
  const { start } = target;
  if (stream.skip("operator", ".")) {
    const token = stream.next();
    if (token.type === "name") return { type: "attribute", target, name: token.text, start, end: token.end };
    if (token.type !== "integer") throw stream.unexpected("a name after '.'");
    const key: Expression = { type: "constant", value: parseInteger(token.text, 0)!, start: token.start, end: token.end };
    return { type: "item", target, key, start, end: token.end };
  }
  stream.expect("operator", "[");
  const bounds: (Expression | null)[] = [null];
  let key: Expression | undefined;
  const itemStart = stream.current.start;
  while (!stream.is("operator", "]") && !stream.is("operator", ",")) {
    if (stream.skip("operator", ":")) bounds.push(null);
    else if (bounds[bounds.length - 1] === null) bounds[bounds.length - 1] = parseExpression(stream);
    else throw stream.unexpected("']'");
  }
  if (bounds.length === 1) key = bounds[0] ?? undefined;
  if (stream.is("operator", ",")) {
    if (!key) throw stream.unexpected("']'");
    const items = [key];
    while (stream.skip("operator", ",")) if (!stream.is("operator", "]")) items.push(parseExpression(stream));
    key = { type: "tuple", items, start: itemStart, end: stream.previousEnd };
  }
  stream.expect("operator", "]");
  if (key) return { type: "item", target, key, start, end: stream.previousEnd };
  if (bounds.length === 1 || bounds.length > 3) throw stream.unexpected("a subscript");
  const [from = null, to = null, by = null] = bounds;
  return { type: "slice", target, from, to, by, start, end: stream.previousEnd };
}

function parseArguments(stream: TokenStream): Argument[] {
  const args: Argument[] = [];
  stream.expect("operator", "(");
  let namedSeen = false;
  while (!stream.is("operator", ")")) {
    if (args.length > 0) {
      stream.expect("operator", ",");
      if (stream.is("operator", ")")) break;
    }
    if (stream.skip("operator", "*")) args.push({ spread: 1, value: parseExpression(stream) });
    else if (stream.skip("operator", "**")) args.push({ spread: 2, value: parseExpression(stream) });
    else if (stream.current.type === "name" && stream.look().type === "operator" && stream.look().text === "=") {
      const name = stream.next().text;
      stream.next();
      namedSeen = true;
      args.push({ name, value: parseExpression(stream) });
    } else {
      if (namedSeen) throw stream.unexpected("a named argument");
      args.push({ value: parseExpression(stream) });
    }
  }
  stream.expect("operator", ")");
  return args;
}

/** Filters, tests and calls after an operand. */
export function parseFilters(stream: TokenStream, operand: Expression): Expression {
  let expression = operand;
  for (;;) {
    if (stream.skip("operator", "|")) expression = parseFilter(stream, expression, expression.start);
    else if (stream.is("name", "is")) expression = parseTest(stream, expression);
    else if (stream.is("operator", "(")) expression = parseCall(stream, expression);
    else return expression;
  }
}

/** A filter's name and arguments; several with `|` between when `target` is null (a filter block). */
export function parseFilter(stream: TokenStream, target: Expression | null, start: number): Expression {
  let name = stream.expect("name").text;
  while (stream.skip("operator", ".")) name += `.${stream.expect("name").text}`;
  const args = stream.is("operator", "(") ? parseArguments(stream) : [];
  return { type: "filter", target, name, args, start, end: stream.previousEnd };
}

function parseTest(stream: TokenStream, target: Expression): Expression {
  stream.next();
  const negated = stream.skip("name", "not");
  let name = stream.expect("name").text;
  while (stream.skip("operator", ".")) name += `.${stream.expect("name").text}`;
  let args: Argument[] = [];
  const token = stream.current;
  if (stream.is("operator", "(")) args = parseArguments(stream);
  else if (
    (token.type === "name" && !["else", "or", "and"].includes(token.text)) ||
    token.type === "string" ||
    token.type === "integer" ||
    token.type === "float" ||
    (token.type === "operator" && (token.text === "[" || token.text === "{"))
  ) {
    // As in Jinja, any name but else, or and and is the test's argument, `if` included.
    if (token.text === "is" && token.type === "name") throw new TemplateError("TemplateSyntax", "tests cannot be chained with 'is'", token);
    args = [{ value: parsePostfix(stream, parsePrimary(stream)) }];
  }
  return { type: "test", target, name, args, negated, start: target.start, end: stream.previousEnd };
}
