import { Templates } from "../execute/templates.js";
import { builtins } from "../functions/builtins.js";
import type { TemplateFile, TemplateSet, TemplateSetOptions } from "./template-set.js";

/**
 * Parses templates in the order given. A parse error throws with Go's text and position; later definitions of a name win.
 *
 * @throws TemplateError `TEMPLATE_PARSE`
 */
export function parseTemplateSet(files: readonly TemplateFile[], options: TemplateSetOptions = {}): TemplateSet {
  const { functions, name = "gotpl", missingKey = "zero", limits = {} } = options;
  const set = new Templates(name, withBuiltins(functions), missingKey, limits);
  for (const file of files) set.parse(file.name, file.text);
  return set;
}

const merged = new WeakMap<object, Record<string, (typeof builtins)[string]>>();

/** The same table for the same functions, so that compiled texts are found again. */
function withBuiltins(functions: TemplateSetOptions["functions"]) {
  if (!functions) return builtins;
  let table = merged.get(functions);
  if (!table) {
    table = Object.assign(Object.create(null), builtins, functions) as Record<string, (typeof builtins)[string]>;
    merged.set(functions, table);
  }
  return table;
}
