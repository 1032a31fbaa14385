import { GoError } from "../errors/template-error.js";
import { quoteGo } from "../text/quote.js";
import type { GoMap, GoValue } from "../values/value.js";

/** Deepest nesting that Go reads. */
const MAX_DEPTH = 10000;

/** A character as Go's JSON errors show it. */
function showChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${quoteGo(char).slice(1, -1)}'`;
}

/** `json.Unmarshal` into an `interface {}`: numbers are float64, the last of equal keys wins. @throws GoError with Go's text */
export function decodeJson(text: string): GoValue {
  return new Decoder(text).document();
}

class Decoder {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** A number that is out of range is reported only when the syntax of the whole is right. */
  #late: GoError | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  document(): GoValue {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected("after top-level value");
    if (this.#late) throw this.#late;
    return value;
  }

  #space(): void {
    while (this.#at < this.#text.length && " \t\r\n".includes(this.#text[this.#at]!)) this.#at++;
  }

  #unexpected(context: string): never {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw new GoError("unexpected end of JSON input");
    // Go reads bytes here: of a character beyond ASCII it names the first one.
    const first = Buffer.from(String.fromCodePoint(code), "utf8")[0]!;
    throw new GoError(`invalid character ${showChar(String.fromCharCode(first))} ${context}`);
  }

  #value(): GoValue {
    this.#space();
    const char = this.#text[this.#at];
    switch (char) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
    }
    if (char !== undefined && /[-0-9]/.test(char)) return this.#number();
    this.#unexpected("looking for beginning of value");
  }

  #nested<T>(body: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new GoError("exceeded max depth");
    this.#at++;
    const value = body();
    this.#depth--;
    return value;
  }

  #object(): GoMap {
    const map: GoMap = new Map();
    this.#space();
    if (this.#text[this.#at] === "}") {
      this.#at++;
      return map;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#unexpected("looking for beginning of object key string");
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ":") this.#unexpected("after object key");
      this.#at++;
      map.set(key, this.#value());
      this.#space();
      const next = this.#text[this.#at];
      if (next !== "," && next !== "}") this.#unexpected("after object key:value pair");
      this.#at++;
      if (next === "}") return map;
    }
  }

  #array(): GoValue[] {
    const list: GoValue[] = [];
    this.#space();
    if (this.#text[this.#at] === "]") {
      this.#at++;
      return list;
    }
    for (;;) {
      list.push(this.#value());
      this.#space();
      const next = this.#text[this.#at];
      if (next !== "," && next !== "]") this.#unexpected("after array element");
      this.#at++;
      if (next === "]") return list;
    }
  }

  #word<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++) {
      if (this.#text[this.#at] !== word[i]) this.#unexpected(`in literal ${word} (expecting ${showChar(word[i]!)})`);
      this.#at++;
    }
    return value;
  }

  #digits(context: string): void {
    if (!/[0-9]/.test(this.#text[this.#at] ?? "")) this.#unexpected(context);
    while (/[0-9]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #number(): number {
    const start = this.#at;
    if (this.#text[this.#at] === "-") this.#at++;
    if (this.#text[this.#at] === "0") this.#at++;
    else this.#digits("in numeric literal");
    if (this.#text[this.#at] === ".") {
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.#text[this.#at] ?? "")) {
      this.#at++;
      if (/[+-]/.test(this.#text[this.#at] ?? "")) this.#at++;
      this.#digits("in exponent of numeric literal");
    }
    const literal = this.#text.slice(start, this.#at);
    const value = Number(literal);
    if (!Number.isFinite(value)) this.#late ??= new GoError(`json: cannot unmarshal number ${literal} into Go value of type float64`);
    return value;
  }

  #string(): string {
    this.#at++;
    let out = "";
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new GoError("unexpected end of JSON input");
      if (char === '"') {
        this.#at++;
        return out.replace(/[\ud800-\udfff]/gu, "\ufffd");
      }
      if (char < " ") this.#unexpected("in string literal");
      if (char !== "\\") {
        out += char;
        this.#at++;
        continue;
      }
      this.#at++;
      out += this.#escape();
    }
  }

  #escape(): string {
    const simple: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", "\\": "\\", "/": "/", '"': '"' };
    const char = this.#text[this.#at];
    if (char === "u") {
      this.#at++;
      for (let i = 0; i < 4; i++, this.#at++) {
        if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? "")) this.#unexpected("in \\u hexadecimal character escape");
      }
      const unit = Number.parseInt(this.#text.slice(this.#at - 4, this.#at), 16);
      return String.fromCharCode(unit);
    }
    const value = char === undefined ? undefined : simple[char];
    if (value === undefined) this.#unexpected("in string escape code");
    this.#at++;
    return value;
  }
}
