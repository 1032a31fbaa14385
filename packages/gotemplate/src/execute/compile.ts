import { formatGo } from "../format/print.js";
import type { FunctionTable } from "../functions/function.js";
import type { ActionNode, BranchNode, ListNode, Node, PipeNode, TemplateNode } from "../parse/node.js";
import { isEmptyTree, type Tree } from "../parse/parser.js";
import { quoteGo } from "../text/quote.js";
import { isTrue } from "../values/kind.js";
import { GoStruct, type GoValue } from "../values/value.js";
import { compileCommands, compilePipe, type Evaluate } from "./expressions.js";
import { compileRange } from "./range.js";
import type { State } from "./state.js";

/** How the execution of a node ended: on to the next, or out of the innermost `range`. */
export const NEXT = 0;
export const BREAK = 1;
export const CONTINUE = 2;

/** A node as a function: writes to the state, tells how it ended. */
export type Execute = (state: State, dot: GoValue) => number;

/** A template ready to execute. */
export interface CompiledTemplate {
  readonly name: string;
  readonly isEmpty: boolean;
  readonly execute: Execute;
}

/** What the compiler knows at a place of the template. */
export interface Scope {
  readonly functions: FunctionTable;
  /** Variables that can be seen, innermost last. */
  readonly variables: { readonly name: string; readonly slot: number; readonly typeSlot?: number }[];
  /** Slot that holds the static type of the dot, inside a `range`. */
  readonly dotTypeSlot: number | undefined;
  readonly nextSlot: () => number;
}

/** Compiles a tree to closures. */
export function compileTree(tree: Tree, functions: FunctionTable): CompiledTemplate {
  let slots = 1;
  const scope: Scope = { functions, variables: [{ name: "$", slot: 0 }], dotTypeSlot: undefined, nextSlot: () => slots++ };
  return { name: tree.name, isEmpty: isEmptyTree(tree.root), execute: compileList(tree.root, scope) };
}

/** A scope whose declarations end with a control structure. */
export function innerScope(scope: Scope, dotTypeSlot: number | undefined = scope.dotTypeSlot): Scope {
  return { ...scope, variables: [...scope.variables], dotTypeSlot };
}

/** Compiles the nodes of a body in order. */
export function compileList(list: ListNode, scope: Scope): Execute {
  const steps = list.nodes.map((node) => compileNode(node, scope));
  if (steps.length === 0) return () => NEXT;
  if (steps.length === 1) return steps[0]!;
  return (state, dot) => {
    for (let i = 0; i < steps.length; i++) {
      const ended = steps[i]!(state, dot);
      if (ended !== NEXT) return ended;
    }
    return NEXT;
  };
}

function compileNode(node: Node, scope: Scope): Execute {
  switch (node.kind) {
    case "text": {
      const { text } = node;
      return (state) => {
        state.write(text);
        return NEXT;
      };
    }
    case "action":
      return compileAction(node, scope);
    case "if":
      return compileIf(node, scope);
    case "with":
      return compileWith(node, scope);
    case "range":
      return compileRange(node, scope);
    case "template":
      return compileTemplateCall(node, scope);
    case "break":
      return () => BREAK;
    case "continue":
      return () => CONTINUE;
    default:
      throw new TypeError(`a ${node.kind} cannot stand in a template body`);
  }
}

function compileAction(node: ActionNode, scope: Scope): Execute {
  const { pipe } = node;
  if (pipe.declarations.length > 0) {
    const evaluate = compilePipe(pipe, scope);
    return (state, dot) => {
      state.step();
      evaluate(state, dot);
      return NEXT;
    };
  }
  const commands = compileCommands(pipe, scope);
  // the pipeline is evaluated here and not by a function of its own: nested includes take that much less of the stack
  return (state, dot) => {
    state.step();
    state.node = pipe;
    let value: GoValue;
    for (let i = 0; i < commands.length; i++) {
      value = commands[i]!(state, dot, value);
      if (value === null) value = undefined;
    }
    state.node = node;
    state.write(typeof value === "string" ? value : shown(value));
    return NEXT;
  };
}

/** What an action prints: a pointer as what it points to, no value as `<no value>`. */
function shown(value: GoValue): string {
  if (value === undefined) return "<no value>";
  const text = formatGo(value);
  return value instanceof GoStruct && text.startsWith("&{") ? text.slice(1) : text;
}

function compileIf(node: BranchNode, scope: Scope): Execute {
  const inner = innerScope(scope);
  const condition = compilePipe(node.pipe, inner);
  const body = compileList(node.body, innerScope(inner));
  const otherwise = node.otherwise ? compileList(node.otherwise, innerScope(inner)) : undefined;
  return (state, dot) => {
    state.step();
    state.node = node;
    if (isTrue(condition(state, dot))) return body(state, dot);
    return otherwise ? otherwise(state, dot) : NEXT;
  };
}

function compileWith(node: BranchNode, scope: Scope): Execute {
  const inner = innerScope(scope);
  const subject = compilePipe(node.pipe, inner);
  const body = compileList(node.body, { ...innerScope(inner), dotTypeSlot: undefined });
  const otherwise = node.otherwise ? compileList(node.otherwise, innerScope(inner)) : undefined;
  return (state, dot) => {
    state.step();
    state.node = node;
    const value = subject(state, dot);
    if (isTrue(value)) return body(state, value);
    return otherwise ? otherwise(state, dot) : NEXT;
  };
}

function compileTemplateCall(node: TemplateNode, scope: Scope): Execute {
  const data: Evaluate | undefined = node.pipe ? compilePipe(node.pipe as PipeNode, scope) : undefined;
  const { name } = node;
  return (state, dot) => {
    state.step();
    state.node = node;
    const template = state.set.lookup(name);
    if (!template) return state.fail(`template ${quoteGo(name)} not defined`);
    state.enter();
    const value = data ? data(state, dot) : undefined;
    const { template: outer, slots, node: at } = state;
    state.template = template;
    state.slots = [value];
    template.execute(state, value);
    state.template = outer;
    state.slots = slots;
    state.node = at;
    state.run.depth--;
    return NEXT;
  };
}
