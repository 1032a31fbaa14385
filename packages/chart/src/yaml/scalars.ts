import { type Cursor, isBlank, isBlankOrEnd, isBreak, isDigit, NONE, SPACE, TAB } from "./cursor.js";

/** Content of a quoted scalar; the cursor stands on its first quote. */
export function scanQuoted(cursor: Cursor, single: boolean): string {
  const quote = single ? 0x27 : 0x22;
  cursor.at++;
  let content = "";
  for (;;) {
    if (cursor.atDocumentMarker()) cursor.fail("found unexpected document indicator");
    if (cursor.code() === NONE) cursor.fail("found unexpected end of stream");
    let leadingBlanks = false;
    while (!isBlankOrEnd(cursor.code())) {
      const current = cursor.code();
      if (current === quote) {
        if (!single || cursor.code(1) !== quote) break;
        content += "'";
        cursor.at += 2;
      } else if (!single && current === 0x5c) {
        if (isBreak(cursor.code(1))) {
          cursor.at++;
          cursor.readBreak();
          leadingBlanks = true;
          break;
        }
        content += scanEscape(cursor);
      } else {
        const from = cursor.at;
        do cursor.at++;
        while (!isBlankOrEnd(cursor.code()) && cursor.code() !== quote && (single || cursor.code() !== 0x5c));
        content += cursor.text.slice(from, cursor.at);
      }
    }
    if (cursor.code() === quote) break;
    content += readFolded(cursor, leadingBlanks);
  }
  cursor.at++;
  return content;
}

/** Blanks and breaks inside a quoted scalar; `broken` after an escaped break. */
function readFolded(cursor: Cursor, broken: boolean): string {
  let blanks = "";
  let first = "";
  let rest = "";
  let leading = broken;
  for (;;) {
    if (isBlank(cursor.code())) {
      if (!leading) blanks += cursor.text[cursor.at]!;
      cursor.at++;
    } else if (isBreak(cursor.code())) {
      if (!leading) {
        blanks = "";
        first = cursor.readBreak();
        leading = true;
      } else rest += cursor.readBreak();
    } else break;
  }
  if (!leading) return blanks;
  if (first === "\n") return rest === "" ? " " : rest;
  return first + rest;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "'": "'",
  "\\": "\\",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};
const CODE_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function scanEscape(cursor: Cursor): string {
  const name = cursor.text[cursor.at + 1] ?? "";
  if (Object.hasOwn(ESCAPES, name)) {
    cursor.at += 2;
    return ESCAPES[name]!;
  }
  const length = Object.hasOwn(CODE_LENGTH, name) ? CODE_LENGTH[name]! : cursor.fail("found unknown escape character");
  cursor.at += 2;
  const digits = cursor.text.slice(cursor.at, cursor.at + length);
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) cursor.fail("did not find expected hexdecimal number");
  const value = Number.parseInt(digits, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) cursor.fail("found invalid Unicode character escape code");
  cursor.at += length;
  return String.fromCodePoint(value);
}

/**
 * Content of a plain scalar below `indent`. `ended` tells that a line ended after it, so that a key may follow.
 */
export function scanPlain(cursor: Cursor, indent: number, inFlow: boolean): { readonly content: string; readonly ended: boolean } {
  const least = indent + 1;
  let content = "";
  let blanks = "";
  let first = "";
  let rest = "";
  let leading = false;
  for (;;) {
    if (cursor.atDocumentMarker() || cursor.code() === 0x23) break;
    const from = cursor.at;
    while (!isBlankOrEnd(cursor.code())) {
      const current = cursor.code();
      if (current === 0x3a && isBlankOrEnd(cursor.code(1))) break;
      if (inFlow && (current === 0x2c || current === 0x3f || current === 0x5b || current === 0x5d || current === 0x7b || current === 0x7d))
        break;
      cursor.at++;
    }
    if (cursor.at > from) {
      if (leading) {
        content += first === "\n" ? (rest === "" ? " " : rest) : first + rest;
        leading = false;
        rest = "";
      } else content += blanks;
      blanks = "";
      content += cursor.text.slice(from, cursor.at);
    }
    if (!isBlank(cursor.code()) && !isBreak(cursor.code())) break;
    while (isBlank(cursor.code()) || isBreak(cursor.code())) {
      if (isBlank(cursor.code())) {
        if (leading && cursor.column() < least && cursor.code() === TAB) cursor.fail("found a tab character that violates indentation");
        if (!leading) blanks += cursor.text[cursor.at]!;
        cursor.at++;
      } else if (!leading) {
        blanks = "";
        first = cursor.readBreak();
        leading = true;
      } else rest += cursor.readBreak();
    }
    if (!inFlow && cursor.column() < least) break;
  }
  return { content, ended: leading };
}

/** Content of a block scalar below `indent`; the cursor stands on `|` or `>`. */
export function scanBlockScalar(cursor: Cursor, indent: number, literal: boolean): string {
  cursor.at++;
  let chomping = 0;
  let increment = 0;
  for (let count = 0; count < 2; count++) {
    if (chomping === 0 && (cursor.code() === 0x2b || cursor.code() === 0x2d)) {
      chomping = cursor.code() === 0x2b ? 1 : -1;
      cursor.at++;
    } else if (increment === 0 && isDigit(cursor.code())) {
      if (cursor.code() === 0x30) cursor.fail("found an indentation indicator equal to 0");
      increment = cursor.code() - 0x30;
      cursor.at++;
    }
  }
  while (isBlank(cursor.code())) cursor.at++;
  if (cursor.code() === 0x23) while (cursor.code() !== NONE && !isBreak(cursor.code())) cursor.at++;
  if (cursor.code() !== NONE && !isBreak(cursor.code())) cursor.fail("did not find expected comment or line break");
  if (isBreak(cursor.code())) cursor.readBreak();
  const found = { indent: increment > 0 ? Math.max(indent, 0) + increment : 0 };
  let content = "";
  let leadingBreak = "";
  let trailing = readBlockBreaks(cursor, indent, found);
  let leadingBlank = false;
  while (cursor.column() === found.indent && cursor.code() !== NONE) {
    const blank = isBlank(cursor.code());
    if (!literal && leadingBreak === "\n" && !leadingBlank && !blank) {
      if (trailing === "") content += " ";
    } else content += leadingBreak;
    content += trailing;
    leadingBlank = blank;
    const from = cursor.at;
    while (cursor.code() !== NONE && !isBreak(cursor.code())) cursor.at++;
    content += cursor.text.slice(from, cursor.at);
    leadingBreak = cursor.code() === NONE ? "" : cursor.readBreak();
    trailing = readBlockBreaks(cursor, indent, found);
  }
  if (chomping !== -1) content += leadingBreak;
  if (chomping === 1) content += trailing;
  return content;
}

/** Indentation and breaks in front of a line; finds the indentation where it is not known. */
function readBlockBreaks(cursor: Cursor, indent: number, found: { indent: number }): string {
  let breaks = "";
  let deepest = 0;
  for (;;) {
    while ((found.indent === 0 || cursor.column() < found.indent) && cursor.code() === SPACE) cursor.at++;
    deepest = Math.max(deepest, cursor.column());
    if ((found.indent === 0 || cursor.column() < found.indent) && cursor.code() === TAB)
      cursor.fail("found a tab character where an indentation space is expected");
    if (!isBreak(cursor.code())) break;
    breaks += cursor.readBreak();
  }
  if (found.indent === 0) found.indent = Math.max(deepest, indent + 1, 1);
  return breaks;
}
