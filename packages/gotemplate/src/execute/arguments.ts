import type { ParameterType } from "../functions/function.js";
import { type NumberNode, type Operand, showNode } from "../parse/node.js";
import { GoInt, goInt, goInteger, type IntType } from "../values/int.js";
import { typeOf } from "../values/kind.js";
import { GoComplex, GoStruct, type GoValue, goTypeOf } from "../values/value.js";
import type { State } from "./state.js";

/** True when Go can pass nil for a parameter. */
export function canBeNil(type: ParameterType): boolean {
  return type === "interface {}" || type === "reflect.Value" || type.startsWith("[]") || type.startsWith("map[");
}

function isAssignable(value: GoValue, type: ParameterType): boolean {
  switch (type) {
    case "interface {}":
    case "reflect.Value":
      return true;
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "float64":
      return typeof value === "number";
    case "int":
    case "int64":
    case "int32":
    case "uint32":
      return value instanceof GoInt && value.type === type;
    case "map[string]interface {}":
      return value instanceof Map && goTypeOf(value)?.element === undefined;
    case "[]interface {}":
      return Array.isArray(value) && goTypeOf(value)?.element === undefined;
    case "[]string":
      return Array.isArray(value) && goTypeOf(value)?.element === "string";
    default:
      return value instanceof GoStruct && typeOf(value) === type;
  }
}

/** Checks a value against a parameter; nil becomes what the function expects for it. */
export function validate(state: State, value: GoValue, type: ParameterType): GoValue {
  if (value === undefined) {
    if (type === "reflect.Value") return undefined;
    if (canBeNil(type)) return null;
    state.fail(`invalid value; expected ${type}`);
  }
  if (type === "interface {}" || type === "reflect.Value") return value;
  if (value === null) state.fail(`wrong type for value; expected ${type}; got interface {}`);
  if (!isAssignable(value, type)) state.fail(`wrong type for value; expected ${type}; got ${typeOf(value)}`);
  return value;
}

/** The value of a number whose type only its spelling tells; a string is Go's message. */
export function idealConstant(node: NumberNode): { readonly value: GoValue } | string {
  const { constant, text } = node;
  if (constant.complex) return { value: new GoComplex(constant.complex.real, constant.complex.imaginary) };
  const isHexInt = /^0[xX]./.test(text) && !/[pP]/.test(text);
  if (constant.float !== undefined && !isHexInt && !text.startsWith("'") && /[.eEpP]/.test(text)) return { value: constant.float };
  if (constant.int !== undefined) return { value: goInt(constant.int) };
  return `${text} overflows int`;
}

/** A literal as argument of a parameter; a string is Go's message. */
export function literalArgument(node: Operand, type: ParameterType): { readonly value: GoValue } | string {
  switch (type) {
    case "bool":
      return node.kind === "bool" ? { value: node.value } : `expected bool; found ${showNode(node)}`;
    case "string":
      return node.kind === "string" ? { value: node.value } : `expected string; found ${showNode(node)}`;
    case "float64":
      return node.kind === "number" && node.constant.float !== undefined
        ? { value: node.constant.float }
        : `expected float; found ${showNode(node)}`;
    case "int":
    case "int64":
    case "int32":
      return node.kind === "number" && node.constant.int !== undefined
        ? { value: type === "int" ? goInt(node.constant.int) : goInteger(type as IntType, node.constant.int) }
        : `expected integer; found ${showNode(node)}`;
    case "uint32":
      return node.kind === "number" && node.constant.uint !== undefined
        ? { value: goInteger("uint32", node.constant.uint) }
        : `expected unsigned integer; found ${showNode(node)}`;
    case "interface {}":
    case "reflect.Value":
      if (node.kind === "bool" || node.kind === "string") return { value: node.value };
      if (node.kind === "number") return idealConstant(node);
      return `can't handle assignment of ${showNode(node)} to empty interface argument`;
    default:
      return `can't handle ${showNode(node)} for arg of type ${type}`;
  }
}
