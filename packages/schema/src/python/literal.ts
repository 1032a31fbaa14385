import { parseFloatText, parseInteger } from "./numbers.js";
import { unary } from "./operators.js";
import { PyBytes, PyDict, PyError, PySet, PyTuple, type PyValue } from "./value.js";

/** Deepest nesting of a literal. */
const MAX_DEPTH = 90;

/**
 * Python's `ast.literal_eval`: a value from the text of a literal (numbers, strings, tuples, lists, dicts, sets, True, False, None).
 *
 * @throws PyError SyntaxError, ValueError
 */
export function parseLiteral(text: string): PyValue {
  const source = text.replace(/^[ \t]+/, "");
  let at = 0;
  let depth = 0;

  const fail = (message = "invalid syntax"): never => {
    throw new PyError("SyntaxError", `${message}: ${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)}`);
  };
  const space = () => {
    const pattern = depth > 0 ? /(?:[ \t\f\n\r]|\\\r?\n|#[^\n]*)*/y : /(?:[ \t\f]|\\\r?\n)*/y;
    pattern.lastIndex = at;
    at += pattern.exec(source)![0].length;
  };
  const take = (token: string): boolean => {
    space();
    if (!source.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const nested = <T>(read: () => T): T => {
    if (++depth > MAX_DEPTH) fail("too many nested parentheses");
    const result = read();
    depth--;
    return result;
  };

  const items = (close: string): { values: PyValue[]; comma: boolean } => {
    const values: PyValue[] = [];
    let comma = false;
    for (;;) {
      if (take(close)) return { values, comma };
      if (values.length > 0 && !comma) fail();
      values.push(expression());
      comma = take(",");
    }
  };

  const braces = (): PyValue => {
    const entries: [PyValue, PyValue][] = [];
    const members: PyValue[] = [];
    let comma = true;
    for (;;) {
      if (take("}")) break;
      if (!comma) fail();
      const first = expression();
      if (take(":")) entries.push([first, expression()]);
      else members.push(first);
      comma = take(",");
    }
    if (entries.length > 0 && members.length > 0) fail();
    return members.length > 0 ? new PySet(members) : PyDict.of(entries);
  };

  const strings = (): PyValue => {
    let text = "";
    let bytes: number[] | undefined;
    let first = true;
    for (;;) {
      space();
      const pattern = /([bBrRuU]{0,2})('''|"""|'|")/y;
      pattern.lastIndex = at;
      const match = pattern.exec(source);
      if (!match) break;
      const prefix = match[1]!.toLowerCase();
      if (!["", "r", "b", "u", "br", "rb"].includes(prefix)) fail();
      at += match[0].length;
      const end = stringEnd(source, at, match[2]!);
      if (end === -1) fail("unterminated string literal");
      const body = source.slice(at, end);
      at = end + match[2]!.length;
      const isBytes = prefix.includes("b");
      if (!first && isBytes !== (bytes !== undefined)) fail("cannot mix bytes and nonbytes literals");
      const content = prefix.includes("r") ? body : unescapePython(body, isBytes);
      if (isBytes) {
        bytes = [...(bytes ?? []), ...[...content].map((character) => character.charCodeAt(0))];
      } else text += content;
      first = false;
    }
    return bytes ? new PyBytes(Uint8Array.from(bytes)) : text;
  };

  const atom = (): PyValue => {
    space();
    const character = source[at];
    if (character === undefined) return fail();
    if (take("(")) {
      return nested(() => {
        const { values, comma } = items(")");
        return values.length === 1 && !comma ? values[0]! : new PyTuple(values);
      });
    }
    if (take("[")) return nested(() => items("]").values);
    if (take("{")) return nested(braces);
    if (/['"]/.test(character) || /^[bBrRuU]{1,2}['"]/.test(source.slice(at, at + 3))) return strings();
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(source.slice(at, at + 200));
    if (name) {
      if (name[0] === "None" || name[0] === "True" || name[0] === "False") {
        at += name[0].length;
        return name[0] === "None" ? null : name[0] === "True";
      }
      throw new PyError("ValueError", `malformed node or string: the name ${name[0]} is no literal`);
    }
    const numeral =
      /^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)(?=$|[^A-Za-z0-9_.])/.exec(
        source.slice(at, at + 100_000),
      );
    if (!numeral || !/[0-9]/.test(numeral[0])) return fail();
    at += numeral[0].length;
    const whole = /^[0-9_]+$|^0[xXoObB]/.test(numeral[0]) ? parseInteger(numeral[0], 0) : parseFloatText(numeral[0]);
    return whole === undefined ? fail("leading zeros in decimal integer literals are not permitted") : whole;
  };

  const signed = (): PyValue => {
    if (take("-")) return number(unary("-", number(signed())));
    if (take("+")) return number(unary("+", number(signed())));
    return atom();
  };
  const number = (value: PyValue): PyValue => {
    if (typeof value === "bigint" || typeof value === "number") return value;
    throw new PyError("ValueError", "malformed node or string: a sign takes a number");
  };
  const expression = (): PyValue => {
    const value = signed();
    space();
    if (source[at] === "+" || source[at] === "-") {
      throw new PyError("ValueError", "malformed node or string: arithmetic is no literal");
    }
    return value;
  };

  // Blank lines before and after the expression are no tokens; a second line with text is.
  const blank = /(?:[ \t\f]*(?:#[^\n]*)?\r?\n)+/y;
  if (blank.test(source)) at = blank.lastIndex;
  if (at > 0 && /[ \t]/.test(source[at] ?? "")) fail("unexpected indent");
  const first = expression();
  let result = first;
  if (take(",")) {
    const values = [first];
    for (;;) {
      space();
      if (at >= source.length || source[at] === "\n" || source[at] === "#") break;
      values.push(expression());
      if (!take(",")) break;
    }
    result = new PyTuple(values);
  }
  // A last line of blanks without a newline is an indentation to Python.
  if (/\n[ \t]+$/.test(source.slice(at))) fail("unexpected indent");
  if (!/^[ \t\f]*(?:#[^\n]*)?(?:\r?\n[ \t\f]*(?:#[^\n]*)?)*$/.test(source.slice(at))) fail();
  return result;
}

function stringEnd(source: string, start: number, quote: string): number {
  for (let at = start; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source.startsWith(quote, at)) return at;
    else if (source[at] === "\n" && quote.length === 1) return -1;
  }
  return -1;
}

const SIMPLE: Record<string, string> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Resolves the escapes of a Python string literal; unknown ones stay as they are. */
export function unescapePython(body: string, bytes = false): string {
  if (!body.includes("\\")) return body;
  return body.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(N\{[^}]*\})|([\s\S]))/g,
    (all, octal, x, u, long, name, other) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (x !== undefined) return String.fromCodePoint(Number.parseInt(x, 16));
      if (bytes && (u ?? long ?? name) !== undefined) return all;
      if (name !== undefined) throw new PyError("Unsupported", "characters by name (\\N{…}) are not supported");
      const code = u ?? long;
      if (code !== undefined) {
        const point = Number.parseInt(code, 16);
        if (point > 0x10ffff) throw new PyError("SyntaxError", "illegal Unicode character");
        return String.fromCodePoint(point);
      }
      if (other === "x" || other === "u" || other === "U" || other === "N") {
        if (bytes && other !== "x") return all;
        throw new PyError("SyntaxError", `truncated \\${other} escape`);
      }
      return SIMPLE[other] ?? all;
    },
  );
}
