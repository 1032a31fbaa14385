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

/** The values file, and the deepest key in it, where a value that `required` asks for belongs. */
function placeOfMissing(expression: string | undefined, message: string, origin: TemplateOrigin, values: readonly NamedValues[]) {
  const own = [...(expression ?? "").matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)].map((match) => match[1]!.slice(1).split("."));
  // a helper that takes parts of the values may name the key in words: "give it as global.domain"
  const named = [...message.matchAll(/(?<![\w.-])[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+/g)].map((match) => match[0].split("."));
  // a helper of a subchart sees the values of whoever includes it
  const paths = [...own, ...own.map((path) => [...origin.valuesPath, ...path]), ...named];
  let best: { depth: number; range: SourceRange; path: string } | undefined;
  for (const { file, text } of values) {
    if (text === "" || paths.length === 0) continue;
    const source = loadYaml(text, { file, duplicateKeys: "last" }).value;
    for (const root of source?.documents ?? []) {
      for (const path of paths) {
        const { depth, key } = deepestKey(root, path);
        if (source && key && depth < path.length && depth >= (best?.depth ?? 1))
          best = { depth, range: source.rangeOf(key), path: path.slice(depth).join(".") };
      }
    }
  }
  return best && { range: best.range, message: `${best.path} is missing here` };
}

function deepestKey(root: YamlNode | null, path: readonly string[]): { depth: number; key: YamlNode | undefined } {
  let node: YamlNode | undefined = root ?? undefined;
  let key: YamlNode | undefined;
  for (const [depth, name] of path.entries()) {
    const entry = entryOf(node && dereference(node), name);
    if (!entry) return { depth, key };
    key = entry.key;
    node = entry.value;
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
