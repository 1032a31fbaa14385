import { createCursor, isBlank, isBlankOrEnd, isBreak, isWord, type Mark, NONE, SPACE, TAB } from "./cursor.js";
import { scanBlockScalar, scanPlain, scanQuoted } from "./scalars.js";

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

/** A key without `?` is at most so many characters long. */
const MAX_SIMPLE_KEY = 1024;

const isUri = (code: number) => isWord(code) || (code > 0 && code < 0x80 && ";/?:@&=+$,.!~*'()[]%".includes(String.fromCharCode(code)));

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
  const cursor = createCursor(text);
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

  const makeToken = (type: TokenType, where: Mark, content = "", plain = false): Token => ({ type, mark: where, text: content, plain });

  const nextNumber = () => taken + queue.length - head;
  const keyIsValid = (key: SimpleKey): boolean => {
    if (!key.possible) return false;
    if (key.mark.line < cursor.line || key.mark.at + MAX_SIMPLE_KEY < cursor.at) {
      if (key.required) cursor.fail("could not find expected ':'");
      key.possible = false;
      return false;
    }
    return true;
  };
  const removeKey = () => {
    const key = keys[keys.length - 1]!;
    if (!key.possible) return;
    if (key.required) cursor.fail("could not find expected ':'");
    key.possible = false;
    waiting.delete(key.token);
  };
  const saveKey = () => {
    if (!keyAllowed) return;
    removeKey();
    const key = { possible: true, required: flowLevel === 0 && indent === cursor.column(), token: nextNumber(), mark: cursor.mark() };
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
    if (indents.length > 10_000) cursor.fail("exceeded max depth of 10000");
    insert(makeToken(type, where), number);
  };
  const unrollIndent = (to: number) => {
    if (flowLevel > 0) return;
    while (indent > to) {
      insert(makeToken("block-end", cursor.mark()));
      indent = indents.pop()!;
    }
  };

  const skipToToken = () => {
    for (;;) {
      if (cursor.column() === 0 && cursor.code() === 0xfeff) {
        cursor.at++;
        cursor.lineStart++;
      }
      while (cursor.code() === SPACE || (cursor.code() === TAB && (flowLevel > 0 || !keyAllowed))) cursor.at++;
      if (cursor.code() === 0x23) while (cursor.code() !== NONE && !isBreak(cursor.code())) cursor.at++;
      if (!isBreak(cursor.code())) return;
      cursor.readBreak();
      if (flowLevel === 0) keyAllowed = true;
    }
  };

  const indicator = (type: TokenType, length = 1) => {
    const where = cursor.mark();
    cursor.at += length;
    insert(makeToken(type, where));
  };

  const scalar = (scan: (where: Mark) => Token) => insert(scan(cursor.mark()));

  const fetchNext = () => {
    skipToToken();
    unrollIndent(cursor.column());
    const first = cursor.code();
    if (first === NONE) {
      if (cursor.column() !== 0) {
        cursor.line++;
        cursor.lineStart = cursor.at;
      }
      unrollIndent(-1);
      removeKey();
      keyAllowed = false;
      ended = true;
      insert(makeToken("stream-end", cursor.mark()));
      return;
    }
    if (cursor.column() === 0 && first === 0x25) {
      unrollIndent(-1);
      removeKey();
      keyAllowed = false;
      scanDirective();
      return;
    }
    if (cursor.atDocumentMarker()) {
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
        keys.push({ possible: false, required: false, token: nextNumber(), mark: cursor.mark() });
        if (++flowLevel > 10_000) cursor.fail("exceeded max depth of 10000");
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
        scalar((where) => makeToken("scalar", where, scanQuoted(cursor, first === 0x27)));
        return;
    }
    if (first === 0x2d && isBlankOrEnd(cursor.code(1))) return fetchBlockEntry();
    if (first === 0x3f && (flowLevel > 0 || isBlankOrEnd(cursor.code(1)))) return fetchKey();
    if (first === 0x3a && (flowLevel > 0 || isBlankOrEnd(cursor.code(1)))) return fetchValue();
    if ((first === 0x7c || first === 0x3e) && flowLevel === 0) {
      removeKey();
      keyAllowed = true;
      scalar((where) => makeToken("scalar", where, scanBlockScalar(cursor, indent, first === 0x7c)));
      return;
    }
    const plain =
      !(isBlankOrEnd(first) || "-?:#|>%@`".includes(String.fromCharCode(first))) ||
      (first === 0x2d && !isBlank(cursor.code(1))) ||
      (flowLevel === 0 && (first === 0x3f || first === 0x3a) && !isBlankOrEnd(cursor.code(1)));
    if (!plain) cursor.fail("found character that cannot start any token");
    saveKey();
    keyAllowed = false;
    scalar((where) => {
      const { content, ended: lineEnded } = scanPlain(cursor, indent, flowLevel > 0);
      if (lineEnded) keyAllowed = true;
      return makeToken("scalar", where, content, true);
    });
  };

  const fetchBlockEntry = () => {
    if (flowLevel === 0) {
      if (!keyAllowed) cursor.fail("block sequence entries are not allowed in this context");
      rollIndent(cursor.column(), NONE, "block-sequence-start", cursor.mark());
    }
    removeKey();
    keyAllowed = true;
    indicator("block-entry");
  };

  const fetchKey = () => {
    if (flowLevel === 0) {
      if (!keyAllowed) cursor.fail("mapping keys are not allowed in this context");
      rollIndent(cursor.column(), NONE, "block-mapping-start", cursor.mark());
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
        if (!keyAllowed) cursor.fail("mapping values are not allowed in this context");
        rollIndent(cursor.column(), NONE, "block-mapping-start", cursor.mark());
      }
      keyAllowed = flowLevel === 0;
    }
    indicator("value");
  };

  const scanDirective = () => {
    const where = cursor.mark();
    let end = cursor.at;
    while (end < text.length && !isBreak(text.charCodeAt(end))) end++;
    const content = text
      .slice(cursor.at, end)
      .replace(/[ \t]#.*$/, "")
      .trimEnd();
    const name = /^%([\w-]*)/.exec(content)![1]!;
    if (name === "") cursor.fail("could not find expected directive name");
    if (!/^[ \t]|^$/.test(content.slice(name.length + 1))) cursor.fail("found unexpected non-alphabetical character");
    if (name !== "YAML" && name !== "TAG") cursor.fail("found unknown directive name");
    const rest = content.slice(name.length + 1).trimStart();
    const problem = name === "YAML" ? versionProblem(rest) : tagProblem(rest);
    if (problem) cursor.fail(problem);
    cursor.at = end;
    if (isBreak(cursor.code())) cursor.readBreak();
    insert(makeToken("directive", where, content));
  };

  const scanAnchor = (type: "alias" | "anchor") => {
    const where = cursor.mark();
    cursor.at++;
    const from = cursor.at;
    while (isWord(cursor.code())) cursor.at++;
    const after = cursor.code();
    if (cursor.at === from || !(isBlankOrEnd(after) || "?:,]}%@`".includes(String.fromCharCode(after))))
      cursor.fail("did not find expected alphabetic or numeric character");
    insert(makeToken(type, where, text.slice(from, cursor.at)));
  };

  const scanTag = () => {
    const where = cursor.mark();
    const from = cursor.at;
    if (cursor.code(1) === 0x3c) {
      cursor.at += 2;
      const uri = cursor.at;
      while (isUri(cursor.code())) cursor.at++;
      if (cursor.at === uri) cursor.fail("did not find expected tag URI");
      if (cursor.code() !== 0x3e) cursor.fail("did not find the expected '>'");
      cursor.at++;
    } else {
      cursor.at++;
      while (isUri(cursor.code())) cursor.at++;
    }
    if (/^![\w-]*!$/.test(text.slice(from, cursor.at))) cursor.fail("did not find expected tag URI");
    if (/%(?![0-9a-fA-F]{2})/.test(text.slice(from, cursor.at))) cursor.fail("did not find URI escaped octet");
    if (!isBlankOrEnd(cursor.code())) cursor.fail("did not find expected whitespace or line break");
    insert(makeToken("tag", where, text.slice(from, cursor.at)));
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
