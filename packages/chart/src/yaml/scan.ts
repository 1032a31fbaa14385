/** A text that helm's YAML reader refuses; `message` is its text, after `yaml: ` where it says so. */
export class YamlError extends Error {
  /** Line from 1, where it is known; -1 for an error that is not of YAML itself. */
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** A place in the text: lines from 0. */
export interface Mark {
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

export type TokenType =
  | "stream-end"
  | "directive"
  | "document-start"
  | "document-end"
  | "block-sequence-start"
  | "block-mapping-start"
  | "block-end"
  | "flow-sequence-start"
  | "flow-sequence-end"
  | "flow-mapping-start"
  | "flow-mapping-end"
  | "block-entry"
  | "flow-entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

export interface Token {
  readonly type: TokenType;
  readonly mark: Mark;
  /** Content of a scalar, name of an anchor, a tag as written, a directive. */
  readonly text: string;
  /** True for a scalar without quotes that is no block scalar. */
  readonly plain: boolean;
}

/** Gives the tokens of a text in order; after the last it gives `stream-end` for ever. @throws YamlError */
export interface Scanner {
  peek(): Token;
  next(): Token;
}

interface SimpleKey {
  possible: boolean;
  required: boolean;
  /** Number of the token that would follow the key indicator, from the start of the text. */
  token: number;
  mark: Mark;
}

const NONE = -1;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
/** A key without `?` is at most so many characters long. */
const MAX_SIMPLE_KEY = 1024;

const isBreak = (code: number) => code === LF || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
const isBlank = (code: number) => code === SPACE || code === TAB;
const isBlankOrEnd = (code: number) => code === NONE || code === SPACE || code === TAB || isBreak(code);
const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isWord = (code: number) =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code === 0x2d;
const isUri = (code: number) => isWord(code) || (code > 0 && code < 0x80 && ";/?:@&=+$,.!~*'()[]%".includes(String.fromCharCode(code)));

/** The error of a scanner: its line is named except on the first one. */
export function scannerError(message: string, line: number): YamlError {
  return new YamlError(line === 0 ? message : `line ${line + 1}: ${message}`, line + 1);
}

function versionProblem(rest: string): string | undefined {
  const match = /^(\d*)(\.?)(\d*)(.*)$/s.exec(rest)!;
  if (match[1] === "") return "did not find expected version number";
  if (match[1]!.length > 2 || match[3]!.length > 2) return "found extremely long version number";
  if (match[2] === "") return "did not find expected digit or '.' character";
  if (match[3] === "") return "did not find expected version number";
  return match[4] === "" ? undefined : "did not find expected comment or line break";
}

function tagProblem(rest: string): string | undefined {
  if (!rest.startsWith("!")) return "did not find expected '!'";
  if (!/^!(?:[\w-]*!)?[ \t]/.test(rest))
    return /^!(?:[\w-]*!)?$/.test(rest) ? "did not find expected whitespace" : "did not find expected '!'";
  if (!/^\S+[ \t]+\S/.test(rest)) return "did not find expected tag URI";
  return /^\S+[ \t]+\S+$/.test(rest) ? undefined : "did not find expected comment or line break";
}

/**
 * Cuts YAML into tokens by the rules of libyaml, which helm's reader follows: the keys it finds by looking back are the reason for most of
 * what it refuses.
 */
export function createScanner(text: string): Scanner {
  let at = 0;
  let line = 0;
  let lineStart = 0;
  let flowLevel = 0;
  let indent = -1;
  const indents: number[] = [];
  let keyAllowed = true;
  const keys: SimpleKey[] = [{ possible: false, required: false, token: 0, mark: { at: 0, line: 0, column: 0 } }];
  /** Keys by the number of the token that they hold back. */
  const waiting = new Map<number, SimpleKey>();
  const queue: Token[] = [];
  let head = 0;
  let taken = 0;
  let ended = false;

  const code = (offset = 0) => (at + offset < text.length ? text.charCodeAt(at + offset) : NONE);
  const column = () => at - lineStart;
  const mark = (): Mark => ({ at, line, column: column() });
  const fail = (message: string): never => {
    throw scannerError(message, line);
  };
  const makeToken = (type: TokenType, where: Mark, content = "", plain = false): Token => ({ type, mark: where, text: content, plain });

  /** Consumes a line break and gives what it counts as. */
  const readBreak = (): string => {
    const found = code();
    at += found === 0x0d && code(1) === LF ? 2 : 1;
    line++;
    lineStart = at;
    return found === 0x2028 || found === 0x2029 ? String.fromCharCode(found) : "\n";
  };

  const atDocumentMarker = () => {
    if (column() !== 0) return false;
    const first = code();
    return (first === 0x2d || first === 0x2e) && code(1) === first && code(2) === first && isBlankOrEnd(code(3));
  };

  const nextNumber = () => taken + queue.length - head;
  const keyIsValid = (key: SimpleKey): boolean => {
    if (!key.possible) return false;
    if (key.mark.line < line || key.mark.at + MAX_SIMPLE_KEY < at) {
      if (key.required) fail("could not find expected ':'");
      key.possible = false;
      return false;
    }
    return true;
  };
  const removeKey = () => {
    const key = keys[keys.length - 1]!;
    if (!key.possible) return;
    if (key.required) fail("could not find expected ':'");
    key.possible = false;
    waiting.delete(key.token);
  };
  const saveKey = () => {
    if (!keyAllowed) return;
    removeKey();
    const key = { possible: true, required: flowLevel === 0 && indent === column(), token: nextNumber(), mark: mark() };
    keys[keys.length - 1] = key;
    waiting.set(key.token, key);
  };

  const insert = (token: Token, number = NONE) => {
    // libyaml puts a token whose place was already given out at the end
    if (number < taken) queue.push(token);
    else queue.splice(head + number - taken, 0, token);
  };
  const rollIndent = (to: number, number: number, type: TokenType, where: Mark) => {
    if (flowLevel > 0 || indent >= to) return;
    indents.push(indent);
    indent = to;
    if (indents.length > 10_000) fail("exceeded max depth of 10000");
    insert(makeToken(type, where), number);
  };
  const unrollIndent = (to: number) => {
    if (flowLevel > 0) return;
    while (indent > to) {
      insert(makeToken("block-end", mark()));
      indent = indents.pop()!;
    }
  };

  const skipToToken = () => {
    for (;;) {
      if (column() === 0 && code() === 0xfeff) {
        at++;
        lineStart++;
      }
      while (code() === SPACE || (code() === TAB && (flowLevel > 0 || !keyAllowed))) at++;
      if (code() === 0x23) while (code() !== NONE && !isBreak(code())) at++;
      if (!isBreak(code())) return;
      readBreak();
      if (flowLevel === 0) keyAllowed = true;
    }
  };

  const indicator = (type: TokenType, length = 1) => {
    const where = mark();
    at += length;
    insert(makeToken(type, where));
  };

  const fetchNext = () => {
    skipToToken();
    unrollIndent(column());
    const first = code();
    if (first === NONE) {
      if (column() !== 0) {
        line++;
        lineStart = at;
      }
      unrollIndent(-1);
      removeKey();
      keyAllowed = false;
      ended = true;
      insert(makeToken("stream-end", mark()));
      return;
    }
    if (column() === 0 && first === 0x25) {
      unrollIndent(-1);
      removeKey();
      keyAllowed = false;
      scanDirective();
      return;
    }
    if (atDocumentMarker()) {
      unrollIndent(-1);
      removeKey();
      keyAllowed = false;
      indicator(first === 0x2d ? "document-start" : "document-end", 3);
      return;
    }
    switch (first) {
      case 0x5b:
      case 0x7b:
        saveKey();
        keys.push({ possible: false, required: false, token: nextNumber(), mark: mark() });
        if (++flowLevel > 10_000) fail("exceeded max depth of 10000");
        keyAllowed = true;
        indicator(first === 0x5b ? "flow-sequence-start" : "flow-mapping-start");
        return;
      case 0x5d:
      case 0x7d:
        removeKey();
        if (flowLevel > 0) {
          flowLevel--;
          // an empty collection has the number of the key before it, which libyaml forgets here
          waiting.delete(keys.pop()!.token);
        }
        keyAllowed = false;
        indicator(first === 0x5d ? "flow-sequence-end" : "flow-mapping-end");
        return;
      case 0x2c:
        removeKey();
        keyAllowed = true;
        indicator("flow-entry");
        return;
      case 0x2a:
      case 0x26:
        saveKey();
        keyAllowed = false;
        scanAnchor(first === 0x2a ? "alias" : "anchor");
        return;
      case 0x21:
        saveKey();
        keyAllowed = false;
        scanTag();
        return;
      case 0x27:
      case 0x22:
        saveKey();
        keyAllowed = false;
        insert(scanQuoted(first === 0x27));
        return;
    }
    if (first === 0x2d && isBlankOrEnd(code(1))) return fetchBlockEntry();
    if (first === 0x3f && (flowLevel > 0 || isBlankOrEnd(code(1)))) return fetchKey();
    if (first === 0x3a && (flowLevel > 0 || isBlankOrEnd(code(1)))) return fetchValue();
    if ((first === 0x7c || first === 0x3e) && flowLevel === 0) {
      removeKey();
      keyAllowed = true;
      insert(scanBlockScalar(first === 0x7c));
      return;
    }
    const plain =
      !(isBlankOrEnd(first) || "-?:#|>%@`".includes(String.fromCharCode(first))) ||
      (first === 0x2d && !isBlank(code(1))) ||
      (flowLevel === 0 && (first === 0x3f || first === 0x3a) && !isBlankOrEnd(code(1)));
    if (!plain) fail("found character that cannot start any token");
    saveKey();
    keyAllowed = false;
    insert(scanPlain());
  };

  const fetchBlockEntry = () => {
    if (flowLevel === 0) {
      if (!keyAllowed) fail("block sequence entries are not allowed in this context");
      rollIndent(column(), NONE, "block-sequence-start", mark());
    }
    removeKey();
    keyAllowed = true;
    indicator("block-entry");
  };

  const fetchKey = () => {
    if (flowLevel === 0) {
      if (!keyAllowed) fail("mapping keys are not allowed in this context");
      rollIndent(column(), NONE, "block-mapping-start", mark());
    }
    removeKey();
    keyAllowed = flowLevel === 0;
    indicator("key");
  };

  const fetchValue = () => {
    const key = keys[keys.length - 1]!;
    if (keyIsValid(key)) {
      insert(makeToken("key", key.mark), key.token);
      rollIndent(key.mark.column, key.token, "block-mapping-start", key.mark);
      key.possible = false;
      waiting.delete(key.token);
      keyAllowed = false;
    } else {
      if (flowLevel === 0) {
        if (!keyAllowed) fail("mapping values are not allowed in this context");
        rollIndent(column(), NONE, "block-mapping-start", mark());
      }
      keyAllowed = flowLevel === 0;
    }
    indicator("value");
  };

  const scanDirective = () => {
    const where = mark();
    let end = at;
    while (end < text.length && !isBreak(text.charCodeAt(end))) end++;
    const content = text
      .slice(at, end)
      .replace(/[ \t]#.*$/, "")
      .trimEnd();
    const name = /^%([\w-]*)/.exec(content)![1]!;
    if (name === "") fail("could not find expected directive name");
    if (!/^[ \t]|^$/.test(content.slice(name.length + 1))) fail("found unexpected non-alphabetical character");
    if (name !== "YAML" && name !== "TAG") fail("found unknown directive name");
    const rest = content.slice(name.length + 1).trimStart();
    const problem = name === "YAML" ? versionProblem(rest) : tagProblem(rest);
    if (problem) fail(problem);
    at = end;
    if (isBreak(code())) readBreak();
    insert(makeToken("directive", where, content));
  };

  const scanAnchor = (type: "alias" | "anchor") => {
    const where = mark();
    at++;
    const from = at;
    while (isWord(code())) at++;
    const after = code();
    if (at === from || !(isBlankOrEnd(after) || "?:,]}%@`".includes(String.fromCharCode(after))))
      fail("did not find expected alphabetic or numeric character");
    insert(makeToken(type, where, text.slice(from, at)));
  };

  const scanTag = () => {
    const where = mark();
    const from = at;
    if (code(1) === 0x3c) {
      at += 2;
      const uri = at;
      while (isUri(code())) at++;
      if (at === uri) fail("did not find expected tag URI");
      if (code() !== 0x3e) fail("did not find the expected '>'");
      at++;
    } else {
      at++;
      while (isUri(code())) at++;
    }
    if (/^![\w-]*!$/.test(text.slice(from, at))) fail("did not find expected tag URI");
    if (/%(?![0-9a-fA-F]{2})/.test(text.slice(from, at))) fail("did not find URI escaped octet");
    if (!isBlankOrEnd(code())) fail("did not find expected whitespace or line break");
    insert(makeToken("tag", where, text.slice(from, at)));
  };

  const scanQuoted = (single: boolean): Token => {
    const where = mark();
    const quote = single ? 0x27 : 0x22;
    at++;
    let content = "";
    for (;;) {
      if (atDocumentMarker()) fail("found unexpected document indicator");
      if (code() === NONE) fail("found unexpected end of stream");
      let leadingBlanks = false;
      while (!isBlankOrEnd(code())) {
        const current = code();
        if (current === quote) {
          if (!single || code(1) !== quote) break;
          content += "'";
          at += 2;
        } else if (!single && current === 0x5c) {
          if (isBreak(code(1))) {
            at++;
            readBreak();
            leadingBlanks = true;
            break;
          }
          content += scanEscape();
        } else {
          const from = at;
          do at++;
          while (!isBlankOrEnd(code()) && code() !== quote && (single || code() !== 0x5c));
          content += text.slice(from, at);
        }
      }
      if (code() === quote) break;
      content += readFolded(leadingBlanks);
    }
    at++;
    return makeToken("scalar", where, content);
  };

  /** Blanks and breaks inside a quoted scalar; `broken` after an escaped break. */
  const readFolded = (broken: boolean): string => {
    let blanks = "";
    let first = "";
    let rest = "";
    let leading = broken;
    for (;;) {
      if (isBlank(code())) {
        if (!leading) blanks += text[at]!;
        at++;
      } else if (isBreak(code())) {
        if (!leading) {
          blanks = "";
          first = readBreak();
          leading = true;
        } else rest += readBreak();
      } else break;
    }
    if (!leading) return blanks;
    if (first === "\n") return rest === "" ? " " : rest;
    return first + rest;
  };

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

  const scanEscape = (): string => {
    const name = text[at + 1] ?? "";
    if (Object.hasOwn(ESCAPES, name)) {
      at += 2;
      return ESCAPES[name]!;
    }
    const length = Object.hasOwn(CODE_LENGTH, name) ? CODE_LENGTH[name]! : fail("found unknown escape character");
    at += 2;
    const digits = text.slice(at, at + length);
    if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) fail("did not find expected hexdecimal number");
    const value = Number.parseInt(digits, 16);
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) fail("found invalid Unicode character escape code");
    at += length;
    return String.fromCodePoint(value);
  };

  const scanPlain = (): Token => {
    const where = mark();
    const least = indent + 1;
    let content = "";
    let blanks = "";
    let first = "";
    let rest = "";
    let leading = false;
    for (;;) {
      if (atDocumentMarker() || code() === 0x23) break;
      const from = at;
      while (!isBlankOrEnd(code())) {
        const current = code();
        if (current === 0x3a && isBlankOrEnd(code(1))) break;
        if (
          flowLevel > 0 &&
          (current === 0x2c || current === 0x3f || current === 0x5b || current === 0x5d || current === 0x7b || current === 0x7d)
        )
          break;
        at++;
      }
      if (at > from) {
        if (leading) {
          content += first === "\n" ? (rest === "" ? " " : rest) : first + rest;
          leading = false;
          rest = "";
        } else content += blanks;
        blanks = "";
        content += text.slice(from, at);
      }
      if (!isBlank(code()) && !isBreak(code())) break;
      while (isBlank(code()) || isBreak(code())) {
        if (isBlank(code())) {
          if (leading && column() < least && code() === TAB) fail("found a tab character that violates indentation");
          if (!leading) blanks += text[at]!;
          at++;
        } else if (!leading) {
          blanks = "";
          first = readBreak();
          leading = true;
        } else rest += readBreak();
      }
      if (flowLevel === 0 && column() < least) break;
    }
    if (leading) keyAllowed = true;
    return makeToken("scalar", where, content, true);
  };

  const scanBlockScalar = (literal: boolean): Token => {
    const where = mark();
    at++;
    let chomping = 0;
    let increment = 0;
    for (let count = 0; count < 2; count++) {
      if (chomping === 0 && (code() === 0x2b || code() === 0x2d)) {
        chomping = code() === 0x2b ? 1 : -1;
        at++;
      } else if (increment === 0 && isDigit(code())) {
        if (code() === 0x30) fail("found an indentation indicator equal to 0");
        increment = code() - 0x30;
        at++;
      }
    }
    while (isBlank(code())) at++;
    if (code() === 0x23) while (code() !== NONE && !isBreak(code())) at++;
    if (code() !== NONE && !isBreak(code())) fail("did not find expected comment or line break");
    if (isBreak(code())) readBreak();
    const found = { indent: increment > 0 ? Math.max(indent, 0) + increment : 0 };
    let content = "";
    let leadingBreak = "";
    let trailing = readBlockBreaks(found);
    let leadingBlank = false;
    while (column() === found.indent && code() !== NONE) {
      const blank = isBlank(code());
      if (!literal && leadingBreak === "\n" && !leadingBlank && !blank) {
        if (trailing === "") content += " ";
      } else content += leadingBreak;
      content += trailing;
      leadingBlank = blank;
      const from = at;
      while (code() !== NONE && !isBreak(code())) at++;
      content += text.slice(from, at);
      leadingBreak = code() === NONE ? "" : readBreak();
      trailing = readBlockBreaks(found);
    }
    if (chomping !== -1) content += leadingBreak;
    if (chomping === 1) content += trailing;
    return makeToken("scalar", where, content);
  };

  const readBlockBreaks = (found: { indent: number }): string => {
    let breaks = "";
    let deepest = 0;
    for (;;) {
      while ((found.indent === 0 || column() < found.indent) && code() === SPACE) at++;
      deepest = Math.max(deepest, column());
      if ((found.indent === 0 || column() < found.indent) && code() === TAB)
        fail("found a tab character where an indentation space is expected");
      if (!isBreak(code())) break;
      breaks += readBreak();
    }
    if (found.indent === 0) found.indent = Math.max(deepest, indent + 1, 1);
    return breaks;
  };

  const fill = () => {
    for (;;) {
      if (head < queue.length) {
        // a key that may still turn out to stand at the head keeps its token back
        const key = waiting.get(taken);
        if (!key || !keyIsValid(key)) return;
      }
      if (ended) return;
      fetchNext();
    }
  };

  return {
    peek() {
      fill();
      return queue[head]!;
    },
    next() {
      fill();
      const token = queue[head]!;
      if (token.type === "stream-end") return token;
      head++;
      taken++;
      if (head > 1024) {
        queue.splice(0, head);
        head = 0;
      }
      return token;
    },
  };
}
