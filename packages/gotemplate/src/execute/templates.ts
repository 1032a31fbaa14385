import { TemplateError } from "../errors/template-error.js";
import type { FunctionTable } from "../functions/function.js";
import { parseTemplate } from "../parse/parser.js";
import type { TemplateLimits, TemplateSet } from "../set/template-set.js";
import { quoteGo } from "../text/quote.js";
import type { GoValue } from "../values/value.js";
import { type CompiledTemplate, compileTree } from "./compile.js";
import { type Run, State } from "./state.js";

const DEFAULT_STEPS = 50_000_000;
const DEFAULT_DEPTH = 5000;
const DEFAULT_OUTPUT = 128 * 1024 * 1024;
const DEFAULT_TEXT = 16 * 1024 * 1024;

/** Most texts kept compiled for one function table; `tpl` in a loop over distinct texts must not keep them all. */
const MAX_CACHED = 4000;

const compiled = new WeakMap<FunctionTable, Map<string, readonly CompiledTemplate[]>>();

/** Parses and compiles a text once per function table, name and content. The first is the text itself. */
function compileText(name: string, text: string, functions: FunctionTable): readonly CompiledTemplate[] {
  let cache = compiled.get(functions);
  if (!cache) {
    cache = new Map();
    compiled.set(functions, cache);
  }
  const key = `${name}\0${text}`;
  let templates = cache.get(key);
  if (!templates) {
    templates = parseTemplate(name, text, (word) => Object.hasOwn(functions, word)).map((tree) => compileTree(tree, functions));
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(key, templates);
  }
  return templates;
}

/** {@link TemplateSet} as the executor knows it. A clone looks in its own templates first, then in those of its origin. */
export class Templates implements TemplateSet {
  readonly name: string;
  readonly missingKey: "invalid" | "zero" | "error";
  readonly #functions: FunctionTable;
  readonly #limits: TemplateLimits;
  readonly #own = new Map<string, CompiledTemplate>();
  readonly #origin: Templates | undefined;

  constructor(
    name: string,
    functions: FunctionTable,
    missingKey: "invalid" | "zero" | "error",
    limits: TemplateLimits,
    origin?: Templates,
  ) {
    this.name = name;
    this.#functions = functions;
    this.missingKey = missingKey;
    this.#limits = limits;
    this.#origin = origin;
  }

  parse(name: string, text: string): void {
    this.#add(compileText(name, text, this.#functions));
  }

  #add(templates: readonly CompiledTemplate[]): void {
    for (const template of templates) if (!template.isEmpty || !this.lookup(template.name)) this.#own.set(template.name, template);
  }

  lookup(name: string): CompiledTemplate | undefined {
    for (let set: Templates | undefined = this; set; set = set.#origin) {
      const template = set.#own.get(name);
      if (template) return template;
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.lookup(name) !== undefined;
  }

  names(): string[] {
    const names = new Set<string>();
    for (let set: Templates | undefined = this; set; set = set.#origin) for (const name of set.#own.keys()) names.add(name);
    return [...names].sort();
  }

  clone(): Templates {
    return new Templates(this.name, this.#functions, this.missingKey, this.#limits, this);
  }

  execute(name: string, data: GoValue): string {
    const { steps = DEFAULT_STEPS, depth = DEFAULT_DEPTH, outputLength = DEFAULT_OUTPUT, textLength = DEFAULT_TEXT } = this.#limits;
    const run: Run = {
      steps,
      maxSteps: steps,
      depth: 0,
      maxDepth: depth,
      output: outputLength,
      maxOutput: outputLength,
      maxText: textLength,
      shared: new Map(),
      current: undefined,
    };
    try {
      return new State(this, run, this.find(name), data).render(data);
    } catch (error) {
      // JavaScript's own limits. They are named here, at the outermost level, where there is stack again to do so.
      if (!(error instanceof Error) || error instanceof TemplateError) throw error;
      const isStack = error.message.includes("Maximum call stack size exceeded");
      if (!isStack && !(error instanceof RangeError)) throw error;
      const reason = isStack ? "templates nest deeper than the stack allows" : error.message;
      const message = `limit reached: ${reason}`;
      throw run.current?.error("TEMPLATE_LIMIT", message) ?? new TemplateError("TEMPLATE_LIMIT", message, { cause: error });
    }
  }

  /** The template of a name. @throws TemplateError `TEMPLATE_EXECUTE` */
  find(name: string): CompiledTemplate {
    const template = this.lookup(name);
    if (template) return template;
    const message = `template: no template ${quoteGo(name)} associated with template ${quoteGo(this.name)}`;
    throw new TemplateError("TEMPLATE_EXECUTE", message);
  }

  /** Parses a text under the set's own name and gives its template, even when it is blank. */
  addText(text: string): CompiledTemplate {
    const templates = compileText(this.name, text, this.#functions);
    this.#add(templates);
    return templates[0]!;
  }
}
