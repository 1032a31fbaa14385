import type { TemplateError } from "./template-error.js";

/** Helm's marks around the message of `required` and `fail`: only what stands between is shown. */
export const WARN_START = "HELM_ERR_START";
export const WARN_END = "HELM_ERR_END";

/** What `required` or `fail` was told to say, where an error comes from one of them. */
export function chartAuthorMessage(error: TemplateError): { readonly from: "required" | "fail"; readonly message: string } | undefined {
  const match = /error calling (required|fail): HELM_ERR_START([\s\S]*)HELM_ERR_END/.exec(error.reason);
  return match ? { from: match[1] as "required" | "fail", message: match[2]! } : undefined;
}

const PREFIX = "template: ";

/** One error of the chain as Helm lays it out: where, what was executed, what is wrong. */
function layOut(text: string): string | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const rest = text.slice(PREFIX.length);
  if (rest.startsWith("no template ")) return `${text}\n`;
  return layOutExecuting(rest) ?? layOutSimple(rest);
}

/** Another error may be chained to a message: it has its own turn. */
function withoutChained(message: string): string {
  const at = message.indexOf(" template:");
  return at === -1 ? message : message.slice(0, at);
}

function layOutExecuting(text: string): string | undefined {
  const at = text.indexOf(": executing ");
  if (at === -1) return undefined;
  const after = text.slice(at + ": executing ".length);
  const match = /^"([^"]*)" at <([\s\S]*?)>: ([\s\S]*)$/.exec(after);
  if (!match) return undefined;
  const [, name, expression, message] = match;
  const shown = withoutChained(message!);
  return `${text.slice(0, at)}\n  executing "${name}" at <${expression}>:\n    ${shown === "" ? "" : shown + "\n"}`;
}

function layOutSimple(text: string): string | undefined {
  const at = text.lastIndexOf(": ");
  if (at === -1) return undefined;
  const message = withoutChained(text.slice(at + 2));
  return `${text.slice(0, at)}\n  ${message === "" ? "" : message + "\n"}`;
}

/**
 * The text Helm 4.1.4 shows for a failed render: `parse error at (…)`, `execution error at (…)` for `required` and `fail`, a block of lines
 * where every error of the chain comes from a template, else Go's single line.
 *
 * @param file name of the template that was being rendered
 */
export function helmErrorText(error: TemplateError, file: string): string {
  const tokens = error.message.split(": ");
  if (error.code === "TEMPLATE_PARSE") {
    if (tokens.length === 1) return `parse error in (${file}): ${error.message}`;
    return `parse error at (${tokens[1]}): ${tokens.at(-1)}`;
  }
  if (error.frames.length === 0) return error.message;
  if (tokens.length < 3) return `execution error in (${file}): ${error.message}`;
  const rest = tokens.slice(2).join(": ");
  const from = rest.indexOf(WARN_START);
  const to = rest.lastIndexOf(WARN_END);
  if (from !== -1 && to > from) return `execution error at (${tokens[1]}): ${rest.slice(from + WARN_START.length, to)}`;
  const blocks: string[] = [];
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const block = layOut(current.message);
    if (block === undefined) return error.message;
    if (blocks.at(-1) !== block) blocks.push(block);
  }
  return blocks.join("").trim();
}
