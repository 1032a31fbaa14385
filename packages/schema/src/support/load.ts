import type { Checked, Diagnostic } from "@epicube/core";
import type { SourceFile } from "../generate/types.js";
import { loadDocument } from "../yaml/document.js";
import { createReader } from "../yaml/reader.js";
import { problemAt, spotRange } from "../yaml/spot.js";
import type { EntityModel, Support } from "./model.js";
import { readModel } from "./read-model.js";

/** Reads support definitions (`*.ibek.support.yaml`), in order; a later one of the same type wins, in the place of the first. */
export function loadSupport(files: readonly SourceFile[]): Checked<Support> {
  const diagnostics: Diagnostic[] = [];
  const models = new Map<string, EntityModel>();
  for (const { file, text, diagnostics: found = [] } of files) {
    diagnostics.push(...found);
    const own = new Map<string, EntityModel>();
    readFile(file, text, own, diagnostics);
    for (const [type, model] of own) models.set(type, model);
  }
  return { value: { types: [...models.keys()], files: files.map((entry) => entry.file), models, templates: new Map() }, diagnostics };
}

function readFile(file: string, text: string, models: Map<string, EntityModel>, diagnostics: Diagnostic[]): void {
  const loaded = loadDocument(file, text);
  diagnostics.push(...loaded.diagnostics);
  const document = loaded.value;
  if (!document || loaded.diagnostics.some((entry) => entry.severity === "error")) return;
  const reader = createReader(document, diagnostics);
  if (!document.root) {
    diagnostics.push(problemAt({ document, node: { start: 0, end: 0 } }, "SUPPORT_EMPTY", "the support file is empty"));
    return;
  }
  const root = reader.map(document.root, "a support file");
  if (!root) return;
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
  for (const node of list?.items ?? []) {
    const model = readModel(reader, module ?? "?", node);
    if (!model || module === undefined) continue;
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
}
