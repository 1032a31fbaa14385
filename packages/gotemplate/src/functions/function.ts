import type { TemplateSet } from "../set/template-set.js";
import type { GoValue } from "../values/value.js";

/**
 * Go type of a parameter. `reflect.Value` receives the value with "no value" (`undefined`) and nil interface (`null`) kept apart; every
 * other type receives `null` for both.
 */
export type ParameterType =
  | "interface {}"
  | "reflect.Value"
  | "string"
  | "bool"
  | "int"
  | "int64"
  | "int32"
  | "uint32"
  | "float64"
  | "[]interface {}"
  | "[]string"
  | "map[string]interface {}"
  | "time.Time"
  | "sprig.certificate";

/** What a function sees of the execution that calls it. `execute` takes sets that `context.set` or its clones gave. */
export interface ExecutionContext {
  /** The set that is executing: inside `tpl` the clone, so that `include` sees what the string defined. */
  readonly set: TemplateSet;
  /** Name of the template that is executing. */
  readonly templateName: string;
  /** Templates entered so far, `template`, `include` and `tpl` together. */
  readonly depth: number;
  /** One per outermost {@link TemplateSet.execute}: a place for counters such as `include`'s. */
  readonly shared: Map<unknown, unknown>;
  /** Executes a template of `set` and returns its text; fuel, depth, output and `shared` are those of the running execution. */
  execute(set: TemplateSet, name: string, data: GoValue): string;
  /**
   * What `tpl` does: parses a text under the set's name in a clone, so that its definitions stay local, and executes it. A text that cannot
   * be parsed throws a TemplateError of code `TEMPLATE_PARSE`, a failing one `TEMPLATE_EXECUTE`.
   */
  executeText(text: string, data: GoValue): string;
}

/** A function that templates can call. Failures are thrown as {@link GoError}; the executor adds position and `error calling NAME:`. */
export interface TemplateFunction {
  readonly parameters: readonly ParameterType[];
  /** Type of the `...` parameter, if there is one. */
  readonly variadic?: ParameterType;
  readonly call: (args: readonly GoValue[], context: ExecutionContext) => GoValue;
}

/** Functions by name. */
export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

/**
 * Describes a function: `defineFunction(["string", "...interface {}"], (args) => …)`. A last parameter that starts with `...` is variadic.
 */
export function defineFunction(
  parameters: readonly (ParameterType | `...${ParameterType}`)[],
  call: (args: readonly GoValue[], context: ExecutionContext) => GoValue,
): TemplateFunction {
  const last = parameters.at(-1);
  if (last?.startsWith("...")) {
    return { parameters: parameters.slice(0, -1) as ParameterType[], variadic: last.slice(3) as ParameterType, call };
  }
  return { parameters: parameters as ParameterType[], call };
}
