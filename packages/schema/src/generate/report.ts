import type { SourceRange } from "@epicube/core";
import { TemplateError } from "../jinja/error.js";
import { freeNames } from "../jinja/free.js";
import { parseCached } from "../jinja/template.js";
import { repr } from "../python/text.js";
import { isObject, PyError, type PyValue } from "../python/value.js";
import { anchorLabels, problemIn, type Spot, spanRange, spotRange } from "../yaml/spot.js";
import { type Entity, Poisoned } from "./entity.js";
import { Reported, type Run, reportOnce } from "./run.js";

const CODES: Record<string, string> = {
  TemplateSyntax: "TEMPLATE_SYNTAX",
  Unsupported: "TEMPLATE_UNSUPPORTED",
  UndefinedError: "TEMPLATE_UNDEFINED",
  LimitExceeded: "TEMPLATE_LIMIT",
};

/** Where a template's text is written. `map` turns a span of the rendered text into one of the written text. */
export interface TemplatePlace {
  readonly spot: Spot;
  /** Offset of the written text in the rendered one, when more was put before it. */
  readonly map?: (offset: number) => number;
}

/** Reports an error of rendering with its three places: the expression, the entity, the values in the expression. Then throws {@link Reported}. */
export function failRender(run: Run, error: unknown, template: string, place: TemplatePlace, entity: Entity | undefined): never {
  if (error instanceof Poisoned || error instanceof Reported) throw new Reported();
  if (error instanceof PyError)
    return failRender(run, new TemplateError(error.type, error.message, { start: 0, end: template.length }), template, place, entity);
  if (!(error instanceof TemplateError)) throw error;
  const map = place.map ?? ((offset: number) => offset);
  const span = { start: map(error.span.start), end: map(error.span.end) };
  const labels: { range: SourceRange; message: string }[] = [...anchorLabels(place.spot)];
  if (entity && !sameFile(entity.top, spotRange(place.spot)))
    labels.push({ range: entity.top, message: `in this entity of type ${entity.type}` });
  if (entity) labels.push(...valueChain(run, error, template, entity));
  const code = CODES[error.kind] ?? "TEMPLATE_VALUE";
  reportOnce(
    run,
    problemIn(spanRange(place.spot, span), code, sentence(error), {
      labels,
      ...(helpFor(error, entity) === undefined ? {} : { help: helpFor(error, entity) }),
    }),
  );
  throw new Reported();
}

function sentence(error: TemplateError): string {
  if (error.kind === "TemplateSyntax" || error.kind === "Unsupported" || error.kind === "UndefinedError") return error.message;
  return error.kind === "LimitExceeded" ? `the template asks for too much: ${error.message}` : error.message;
}

function sameFile(a: SourceRange, b: SourceRange): boolean {
  return a.file === b.file && b.startLine >= a.startLine && b.endLine <= a.endLine;
}

/** The values of the names inside the failing expression, each with where it was written. */
function valueChain(run: Run, error: TemplateError, template: string, entity: Entity) {
  const labels: { range: SourceRange; message: string }[] = [];
  const parsed = parseCached(template, run.support.templates);
  for (const name of freeNames(parsed.nodes)) {
    if (name.start < error.span.start || name.end > error.span.end || labels.length === 3) continue;
    const value = entity.fields.get(name.name);
    const spot = entity.places.get(name.name);
    if (value === undefined || !spot || labels.some((label) => label.message.startsWith(`${name.name} is `))) continue;
    labels.push({ range: spotRange(spot), message: `${name.name} is ${shown(value)}` });
  }
  return labels;
}

function shown(value: PyValue): string {
  try {
    const text = value !== null && isObject(value) ? `the object ${value.toStr()}` : repr(value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  } catch {
    return "an object";
  }
}

function helpFor(error: TemplateError, entity: Entity | undefined): string | undefined {
  if (error.kind !== "UndefinedError" || !entity) return undefined;
  const name = /^'(\w+)' is undefined$/.exec(error.message)?.[1];
  if (name === undefined) return undefined;
  const names = [...entity.fields.keys()].filter((field) => field !== "type" && field !== "entity_enabled");
  return names.length === 0 ? undefined : `the entity has ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}`;
}
