import type { TemplateError } from "@epicube/gotemplate";
import { trimSpace } from "../output/manifests.js";

/** Marks that `required` and `fail` put around their message. */
const WARNING = /HELM_ERR_START([\s\S]*)HELM_ERR_END/;

/** Helm's text of an error in parsing. */
export function parseErrorText(file: string, error: TemplateError): string {
  const tokens = error.message.split(": ");
  if (tokens.length === 1) return `parse error in (${file}): ${error.message}`;
  return `parse error at (${tokens[1]}): ${tokens.at(-1)}`;
}

interface Place {
  readonly location: string;
  readonly executing: string;
  readonly message: string;
}

/** One Go template error, taken apart. */
function parsePlace(text: string): Place | undefined {
  if (!text.startsWith("template: ")) return undefined;
  const rest = text.slice("template: ".length);
  if (rest.startsWith("no template ")) return { location: "", executing: "", message: text };
  const cut = (message: string) => {
    const at = message.indexOf(" template:");
    return at === -1 ? message : message.slice(0, at);
  };
  const marker = ": executing ";
  const at = rest.indexOf(marker);
  if (at !== -1) {
    const after = rest.slice(at + marker.length);
    const quoteEnd = after.indexOf('"', 1);
    if (after.startsWith('"') && quoteEnd !== -1) {
      const name = after.slice(1, quoteEnd);
      const tail = after.slice(quoteEnd + 1);
      const end = tail.indexOf(">: ");
      if (tail.startsWith(" at <") && end !== -1) {
        return {
          location: rest.slice(0, at),
          executing: `executing "${name}" at <${tail.slice(" at <".length, end)}>:`,
          message: cut(tail.slice(end + ">: ".length)),
        };
      }
    }
  }
  const separator = rest.lastIndexOf(": ");
  if (separator === -1) return undefined;
  return { location: rest.slice(0, separator), executing: "", message: cut(rest.slice(separator + 2)) };
}

function showPlace(place: Place): string {
  return (
    (place.location === "" ? "" : `${place.location}\n  `) +
    (place.executing === "" ? "" : `${place.executing}\n    `) +
    (place.message === "" ? "" : `${place.message}\n`)
  );
}

/** Helm's text of an error in executing: a block a level when every error of the chain is a template's, else Go's single line. */
export function executionErrorText(file: string, error: TemplateError): string {
  const { message } = error;
  const second = nthSeparator(message);
  if (!second) return `execution error in (${file}): ${message}`;
  const warning = WARNING.exec(second.rest);
  if (warning) return `execution error at (${second.location}): ${warning[1]}`;
  const places: Place[] = [];
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const place = parsePlace(current.message);
    if (!place) return message;
    const last = places.at(-1);
    if (!last || last.location !== place.location || last.executing !== place.executing || last.message !== place.message)
      places.push(place);
  }
  return trimSpace(places.map(showPlace).join(""));
}

function nthSeparator(message: string): { location: string; rest: string } | undefined {
  const first = message.indexOf(": ");
  const second = first === -1 ? -1 : message.indexOf(": ", first + 2);
  return second === -1 ? undefined : { location: message.slice(first + 2, second), rest: message.slice(second + 2) };
}
