import { WARN_END, WARN_START } from "../errors/helm-text.js";
import { GoError, TemplateError } from "../errors/template-error.js";
import { quoteGo } from "../text/quote.js";
import type { GoValue } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";

/** How often one name may stand in the stack of `include`s. */
const MAX_INCLUDES = 1000;

const COUNTS = Symbol("includes");

/** Options of {@link createIncludeFunctions}. */
export interface IncludeOptions {
  /** Lint: `required` and `fail` give the empty text. Default false. */
  readonly lint?: boolean;
}

/** `include`, `tpl`, `required` and `fail` as Helm 4.1.4 has them. */
export function createIncludeFunctions(options: IncludeOptions = {}): FunctionTable {
  const { lint = false } = options;
  return {
    include: defineFunction(["string", "interface {}"], ([name, data], context) => {
      let counts = context.shared.get(COUNTS) as Map<string, number> | undefined;
      if (!counts) {
        counts = new Map();
        context.shared.set(COUNTS, counts);
      }
      const count = counts.get(name as string) ?? 0;
      if (count > MAX_INCLUDES) {
        throw new GoError(`rendering template has a nested reference name: ${name}: unable to execute template`);
      }
      counts.set(name as string, count + 1);
      const text = context.execute(context.set, name as string, data);
      counts.set(name as string, count);
      return text;
    }),
    tpl: defineFunction(["string", "interface {}"], ([text, data], context) => {
      try {
        return context.executeText(text as string, data).replaceAll("<no value>", "");
      } catch (error) {
        if (!(error instanceof TemplateError) || error.code === "TEMPLATE_LIMIT") throw error;
        const what = error.code === "TEMPLATE_PARSE" ? "cannot parse template" : "error during tpl function execution for";
        throw new GoError(`${what} ${quoteGo(text as string)}: ${error.message}`, error);
      }
    }),
    required: defineFunction(["string", "interface {}"], ([message, value]): GoValue => {
      if (value !== null && value !== undefined && value !== "") return value;
      if (lint) return "";
      throw new GoError(WARN_START + message + WARN_END);
    }),
    fail: defineFunction(["string"], ([message]) => {
      if (lint) return "";
      throw new GoError(WARN_START + message + WARN_END);
    }),
  };
}
