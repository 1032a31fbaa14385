import { TemplateError } from "../jinja/error.js";
import type { Names } from "../jinja/evaluate.js";
import { namespaceFunction } from "../jinja/loop.js";
import { parseCached, renderTemplate, type TemplateCache } from "../jinja/template.js";
import { dictFunction, rangeFunction } from "../python/cast.js";
import { PyError, type PyValue } from "../python/value.js";
import { coerce, typeInText } from "./coerce.js";
import { createEnv, createGlobal, type SharedState } from "./globals.js";

/** Renders texts with the shared state of one run. */
export interface Renderer {
  readonly state: SharedState;
  /**
   * A template's value. With a `type` the text is coerced to it; without, to what the template's last filter names.
   *
   * @throws TemplateError
   */
  renderText(template: string, context: Names, type: string): PyValue;
  /** The same for any value: lists element by element, all that is no text unchanged. */
  renderValue(value: PyValue, context: Names): PyValue;
}

const CLASHES = ["_global", "ioc_yaml_file_name", "ioc_name", "self"];
const OTHER_GLOBALS = ["cycler", "joiner", "lipsum"];

/** Makes a renderer over a cache of parsed templates. */
export function createRenderer(state: SharedState, templates: TemplateCache): Renderer {
  const global = createGlobal(state);
  const env = createEnv(state);
  const renderText = (text: string, context: Names, type: string): PyValue => {
    const template = parseCached(text, templates);
    const whole = { start: 0, end: text.length };
    if (state.variables.size > 0) {
      const clash = CLASHES.find((name) => state.variables.has(name));
      if (clash !== undefined) {
        throw new TemplateError(
          "TypeError",
          `the shared variable '${clash}' has the name of a built-in one: nothing can be rendered any more`,
          whole,
        );
      }
    }
    // What the template itself sets is seen by name only in the next one: the names are those of the beginning.
    const shared = state.variables.size > 0 ? new Map(state.variables.entries()) : undefined;
    // Shared variables shadow the fields of the entity, these shadow the functions that every template has.
    const names: Names = {
      get(name) {
        if (name === "_global") return global;
        if (shared?.has(name)) return shared.get(name);
        if (name === "ioc_name") return state.iocName;
        if (name === "ioc_yaml_file_name") return state.fileName;
        const own = context.get(name);
        if (own !== undefined) return own;
        if (name === "env") return env;
        if (name === "range") return rangeFunction;
        if (name === "dict") return dictFunction;
        if (name === "namespace") return namespaceFunction;
        if (OTHER_GLOBALS.includes(name)) throw new PyError("Unsupported", `the function ${name} is not supported`);
        return undefined;
      },
    };
    const rendered = renderTemplate(template, names);
    const wanted = type === "" ? typeInText(text) : type;
    try {
      return coerce(rendered, wanted);
    } catch (error) {
      if (!(error instanceof PyError)) throw error;
      throw new TemplateError(error.type, `the result ${JSON.stringify(shorten(rendered))} is no ${wanted}: ${error.message}`, whole);
    }
  };
  const renderValue = (value: PyValue, context: Names): PyValue => {
    if (typeof value === "string") return renderText(value, context, "");
    return Array.isArray(value) ? value.map((item) => renderValue(item, context)) : value;
  };
  return { state, renderText, renderValue };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
