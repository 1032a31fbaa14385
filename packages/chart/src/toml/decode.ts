import { GoError, type GoMap, type GoSlice, type GoValue, goInt64, quoteGo, withType } from "@epicube/gotemplate";

const MAX_DEPTH = 200;
const TABLES = { name: "[]map[string]interface {}", element: "map[string]interface {}" } as const;

/** Reads TOML as helm's `fromToml`: whole numbers are int64, dates stay texts. @throws GoError with the line */
export function decodeToml(text: string): GoMap {
  return new Decoder(text.replaceAll("\r\n", "\n")).document();
}

class Decoder {
  readonly #text: string;
  #at = 0;
  #key = "";
  /** Tables that a header or a dotted key made; inline tables and values cannot be added to. */
  readonly #defined = new Set<GoMap>();
  readonly #open = new Set<GoMap>();

  constructor(text: string) {
    this.#text = text;
  }

  #fail(message: string): never {
    const line = this.#text.slice(0, this.#at).split("\n").length;
    throw new GoError(`toml: line ${line}${this.#key === "" ? "" : ` (last key ${quoteGo(this.#key)})`}: ${message}`);
  }

  document(): GoMap {
    const root: GoMap = new Map();
    let table = root;
    this.#open.add(root);
    for (;;) {
      this.#skipLines();
      if (this.#at >= this.#text.length) return root;
      if (this.#text[this.#at] === "[") table = this.#header(root);
      else this.#pair(table);
      this.#blanks();
      this.#comment();
      const next = this.#text[this.#at];
      this.#key = "";
      if (next !== undefined && next !== "\n")
        this.#fail(`expected a top-level item to end with a newline, comment, or EOF, but got '${next}' instead`);
    }
  }

  #blanks(): void {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
  }

  #comment(): void {
    if (this.#text[this.#at] === "#") while (this.#at < this.#text.length && this.#text[this.#at] !== "\n") this.#at++;
  }

  #skipLines(): void {
    for (;;) {
      this.#blanks();
      this.#comment();
      if (this.#text[this.#at] !== "\n") return;
      this.#at++;
    }
  }

  #expect(text: string, what: string): void {
    this.#blanks();
    if (!this.#text.startsWith(text, this.#at))
      this.#fail(this.#at >= this.#text.length ? `unexpected EOF; expected ${what}` : `expected ${what}`);
    this.#at += text.length;
  }

  #keyPart(): string {
    this.#blanks();
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return this.#string(quote);
    const match = /^[A-Za-z0-9_-]+/.exec(this.#text.slice(this.#at, this.#at + 1024));
    if (!match)
      this.#fail(
        this.#at >= this.#text.length ? "unexpected EOF; expected a key" : `bare keys cannot contain ${quoteGo(this.#text[this.#at]!)}`,
      );
    this.#at += match![0].length;
    return match![0];
  }

  #keyPath(): string[] {
    const path = [this.#keyPart()];
    this.#blanks();
    while (this.#text[this.#at] === ".") {
      this.#at++;
      path.push(this.#keyPart());
      this.#blanks();
    }
    return path;
  }

  /** The table at a path below `from`; tables on the way are made, of a list of tables the last one counts. */
  #descend(from: GoMap, path: readonly string[]): GoMap {
    let table = from;
    for (const part of path) {
      let next = table.get(part);
      if (Array.isArray(next)) next = next.at(-1);
      if (next === undefined || next === null) {
        const made: GoMap = new Map();
        this.#open.add(made);
        table.set(part, made);
        table = made;
      } else if (next instanceof Map && this.#open.has(next)) table = next;
      else this.#fail(`Key '${path.join(".")}' has already been defined.`);
    }
    return table;
  }

  #header(root: GoMap): GoMap {
    const list = this.#text.startsWith("[[", this.#at);
    this.#at += list ? 2 : 1;
    const path = this.#keyPath();
    this.#expect(list ? "]]" : "]", list ? "end of table array name delimiter ']'" : "end of table name delimiter ']'");
    const above = this.#descend(root, path.slice(0, -1));
    const name = path.at(-1)!;
    const current = above.get(name);
    const table: GoMap = new Map();
    if (list) {
      if (current !== undefined && !Array.isArray(current))
        this.#fail(`Key '${path.join(".")}' was already created and cannot be used as an array.`);
      const tables: GoSlice = Array.isArray(current) ? current : withType([], TABLES);
      tables.push(table);
      above.set(name, tables);
      this.#open.add(table);
      return table;
    }
    if (current === undefined) {
      above.set(name, table);
      this.#open.add(table);
      this.#defined.add(table);
      return table;
    }
    if (!(current instanceof Map) || !this.#open.has(current) || this.#defined.has(current))
      this.#fail(`Key '${path.join(".")}' has already been defined.`);
    this.#defined.add(current as GoMap);
    return current as GoMap;
  }

  #pair(table: GoMap, depth = 0): void {
    const path = this.#keyPath();
    this.#expect("=", "key separator '='");
    this.#key = path.join(".");
    const value = this.#value(depth);
    const above = this.#descend(table, path.slice(0, -1));
    for (const on of path.slice(0, -1).map((_, index) => this.#descend(table, path.slice(0, index + 1)))) this.#defined.add(on);
    if (above.has(path.at(-1)!)) this.#fail(`Key '${this.#key}' has already been defined.`);
    above.set(path.at(-1)!, value);
  }

  #value(depth: number): GoValue {
    if (depth > MAX_DEPTH) this.#fail("nested too deep");
    this.#blanks();
    const first = this.#text[this.#at];
    if (first === undefined) this.#fail("unexpected EOF; expected value");
    if (first === '"' || first === "'") return this.#string(first, true);
    if (first === "[") return this.#array(depth);
    if (first === "{") return this.#inline(depth);
    const match = /^[A-Za-z0-9+\-_.:]+(?: \d\d:\d\d[\d:.Z+-]*)?/.exec(this.#text.slice(this.#at, this.#at + 512));
    if (!match) this.#fail(`expected value but found '${first}' instead`);
    const word = match![0];
    this.#at += word.length;
    return this.#word(word);
  }

  #word(word: string): GoValue {
    if (word === "true" || word === "false") return word === "true";
    const special = /^([+-]?)(inf|nan)$/.exec(word);
    if (special) return special[2] === "nan" ? Number.NaN : special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const number = /^[+-]?(?:0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9_]+)$/.test(word) && !/^_|__|_$/.test(word);
    const plain = word.replaceAll("_", "");
    if (number) {
      if (/^[+-]?0[0-9]/.test(plain)) this.#fail(`Invalid integer ${quoteGo(word)}: cannot have leading zeroes`);
      const value = plain.startsWith("-") ? -BigInt(plain.slice(1)) : BigInt(plain.replace("+", ""));
      if (BigInt.asIntN(64, value) !== value) this.#fail(`${word} is out of range for int64`);
      return goInt64(value);
    }
    if (/^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(plain)) return Number(plain);
    if (/^\d{4}-\d\d-\d\d|^\d\d:\d\d/.test(word)) return word;
    return this.#fail(`expected value but found ${quoteGo(word)} instead`);
  }

  #array(depth: number): GoValue[] {
    this.#at++;
    const items: GoValue[] = [];
    for (;;) {
      this.#skipLines();
      if (this.#text[this.#at] === "]") break;
      if (this.#at >= this.#text.length) this.#fail("expected a comma (',') or array terminator (']'), but got end of file");
      items.push(this.#value(depth + 1));
      this.#skipLines();
      if (this.#text[this.#at] === ",") this.#at++;
      else if (this.#text[this.#at] !== "]")
        this.#fail(
          `expected a comma (',') or array terminator (']'), but got ${this.#at >= this.#text.length ? "end of file" : `'${this.#text[this.#at]}'`}`,
        );
    }
    this.#at++;
    const tables = items.length > 0 && items.every((item) => item instanceof Map);
    return tables ? (withType(items, TABLES) as GoValue[]) : items;
  }

  #inline(depth: number): GoMap {
    this.#at++;
    const table: GoMap = new Map();
    this.#open.add(table);
    this.#blanks();
    while (this.#text[this.#at] !== "}") {
      this.#pair(table, depth + 1);
      this.#blanks();
      if (this.#text[this.#at] === ",") this.#at++;
      else if (this.#text[this.#at] !== "}")
        this.#fail(
          `expected a comma or an inline table terminator '}', but got ${this.#at >= this.#text.length ? "end of file" : `'${this.#text[this.#at]}'`} instead`,
        );
      this.#blanks();
    }
    this.#at++;
    this.#open.delete(table);
    return table;
  }

  #string(quote: string, mayBeLong = false): string {
    const long = mayBeLong && this.#text.startsWith(quote.repeat(3), this.#at);
    this.#at += long ? 3 : 1;
    if (long && this.#text[this.#at] === "\n") this.#at++;
    let out = "";
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined)
        this.#fail(`unexpected EOF; expected ${long ? `'${quote.repeat(3)}'` : quote === '"' ? "'\"'" : '"\'"'}`);
      if (character === quote && (!long || this.#text.startsWith(quote.repeat(3), this.#at))) {
        if (!long) {
          this.#at++;
          return out;
        }
        // up to two quotes may stand before the closing three
        while (this.#text[this.#at + 3] === quote && out.length < this.#text.length) {
          out += quote;
          this.#at++;
        }
        this.#at += 3;
        return out;
      }
      if (character === "\n" && !long) this.#fail("strings cannot contain newlines");
      if (character === "\\" && quote === '"') out += this.#escape(long);
      else {
        out += character;
        this.#at++;
      }
    }
  }

  #escape(long: boolean): string {
    const simple: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b", '"': '"', "\\": "\\" };
    const name = this.#text[this.#at + 1] ?? "";
    if (long && /^[ \t]*\n/.test(this.#text.slice(this.#at + 1, this.#at + 256))) {
      this.#at++;
      while (/[ \t\n]/.test(this.#text[this.#at] ?? "")) this.#at++;
      return "";
    }
    if (Object.hasOwn(simple, name)) {
      this.#at += 2;
      return simple[name]!;
    }
    const length = name === "u" ? 4 : name === "U" ? 8 : 0;
    const digits = this.#text.slice(this.#at + 2, this.#at + 2 + length);
    if (length === 0 || !/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) this.#fail(`invalid escape character ${quoteGo(name)}`);
    const code = Number.parseInt(digits, 16);
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) this.#fail(`Escaped character '\\${name}${digits}' is not valid UTF-8.`);
    this.#at += 2 + length;
    return String.fromCodePoint(code);
  }
}
