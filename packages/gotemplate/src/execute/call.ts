import { GoError, TemplateError } from "../errors/template-error.js";
import type { ParameterType, TemplateFunction } from "../functions/function.js";
import { AND, CALL, OR } from "../functions/special.js";
import { type CommandNode, type IdentifierNode, type Node, type Operand, showNode } from "../parse/node.js";
import { isTrue, typeOf } from "../values/kind.js";
import type { GoValue } from "../values/value.js";
import { validate } from "./arguments.js";
import type { Scope } from "./compile.js";
import { compileArgument, type Evaluate, type EvaluateCommand } from "./expressions.js";
import type { State } from "./state.js";

/** Compiles the call of a named function. `at` is the node an error of the function is reported at. */
export function compileCall(
  node: IdentifierNode,
  at: CommandNode | IdentifierNode,
  words: readonly Operand[],
  scope: Scope,
  hasFinal: boolean,
): EvaluateCommand {
  const { name } = node;
  const target = scope.functions[name]!;
  const nodes = words.slice(1);
  const wrongCount = checkCount(target, name, nodes.length, hasFinal);
  if (wrongCount) {
    return (state) => {
      state.node = node;
      return state.fail(wrongCount);
    };
  }
  const values = nodes.map((argument, index) => compileArgument(argument, parameterType(target, index), scope));
  if (target === AND || target === OR) return compileShortCircuit(node, target === OR, values, hasFinal);
  const finalType = hasFinal ? parameterType(target, nodes.length) : undefined;
  const callee = target === CALL ? (nodes[0] ? showNode(nodes[0]) : "") : undefined;
  return (state, dot, final) => {
    state.step();
    state.node = node;
    const list: GoValue[] = new Array(values.length);
    for (let i = 0; i < values.length; i++) list[i] = values[i]!(state, dot);
    if (finalType) list.push(validate(state, final, finalType));
    if (callee !== undefined) {
      state.node = at;
      const error = new GoError(callFailure(callee, list[0]));
      return state.fail(`error calling call: ${error.message}`, error);
    }
    // as invoke, which would be one more call on the stack of nested includes
    try {
      return state.charge(target.call(list, state));
    } catch (error) {
      return failed(state, error, name, at);
    }
  };
}

/** No function value can reach a template here, so `call` can only fail. */
function callFailure(callee: string, value: GoValue): string {
  return value === undefined || value === null ? "call of nil" : `non-function ${callee} of type ${typeOf(value)}`;
}

function parameterType(target: TemplateFunction, index: number): ParameterType {
  return target.parameters[index] ?? target.variadic ?? "interface {}";
}

function checkCount(target: TemplateFunction, name: string, given: number, hasFinal: boolean): string | undefined {
  const total = given + (hasFinal ? 1 : 0);
  const wanted = target.parameters.length;
  if (target.variadic) return total < wanted ? `wrong number of args for ${name}: want at least ${wanted} got ${given}` : undefined;
  return total === wanted ? undefined : `wrong number of args for ${name}: want ${wanted} got ${total}`;
}

/** `and` and `or` stop at the first argument that decides. */
function compileShortCircuit(node: IdentifierNode, stopAt: boolean, values: readonly Evaluate[], hasFinal: boolean): EvaluateCommand {
  return (state, dot, final) => {
    state.step();
    state.node = node;
    let value: GoValue;
    for (let i = 0; i < values.length; i++) {
      value = values[i]!(state, dot);
      if (isTrue(value) === stopAt) return value;
    }
    return hasFinal ? final : value;
  };
}

function invoke(state: State, target: TemplateFunction, name: string, at: Node, list: readonly GoValue[]): GoValue {
  try {
    return state.charge(target.call(list, state));
  } catch (error) {
    return failed(state, error, name, at);
  }
}

/** What a function threw, with its place; limits and faults of our own go up as they are. */
function failed(state: State, error: unknown, name: string, at: Node): never {
  const isGo = error instanceof GoError || (error instanceof TemplateError && error.code !== "TEMPLATE_LIMIT");
  if (!isGo) throw error;
  state.node = at;
  return state.fail(`error calling ${name}: ${error.message}`, error);
}

/** Calls a method of a host object; which method it is shows only at run time. */
export function callMethod(
  state: State,
  dot: GoValue,
  receiver: GoValue,
  method: TemplateFunction,
  name: string,
  node: Node,
  words: readonly Operand[],
  scope: Scope,
  hasFinal: boolean,
  final: GoValue,
): GoValue {
  state.step();
  const nodes = words.slice(1);
  const wrongCount = checkCount(method, name, nodes.length, hasFinal);
  if (wrongCount) state.fail(wrongCount);
  const list: GoValue[] = [receiver];
  nodes.forEach((argument, index) => {
    list.push(compileArgument(argument, parameterType(method, index), scope)(state, dot));
  });
  if (hasFinal) list.push(validate(state, final, parameterType(method, nodes.length)));
  return invoke(state, method, name, node, list);
}
