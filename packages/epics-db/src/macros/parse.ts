/** One `NAME=VALUE` of a macro definition list. Without a value (`NAME` alone) the macro is taken away. */
export interface MacroDefinition {
  readonly name: string;
  /** The raw value: quotes, escapes and references are still in it. Undefined deletes the macro. */
  readonly value: string | undefined;
}

/** What {@link parseMacros} gives. */
export interface MacroDefinitions {
  readonly definitions: readonly MacroDefinition[];
  /**
   * True for lists such as `a,b,c`, whose names without values outnumber what macLib sets memory aside for: the C library writes past
   * its buffer there and the program aborts. Callers report it.
   */
  readonly overruns: boolean;
}

/** The white space of C's `isspace` in the C locale. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** Index of the first of two stop characters outside quotes and escapes, or the length of the text. */
function scanTo(text: string, from: number, stop: string, otherStop: string): number {
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (character === "\\" && at + 1 < text.length) {
      at++;
    } else if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === stop || character === otherStop) {
      return at;
    }
  }
  return text.length;
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Names lose their quotes and escapes at once; values keep them, because they are read again on expansion. */
function unquoteName(raw: string): string {
  if (!/["'\\]/.test(raw)) return raw;
  let name = "";
  let quote = "";
  for (let at = 0; at < raw.length; at++) {
    let character = raw[at]!;
    if (quote !== "" && character === quote) {
      quote = "";
      continue;
    }
    if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      continue;
    }
    if (character === "\\" && at + 1 < raw.length) character = raw[++at]!;
    name += character;
  }
  return name;
}

/**
 * Reads a macro definition list (`A=1, B="x,y"`) as macLib does: names and values are trimmed, commas and equal signs inside quotes or
 * behind a backslash do not separate, a name without `=` deletes the macro.
 *
 * @example
 * ```ts
 * parseMacros('P=BL45P:, DESC="a, b"').definitions; // [{ name: "P", value: "BL45P:" }, { name: "DESC", value: '"a, b"' }]
 * ```
 */
export function parseMacros(text: string): MacroDefinitions {
  const definitions: MacroDefinition[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && (text[at] === "," || isSpace(text.charCodeAt(at)))) at++;
    if (at >= text.length) break;
    const nameEnd = scanTo(text, at, "=", ",");
    const name = unquoteName(trimEnd(text.slice(at, nameEnd)));
    if (text[nameEnd] !== "=") {
      definitions.push({ name, value: undefined });
      at = nameEnd + 1;
      continue;
    }
    let start = nameEnd + 1;
    while (start < text.length && isSpace(text.charCodeAt(start))) start++;
    const end = scanTo(text, start, ",", ",");
    definitions.push({ name, value: trimEnd(text.slice(start, end)) });
    at = end + 1;
  }
  return { definitions, overruns: definitions.length * 2 > Math.max(4, text.length) };
}
