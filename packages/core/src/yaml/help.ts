/** A syntax error as the parser gives it. */
export interface YamlFailure {
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The next step for a syntax error, where the usual mistakes behind it are known. */
export function helpForYaml(text: string, failure: YamlFailure): string | undefined {
  const { code, message, start } = failure;
  const line = lineAt(text, start);
  switch (code) {
    case "TAB_AS_INDENT":
      return "indent with spaces";
    case "BLOCK_IN_FLOW":
      return "close the bracket that is open above, or remove it";
    case "BAD_SCALAR_START":
      return "put the value in quotes";
    case "BAD_DQ_ESCAPE":
      return "write \\\\ for a backslash, or use single quotes";
    case "BLOCK_AS_IMPLICIT_KEY":
      return /:\s.*:(?:\s|$)/.test(line) && !/^\s*-?\s*\S+:\s*$/.test(line)
        ? "put the value in quotes, since it has a colon and a space in it, or begin it on a line of its own"
        : "indent the next line as the other keys of its map";
    case "MULTILINE_IMPLICIT_KEY":
      return GLUED.test(line) ? SPACE_AFTER_COLON : "end each key with a colon and a space, and indent the next line as its neighbours";
    case "MISSING_CHAR":
      if (message.includes("closing")) return "close the quote where the text ends";
      if (message.startsWith("Sequence item")) return "indent the line as the keys of its list item, or begin it with a dash and a space";
      return GLUED.test(line) ? SPACE_AFTER_COLON : 'write "key: value", or indent the line further where it belongs to the text above';
    case "BAD_INDENT": {
      const bracket = /end with a ([\]}])/.exec(message)?.[1];
      if (bracket !== undefined) return `close the ${bracket === "]" ? "list" : "map"} with ${bracket}`;
      return besideItems(text, start)
        ? "begin the line with a dash where it is an item of the list above"
        : "indent the line as its neighbours";
    }
    case "UNEXPECTED_TOKEN":
      if (/on same line with key/.test(message)) return "begin the list on the next line";
      if (/(?:map|seq)-end/.test(message)) return "remove the bracket, or open it before";
      if (/["']\s*$/.test(text.slice(start - Math.min(start, 80), start)))
        return "put the whole value in quotes; double a quote of the same kind within them";
      if (/[}\]]\s*$/.test(text.slice(start - Math.min(start, 80), start))) return "put the whole value in quotes";
      return "indent the line as its neighbours";
    default:
      return undefined;
  }
}

const GLUED = /^\s*(?:-\s+)?[A-Za-z_][\w.-]*:[^\s:/]/;
const SPACE_AFTER_COLON = "put a space after the colon";

function lineAt(text: string, at: number): string {
  const newline = text.indexOf("\n", at);
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, newline === -1 ? text.length : newline);
}

/** True where the line stands in the column of the dashes of a list above. */
function besideItems(text: string, at: number): boolean {
  const lineStart = at === 0 || text[at - 1] === "\n" ? at : text.lastIndexOf("\n", at - 1) + 1;
  const indent = /^ */.exec(text.slice(lineStart, lineStart + 200))![0];
  const before = text.slice(Math.max(0, lineStart - 10_000), lineStart).split("\n");
  for (const line of before.reverse()) {
    if (line.trim() === "" || line.startsWith(`${indent} `)) continue;
    return line.startsWith(`${indent}- `);
  }
  return false;
}
