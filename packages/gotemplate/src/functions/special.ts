import { defineFunction } from "./function.js";

const unreachable = () => {
  throw new TypeError("the executor answers this function itself");
};

/** Builtins that the executor answers itself: `and` and `or` do not evaluate all their arguments, `call` needs the spelling of its first. */
export const AND = defineFunction(["reflect.Value", "...reflect.Value"], unreachable);
export const OR = defineFunction(["reflect.Value", "...reflect.Value"], unreachable);
export const CALL = defineFunction(["reflect.Value", "...reflect.Value"], unreachable);
