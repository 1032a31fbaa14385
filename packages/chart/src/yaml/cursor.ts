/** A text that helm's YAML reader refuses; `message` is its text, after `yaml: ` where it says so. */
export class YamlError extends Error {
  /** Line from 1, where it is known; -1 for an error that is not of YAML itself. */
  readonly line: number | undefined;
  /** UTF-16 column from 1, where it is known. */
  readonly column: number | undefined;
  /** What is wrong, without the line that `message` may begin with: libyaml's count of lines is not always the true one. */
  readonly reason: string;
  constructor(message: string, line?: number, column?: number, reason: string = message.replace(/^line \d+: /, "")) {
    super(message);
    this.line = line;
    this.column = column;
    this.reason = reason;
  }
}

/** A place in the text: lines from 0. */
export interface Mark {
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

/** What {@link Cursor.code} gives after the end. */
export const NONE = -1;
export const LF = 0x0a;
export const SPACE = 0x20;
export const TAB = 0x09;

export const isBreak = (code: number) => code === LF || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
export const isBlank = (code: number) => code === SPACE || code === TAB;
export const isBlankOrEnd = (code: number) => code === NONE || code === SPACE || code === TAB || isBreak(code);
export const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
export const isWord = (code: number) =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code === 0x2d;

/** A place in a text that moves on, and knows its line and column. */
export interface Cursor {
  readonly text: string;
  at: number;
  line: number;
  lineStart: number;
  /** The character `offset` from here, {@link NONE} after the end. */
  code(offset?: number): number;
  column(): number;
  mark(): Mark;
  /** Consumes a line break and gives what it counts as. */
  readBreak(): string;
  /** True at `---` or `...` at the start of a line. */
  atDocumentMarker(): boolean;
  /** Throws what libyaml's scanner says: the line is named except on the first one. */
  fail(message: string): never;
}

/** Puts a cursor at the start of a text. */
export function createCursor(text: string): Cursor {
  const cursor: Cursor = {
    text,
    at: 0,
    line: 0,
    lineStart: 0,
    code: (offset = 0) => (cursor.at + offset < text.length ? text.charCodeAt(cursor.at + offset) : NONE),
    column: () => cursor.at - cursor.lineStart,
    mark: () => ({ at: cursor.at, line: cursor.line, column: cursor.at - cursor.lineStart }),
    readBreak() {
      const found = cursor.code();
      cursor.at += found === 0x0d && cursor.code(1) === LF ? 2 : 1;
      cursor.line++;
      cursor.lineStart = cursor.at;
      return found === 0x2028 || found === 0x2029 ? String.fromCharCode(found) : "\n";
    },
    atDocumentMarker() {
      if (cursor.at !== cursor.lineStart) return false;
      const first = cursor.code();
      return (first === 0x2d || first === 0x2e) && cursor.code(1) === first && cursor.code(2) === first && isBlankOrEnd(cursor.code(3));
    },
    fail(message) {
      throw new YamlError(
        cursor.line === 0 ? message : `line ${cursor.line + 1}: ${message}`,
        cursor.line + 1,
        cursor.at - cursor.lineStart + 1,
      );
    },
  };
  return cursor;
}
