import { type Checked, type Diagnostic, hasErrors } from "@epicube/core";
import type { SourceFile } from "../generate/types.js";
import { loadDocument } from "../yaml/document.js";
import { createReader } from "../yaml/reader.js";
import { problemAt, spotRange } from "../yaml/spot.js";
import type { EntityModel, Support } from "./model.js";
import { readModel } from "./read-model.js";

interface Gaps {
  anyModule: boolean;
  readonly modules: Set<string>;
  readonly types: Set<string>;
}

/** Reads support definitions (`*.ibek.support.yaml`), in order; a later one of the same type wins, in the place of the first. */
export function loadSupport(files: readonly SourceFile[]): Checked<Support> {
  const diagnostics: Diagnostic[] = [];
  const models = new Map<string, EntityModel>();
  const gaps: Gaps = { anyModule: false, modules: new Set(), types: new Set() };
  for (const { file, text, diagnostics: found = [] } of files) {
    diagnostics.push(...found);
    const own = new Map<string, EntityModel>();
    if (!readFile(file, text, own, gaps, diagnostics)) {
      const module = /^module:[ \t]*["']?([^\s"'#]+)/m.exec(text)?.[1];
      if (module === undefined) gaps.anyModule = true;
      else gaps.modules.add(module);
    }
    for (const [type, model] of own) models.set(type, model);
  }
  const value = { types: [...models.keys()], files: files.map((entry) => entry.file), models, gaps, templates: new Map() };
  return { value, diagnostics };
}

/** False where the file may have more types than were read. */
function readFile(file: string, text: string, models: Map<string, EntityModel>, gaps: Gaps, diagnostics: Diagnostic[]): boolean {
  const loaded = loadDocument(file, text);
  diagnostics.push(...loaded.diagnostics);
  const document = loaded.value;
  if (!document || hasErrors(loaded.diagnostics)) return false;
  const reader = createReader(document, diagnostics);
  if (!document.root) {
    diagnostics.push(problemAt({ document, node: { start: 0, end: 0 } }, "SUPPORT_EMPTY", "the support file is empty"));
    return false;
  }
  const root = reader.map(document.root, "a support file");
  if (!root) return false;
  const entries = reader.entries(
    root,
    { required: ["module", "entity_models"], optional: ["shared"], renamed: { defs: "entity_models", definitions: "entity_models" } },
    "a support file",
  );
  const moduleEntry = entries.get("module");
  const module = moduleEntry && reader.text(moduleEntry, "module");
  const shared = entries.get("shared");
  if (shared) reader.list(shared.value, "shared");
  const modelsEntry = entries.get("entity_models");
  const list = modelsEntry && reader.list(modelsEntry.value, "entity_models");
  let whole = module !== undefined && list !== undefined;
  for (const node of list?.items ?? []) {
    const before = diagnostics.length;
    const model = readModel(reader, module ?? "?", node);
    whole &&= model !== undefined;
    if (!model || module === undefined) continue;
    if (hasErrors(diagnostics.slice(before))) gaps.types.add(model.type);
    const first = models.get(model.type);
    if (first) {
      diagnostics.push(
        problemAt(model.spot, "MODEL_DUPLICATE", `the entity model ${model.name} stands twice in this file`, {
          labels: [{ range: spotRange(first.spot), message: "first here" }],
        }),
      );
      continue;
    }
    models.set(model.type, model);
  }
  return whole;
}
