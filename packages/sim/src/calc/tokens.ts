/** What a token of a calc expression is. */
export type CalcToken =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "argument"; readonly index: number; readonly at: number }
  | { readonly kind: "value" | "random" | "(" | ")" | "," | "?" | ":" | ";" | ":=" | "end"; readonly at: number }
  | { readonly kind: "prefix"; readonly name: string; readonly at: number }
  | { readonly kind: "infix"; readonly name: string; readonly at: number };

/** Arguments A to U. */
export const CALC_ARGUMENTS = 21;

const CONSTANTS: Readonly<Record<string, number>> = { PI: Math.PI, D2R: Math.PI / 180, R2D: 180 / Math.PI };
const PREFIXES = [
  "ABS", "ACOS", "ASIN", "ATAN", "ATAN2", "CEIL", "COS", "COSH", "EXP", "FINITE", "FLOOR", "FMOD", "ISINF", "ISNAN", "LN", "LOG", "LOGE",
  "MAX", "MIN", "NINT", "NOT", "SIN", "SINH", "SQR", "SQRT", "TAN", "TANH", "!", "-", "~",
].sort(longestFirst); // biome-ignore format: a table
const INFIXES = [
  "!=", "#", "%", "&", "&&", "*", "**", "+", "-", "/", "<", "<<", "<=", "=", "==", ">", ">=", ">>", ">>>", "AND", "OR", "XOR", "^", "|", "||",
].sort(longestFirst); // biome-ignore format: a table
const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/;

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

/** Reads tokens as base does: names need no blank after them (`SINA` is `SIN A`), and upper and lower case are the same. */
export interface CalcLexer {
  /** Where an operand must come next. */
  operand(): CalcToken;
  /** Where an operator must come next. */
  operator(): CalcToken;
}

/** Thrown on a token that does not exist; caught by the compiler. */
export class CalcSyntaxError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export function createCalcLexer(text: string): CalcLexer {
  const upper = text.toUpperCase();
  let at = 0;
  const skip = () => {
    while (at < text.length && /\s/.test(text[at]!)) at++;
    return at;
  };
  const take = <T>(length: number, token: T): T => {
    at += length;
    return token;
  };
  const unknown = (): never => {
    throw new CalcSyntaxError(`cannot read "${text.slice(at, at + 20)}"`, at);
  };
  return {
    operand() {
      const start = skip();
      if (start >= text.length) return { kind: "end", at: start };
      const rest = upper.slice(start, start + 40);
      if (rest[0] === "(") return take(1, { kind: "(", at: start });
      const hex = /^0X[0-9A-F]+/.exec(rest);
      if (hex) return take(hex[0].length, { kind: "number", value: Number(hex[0].replace("0X", "0x")) | 0, at: start });
      const number = NUMBER.exec(upper.slice(start));
      if (number) return take(number[0].length, { kind: "number", value: Number(number[0]), at: start });
      const infinite = /^INF(?:INITY)?/.exec(rest);
      if (infinite) return take(infinite[0].length, { kind: "number", value: Number.POSITIVE_INFINITY, at: start });
      if (rest.startsWith("NAN")) return take(3, { kind: "number", value: Number.NaN, at: start });
      if (rest.startsWith("VAL")) return take(3, { kind: "value", at: start });
      if (rest.startsWith("RNDM")) return take(4, { kind: "random", at: start });
      for (const [name, value] of Object.entries(CONSTANTS))
        if (rest.startsWith(name)) return take(name.length, { kind: "number", value, at: start });
      const prefix = PREFIXES.find((name) => rest.startsWith(name));
      if (prefix) return take(prefix.length, { kind: "prefix", name: prefix, at: start });
      const index = rest.charCodeAt(0) - 65;
      if (index >= 0 && index < CALC_ARGUMENTS) return take(1, { kind: "argument", index, at: start });
      return unknown();
    },
    operator() {
      const start = skip();
      if (start >= text.length) return { kind: "end", at: start };
      const rest = upper.slice(start, start + 4);
      if (rest.startsWith(":=")) return take(2, { kind: ":=", at: start });
      for (const kind of [")", ",", "?", ":", ";"] as const) if (rest[0] === kind) return take(1, { kind, at: start });
      const infix = INFIXES.find((name) => rest.startsWith(name));
      return infix ? take(infix.length, { kind: "infix", name: infix, at: start }) : unknown();
    },
  };
}
