import { GoError } from "../errors/template-error.js";
import { formatGo } from "../format/print.js";
import { byteLength, compareGo, decodeGo, encodeGo, isAscii, normalizeGo, sliceBytes } from "../text/bytes.js";
import { quoteGo } from "../text/quote.js";
import { isSpaceRune, lower, trimSpace, upper } from "../text/unicode.js";
import type { GoInt } from "../values/int.js";
import { type GoSlice, type GoType, type GoValue, goStrings, goTypeOf, withType } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";
import type { RandomSource } from "./random.js";
import { textOf, textsOf } from "./text-value.js";
import { camelCase, connectWords, swapCase, title, untitle } from "./words.js";

const STRING_MAP: GoType = { name: "map[string]string", element: "string" };

/** Longest text that `repeat` and `indent` make, in UTF-16 units. */
const MAX_REPEAT = 128 * 1024 * 1024;

const isStrings = (value: GoValue): value is GoSlice => Array.isArray(value) && goTypeOf(value)?.element === "string";

const count = (value: GoValue): number => Number((value as GoInt).value);

function repeat(text: string, times: number): string {
  if (times < 0) throw new GoError("strings: negative Repeat count");
  if (text.length * times > MAX_REPEAT) throw new GoError(`a text of more than ${MAX_REPEAT} characters is refused`);
  return text.repeat(times);
}

/** `text[from:to]` with the message of Go's runtime when a bound is wrong. */
function cut(text: string, from: number | undefined, to: number | undefined): string {
  const length = byteLength(text);
  const range = (what: string) => new GoError(`runtime error: slice bounds out of range [${what}`);
  if (to !== undefined) {
    if (to < 0) throw range(`:${to}]`);
    if (to > length) throw range(`:${to}] with length ${length}`);
  }
  if (from !== undefined) {
    if (from < 0) throw range(`${from}:]`);
    if (from > (to ?? length)) throw range(`${from}:${to ?? length}]`);
  }
  return sliceBytes(text, from ?? 0, to);
}

function substring(start: number, end: number, text: string): string {
  if (start < 0) return cut(text, undefined, end);
  if (end < 0 || end > byteLength(text)) return cut(text, start, undefined);
  return cut(text, start, end);
}

function truncate(length: number, text: string): string {
  const size = isAscii(text) ? text.length : byteLength(text);
  if (length < 0 && size + length > 0) return sliceBytes(text, size + length);
  if (length >= 0 && size > length) return sliceBytes(text, 0, length);
  return text;
}

/** `strings.Trim`: characters of a set, from both ends. */
function trimSet(text: string, set: string): string {
  const chars = [...text];
  const unwanted = new Set(set);
  let from = 0;
  let to = chars.length;
  while (from < to && unwanted.has(chars[from]!)) from++;
  while (to > from && unwanted.has(chars[to - 1]!)) to--;
  return chars.slice(from, to).join("");
}

function replaceAll(text: string, old: string, by: string): string {
  if (old === "") return by + [...text].join(by) + (text === "" ? "" : by);
  return normalizeGo(text.replaceAll(old, () => by));
}

/** `strings.SplitN`. */
export function splitN(text: string, separator: string, limit: number): string[] | undefined {
  if (limit === 0) return undefined;
  const parts = separator === "" ? [...text] : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function numbered(parts: readonly string[]): Map<string, GoValue> {
  return withType(new Map(parts.map((part, index): [string, GoValue] => [`_${index}`, part])), STRING_MAP);
}

/** A text as one character per byte, for functions that go through bytes. */
const toBinary = (text: string): string => (isAscii(text) ? text : Buffer.from(encodeGo(text)).toString("latin1"));
const fromBinary = (binary: string): string => (isAscii(binary) ? binary : decodeGo(Buffer.from(binary, "latin1")));

function abbreviate(text: string, offset: number, width: number): string {
  const length = text.length;
  if (length <= width) return text;
  let from = Math.min(offset, length);
  if (length - from < width - 3) from = length - (width - 3);
  if (from <= 4) return text.slice(0, width - 3) + "...";
  if (from + width - 3 < length) return `...${width - 3 < 4 ? "" : abbreviate(text.slice(from), 0, width - 3)}`;
  return "..." + text.slice(length - (width - 3));
}

function wrap(binary: string, width: number, newline: string, breakWords: boolean): string {
  const limit = Math.max(width, 1);
  const line = newline === "" ? "\n" : newline;
  let at = 0;
  let out = "";
  while (binary.length - at > limit) {
    if (binary[at] === " ") {
      at++;
      continue;
    }
    const space = binary.lastIndexOf(" ", at + limit);
    if (space >= at) {
      out += binary.slice(at, space) + line;
      at = space + 1;
    } else if (breakWords) {
      out += binary.slice(at, at + limit) + line;
      at += limit;
    } else {
      const next = binary.indexOf(" ", at + limit);
      if (next === -1) {
        out += binary.slice(at);
        at = binary.length;
      } else {
        out += binary.slice(at, next) + line;
        at = next + 1;
      }
    }
  }
  return out + binary.slice(at);
}

/** sprig takes each byte for a character here, and writes it as one. */
function initials(text: string): string {
  let gap = true;
  let out = "";
  for (const byte of encodeGo(text)) {
    if (isSpaceRune(byte)) gap = true;
    else if (gap) {
      out += String.fromCharCode(byte);
      gap = false;
    }
  }
  return out;
}

function withoutSpace(text: string): string {
  const bytes = [...encodeGo(text)];
  const kept = bytes.filter((byte) => !isSpaceRune(byte));
  return kept.length === bytes.length ? text : String.fromCharCode(...kept);
}

function indent(spaces: number, text: string): string {
  const pad = repeat(" ", spaces);
  return pad + text.replaceAll("\n", "\n" + pad);
}

function shuffle(text: string, random: RandomSource): string {
  const chars = [...text];
  for (let i = chars.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [chars[i], chars[j]] = [chars[j]!, chars[i]!];
  }
  return chars.join("");
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

const onText = (map: (text: string) => GoValue) => defineFunction(["string"], ([text]) => map(text as string));
/** For functions that take a text apart into runes: bytes that are none come back as U+FFFD. */
const onRunes = (map: (text: string) => GoValue) => onText((text) => map(text.replace(/[\udc80-\udcff]/gu, "\ufffd")));
const onTwo = (map: (a: string, b: string) => GoValue) => defineFunction(["string", "string"], ([a, b]) => map(a as string, b as string));

/** Text functions. Lengths and positions count bytes, as in Go. */
export function stringFunctions(random: RandomSource): FunctionTable {
  const randomText = (alphabet: string) =>
    defineFunction(["int"], ([length]) => {
      const wanted = count(length);
      // sprig drops the error of a negative length and gives the empty text.
      return wanted <= 0 ? "" : random.text(Math.min(wanted, MAX_REPEAT), alphabet);
    });
  const trimAll = onTwo((set, text) => trimSet(text, set));
  return {
    hello: defineFunction([], () => "Hello!"),
    trim: onText(trimSpace),
    trimAll,
    trimall: trimAll,
    trimSuffix: onTwo((suffix, text) => (suffix !== "" && text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
    trimPrefix: onTwo((prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
    upper: onText(upper),
    lower: onText(lower),
    title: onRunes(title),
    untitle: onRunes(untitle),
    swapcase: onRunes(swapCase),
    snakecase: onText((text) => connectWords(text, "_")),
    kebabcase: onText((text) => connectWords(text, "-")),
    camelcase: onRunes(camelCase),
    nospace: onText(withoutSpace),
    initials: onText(initials),
    shuffle: onRunes((text) => shuffle(text, random)),
    repeat: defineFunction(["int", "string"], ([times, text]) => repeat(text as string, count(times))),
    substr: defineFunction(["int", "int", "string"], ([from, to, text]) => substring(count(from), count(to), text as string)),
    trunc: defineFunction(["int", "string"], ([length, text]) => truncate(count(length), text as string)),
    abbrev: defineFunction(["int", "string"], ([width, text]) =>
      count(width) < 4 ? text : fromBinary(abbreviate(toBinary(text as string), 0, count(width))),
    ),
    abbrevboth: defineFunction(["int", "int", "string"], ([left, right, text]) =>
      count(right) < 4 || (count(left) > 0 && count(right) < 7)
        ? text
        : fromBinary(abbreviate(toBinary(text as string), count(left), count(right))),
    ),
    wrap: defineFunction(["int", "string"], ([width, text]) => fromBinary(wrap(toBinary(text as string), count(width), "", false))),
    wrapWith: defineFunction(["int", "string", "string"], ([width, newline, text]) =>
      fromBinary(wrap(toBinary(text as string), count(width), toBinary(newline as string), true)),
    ),
    contains: onTwo((part, text) => text.includes(part)),
    hasPrefix: onTwo((prefix, text) => text.startsWith(prefix)),
    hasSuffix: onTwo((suffix, text) => text.endsWith(suffix)),
    quote: defineFunction(["...interface {}"], (values) =>
      values
        .filter((value) => value !== null && value !== undefined)
        .map((value) => quoteGo(textOf(value)))
        .join(" "),
    ),
    squote: defineFunction(["...interface {}"], (values) =>
      values
        .filter((value) => value !== null && value !== undefined)
        .map((value) => `'${formatGo(value)}'`)
        .join(" "),
    ),
    cat: defineFunction(["...interface {}"], (values) =>
      values
        .filter((value) => value !== null && value !== undefined)
        .map(formatGo)
        .join(" "),
    ),
    indent: defineFunction(["int", "string"], ([spaces, text]) => indent(count(spaces), text as string)),
    nindent: defineFunction(["int", "string"], ([spaces, text]) => "\n" + indent(count(spaces), text as string)),
    replace: defineFunction(["string", "string", "string"], ([old, by, text]) => replaceAll(text as string, old as string, by as string)),
    plural: defineFunction(["string", "string", "int"], ([one, many, number]) => (count(number) === 1 ? one : many)),
    toString: defineFunction(["interface {}"], ([value]) => textOf(value)),
    toStrings: defineFunction(["interface {}"], ([value]) => (isStrings(value) ? value : goStrings(textsOf(value)))),
    join: defineFunction(["string", "interface {}"], ([separator, value]) => textsOf(value).join(separator as string)),
    split: onTwo((separator, text) => numbered(splitN(text, separator, -1)!)),
    splitn: defineFunction(["string", "int", "string"], ([separator, limit, text]) =>
      numbered(splitN(text as string, separator as string, count(limit)) ?? []),
    ),
    splitList: onTwo((separator, text) => goStrings(splitN(text, separator, -1)!)),
    sortAlpha: defineFunction(["interface {}"], ([value]) => {
      // A []string is sorted where it is, so that whoever else holds it sees it sorted.
      if (isStrings(value)) return value.sort((a, b) => compareGo(a as string, b as string));
      if (value instanceof Uint8Array) return goStrings([...value].map(String).sort(compareGo));
      return Array.isArray(value) ? goStrings(textsOf(value).sort(compareGo)) : goStrings([textOf(value)]);
    }),
    randAlphaNum: randomText(LETTERS + DIGITS),
    randAlpha: randomText(LETTERS),
    randNumeric: randomText(DIGITS),
    randAscii: randomText(ASCII),
  };
}
