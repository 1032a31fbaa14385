import { type Checked, type Diagnostic, hasErrors } from "@epicube/core";
import { dereference, entryOf, type YamlNode } from "@epicube/core/yaml";
import { createSharedState } from "../render/globals.js";
import { createRenderer } from "../render/render.js";
import type { Support } from "../support/model.js";
import { loadDocument, toPython, type YamlDocument } from "../yaml/document.js";
import { type Spot, valueSpot } from "../yaml/spot.js";
import type { Entity } from "./entity.js";
import { readInstance } from "./instance.js";
import { collectPvi } from "./pvi.js";
import { resolveEntities } from "./resolve.js";
import { createRewriter } from "./rewrite.js";
import type { Run } from "./run.js";
import { renderStartup } from "./st-cmd.js";
import { renderSubstitutions } from "./subst.js";
import type { GeneratedIoc, GenerateIocOptions } from "./types.js";
import { renderWaitList } from "./wait-list.js";

/** Findings that follow from others: not reported of the later stages when the first one had errors. */
const FOLLOWING = ["TEMPLATE_UNDEFINED", "OBJECT_UNKNOWN", "OBJECT_LATER"];

/**
 * Makes st.cmd, ioc.subst and, where there is one, wait_list.yaml of one IOC, to the byte as ibek does. Every finding is reported; with
 * an error there is no value. Entities whose support definitions have errors are not judged: there is no value either, and the findings are those
 * of `loadSupport`.
 *
 * @example
 * ```ts
 * const { value: support } = loadSupport([{ file: "demo.ibek.support.yaml", text: supportText }]);
 * const { value, diagnostics } = generateIoc({ instances: [{ file: "ioc.yaml", text }], support: support!, env: { IOC: "/epics/ioc", RUNTIME_DIR: "/epics/runtime" } });
 * ```
 */
export function generateIoc(options: GenerateIocOptions<Support>): Checked<GeneratedIoc> {
  const { instances, support, env = {}, pvi = true, mode = "compat" } = options;
  const diagnostics: Diagnostic[] = [];
  const documents: YamlDocument[] = [];
  for (const { file, text, diagnostics: found = [] } of instances) {
    diagnostics.push(...found);
    const loaded = loadDocument(file, text);
    diagnostics.push(...loaded.diagnostics);
    if (loaded.value && !hasErrors(loaded.diagnostics)) documents.push(loaded.value);
  }
  if (hasErrors(diagnostics)) return { diagnostics };
  const state = createSharedState(env);
  state.fileName = stem(instances[0]?.file ?? "");
  const run: Run = {
    support,
    renderer: createRenderer(state, support.templates),
    diagnostics,
    ids: new Map(),
    laterIds: findIds(documents, support),
    lostIds: new Set(),
    incomplete: false,
    name: options.name,
    mode,
    rewrite: createRewriter(diagnostics),
  };
  const entities: Entity[] = [];
  let name = options.name;
  for (const document of documents) {
    const instance = readInstance(run, document);
    entities.push(...instance.entities);
    name ??= instance.name;
  }
  const broken = hasErrors(diagnostics) || run.incomplete;
  const before = diagnostics.length;
  const all = resolveEntities(run, entities);
  const waitList = renderWaitList(all);
  const discrete = all.filter((entity) => entity.model);
  const extra = pvi ? collectPvi(run, discrete) : [];
  const startup = renderStartup(run, discrete);
  const substitutions = renderSubstitutions(run, discrete, extra);
  const findings = diagnostics.filter((entry, index) => !broken || index < before || !FOLLOWING.includes(entry.code));
  if (hasErrors(findings) || run.incomplete) return { diagnostics: findings };
  const files = [
    { path: "st.cmd", text: startup },
    { path: "ioc.subst", text: substitutions.text },
    ...(waitList === undefined ? [] : [{ path: "wait_list.yaml", text: waitList }]),
  ];
  const environment: Record<string, string> = {
    IOC: env.IOC ?? "",
    RUNTIME_DIR: env.RUNTIME_DIR ?? "",
    IOC_NAME: env.IOC_NAME ?? name ?? "",
  };
  for (const key of state.envRead) environment[key] = env[key]!;
  return { value: { name: name ?? "", files, environment, rows: substitutions.rows }, diagnostics: findings };
}

/** A file's name without folders and its last ending. */
function stem(file: string): string {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

/** Ids as the instance files write them, the first of each. */
function findIds(documents: readonly YamlDocument[], support: Support): Map<string, Spot> {
  const ids = new Map<string, Spot>();
  for (const document of documents) {
    const list = entryOf(document.root ?? undefined, "entities")?.value;
    const target = list && dereference(list);
    for (const item of target?.kind === "sequence" ? target.items : []) {
      const id = idEntry(document, item, support);
      if (id && !ids.has(id.text)) ids.set(id.text, id.spot);
    }
  }
  return ids;
}

function idEntry(document: YamlDocument, item: YamlNode, support: Support): { text: string; spot: Spot } | undefined {
  const type = entryOf(item, "type");
  const model = type && support.models.get(String(toPython(document, type.value)));
  const entry = model?.idParameter === undefined ? undefined : entryOf(item, model.idParameter);
  const text = entry && toPython(document, entry.value);
  return typeof text === "string" ? { text, spot: valueSpot(document, entry!) } : undefined;
}
