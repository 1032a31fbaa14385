import type { TemplateFunction } from "../functions/function.js";
import { quoteGo } from "../text/quote.js";
import { typeOf } from "../values/kind.js";
import { GoStruct, type GoValue, goTypeOf } from "../values/value.js";
import type { State } from "./state.js";

/** The method of a value, if its type has one of that name. Host objects give methods only through their GoType. */
export function methodOf(value: GoValue, name: string): TemplateFunction | undefined {
  if (value instanceof Map || Array.isArray(value) || value instanceof GoStruct) {
    const methods = goTypeOf(value)?.methods;
    return methods && Object.hasOwn(methods, name) ? methods[name] : undefined;
  }
  return undefined;
}

/** The zero value of a map's or slice's element type. */
export function zeroElement(element: string | undefined): GoValue {
  if (element === undefined) return null;
  if (element === "string") return "";
  if (element === "bool") return false;
  return null;
}

/**
 * `.name` of a receiver that has no such method. `type` is what Go would call the receiver's static type: `interface {}` for what came out
 * of a map or list.
 */
export function fieldOf(state: State, receiver: GoValue, name: string, type: string | undefined, hasArguments: boolean): GoValue {
  if (receiver === undefined) {
    if (state.set.missingKey === "error") state.fail(`nil data; no entry for key ${quoteGo(name)}`);
    return undefined;
  }
  if (receiver === null) state.fail(`nil pointer evaluating interface {}.${name}`);
  if (receiver instanceof Map) {
    if (hasArguments) state.fail(`${name} is not a method but has arguments`);
    const value = receiver.get(name);
    if (value !== undefined) return value;
    if (receiver.has(name)) return null;
    switch (state.set.missingKey) {
      case "zero":
        return zeroElement(goTypeOf(receiver)?.element);
      case "invalid":
        return undefined;
      default:
        state.fail(`map has no entry for key ${quoteGo(name)}`);
    }
  }
  if (receiver instanceof GoStruct && receiver.fields.has(name)) {
    if (/^[a-z_]/.test(name)) state.fail(`${name} is an unexported field of struct type ${type ?? typeOf(receiver)}`);
    if (hasArguments) state.fail(`${name} has arguments but cannot be invoked as function`);
    return receiver.fields.get(name);
  }
  state.fail(`can't evaluate field ${name} in type ${type ?? typeOf(receiver)}`);
}

/** Static type of what a field of `receiver` gives, for messages. */
export function fieldType(receiver: GoValue): string | undefined {
  if (receiver instanceof Map) return goTypeOf(receiver)?.element ?? "interface {}";
  return undefined;
}
