import type { FunctionTable } from "../functions/function.js";
import type { GoValue } from "../values/value.js";

/** One template file. */
export interface TemplateFile {
  readonly name: string;
  readonly text: string;
}

/** What a template may use. A template that needs more fails with `TEMPLATE_LIMIT`. */
export interface TemplateLimits {
  /** Actions, function calls and loop rounds in one execution; default 50 million. */
  readonly steps?: number;
  /** Nested `template`, `include` and `tpl`; default 5000. */
  readonly depth?: number;
  /** UTF-16 units of output, nested ones counted again; default 128 Mi. */
  readonly outputLength?: number;
  /** UTF-16 units of the longest text that a function may give; a list counts eight an item. Default 16 Mi. */
  readonly textLength?: number;
}

/** Options of {@link parseTemplateSet}. */
export interface TemplateSetOptions {
  /** Go builtins and sprig come from `createFunctions()`; default: the Go builtins alone. */
  readonly functions?: FunctionTable;
  /** Name of the root template; default `gotpl`, as Helm's. `tpl` texts are parsed under it. */
  readonly name?: string;
  /** What a missing map key gives; `zero` is Helm's, `error` its strict mode. Default `zero`. */
  readonly missingKey?: "invalid" | "zero" | "error";
  readonly limits?: TemplateLimits;
}

/** Templates that can call each other by name. */
export interface TemplateSet {
  readonly name: string;
  /** Parses a text and adds its templates. An all-blank body never replaces one with content. @throws TemplateError `TEMPLATE_PARSE` */
  parse(name: string, text: string): void;
  /** True when a template of that name is there. */
  has(name: string): boolean;
  /** Names of all templates, sorted. */
  names(): string[];
  /**
   * Executes a template. `data` is used as it is, so that `set .Values …` is seen by later calls; see {@link fromJs} for plain objects.
   *
   * @throws TemplateError `TEMPLATE_EXECUTE`, `TEMPLATE_LIMIT`
   */
  execute(name: string, data: GoValue): string;
  /** A set that sees these templates and keeps its own additions to itself: what `tpl` needs. Costs nothing until used. */
  clone(): TemplateSet;
}
