import { messageOf } from "@epicube/core";
import { decodeJson, GoError, type GoMap, type GoValue, goInt64, quoteGo } from "@epicube/gotemplate";
import { isTable } from "./table.js";

/** Helm's text of a `--set` argument that it refuses. */
export class SetError extends Error {}

/** Largest list index of a `--set` key. */
const MAX_INDEX = 65_536;
/** Deepest nesting of a `--set` key. */
const MAX_NESTING = 30;

/** How the values of one flag are read. */
export type SetMode =
  | { readonly kind: "typed" }
  | { readonly kind: "string" }
  | { readonly kind: "json" }
  | { readonly kind: "literal" }
  | { readonly kind: "file"; readonly read: (path: string) => string };

/** End of the argument: silently ends the parsing. */
class EndOfText extends SetError {}

/**
 * Lays one argument of `--set`, `--set-string`, `--set-json`, `--set-file` or `--set-literal` (`a.b[0].c=v,d={x,y}`) over `values`,
 * which is changed.
 *
 * @throws SetError with helm's text
 */
export function applySet(argument: string, values: GoMap, mode: SetMode): void {
  createParser(argument, mode).parse(values);
}

function createParser(argument: string, mode: SetMode) {
  const literal = mode.kind === "literal";
  const runes = Array.from(argument);
  let at = 0;

  /** Reads up to one of the stop characters, which is consumed; `last` is undefined at the end. */
  const until = (stop: string): { text: string; last: string | undefined } => {
    let text = "";
    while (at < runes.length) {
      const rune = runes[at++]!;
      if (stop.includes(rune)) return { text, last: rune };
      if (rune === "\\" && !literal) {
        if (at >= runes.length) return { text, last: undefined };
        text += runes[at++]!;
      } else text += rune;
    }
    return { text, last: undefined };
  };

  const convert = (text: string): GoValue => {
    if (mode.kind === "typed") return typedValue(text);
    return mode.kind === "file" ? readFile(mode.read, text) : text;
  };

  const setKey = (data: GoMap, key: string, value: GoValue) => {
    if (key !== "") data.set(key, value);
  };

  /** Consumes blanks up to a comma (included); true when nothing else stood there. */
  const skipEmpty = (): boolean => {
    while (at < runes.length) {
      const rune = runes[at]!;
      if (rune === ",") {
        at++;
        return true;
      }
      if (!/\s/u.test(rune)) return false;
      at++;
    }
    return true;
  };

  const readJson = (): GoValue => {
    const text = runes.slice(at).join("");
    const { value, length } = readJsonPrefix(text);
    at += Array.from(text.slice(0, length)).length;
    skipEmpty();
    return value;
  };

  /** The value after `=`. `ended` tells that the argument ended right there. */
  const readValue = (): { value: GoValue; ended: boolean } => {
    if (literal) return { value: until("").text, ended: false };
    if (at >= runes.length) return { value: "", ended: true };
    if (runes[at] !== "{") return { value: convert(until(",").text), ended: false };
    at++;
    const list: GoValue[] = [];
    for (;;) {
      const { text, last } = until(",}");
      if (last === undefined) throw new SetError("list must terminate with '}'");
      list.push(convert(text));
      if (last === "}") {
        if (runes[at] === ",") at++;
        return { value: list, ended: false };
      }
    }
  };

  const readIndex = (): number => {
    const { text, last } = until("]");
    if (last === undefined) throw new EndOfText("error parsing index: EOF");
    if (!/^[-+]?[0-9]+$/.test(text)) throw new SetError(`error parsing index: strconv.Atoi: parsing ${quoteGo(text)}: invalid syntax`);
    return Number(text);
  };

  const readKey = (data: GoMap, nesting: number): void => {
    const { text: key, last } = until(literal ? "=[." : "=[,.");
    if (last === undefined) {
      if (key === "") throw new EndOfText("EOF");
      throw new SetError(`key ${quoteGo(key)} has no value`);
    }
    if (last === "[") {
      const index = readIndex();
      const current = data.get(key);
      if (data.has(key) && !Array.isArray(current)) throw conversion(current, "[]interface {}");
      const list: GoValue[] = Array.isArray(current) ? current : [];
      const result = attempt(() => readItem(list, index, nesting));
      setKey(data, key, result.list);
      if (result.error) throw result.error;
    } else if (last === "=") {
      if (mode.kind === "json") {
        if (skipEmpty()) setKey(data, key, null);
        else setKey(data, key, readJson());
        return;
      }
      const { value, ended } = readValue();
      setKey(data, key, value);
      if (ended) throw new EndOfText("EOF");
    } else if (last === ",") {
      setKey(data, key, "");
      throw new SetError(`key ${quoteGo(key)} has no value (cannot end with ,)`);
    } else {
      if (nesting + 1 > MAX_NESTING)
        throw new SetError(`value name nested level is greater than maximum supported nested level of ${MAX_NESTING}`);
      const current = data.get(key);
      if (data.has(key) && !isTable(current)) throw conversion(current, "map[string]interface {}");
      const inner: GoMap = isTable(current) ? current : new Map();
      let failure: unknown;
      try {
        readKey(inner, nesting + 1);
      } catch (error) {
        failure = error;
      }
      if (!failure && inner.size === 0) throw new SetError(`key map ${quoteGo(key)} has no value`);
      if (inner.size > 0) setKey(data, key, inner);
      if (failure) throw failure;
    }
  };

  /** Runs the reading of a list item; on an error the list read so far is still set, as helm does. */
  const attempt = (run: () => GoValue[]): { list: GoValue[]; error?: unknown } => {
    try {
      return { list: run() };
    } catch (error) {
      return { list: error instanceof ItemError ? error.list : [], error: error instanceof ItemError ? error.reason : error };
    }
  };

  const readItem = (list: GoValue[], index: number, nesting: number): GoValue[] => {
    const refuse = (reason: unknown) => new ItemError(list, reason);
    if (index < 0) throw refuse(new SetError(`negative ${index} index not allowed`));
    const { text, last } = until("[.=");
    if (text !== "")
      throw refuse(new SetError(`unexpected data at end of array index: [${Array.from(text, (rune) => `'${rune}'`).join(" ")}]`));
    if (last === undefined) throw refuse(new EndOfText("EOF"));
    try {
      if (last === "=") {
        if (mode.kind === "json") return setIndex(list, index, skipEmpty() ? null : readJson());
        return setIndex(list, index, readValue().value);
      }
      if (last === "[") {
        const next = readIndex();
        const current = list[index];
        if (current !== null && current !== undefined && !Array.isArray(current)) throw conversion(current, "[]interface {}");
        const inner = Array.isArray(current) ? current : [];
        return setIndex(
          list,
          index,
          unwrapItem(() => readItem(inner, next, nesting)),
        );
      }
      let inner: GoMap = new Map();
      if (list.length > index) {
        const current = list[index];
        if (isTable(current)) inner = current;
        else list[index] = inner;
      }
      readKey(inner, nesting);
      return setIndex(list, index, inner);
    } catch (error) {
      throw error instanceof ItemError ? error : refuse(error);
    }
  };

  return {
    parse(values: GoMap): void {
      try {
        for (;;) readKey(values, 0);
      } catch (error) {
        if (!(error instanceof EndOfText)) throw error;
      }
    },
  };
}

function readFile(read: (path: string) => string, path: string): string {
  try {
    return read(path);
  } catch (error) {
    throw new SetError(messageOf(error), { cause: error });
  }
}

class ItemError extends Error {
  readonly list: GoValue[];
  readonly reason: unknown;
  constructor(list: GoValue[], reason: unknown) {
    super("list item");
    this.list = list;
    this.reason = reason;
  }
}

function unwrapItem(run: () => GoValue[]): GoValue[] {
  try {
    return run();
  } catch (error) {
    throw error instanceof ItemError ? error.reason : error;
  }
}

/** Go's panic on a failed type assertion, which helm turns into an error. */
function conversion(value: GoValue, wanted: string): SetError {
  const found = value === null || value === undefined ? "nil" : goName(value);
  return new SetError(`unable to parse key: interface conversion: interface {} is ${found}, not ${wanted}`);
}

function goName(value: GoValue): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "float64";
  if (Array.isArray(value)) return "[]interface {}";
  return isTable(value) ? "map[string]interface {}" : "int64";
}

function setIndex(list: GoValue[], index: number, value: GoValue): GoValue[] {
  if (index > MAX_INDEX) throw new SetError(`index of ${index} is greater than maximum supported index of ${MAX_INDEX}`);
  const out = list.length <= index ? [...list, ...new Array<GoValue>(index + 1 - list.length).fill(null)] : list;
  out[index] = value;
  return out;
}

/** The value of a `--set` text: true, false, null in any case, whole numbers without leading zero; all else is text. */
function typedValue(text: string): GoValue {
  const lower = text.toLowerCase();
  if (lower === "true") return true;
  if (lower === "false") return false;
  if (lower === "null") return null;
  if (text === "0") return goInt64(0);
  if (text[0] !== "0" && /^[-+]?[0-9]+$/.test(text)) {
    const value = BigInt(text.replace("+", ""));
    if (BigInt.asIntN(64, value) === value) return goInt64(value);
  }
  return text;
}

/** Reads one JSON value at the start of a text. @throws SetError */
function readJsonPrefix(text: string): { value: GoValue; length: number } {
  // try the shortest text that is one whole value: JSON ends where its brackets do
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character === "\\") at++;
      else if (character === '"') {
        quoted = false;
        if (depth === 0) return { value: parseJson(text.slice(0, at + 1)), length: at + 1 };
      }
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      if (--depth === 0) return { value: parseJson(text.slice(0, at + 1)), length: at + 1 };
    } else if (depth === 0 && (character === "," || /\s/.test(character)) && text.slice(0, at).trim() !== "") {
      return { value: parseJson(text.slice(0, at)), length: at };
    }
  }
  return { value: parseJson(text), length: text.length };
}

/** JSON as templates see it: objects are maps, numbers float64. @throws SetError */
export function parseJson(text: string): GoValue {
  try {
    return decodeJson(text);
  } catch (error) {
    if (error instanceof GoError) throw new SetError(error.message, { cause: error });
    throw error;
  }
}
