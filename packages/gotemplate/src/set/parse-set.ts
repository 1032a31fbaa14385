import { TemplateError } from "../errors/template-error.js";
import type { TemplateFile, TemplateSet, TemplateSetOptions } from "./template-set.js";

/**
 * Parses templates in the order given. A parse error throws with Go's text and position; later definitions of a name win.
 *
 * @throws TemplateError `TEMPLATE_PARSE`
 */
export function parseTemplateSet(files: readonly TemplateFile[], options: TemplateSetOptions = {}): TemplateSet {
  void options;
  throw new TemplateError("TEMPLATE_PARSE", `no parser yet for ${files.length} files`);
}
