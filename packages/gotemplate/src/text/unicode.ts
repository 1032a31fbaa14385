/** Go's `unicode.IsSpace`. */
export function isSpaceRune(rune: number): boolean {
  if (rune < 0x100) return rune === 32 || (rune >= 9 && rune <= 13) || rune === 0x85 || rune === 0xa0;
  return (
    rune === 0x1680 ||
    (rune >= 0x2000 && rune <= 0x200a) ||
    rune === 0x2028 ||
    rune === 0x2029 ||
    rune === 0x202f ||
    rune === 0x205f ||
    rune === 0x3000
  );
}

const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const LEADING = new RegExp(`^${SPACE}+`);

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isSpaceRune(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end).replace(LEADING, "");
}

/** Greek letters with iota subscript: JavaScript writes their upper case as two letters, Go as one. */
function iotaUpper(code: number): number | undefined {
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return code + 9;
  if (code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0) return code + 8;
  return undefined;
}

/** Upper case of one rune, by Unicode's simple mapping. */
export function upperRune(char: string): string {
  const upper = char.toUpperCase();
  if (upper.length === char.length && [...upper].length === 1) return upper;
  const iota = iotaUpper(char.codePointAt(0)!);
  if (iota !== undefined) return String.fromCodePoint(iota);
  return [...upper].length === 1 ? upper : char;
}

/** Lower case of one rune, by Unicode's simple mapping. */
export function lowerRune(char: string): string {
  if (char === "\u0130") return "i";
  const lower = char.toLowerCase();
  return [...lower].length === 1 ? lower : char;
}

const DIGRAPH_TITLES: Readonly<Record<string, string>> = {
  "\u01c4": "\u01c5",
  "\u01c5": "\u01c5",
  "\u01c6": "\u01c5",
  "\u01c7": "\u01c8",
  "\u01c8": "\u01c8",
  "\u01c9": "\u01c8",
  "\u01ca": "\u01cb",
  "\u01cb": "\u01cb",
  "\u01cc": "\u01cb",
  "\u01f1": "\u01f2",
  "\u01f2": "\u01f2",
  "\u01f3": "\u01f2",
};

/** Title case of one rune. */
export function titleRune(char: string): string {
  const digraph = DIGRAPH_TITLES[char];
  if (digraph) return digraph;
  return char >= "\u10d0" && char <= "\u10ff" ? char : upperRune(char);
}

const NOT_ASCII = /[^\0-\x7f]/;
const INVALID = /^[\udc80-\udcff]$/;

function mapRunes(text: string, map: (char: string) => string): string {
  let out = "";
  for (const char of text) out += INVALID.test(char) ? "\ufffd" : map(char);
  return out;
}

/** `strings.ToUpper`. */
export function upper(text: string): string {
  return NOT_ASCII.test(text) ? mapRunes(text, upperRune) : text.toUpperCase();
}

/** `strings.ToLower`. */
export function lower(text: string): string {
  return NOT_ASCII.test(text) ? mapRunes(text, lowerRune) : text.toLowerCase();
}

export const isUpper = (char: string): boolean => /^\p{Lu}$/u.test(char);
export const isLower = (char: string): boolean => /^\p{Ll}$/u.test(char);
export const isTitle = (char: string): boolean => /^\p{Lt}$/u.test(char);
export const isLetter = (char: string): boolean => /^\p{L}$/u.test(char);
export const isDigit = (char: string): boolean => /^\p{Nd}$/u.test(char);
export const isNumber = (char: string): boolean => /^\p{N}$/u.test(char);
export const isPunct = (char: string): boolean => /^\p{P}$/u.test(char);
export const isSpace = (char: string): boolean => isSpaceRune(char.codePointAt(0)!);
