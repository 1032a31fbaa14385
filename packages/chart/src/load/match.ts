/** A pattern that Go's `filepath.Match` refuses. */
export class PatternError extends Error {}

const QUOTE = /[\\^$.*+?()[\]{}|]/g;
const quote = (text: string) => text.replace(QUOTE, "\\$&");

/** Go's `filepath.Match`: `*` and `?` stop at `/`, `[^a-z]`, `\` takes the next character as it is. @throws PatternError */
export function compileMatch(pattern: string): (name: string) => boolean {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "*") {
      // runs of stars mean one
      while (pattern[at + 1] === "*") at++;
      source += "[^/]*";
    } else if (character === "?") source += "[^/]";
    else if (character === "\\") {
      if (++at >= pattern.length) throw new PatternError("syntax error in pattern");
      source += quote(pattern[at]!);
    } else if (character === "[") {
      let body = "";
      at++;
      const negated = pattern[at] === "^";
      if (negated) at++;
      const next = () => {
        if (pattern[at] === "\\") at++;
        const found = pattern[at++];
        if (found === undefined || found === "" || (found === "-" && pattern[at - 2] !== "\\"))
          throw new PatternError("syntax error in pattern");
        return found;
      };
      let count = 0;
      while (pattern[at] !== "]" || count === 0) {
        if (at >= pattern.length || (pattern[at] === "]" && count === 0)) throw new PatternError("syntax error in pattern");
        const low = next();
        let high = low;
        if (pattern[at] === "-") {
          at++;
          high = next();
        }
        if (low <= high) body += `${quote(low).replace("-", "\\-")}-${quote(high).replace("-", "\\-")}`;
        count++;
      }
      source += body === "" ? (negated ? "[^/]" : "[]") : `(?!/)[${negated ? "^" : ""}${body}]`;
    } else source += quote(character);
  }
  const expression = new RegExp(`^(?:${source})$`, "su");
  return (name) => expression.test(name);
}

/**
 * The glob of `.Files.Glob`, with `/` as separator: `*` and `?` stop at it, `**` does not, `{a,b}`, `[abc]`, `[!a-c]`.
 * A pattern that is wrong matches everything, as in helm.
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  const source = globSource(pattern);
  if (source === undefined) return () => true;
  const expression = new RegExp(`^(?:${source})$`, "su");
  return (name) => expression.test(name);
}

function globSource(pattern: string): string | undefined {
  const runes = Array.from(pattern);
  let source = "";
  let depth = 0;
  for (let at = 0; at < runes.length; at++) {
    const rune = runes[at]!;
    if (rune === "*") {
      if (runes[at + 1] === "*") {
        source += ".*";
        at++;
      } else source += "[^/]*";
    } else if (rune === "?") source += "[^/]";
    else if (rune === "{") {
      depth++;
      source += "(?:";
    } else if (rune === "}" && depth > 0) {
      depth--;
      source += ")";
    } else if (rune === "," && depth > 0) source += "|";
    else if (rune === "[") {
      const range = readRange(runes, at + 1);
      if (!range) return undefined;
      source += range.source;
      at = range.end;
    } else if (rune === "\\") {
      if (++at >= runes.length) return undefined;
      source += quote(runes[at]!);
    } else source += quote(rune);
  }
  return depth === 0 ? source : undefined;
}

/** One range `lo-hi` or one list of characters, as gobwas/glob has it. */
function readRange(runes: readonly string[], from: number): { source: string; end: number } | undefined {
  let at = from;
  let not = "";
  if (runes[at] === "!") {
    not = "^";
    at++;
  }
  const escaped = (rune: string) => quote(rune).replace("-", "\\-").replace("/", "\\/");
  if (runes[at] !== undefined && runes[at + 1] === "-") {
    const low = runes[at]!;
    const high = runes[at + 2];
    if (high === undefined || runes[at + 3] !== "]" || low > high) return undefined;
    return { source: `[${not}${escaped(low)}-${escaped(high)}]`, end: at + 3 };
  }
  let body = "";
  for (; at < runes.length && runes[at] !== "]"; at++) {
    if (runes[at] === "\\" && ++at >= runes.length) return undefined;
    body += escaped(runes[at]!);
  }
  if (at >= runes.length || body === "") return undefined;
  return { source: `[${not}${body}]`, end: at };
}
