import {
  compareGo,
  decodeGo,
  type FunctionTable,
  type GoMap,
  type GoStruct,
  type GoValue,
  helmErrorText,
  parseTemplateSet,
  TemplateError,
  type TemplateSet,
  withType,
} from "@epicube/gotemplate";
import { shownFile } from "../load/place.js";
import { tableAt } from "../values/table.js";
import { filesObject } from "./builtin-objects.js";
import { chartObject, fullPath, type WorkChart } from "./work-chart.js";

/** A template that failed, with helm's text. */
export class RenderError extends Error {
  readonly template: TemplateError;
  constructor(message: string, template: TemplateError) {
    super(message, { cause: template });
    this.template = template;
  }
}

/** A file with templates: the name that helm gives it, and the file itself. */
export interface TemplateOrigin {
  readonly name: string;
  /** As diagnostics name it. */
  readonly file: string;
  /** Names of the charts on the way from the root chart's values to those of its chart. */
  readonly valuesPath: readonly string[];
  readonly bytes: Uint8Array;
}

/** All files with templates of a chart and of those below it. */
export function templateOrigins(work: WorkChart, valuesPath: readonly string[] = []): TemplateOrigin[] {
  const own = work.chart.templates.map(({ path, bytes }) => ({
    name: `${fullPath(work)}/${path}`,
    file: shownFile(work.chart, path),
    valuesPath,
    bytes,
  }));
  return [...own, ...work.dependencies.flatMap((child) => templateOrigins(child, [...valuesPath, child.name]))];
}

/** What templates see besides their chart. */
export interface RenderInput {
  readonly release: GoMap;
  readonly capabilities: GoStruct;
  /** Coalesced values of the root chart. */
  readonly values: GoMap;
  readonly functions: FunctionTable;
}

interface Renderable {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly scope: GoMap;
  readonly basePath: string;
}

const VALUES_TYPE = { name: "common.Values" } as const;
const isPartial = (path: string) => path.slice(path.lastIndexOf("/") + 1).startsWith("_");

function collect(work: WorkChart, input: RenderInput, above: GoMap | undefined, into: Map<string, Renderable>): GoMap {
  const subcharts: GoMap = new Map();
  const own = above ? (tableAt(above, `Values.${work.name}`) ?? new Map()) : input.values;
  const scope: GoMap = withType(
    new Map<string, GoValue>([
      ["Chart", chartObject(work)],
      ["Files", filesObject(work.chart.files)],
      ["Release", input.release],
      ["Capabilities", input.capabilities],
      ["Values", withType(own, VALUES_TYPE)],
      ["Subcharts", subcharts],
    ]),
    VALUES_TYPE,
  );
  for (const child of work.dependencies) subcharts.set(child.name, collect(child, input, scope, into));
  const path = fullPath(work);
  const library = work.metadata.type.toLowerCase() === "library";
  for (const file of work.chart.templates) {
    if (library && !isPartial(file.path)) continue;
    const at = `${path}/${file.path}`;
    into.set(at, { path: at, bytes: file.bytes, scope, basePath: `${path}/templates` });
  }
  return scope;
}

const depth = (path: string) => path.split("/").length;

/** Parsed sets by functions and content, so that charts which are rendered again are not parsed again. */
const parsed = new WeakMap<FunctionTable, Map<string, { readonly bytes: readonly Uint8Array[]; readonly set: TemplateSet }>>();
const MAX_PARSED = 256;

/** Renders all templates of a chart and its subcharts, deepest first. @throws RenderError */
export function renderTemplates(work: WorkChart, input: RenderInput): Map<string, string> {
  const all = new Map<string, Renderable>();
  collect(work, input, undefined, all);
  const files = [...all.values()].sort((a, b) => depth(b.path) - depth(a.path) || compareGo(b.path, a.path));
  const set = parseAll(files, input.functions);
  const rendered = new Map<string, string>();
  for (const file of files) {
    if (isPartial(file.path)) continue;
    file.scope.set(
      "Template",
      withType(
        new Map<string, GoValue>([
          ["Name", file.path],
          ["BasePath", file.basePath],
        ]),
        VALUES_TYPE,
      ),
    );
    try {
      rendered.set(file.path, set.execute(file.path, file.scope).replaceAll("<no value>", ""));
    } catch (error) {
      if (error instanceof TemplateError) throw new RenderError(helmErrorText(error, file.path), error);
      // a stack that is full can break anything on its way up
      const full = error instanceof Error && /call stack/i.test(error.message);
      if (!full) throw error;
      const message = `template: ${file.path}: templates nest too deep`;
      throw new RenderError(
        message,
        new TemplateError("TEMPLATE_LIMIT", message, {
          cause: error,
          position: { file: file.path, line: 1, column: 1 },
          reason: "templates nest too deep",
        }),
      );
    }
  }
  return rendered;
}

function parseAll(files: readonly Renderable[], functions: FunctionTable): TemplateSet {
  let sets = parsed.get(functions);
  if (!sets) {
    sets = new Map();
    parsed.set(functions, sets);
  }
  const key = files.map((file) => file.path).join("\n");
  const known = sets.get(key);
  if (known?.bytes.every((bytes, index) => bytes === files[index]!.bytes)) return known.set;
  const set = parseTemplateSet([], { functions });
  for (const file of files) {
    try {
      set.parse(file.path, decodeGo(file.bytes));
    } catch (error) {
      if (error instanceof TemplateError) throw new RenderError(helmErrorText(error, file.path), error);
      throw error;
    }
  }
  if (sets.size >= MAX_PARSED) sets.clear();
  sets.set(key, { bytes: files.map((file) => file.bytes), set });
  return set;
}
