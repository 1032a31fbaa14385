import { binary, concatenate, contains, equal, iterate, ordered, truthy, unary } from "../python/operators.js";
import { str } from "../python/text.js";
import { PyDict, PyError, PyFunction, PyTuple, type PyValue, typeName, Undefined } from "../python/value.js";
import { getAttribute, getItem, getSlice } from "./access.js";
import type { Argument, CompareOperator, Expression, Node, Target } from "./ast.js";
import { TemplateError } from "./error.js";
import { applyFilter } from "./filters.js";
import { createLoop, Namespace } from "./loop.js";
import { applyTest } from "./tests.js";

/** Most expressions that one render evaluates. */
const MAX_STEPS = 1_000_000;
/** Longest text that one render makes, in UTF-16 units. */
const MAX_OUTPUT = 10_000_000;

/** Where a template's names come from. */
export interface Names {
  get(name: string): PyValue | undefined;
}

class Scope {
  private readonly own = new Map<string, PyValue>();
  private readonly outer: Scope | undefined;
  private readonly names: Names;
  constructor(names: Names, outer?: Scope) {
    this.names = names;
    this.outer = outer;
  }
  get(name: string): PyValue | undefined {
    return this.own.get(name) ?? (this.own.has(name) ? null : this.outer ? this.outer.get(name) : this.names.get(name));
  }
  set(name: string, value: PyValue): void {
    this.own.set(name, value);
  }
  inner(): Scope {
    return new Scope(this.names, this);
  }
}

interface Run {
  steps: number;
  length: number;
}

/**
 * Renders parsed nodes.
 *
 * @throws TemplateError with the span of the innermost expression that failed
 */
export function renderNodes(nodes: readonly Node[], names: Names): string {
  const run: Run = { steps: 0, length: 0 };
  return renderBody(nodes, new Scope(names), run);
}

function renderBody(nodes: readonly Node[], scope: Scope, run: Run): string {
  let output = "";
  for (const node of nodes) {
    const before = run.length;
    const text = renderNode(node, scope, run);
    run.length = before + text.length;
    if (run.length > MAX_OUTPUT) throw new TemplateError("LimitExceeded", `the text is longer than ${MAX_OUTPUT} characters`, node);
    output += text;
  }
  return output;
}

function renderNode(node: Node, scope: Scope, run: Run): string {
  switch (node.type) {
    case "text":
      return node.text;
    case "output":
      return located(node.value, () => str(evaluate(node.value, scope, run)));
    case "if": {
      for (const branch of node.branches) {
        if (located(branch.test, () => truthy(evaluate(branch.test, scope, run)))) return renderBody(branch.body, scope, run);
      }
      return renderBody(node.otherwise, scope, run);
    }
    case "for":
      return renderFor(node, scope, run);
    case "set":
      assign(node.target, evaluate(node.value, scope, run), scope);
      return "";
    case "capture": {
      const text = renderBody(node.body, scope.inner(), run);
      assign(node.target, node.filter ? applyChain(node.filter, text, scope, run) : text, scope);
      return "";
    }
    case "with": {
      const inner = scope.inner();
      for (const [target, value] of node.assignments) assign(target, evaluate(value, scope, run), inner);
      return renderBody(node.body, inner, run);
    }
    case "filterBlock":
      return str(applyChain(node.filter, renderBody(node.body, scope.inner(), run), scope, run));
  }
}

function renderFor(node: Node & { type: "for" }, scope: Scope, run: Run): string {
  let items = located(node.items, () => iterate(evaluate(node.items, scope, run)));
  if (node.filter) {
    const test = node.filter;
    items = items.filter((item) => {
      const inner = scope.inner();
      assign(node.target, item, inner);
      return located(test, () => truthy(evaluate(test, inner, run)));
    });
  }
  if (items.length === 0) return renderBody(node.otherwise, scope.inner(), run);
  const loop = createLoop([...items]);
  let output = "";
  for (const item of loop.items) {
    step(run, node);
    const inner = scope.inner();
    loop.advance();
    inner.set("loop", loop.object);
    assign(node.target, item, inner);
    output += renderBody(node.body, inner, run);
  }
  return output;
}

function assign(target: Target, value: PyValue, scope: Scope): void {
  if (target.type === "name") {
    scope.set(target.name, value);
    return;
  }
  if (target.type === "attribute") {
    const object = scope.get(target.object);
    if (!(object instanceof Namespace)) {
      throw new TemplateError("TypeError", "cannot assign attribute on non-namespace object", target);
    }
    object.setAttr(target.name, value);
    return;
  }
  const items = located(target, () => iterate(value));
  if (items.length !== target.items.length) {
    throw new TemplateError("ValueError", `expected ${target.items.length} values to unpack, got ${items.length}`, target);
  }
  target.items.forEach((part, index) => {
    assign(part, items[index]!, scope);
  });
}

/** Gives an error of Python's the place of the expression, unless it has one already. */
function located<T>(place: { readonly start: number; readonly end: number }, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof PyError) throw new TemplateError(error.type, error.message, error.origin ?? place);
    if (error instanceof RangeError) throw new TemplateError("LimitExceeded", "the template nests too deep", place);
    throw error;
  }
}

function step(run: Run, place: { readonly start: number; readonly end: number }): void {
  if (++run.steps > MAX_STEPS) throw new TemplateError("LimitExceeded", `the template takes more than ${MAX_STEPS} steps`, place);
}

function evaluate(expression: Expression, scope: Scope, run: Run): PyValue {
  step(run, expression);
  try {
    return compute(expression, scope, run);
  } catch (error) {
    if (error instanceof PyError) throw new TemplateError(error.type, error.message, error.origin ?? expression);
    throw error;
  }
}

function compute(expression: Expression, scope: Scope, run: Run): PyValue {
  switch (expression.type) {
    case "constant":
      return expression.value;
    case "name":
      return scope.get(expression.name) ?? missingName(expression, scope);
    case "list":
      return expression.items.map((item) => evaluate(item, scope, run));
    case "tuple":
      return new PyTuple(expression.items.map((item) => evaluate(item, scope, run)));
    case "dict":
      return PyDict.of(expression.entries.map(([key, value]) => [evaluate(key, scope, run), evaluate(value, scope, run)] as const));
    case "attribute":
      return getAttribute(evaluate(expression.target, scope, run), expression.name, expression);
    case "item":
      return getItem(evaluate(expression.target, scope, run), evaluate(expression.key, scope, run), expression);
    case "slice": {
      const bound = (part: Expression | null) => (part ? evaluate(part, scope, run) : null);
      return getSlice(
        evaluate(expression.target, scope, run),
        bound(expression.from),
        bound(expression.to),
        bound(expression.by),
        expression,
      );
    }
    case "call": {
      const target = evaluate(expression.target, scope, run);
      if (target instanceof Undefined) target.fail();
      const { args, named } = evaluateArguments(expression.args, scope, run);
      if (!(target instanceof PyFunction)) throw new PyError("TypeError", `'${typeName(target)}' object is not callable`);
      return target.call(args, named);
    }
    case "filter": {
      if (!expression.target) throw new PyError("ValueError", "a filter needs a value");
      const value = evaluate(expression.target, scope, run);
      const { args, named } = evaluateArguments(expression.args, scope, run);
      return applyFilter(expression.name, value, args, named);
    }
    case "test": {
      const value = evaluate(expression.target, scope, run);
      const { args, named } = evaluateArguments(expression.args, scope, run);
      if (named.size > 0) throw new PyError("TypeError", `the test '${expression.name}' takes no named arguments`);
      return applyTest(expression.name, value, args) !== expression.negated;
    }
    case "unary": {
      const operand = evaluate(expression.operand, scope, run);
      return expression.operator === "not" ? !truthy(operand) : unary(expression.operator, operand);
    }
    case "binary":
      return binary(expression.operator, evaluate(expression.left, scope, run), evaluate(expression.right, scope, run));
    case "and": {
      const left = evaluate(expression.left, scope, run);
      return truthy(left) ? evaluate(expression.right, scope, run) : left;
    }
    case "or": {
      const left = evaluate(expression.left, scope, run);
      return truthy(left) ? left : evaluate(expression.right, scope, run);
    }
    case "concat":
      return concatenate(expression.items.map((item) => evaluate(item, scope, run)));
    case "compare": {
      let left = evaluate(expression.first, scope, run);
      for (const { operator, operand } of expression.rest) {
        const right = evaluate(operand, scope, run);
        if (!compare(operator, left, right)) return false;
        left = right;
      }
      return true;
    }
    case "condition":
      if (truthy(evaluate(expression.test, scope, run))) return evaluate(expression.value, scope, run);
      if (expression.otherwise) return evaluate(expression.otherwise, scope, run);
      return new Undefined("the inline if-expression evaluated to false and no else section was defined.", false, expression);
  }
}

function missingName(expression: Expression & { type: "name" }, scope: Scope): PyValue {
  const value = scope.get(expression.name);
  return value === undefined ? new Undefined(`'${expression.name}' is undefined`, true, expression) : value;
}

function compare(operator: CompareOperator, left: PyValue, right: PyValue): boolean {
  switch (operator) {
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    default:
      return ordered(operator, left, right);
  }
}

function evaluateArguments(list: readonly Argument[], scope: Scope, run: Run): { args: PyValue[]; named: Map<string, PyValue> } {
  const args: PyValue[] = [];
  const named = new Map<string, PyValue>();
  for (const argument of list) {
    const value = evaluate(argument.value, scope, run);
    if (argument.spread === 1) args.push(...iterate(value));
    else if (argument.spread === 2) {
      if (!(value instanceof PyDict)) throw new PyError("TypeError", "argument after ** must be a mapping");
      for (const [key, item] of value.entries()) named.set(str(key), item);
    } else if (argument.name !== undefined) {
      if (named.has(argument.name)) throw new PyError("SyntaxError", `keyword argument repeated: ${argument.name}`);
      named.set(argument.name, value);
    } else args.push(value);
  }
  return { args, named };
}

function applyChain(filter: Expression, text: PyValue, scope: Scope, run: Run): PyValue {
  if (filter.type !== "filter") return evaluate(filter, scope, run);
  const value = filter.target ? applyChain(filter.target, text, scope, run) : text;
  const { args, named } = evaluateArguments(filter.args, scope, run);
  return located(filter, () => applyFilter(filter.name, value, args, named));
}
