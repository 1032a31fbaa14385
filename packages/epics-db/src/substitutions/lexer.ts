import { isSpace } from "../macros/parse.js";

/** A token of a substitution file. Strings keep their quotes. */
export interface SubstitutionToken {
  readonly kind: "{" | "}" | "separator" | "string" | "end" | "error";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Reads tokens one by one, as msi does: line by line, where a line that is longer than its buffer counts as several. */
export interface SubstitutionLexer {
  next(): SubstitutionToken;
  /** The token read last. */
  current(): SubstitutionToken;
  /** End of the token before the current one. */
  previousEnd(): number;
  /** What made the last token an error. */
  problem(): string | undefined;
}

/** Bytes of a line that msi reads at once. */
export const MSI_LINE_LIMIT = 4095;

const NEWLINE = 10;
const HASH = 35;

/** @see MSI_LINE_LIMIT for where lines are cut */
export function createSubstitutionLexer(text: string): SubstitutionLexer {
  const length = text.length;
  let lineEnd = 0;
  let at = 0;
  let ended = false;
  let problem: string | undefined;
  let token: SubstitutionToken = { kind: "separator", text: "", start: 0, end: 0 };
  let before = 0;

  /** Steps to the next line that is no comment. */
  const nextLine = () => {
    do {
      at = lineEnd;
      if (at >= length) {
        ended = true;
        return false;
      }
      const newline = text.indexOf("\n", at);
      lineEnd = Math.min(newline === -1 ? length : newline + 1, at + MSI_LINE_LIMIT);
    } while (text.charCodeAt(at) === HASH);
    return true;
  };
  const make = (kind: SubstitutionToken["kind"], start: number, end: number): SubstitutionToken => {
    before = token.end;
    token = { kind, text: kind === "string" ? text.slice(start, end) : "", start, end };
    return token;
  };
  const quoted = (start: number) => {
    let end = start + 1;
    while (end < lineEnd && text[end] !== '"' && text.charCodeAt(end) !== NEWLINE)
      end += text[end] === "\\" && text[end + 1] === '"' ? 2 : 1;
    if (end >= lineEnd || text[end] !== '"') {
      problem = "a quoted string must end on its line";
      ended = true;
      return make("error", start, Math.min(end, length));
    }
    at = end + 1;
    return make("string", start, at);
  };
  const read = (): SubstitutionToken => {
    if (ended) return make("end", length, length);
    const first = text.charCodeAt(at);
    if (at >= lineEnd || first === NEWLINE || first === HASH) {
      const start = at;
      return nextLine() ? make("separator", start, at) : make("end", length, length);
    }
    const start = at;
    while (at < lineEnd && isSpace(text.charCodeAt(at))) at++;
    const character = at < lineEnd ? text[at]! : "";
    if (character === "{" || character === "}") return make(character, at++, at);
    if (character === "" || character === ",") {
      while (at < lineEnd && (text[at] === "," || isSpace(text.charCodeAt(at)))) at++;
      return make("separator", start, at);
    }
    if (character === '"') return quoted(at);
    const from = at;
    while (at < lineEnd && !isSpace(text.charCodeAt(at)) && !'",{}'.includes(text[at]!)) at++;
    return make("string", from, at);
  };
  return { next: read, current: () => token, previousEnd: () => before, problem: () => problem };
}
