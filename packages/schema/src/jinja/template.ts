import type { PyValue } from "../python/value.js";
import type { Node } from "./ast.js";
import { TemplateError } from "./error.js";
import { type Names, renderNodes } from "./evaluate.js";
import { parseTemplate } from "./parser.js";

/** A template parsed once: its nodes, or why it cannot be parsed. */
export interface Template {
  readonly text: string;
  readonly nodes: readonly Node[];
  readonly error?: TemplateError;
  /** What it renders to when it has no tags. */
  readonly plain?: string;
}

/** Parsed templates by their text. */
export type TemplateCache = Map<string, Template>;

/** Most templates a cache keeps before it starts again. */
const MAX_CACHED = 100_000;

const TAG = /\{[{%#]/;

/** Parses a template, or takes it from the cache. A template with a mistake is remembered with it. */
export function parseCached(text: string, cache: TemplateCache): Template {
  const known = cache.get(text);
  if (known) return known;
  if (cache.size >= MAX_CACHED) cache.clear();
  const template = parse(text);
  cache.set(text, template);
  return template;
}

function parse(text: string): Template {
  if (!TAG.test(text)) return { text, nodes: [], plain: text.replace(/\r\n?/g, "\n").replace(/\n$/, "") };
  try {
    return { text, nodes: parseTemplate(text) };
  } catch (error) {
    if (error instanceof TemplateError) return { text, nodes: [], error };
    if (error instanceof RangeError) {
      return { text, nodes: [], error: new TemplateError("LimitExceeded", "the template nests too deep", { start: 0, end: text.length }) };
    }
    throw error;
  }
}

/**
 * Renders a template.
 *
 * @throws TemplateError
 */
export function renderTemplate(template: Template, names: Names): string {
  if (template.plain !== undefined) return template.plain;
  if (template.error) throw template.error;
  return renderNodes(template.nodes, names);
}

/** Names from a map, for tests and simple uses. */
export function namesOf(values: Readonly<Record<string, PyValue>>): Names {
  return { get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined) };
}
