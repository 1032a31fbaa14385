import { RE2JS } from "re2js";
import { GoError } from "../errors/template-error.js";

/** A compiled RE2 expression with Go's way of walking matches. */
export interface Regexp {
  readonly source: string;
  /** Offsets of a match from `at` on: start and end of the whole, then of each group (-1 where a group has none). */
  find(text: string, at: number): readonly number[] | undefined;
  readonly groupNames: Readonly<Record<string, number>>;
}

/** Most expressions kept compiled. */
const MAX_CACHED = 500;
const cache = new Map<string, Regexp>();

/** Compiles an expression in Go's syntax. @throws GoError `error parsing regexp: …` */
export function compileRegexp(source: string): Regexp {
  const known = cache.get(source);
  if (known) return known;
  const regexp = compile(source);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(source, regexp);
  return regexp;
}

function compile(source: string): Regexp {
  const refused = unsupported(source);
  if (refused) throw new GoError(refused);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new GoError(message.endsWith("trailing backslash at end of expression") ? message + ": ``" : message);
  }
  const groups = compiled.groupCount();
  return {
    source,
    groupNames: compiled.namedGroups(),
    find(text, at) {
      const matcher = compiled.matcher(text);
      if (!matcher.find(at)) return undefined;
      const offsets: number[] = [];
      for (let group = 0; group <= groups; group++) offsets.push(matcher.start(group), matcher.end(group));
      return offsets;
    },
  };
}

/** What the engine can do and Go cannot: look-around. Go takes look-behind for a group name that is wrong. */
function unsupported(source: string): string | undefined {
  const match = /(?:^|[^\\])(?:\\\\)*(\(\?<?[=!])/.exec(source);
  if (!match) return undefined;
  const rest = source.slice(match.index + match[0].length - match[1]!.length);
  if (!rest.startsWith("(?<")) return `error parsing regexp: invalid or unsupported Perl syntax: \`${rest.slice(0, 3)}\``;
  const close = rest.indexOf(">");
  return `error parsing regexp: invalid named capture: \`${close === -1 ? rest : rest.slice(0, close + 1)}\``;
}

function widthAt(text: string, at: number): number {
  const code = text.codePointAt(at);
  return code === undefined ? 0 : code > 0xffff ? 2 : 1;
}

/** All matches, at most `limit` (below 0: all); an empty one right after another match does not count. */
export function findAll(regexp: Regexp, text: string, limit: number): [number, number][] {
  const found: [number, number][] = [];
  let previousEnd = -1;
  for (let at = 0; at <= text.length && (limit < 0 || found.length < limit); ) {
    const match = regexp.find(text, at);
    if (!match) break;
    const [start, end] = match as [number, number];
    let accept = true;
    if (end === at) {
      if (start === previousEnd) accept = false;
      at += widthAt(text, at) || text.length + 1;
    } else {
      at = end;
    }
    previousEnd = end;
    if (accept) found.push([start, end]);
  }
  return found;
}

/** Replaces each match by what `by` makes of it. */
export function replaceMatches(regexp: Regexp, text: string, by: (match: readonly number[]) => string): string {
  let out = "";
  let copied = 0;
  for (let at = 0; at <= text.length; ) {
    const match = regexp.find(text, at);
    if (!match) break;
    const [start, end] = match as [number, number];
    out += text.slice(copied, start);
    if (end > copied || start === 0) out += by(match);
    copied = end;
    const width = widthAt(text, at);
    at = at + width > end ? at + width : at + 1 > end ? at + 1 : end;
  }
  return out + text.slice(copied);
}

/** Fills `$1`, `${1}`, `$name`, `${name}` and `$$` of a replacement. An unknown group is empty. */
export function expandReplacement(template: string, regexp: Regexp, text: string, match: readonly number[]): string {
  return template.replace(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (whole: string, braced?: string, plain?: string) => {
    if (whole === "$$") return "$";
    const name = (braced ?? plain)!;
    const group = /^[0-9]+$/.test(name)
      ? name.length > 1 && name.startsWith("0")
        ? Number.NaN
        : Number(name)
      : (regexp.groupNames[name] ?? Number.NaN);
    const start = match[group * 2] ?? -1;
    return start < 0 ? "" : text.slice(start, match[group * 2 + 1]);
  });
}

/** `regexp.Split`. */
export function splitText(regexp: Regexp, text: string, limit: number): string[] | undefined {
  if (limit === 0) return undefined;
  if (regexp.source !== "" && text === "") return [""];
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const [start, stop] of findAll(regexp, text, limit)) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = start;
    if (stop !== 0) parts.push(text.slice(begin, end));
    begin = stop;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
}

/** `regexp.QuoteMeta`. */
export function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}
