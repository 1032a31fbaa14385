import {
  createFunctions,
  createIncludeFunctions,
  encodeGo,
  fromJs,
  type GoValue,
  helmErrorText,
  parseTemplateSet,
  TemplateError,
} from "../../src/index.js";

const functions = { ...createFunctions(), ...createIncludeFunctions() };

/** Name of the template file, as Helm names the one of the peer chart. */
export const FILE = "peer/templates/t.yaml";

/** A context like the peer chart's. */
export function contextOf(data: unknown): GoValue {
  return fromJs({ Values: { data }, Release: { Name: "peer", Namespace: "default" }, Chart: { Name: "peer" } });
}

/** Our bytes for a template rendered through `tpl`, or the error. */
export function renderOurs(template: string, context: GoValue): Buffer | TemplateError {
  const set = parseTemplateSet([{ name: FILE, text: "{{ tpl .text .context }}" }], { functions });
  try {
    const data = new Map<string, GoValue>([
      ["text", template],
      ["context", context],
    ]);
    return Buffer.from(encodeGo(set.execute(FILE, data)));
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

/** What Helm would write to stderr for a template file that fails, or our output. */
export function failOurs(template: string, data: unknown): string {
  try {
    const set = parseTemplateSet([{ name: FILE, text: template }], { functions });
    return `no failure: ${set.execute(FILE, contextOf(data))}`;
  } catch (error) {
    if (error instanceof TemplateError) return `Error: ${helmErrorText(error, FILE)}\n\nUse --debug flag to render out invalid YAML\n`;
    throw error;
  }
}
