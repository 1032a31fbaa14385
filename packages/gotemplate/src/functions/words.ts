import {
  isDigit,
  isLetter,
  isLower,
  isNumber,
  isPunct,
  isSpace,
  isTitle,
  isUpper,
  lowerRune,
  titleRune,
  upperRune,
} from "../text/unicode.js";

/** Go's `strings.Title`: the first letter of each word in title case. */
export function title(text: string): string {
  let previous = " ";
  let out = "";
  for (const char of text) {
    out += isSeparator(previous) ? titleRune(char) : char;
    previous = char;
  }
  return out;
}

function isSeparator(char: string): boolean {
  if (char < "\u0080") return !/[A-Za-z0-9_]/.test(char);
  return !isLetter(char) && !isDigit(char) && isSpace(char);
}

/** The first letter of each word in lower case. */
export function untitle(text: string): string {
  let next = true;
  let out = "";
  for (const char of text) {
    if (isSpace(char)) {
      next = true;
      out += char;
    } else {
      out += next ? lowerRune(char) : char;
      next = false;
    }
  }
  return out;
}

/** Swaps the case; a lower-case letter that starts a word gets title case. */
export function swapCase(text: string): string {
  let blank = true;
  let out = "";
  for (const char of text) {
    if (isUpper(char) || isTitle(char)) {
      out += lowerRune(char);
      blank = false;
    } else if (isLower(char)) {
      out += blank ? titleRune(char) : upperRune(char);
      blank = false;
    } else {
      out += char;
      blank = isSpace(char);
    }
  }
  return out;
}

const isConnector = (char: string): boolean => char === "-" || char === "_" || isSpace(char);

/** `camelcase`: upper camel case; leading connectors and doubled ones stay. */
export function camelCase(text: string): string {
  const chars = [...text];
  let out = "";
  let at = 0;
  while (at < chars.length && isConnector(chars[at]!)) out += chars[at++];
  // A text of connectors alone gets its last one twice: so does the module that sprig uses.
  if (at === chars.length) return out + (chars.at(-1) ?? "");
  let inUpperRun = isUpper(chars[at]!);
  let current = upperRune(chars[at++]!);
  for (; at < chars.length; at++) {
    const previous = current;
    current = chars[at]!;
    if (isConnector(current) && isConnector(previous)) {
      out += previous;
    } else if (isConnector(previous)) {
      inUpperRun = isUpper(current);
      current = upperRune(current);
    } else {
      if (inUpperRun) {
        if (isUpper(current)) current = lowerRune(current);
        else inUpperRun = false;
      }
      out += previous;
    }
  }
  return out + current;
}

type WordType = "number" | "upper" | "alphabet" | "connector" | "punct" | "other" | "none";
interface Word {
  readonly type: WordType;
  readonly chars: readonly string[];
}

const NONE: Word = { type: "none", chars: [] };

function isAlphabet(char: string): boolean {
  if (!isLetter(char)) return false;
  const code = char.codePointAt(0)!;
  return !((code >= 0x4e00 && code <= 0x9fcc) || (code >= 0x3400 && code <= 0x4d85) || (code >= 0x20000 && code <= 0x2b81d));
}

/** Cuts the next run of one kind; an upper-case run gives its last letter to a lower-case one that follows. */
function nextWord(chars: readonly string[], from: number): Word {
  const first = chars[from];
  if (first === undefined) return NONE;
  const run = (type: WordType, belongs: (char: string) => boolean, start = from + 1): Word => {
    let end = start;
    while (end < chars.length && belongs(chars[end]!)) end++;
    return { type, chars: chars.slice(from, end) };
  };
  if (isConnector(first)) return run("connector", isConnector);
  if (isPunct(first)) return run("punct", isPunct);
  const isLowerPart = (char: string) => isAlphabet(char) && !isUpper(char);
  if (isUpper(first)) {
    const second = chars[from + 1];
    if (second === undefined) return { type: "upper", chars: [first] };
    if (isUpper(second)) {
      const word = run("upper", isUpper);
      const after = chars[from + word.chars.length];
      return after !== undefined && isAlphabet(after) ? { type: "upper", chars: word.chars.slice(0, -1) } : word;
    }
    return isAlphabet(second) ? run("upper", isLowerPart) : { type: "upper", chars: [first] };
  }
  if (isAlphabet(first)) return run("alphabet", isLowerPart);
  if (isNumber(first)) return run("number", isNumber);
  return run("other", (char) => !isConnector(char) && !isAlphabet(char) && !isNumber(char) && !isPunct(char));
}

/** `snakecase` and `kebabcase`: words in lower case, joined by a connector; a number belongs to the word before it. */
export function connectWords(text: string, connector: string): string {
  if (text === "") return "";
  const chars = [...text];
  let at = 0;
  const take = (): Word => {
    const taken = nextWord(chars, at);
    at += taken.chars.length;
    return taken;
  };
  let out = "";
  const put = ({ type, chars: word }: Word): void => {
    if (type !== "upper" && type !== "connector") out += word.join("");
    else for (const char of word) out += isConnector(char) ? connector : isUpper(char) ? lowerRune(char) : char;
  };
  const connect = (next: Word, also: readonly WordType[] = []): void => {
    if (next.type !== "connector" && next.type !== "punct" && !also.includes(next.type)) out += connector;
  };
  const putAttached = (): void => {
    while (word.type === "alphabet" || word.type === "number") {
      put(word);
      word = take();
    }
    connect(word, ["none"]);
  };

  let word = take();
  while (at < chars.length) {
    if (word.type !== "connector") put(word);
    const last = word;
    word = take();
    switch (last.type) {
      case "number":
        putAttached();
        break;
      case "connector":
        put(last);
        break;
      case "punct":
        break;
      default: {
        if (word.type !== "number") {
          connect(word);
          break;
        }
        if (at >= chars.length) break;
        const number = word;
        word = take();
        if (word.type !== "alphabet") {
          put(number);
          connect(word);
          break;
        }
        out += connector;
        put(number);
        putAttached();
      }
    }
  }
  put(word);
  return out;
}
