import type { Diagnostic, SourceRange } from "@epicube/core";
import { dereference, entryOf, loadYaml, type YamlNode } from "@epicube/core/yaml";
import { chartAuthorMessage, decodeGo, type TemplateError, templateErrorToDiagnostic } from "@epicube/gotemplate";
import { type Place, placeOfMatch, rangeIn } from "../load/place.js";
import type { ManifestError } from "../output/manifests.js";
import type { TemplateOrigin } from "./engine.js";

/** A values file, weakest first in a list. */
export interface NamedValues {
  readonly file: string;
  readonly text: string;
}

/**
 * A failed template as a finding on the files themselves. The same fault of a shared template gives the same code, message and range for
 * every release; only labels, the way that led there, differ.
 */
export function templateDiagnostic(error: TemplateError, origins: readonly TemplateOrigin[], values: readonly NamedValues[]): Diagnostic {
  const byName = new Map(origins.map((origin) => [origin.name, origin]));
  const { range, labels: _, ...plain } = templateErrorToDiagnostic(error);
  const frames = error.frames.flatMap((frame) => {
    const origin = frame.position && byName.get(frame.position.file);
    return origin && frame.position
      ? [{ origin, range: rangeAt(origin, frame.position, frame.expression), expression: frame.expression }]
      : [];
  });
  const inner = frames.at(-1);
  const parsed = range && byName.get(range.file);
  // a template that includes itself is called from one place, however often
  const ways = new Map(frames.slice(0, -1).map((frame) => [JSON.stringify(frame.range), frame.range]));
  const called = [...ways.values()].map((way) => ({ range: way, message: "called from here" }));
  const found: Diagnostic = { ...plain, ...placed(inner?.range ?? (parsed && { ...range, file: parsed.file })) };
  const said = chartAuthorMessage(error);
  const missing = said?.from === "required" && inner ? placeOfMissing(inner.expression, said.message, inner.origin, values) : undefined;
  const labels = [...(missing ? [missing] : []), ...called];
  return {
    ...found,
    ...(said ? { code: said.from === "required" ? "CHART_REQUIRED" : "CHART_FAIL", message: said.message } : {}),
    ...(labels.length > 0 ? { labels } : {}),
  };
}

const placed = (range: SourceRange | undefined) => (range ? { range } : {});

/** The expression, where it stands on the line as Go prints it. */
function rangeAt(
  origin: TemplateOrigin,
  at: { readonly line: number; readonly column: number },
  expression: string | undefined,
): SourceRange {
  const line = decodeGo(origin.bytes).split("\n")[at.line - 1] ?? "";
  // Go's position of a chain of fields lies within it
  const start = expression === undefined ? -1 : line.lastIndexOf(expression, at.column - 1);
  if (expression === undefined || start === -1 || start + expression.length < at.column) return rangeIn(origin.file, at);
  return rangeIn(origin.file, { line: at.line, column: start + 1, endColumn: start + expression.length + 1 });
}

/**
 * What schemas find in the values, each where the value is given, strongest file first. `found` is the validator's text: blocks that begin
 * with a chart's name, a line `- at '/a/b': reason` for each finding, more about it indented below.
 */
export function schemaDiagnostics(found: string, rootName: string, schemaFile: string, values: readonly NamedValues[]): Diagnostic[] {
  const findings: { chart: string; path: string[]; reason: string }[] = [];
  let chart = rootName;
  for (const line of found.split("\n")) {
    const [, place, reason] = /^- at '(.*?)': (.*)$/.exec(line) ?? [];
    if (place !== undefined && reason !== undefined) {
      const keys = place.split("/").slice(1);
      const path = keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
      findings.push({ chart, path: chart === rootName ? path : [chart, ...path], reason });
    } else if (/^\S.*:$/.test(line)) chart = line.slice(0, -1);
    else if (line.trim() !== "" && findings.length > 0) findings.at(-1)!.reason += `; ${line.trim().replace(/^- at '.*?': /, "")}`;
    else if (line.trim() !== "") findings.push({ chart, path: [], reason: line.trim() });
  }
  return findings.map(({ chart, path, reason }) => ({
    code: "CHART_SCHEMA",
    severity: "error",
    message: `${path.length > 0 ? `${path.join(".")}: ` : ""}${reason}`,
    range: deepestPlace([path], values)?.range ?? rangeIn(schemaFile),
    help: `values.schema.json of ${chart} asks for it`,
  }));
}

/** The values file, and the deepest key in it, where a value that `required` asks for belongs. */
function placeOfMissing(expression: string | undefined, message: string, origin: TemplateOrigin, values: readonly NamedValues[]) {
  const own = [...(expression ?? "").matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)].map((match) => match[1]!.slice(1).split("."));
  // a helper that takes parts of the values may name the key in words: "give it as global.domain"
  const named = [...message.matchAll(/(?<![\w.-])[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+/g)].map((match) => match[0].split("."));
  // a helper of a subchart sees the values of whoever includes it
  const paths = [...own, ...own.map((path) => [...origin.valuesPath, ...path]), ...named];
  const best = deepestPlace(paths, values);
  return best && best.rest.length > 0 ? { range: best.range, message: `${best.rest.join(".")} is missing here` } : undefined;
}

/** The deepest key on one of the paths, in the strongest file that has it so deep. */
function deepestPlace(paths: readonly (readonly string[])[], values: readonly NamedValues[]) {
  let best: { depth: number; range: SourceRange; rest: readonly string[] } | undefined;
  for (const { file, text } of values) {
    if (text === "" || paths.length === 0) continue;
    const source = loadYaml(text, { file, duplicateKeys: "last" }).value;
    for (const root of source?.documents ?? []) {
      for (const path of paths) {
        const { depth, key } = deepestKey(root, path);
        if (source && key && depth >= (best?.depth ?? 1)) best = { depth, range: source.rangeOf(key), rest: path.slice(depth) };
      }
    }
  }
  return best;
}

function deepestKey(root: YamlNode | null, path: readonly string[]): { depth: number; key: YamlNode | undefined } {
  let node: YamlNode | undefined = root ?? undefined;
  let key: YamlNode | undefined;
  for (const [depth, name] of path.entries()) {
    const here: YamlNode | undefined = node && dereference(node);
    const item: YamlNode | undefined = here?.kind === "sequence" && /^\d+$/.test(name) ? here.items[Number(name)] : undefined;
    const entry = entryOf(here, name);
    if (!entry && !item) return { depth, key };
    key = item ?? entry?.key;
    node = item ?? entry?.value;
  }
  return { depth: path.length, key };
}

/**
 * A rendered document that is no manifest. The line at fault is that of the rendered text: it is shown where it stands in a template as it
 * is, in the file that was rendered or in one that it may have included.
 */
export function manifestDiagnostic(error: ManifestError, origins: readonly TemplateOrigin[]): Diagnostic {
  const rendered = origins.find((origin) => origin.name === error.source);
  const line = error.excerpt?.trim() ?? "";
  const place = (origin: TemplateOrigin): Place | undefined => {
    const text = decodeGo(origin.bytes);
    const only = new RegExp(`^[^\\S\\n]*(${line.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")})[^\\S\\n]*$`, "m");
    const first = placeOfMatch(text, only);
    return first && text.split("\n").filter((one) => one.trim() === line).length === 1 ? first : undefined;
  };
  const all = [...(rendered ? [rendered] : []), ...origins.filter((origin) => origin !== rendered)];
  const found = line.length < 3 ? [] : all.flatMap((origin) => (place(origin) ? [{ origin, place: place(origin)! }] : []));
  const hit = found.length === 1 || found[0]?.origin === rendered ? found[0] : undefined;
  return {
    code: "CHART_MANIFEST",
    severity: "error",
    message: `the rendered document is no manifest: ${error.reason}`,
    range: hit ? rangeIn(hit.origin.file, hit.place) : rangeIn(rendered?.file ?? error.source),
    ...(line === "" ? {} : { help: `the rendered line is ${JSON.stringify(line)}` }),
    ...(hit && rendered && hit.origin !== rendered ? { labels: [{ range: rangeIn(rendered.file), message: "rendered from here" }] } : {}),
  };
}
