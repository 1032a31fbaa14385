import type { Argument, Expression, Node, Target } from "./ast.js";
import type { Span } from "./error.js";

/** A name that a template takes from its context, each time it stands there. */
export interface FreeName extends Span {
  readonly name: string;
}

/** The free names of a template, in order of their place. Names set in the template itself, loop variables and `loop` are bound. */
export function freeNames(nodes: readonly Node[]): FreeName[] {
  const found: FreeName[] = [];
  walkBody(nodes, new Set(), found);
  return found;
}

function walkBody(nodes: readonly Node[], bound: Set<string>, found: FreeName[]): void {
  for (const node of nodes) walkNode(node, bound, found);
}

function walkNode(node: Node, bound: Set<string>, found: FreeName[]): void {
  switch (node.type) {
    case "text":
      return;
    case "output":
      walk(node.value, bound, found);
      return;
    case "if":
      for (const branch of node.branches) {
        walk(branch.test, bound, found);
        walkBody(branch.body, bound, found);
      }
      walkBody(node.otherwise, bound, found);
      return;
    case "for": {
      walk(node.items, bound, found);
      const inner = new Set(bound).add("loop");
      bind(node.target, inner);
      if (node.filter) walk(node.filter, inner, found);
      walkBody(node.body, inner, found);
      walkBody(node.otherwise, new Set(bound), found);
      return;
    }
    case "set":
      walk(node.value, bound, found);
      bind(node.target, bound);
      return;
    case "capture":
      walkBody(node.body, new Set(bound), found);
      if (node.filter) walk(node.filter, bound, found);
      bind(node.target, bound);
      return;
    case "with": {
      const inner = new Set(bound);
      for (const [target, value] of node.assignments) {
        walk(value, bound, found);
        bind(target, inner);
      }
      walkBody(node.body, inner, found);
      return;
    }
    case "filterBlock":
      walkBody(node.body, new Set(bound), found);
      walk(node.filter, bound, found);
  }
}

function bind(target: Target, bound: Set<string>): void {
  if (target.type === "name") bound.add(target.name);
  else if (target.type === "tuple") for (const item of target.items) bind(item, bound);
}

function walkArguments(args: readonly Argument[], bound: ReadonlySet<string>, found: FreeName[]): void {
  for (const argument of args) walk(argument.value, bound, found);
}

function walk(expression: Expression, bound: ReadonlySet<string>, found: FreeName[]): void {
  switch (expression.type) {
    case "constant":
      return;
    case "name":
      if (!bound.has(expression.name)) found.push({ name: expression.name, start: expression.start, end: expression.end });
      return;
    case "list":
    case "tuple":
    case "concat":
      for (const item of expression.items) walk(item, bound, found);
      return;
    case "dict":
      for (const [key, value] of expression.entries) {
        walk(key, bound, found);
        walk(value, bound, found);
      }
      return;
    case "attribute":
      walk(expression.target, bound, found);
      return;
    case "item":
      walk(expression.target, bound, found);
      walk(expression.key, bound, found);
      return;
    case "slice":
      walk(expression.target, bound, found);
      for (const part of [expression.from, expression.to, expression.by]) if (part) walk(part, bound, found);
      return;
    case "call":
      walk(expression.target, bound, found);
      walkArguments(expression.args, bound, found);
      return;
    case "filter":
      if (expression.target) walk(expression.target, bound, found);
      walkArguments(expression.args, bound, found);
      return;
    case "test":
      walk(expression.target, bound, found);
      walkArguments(expression.args, bound, found);
      return;
    case "unary":
      walk(expression.operand, bound, found);
      return;
    case "binary":
    case "and":
    case "or":
      walk(expression.left, bound, found);
      walk(expression.right, bound, found);
      return;
    case "compare":
      walk(expression.first, bound, found);
      for (const part of expression.rest) walk(part.operand, bound, found);
      return;
    case "condition":
      walk(expression.test, bound, found);
      walk(expression.value, bound, found);
      if (expression.otherwise) walk(expression.otherwise, bound, found);
  }
}
