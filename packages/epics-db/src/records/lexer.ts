/** A token of a record file. `text` of a string is without its quotes, escapes still in it. */
export interface RecordToken {
  readonly kind: "word" | "string" | "punctuation" | "end" | "bad";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Reads tokens from any offset; keeps no state, so that a parser can go back. */
export interface RecordLexer {
  /** The next token of names and punctuation. */
  read(from: number): RecordToken;
  /** The next token of a field or info value: fewer bare characters, single quotes too. */
  readValue(from: number): RecordToken;
}

const NAME_WORD = /[A-Za-z0-9_\-+:.[\]<>;]+/y;
const VALUE_WORD = /[A-Za-z0-9_\-+.]+/y;
const BLANKS = /[ \t\r\n]+/y;

/** @see the dbd grammar of EPICS base for the character classes */
export function createRecordLexer(text: string): RecordLexer {
  const length = text.length;
  const skip = (from: number) => {
    let at = from;
    for (;;) {
      BLANKS.lastIndex = at;
      if (BLANKS.test(text)) at = BLANKS.lastIndex;
      if (text[at] !== "#") return at;
      const newline = text.indexOf("\n", at);
      at = newline === -1 ? length : newline + 1;
    }
  };
  const quoted = (start: number, quote: number): RecordToken => {
    let at = start + 1;
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code === quote) return { kind: "string", text: text.slice(start + 1, at), start, end: at + 1 };
      if (code === 10) break;
      at += code === 92 && text.charCodeAt(at + 1) !== 10 ? 2 : 1;
    }
    const end = Math.min(at, length);
    return { kind: "bad", text: text.slice(start, end), start, end };
  };
  const readWith = (from: number, word: RegExp, value: boolean): RecordToken => {
    const start = skip(from);
    if (start >= length) return { kind: "end", text: "", start: length, end: length };
    word.lastIndex = start;
    if (!(value && (text[start] === "[" || text[start] === "]")) && word.test(text))
      return { kind: "word", text: text.slice(start, word.lastIndex), start, end: word.lastIndex };
    const character = text[start]!;
    if (character === '"' || (value && character === "'")) return quoted(start, character.charCodeAt(0));
    if ("(){},".includes(character) || (value && ":[]".includes(character)))
      return { kind: "punctuation", text: character, start, end: start + 1 };
    return { kind: "bad", text: character, start, end: start + 1 };
  };
  return { read: (from) => readWith(from, NAME_WORD, false), readValue: (from) => readWith(from, VALUE_WORD, true) };
}
