import { decodeGo, encodeGo, runesOf } from "./bytes.js";

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(rune: number): boolean {
  if (rune < 0x7f) return rune >= 0x20;
  return rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff) && PRINTABLE.test(String.fromCodePoint(rune));
}

const ESCAPES = new Map<number, string>([
  [7, "\\a"],
  [8, "\\b"],
  [12, "\\f"],
  [10, "\\n"],
  [13, "\\r"],
  [9, "\\t"],
  [11, "\\v"],
]);
const PLAIN = /^[ !#-[\]-~]*$/;

function escapeRune(rune: number, quote: number, asciiOnly: boolean): string {
  if (rune === quote || rune === 92) return "\\" + String.fromCharCode(rune);
  if (rune < 0x80 || !asciiOnly) if (isPrint(rune)) return String.fromCodePoint(rune);
  const named = ESCAPES.get(rune);
  if (named) return named;
  if (rune < 0x20 || rune === 0x7f) return "\\x" + hex(rune, 2);
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return "\\ufffd";
  return rune < 0x10000 ? "\\u" + hex(rune, 4) : "\\U" + hex(rune, 8);
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}

/** `strconv.Quote`, or `QuoteToASCII`. */
export function quoteGo(text: string, asciiOnly = false): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) {
    const rune = char.codePointAt(0)!;
    if (rune >= 0xdc80 && rune <= 0xdcff) out += "\\x" + hex(rune - 0xdc00, 2);
    else out += escapeRune(rune >= 0xd800 && rune <= 0xdfff ? 0xfffd : rune, 34, asciiOnly);
  }
  return out + '"';
}

/** `strconv.QuoteRune`, or `QuoteRuneToASCII`. */
export function quoteRune(rune: number, asciiOnly = false): string {
  const valid = rune < 0 || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff) ? 0xfffd : rune;
  return `'${escapeRune(valid, 39, asciiOnly)}'`;
}

/** `strconv.CanBackquote`. */
export function canBackquote(text: string): boolean {
  return runesOf(text).every((rune) => rune !== 0xfeff && rune !== 0xfffd && rune !== 96 && rune !== 127 && (rune >= 32 || rune === 9));
}

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };

/** `strconv.Unquote` of a string or character token; `undefined` where Go says `invalid syntax`. */
export function unquoteGo(token: string): string | undefined {
  const quote = token[0];
  if (token.length < 2 || quote !== token[token.length - 1]) return undefined;
  const body = token.slice(1, -1);
  if (quote === "`") return body.includes("`") ? undefined : body.replaceAll("\r", "");
  if (quote !== '"' && quote !== "'") return undefined;
  if (body.includes("\n")) return undefined;
  if (!body.includes("\\")) {
    if (body.includes(quote)) return undefined;
    if (quote === "'" && [...body].length !== 1) return undefined;
    return body;
  }
  let out = "";
  let rawBytes = false;
  let count = 0;
  for (let i = 0; i < body.length; count++) {
    const char = body[i]!;
    if (char === quote) return undefined;
    if (char !== "\\") {
      const code = body.codePointAt(i)!;
      out += String.fromCodePoint(code);
      i += code > 0xffff ? 2 : 1;
      continue;
    }
    const next = body[i + 1];
    if (next === undefined) return undefined;
    const simple = SIMPLE[next];
    if (simple !== undefined) {
      out += String.fromCharCode(simple);
      i += 2;
    } else if (next === quote) {
      out += quote;
      i += 2;
    } else if (next === "x" || next === "u" || next === "U") {
      const width = next === "x" ? 2 : next === "u" ? 4 : 8;
      const digits = body.slice(i + 2, i + 2 + width);
      if (digits.length !== width || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
      const code = Number.parseInt(digits, 16);
      if (next === "x") {
        if (quote === "'" && code > 0x7f) return String.fromCharCode(code);
        if (code > 0x7f) rawBytes = true;
        out += String.fromCharCode(code > 0x7f ? 0xdc00 + code : code);
      } else {
        if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
        out += String.fromCodePoint(code);
      }
      i += 2 + width;
    } else if (next >= "0" && next <= "7") {
      const digits = body.slice(i + 1, i + 4);
      if (!/^[0-7]{3}$/.test(digits)) return undefined;
      const code = Number.parseInt(digits, 8);
      if (code > 255) return undefined;
      if (code > 0x7f) rawBytes = true;
      out += String.fromCharCode(code > 0x7f ? 0xdc00 + code : code);
      i += 4;
    } else {
      return undefined;
    }
  }
  if (quote === "'" && count !== 1) return undefined;
  return rawBytes ? decodeGo(encodeGo(out)) : out;
}
