import type { ParameterType } from "../functions/function.js";
import {
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type Node,
  type Operand,
  type PipeNode,
  showNode,
  type VariableNode,
} from "../parse/node.js";
import type { GoValue } from "../values/value.js";
import { canBeNil, idealConstant, literalArgument, validate } from "./arguments.js";
import { callMethod, compileCall } from "./call.js";
import { innerScope, type Scope } from "./compile.js";
import { fieldOf, fieldType, methodOf } from "./fields.js";
import type { State } from "./state.js";

/** An expression as a function. */
export type Evaluate = (state: State, dot: GoValue) => GoValue;

/** A command of a pipeline: `final` is the value of the command before it. */
export type EvaluateCommand = (state: State, dot: GoValue, final: GoValue) => GoValue;

/** The innermost variable of a name. */
export function findVariable(scope: Scope, name: string): { readonly slot: number; readonly typeSlot?: number } | undefined {
  for (let i = scope.variables.length - 1; i >= 0; i--) if (scope.variables[i]!.name === name) return scope.variables[i];
  return undefined;
}

/** Compiles a pipeline. Its declarations are added to the scope; `typeSlot` marks those of a `range`. */
export function compilePipe(pipe: PipeNode, scope: Scope, typeSlot?: number): Evaluate {
  const evaluate = compileStages(pipe, compileCommands(pipe, scope));
  if (pipe.declarations.length === 0) return evaluate;
  const slots: (number | string)[] = pipe.declarations.map((declaration) => {
    const name = declaration.path[0]!;
    if (pipe.isAssign) return findVariable(scope, name)?.slot ?? name;
    const slot = scope.nextSlot();
    scope.variables.push(typeSlot === undefined ? { name, slot } : { name, slot, typeSlot });
    return slot;
  });
  return (state, dot) => {
    const value = evaluate(state, dot);
    for (const slot of slots) {
      if (typeof slot === "string") return state.fail(`undefined variable: ${slot}`);
      state.slots[slot] = value;
    }
    return value;
  };
}

/** The commands of a pipeline, first to last. */
export function compileCommands(pipe: PipeNode, scope: Scope): EvaluateCommand[] {
  return pipe.commands.map((command, index) => compileCommand(command, scope, index > 0));
}

function compileStages(pipe: PipeNode, commands: readonly EvaluateCommand[]): Evaluate {
  const first = commands[0]!;
  if (commands.length === 1) {
    return (state, dot) => {
      state.node = pipe;
      const value = first(state, dot, undefined);
      return value === null ? undefined : value;
    };
  }
  return (state, dot) => {
    state.node = pipe;
    let value: GoValue;
    for (let i = 0; i < commands.length; i++) {
      value = commands[i]!(state, dot, value);
      if (value === null) value = undefined;
    }
    return value;
  };
}

function compileCommand(command: CommandNode, scope: Scope, hasFinal: boolean): EvaluateCommand {
  const first = command.words[0]!;
  switch (first.kind) {
    case "field":
      return compileFields(first, scope, command.words, hasFinal);
    case "chain":
      return compileFields(first, scope, command.words, hasFinal);
    case "identifier":
      return compileCall(first, command, command.words, scope, hasFinal);
    case "variable":
      if (first.path.length > 1) return compileFields(first, scope, command.words, hasFinal);
      return notAFunction(first, command, hasFinal, compileVariable(first, scope));
    case "pipe":
      return notAFunction(undefined, command, hasFinal, compilePipe(first, scope));
    case "nil":
      return notAFunction(first, command, hasFinal, (state) => state.fail("nil is not a command"));
    case "dot":
      return notAFunction(first, command, hasFinal, (_state, dot) => dot);
    case "number": {
      const constant = idealConstant(first);
      return notAFunction(first, command, hasFinal, typeof constant === "string" ? (state) => state.fail(constant) : () => constant.value);
    }
    default: {
      const { value } = first;
      return notAFunction(first, command, hasFinal, () => value);
    }
  }
}

/** Commands that take no arguments say so when they are given some. */
function notAFunction(at: Node | undefined, command: CommandNode, hasFinal: boolean, evaluate: Evaluate): EvaluateCommand {
  const refuses = command.words.length > 1 || hasFinal;
  const message = refuses ? `can't give argument to non-function ${showNode(command.words[0]!)}` : "";
  return (state, dot) => {
    if (at) state.node = at;
    if (refuses) state.fail(message);
    return evaluate(state, dot);
  };
}

function compileVariable(node: VariableNode, scope: Scope): Evaluate {
  const slot = findVariable(scope, node.path[0]!)?.slot;
  // Only an assignment to a variable that was never declared lets a name through the parser: it fails when it is reached.
  if (slot === undefined) return (state) => state.fail(`undefined variable: ${node.path[0]}`);
  return (state) => {
    state.node = node;
    return state.slots[slot];
  };
}

/** `.a.b`, `$x.a.b`, `(…).a.b`; the last may be a method with arguments. */
function compileFields(
  node: FieldNode | VariableNode | ChainNode,
  scope: Scope,
  words: readonly Operand[],
  hasFinal: boolean,
): EvaluateCommand {
  const path = node.kind === "variable" ? node.path.slice(1) : node.path;
  const hasArguments = words.length > 1 || hasFinal;
  let receiver: Evaluate;
  let typeSlot: number | undefined;
  if (node.kind === "field") {
    receiver = (_state, dot) => dot;
    typeSlot = scope.dotTypeSlot;
  } else if (node.kind === "variable") {
    receiver = compileVariable(node, scope);
    typeSlot = findVariable(scope, node.path[0]!)?.typeSlot;
  } else if (node.node.kind === "nil") {
    const message = `indirection through explicit nil in ${showNode(node)}`;
    receiver = (state) => state.fail(message);
  } else {
    receiver = compileOperand(node.node, scope);
  }
  const last = path.length - 1;
  const lastName = path[last]!;
  const isChain = node.kind === "chain";
  // Arguments of a method are compiled when the method is known; what is declared later must not be seen then.
  const here = hasArguments ? innerScope(scope) : scope;
  return (state, dot, final) => {
    state.node = node;
    let value = receiver(state, dot);
    if (!isChain) state.node = node;
    let type = typeSlot === undefined ? undefined : (state.slots[typeSlot] as string | undefined);
    for (let i = 0; i < last; i++) {
      const name = path[i]!;
      const method = methodOf(value, name);
      if (method) {
        value = callMethod(state, dot, value, method, name, node, [], here, false, undefined);
        type = undefined;
        continue;
      }
      const holder = value;
      value = fieldOf(state, holder, name, type, false);
      type = fieldType(holder);
    }
    const method = methodOf(value, lastName);
    if (method) return callMethod(state, dot, value, method, lastName, node, words, here, hasFinal, final);
    return fieldOf(state, value, lastName, type, hasArguments);
  };
}

/** An operand by itself, without a parameter to check it against. */
function compileOperand(node: Operand, scope: Scope): Evaluate {
  switch (node.kind) {
    case "pipe": {
      const evaluate = compilePipe(node, scope);
      return (state, dot) => {
        state.node = node;
        return evaluate(state, dot);
      };
    }
    case "identifier": {
      const call = compileCall(node, node, [node], scope, false);
      return (state, dot) => {
        state.node = node;
        return call(state, dot, undefined);
      };
    }
    case "field":
    case "chain":
      return withoutFinal(node, compileFields(node, scope, [node], false));
    case "variable":
      return node.path.length === 1 ? compileVariable(node, scope) : withoutFinal(node, compileFields(node, scope, [node], false));
    case "dot":
      return (state, dot) => {
        state.node = node;
        return dot;
      };
    case "nil":
      return () => null;
    case "number": {
      const constant = idealConstant(node);
      return typeof constant === "string" ? (state) => state.fail(constant) : () => constant.value;
    }
    default: {
      const { value } = node;
      return () => value;
    }
  }
}

function withoutFinal(node: Operand, evaluate: EvaluateCommand): Evaluate {
  return (state, dot) => {
    state.node = node;
    return evaluate(state, dot, undefined);
  };
}

/** An argument of a function, checked against its parameter. */
export function compileArgument(node: Operand, type: ParameterType, scope: Scope): Evaluate {
  switch (node.kind) {
    case "nil": {
      const nil = type === "reflect.Value" ? undefined : null;
      if (canBeNil(type)) {
        return (state) => {
          state.node = node;
          return nil;
        };
      }
      return (state) => {
        state.node = node;
        return state.fail(`cannot assign nil to ${type}`);
      };
    }
    case "dot":
    case "field":
    case "variable":
    case "pipe":
    case "identifier":
    case "chain": {
      const evaluate = compileOperand(node, scope);
      return (state, dot) => validate(state, evaluate(state, dot), type);
    }
    default: {
      const literal = literalArgument(node, type);
      if (typeof literal === "string") {
        return (state) => {
          state.node = node;
          return state.fail(literal);
        };
      }
      const { value } = literal;
      return (state) => {
        state.node = node;
        return value;
      };
    }
  }
}
