/** Seeded generator of templates: typed expressions inside control structures, some of them wrong on purpose. */

/** Values that the generated templates read as `.Values.data`. */
export const DATA = {
  text: "Hello, World",
  words: "alpha beta-gamma_delta",
  accents: "héllo wörld €",
  empty: "",
  lines: "a: 1\n  b: [2]\n\n# c",
  digits: "042",
  version: "1.27.3-rc.1",
  number: 42,
  big: 6000000,
  half: 0.5,
  tiny: 0.00001,
  negative: -17,
  zero: 0,
  yes: true,
  no: false,
  nothing: null,
  list: [3, 1, 2],
  names: ["b", "a", "c", "a"],
  mixed: [1, "two", null, true, 2.5, [1, 2], { k: "v" }],
  none: [],
  map: { a: 1, b: "two", c: { d: [1, 2, 3], "e-f": true } },
  plain: { x: "1", y: "2", Z: "3", "10": "ten", "9": "nine" },
  hollow: {},
} as const;

type Kind = "text" | "int" | "float" | "bool" | "list" | "names" | "map" | "any";

const FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  text: ["text", "words", "accents", "empty", "lines", "digits", "version", "map.b"],
  int: [],
  float: ["number", "big", "half", "tiny", "negative", "zero", "map.a"],
  bool: ["yes", "no"],
  list: ["list", "names", "mixed", "none", "map.c.d"],
  names: ["names"],
  map: ["map", "plain", "hollow", "map.c"],
  any: ["nothing", "missing", "mixed", "number", "text", "yes", "map.missing"],
};

/** Functions by what they give: their name and the kinds of their arguments. */
const CALLS: Readonly<Record<Kind, readonly string[]>> = {
  text: [
    "upper text",
    "lower text",
    "title text",
    "untitle text",
    "swapcase text",
    "trim text",
    "nospace text",
    "initials text",
    "snakecase text",
    "kebabcase text",
    "camelcase text",
    "quote any",
    "squote any",
    "toString any",
    "toJson any",
    "toRawJson any",
    "toPrettyJson any",
    "b64enc text",
    "b32enc text",
    "sha1sum text",
    "sha256sum text",
    "adler32sum text",
    "trunc int text",
    "indent small text",
    "nindent small text",
    "replace text text text",
    "trimSuffix text text",
    "trimPrefix text text",
    "trimAll text text",
    "cat any any",
    "join text list",
    "print any any any",
    "printf format any any",
    "printf format float int",
    "default text any",
    "repeat small text",
    "abbrev int text",
    "wrap int text",
    "wrapWith int text text",
    "typeOf any",
    "kindOf any",
    "html any",
    "urlquery text",
    "js text",
    "plural text text int",
    "base text",
    "dir text",
    "ext text",
    "clean text",
    "regexReplaceAll regex text text",
    "regexFind regex text",
    "regexReplaceAllLiteral regex text text",
    "regexQuoteMeta text",
    "seq small small",
    "b64dec text",
    "coalesce any any text",
    "ternary text text bool",
    "substr small int text",
    "println any",
    "sha512sum text",
    "duration text",
    "abbrevboth small int text",
    "htmlDate stamp",
    'date "2006-01-02" stamp',
    "get map text",
  ],
  int: [
    "len text",
    "len list",
    "len map",
    "int any",
    "int64 any",
    "add int float",
    "add1 any",
    "sub any int",
    "mul int int any",
    "div any nonzero",
    "mod any nonzero",
    "max int int",
    "min int any",
    "atoi text",
    "toDecimal any",
    "adds",
  ],
  float: [
    "float64 any",
    "addf float float",
    "subf float float",
    "mulf float int",
    "divf float nonzero",
    "ceil float",
    "floor float",
    "round float small",
    "maxf float int",
    "minf float float",
    "add1f float",
  ],
  bool: [
    "eq text text",
    "ne int int",
    "lt int int",
    "le float float",
    "gt text text",
    "ge int int",
    "not any",
    "and bool bool",
    "or bool bool",
    "empty any",
    "hasKey map text",
    "contains text text",
    "hasPrefix text text",
    "hasSuffix text text",
    "has any list",
    "kindIs text any",
    "typeIs text any",
    "regexMatch regex text",
    "deepEqual any any",
    "all any any",
    "any any any",
    "isAbs text",
  ],
  list: [
    "list any any any",
    "list int int",
    "rest list",
    "initial list",
    "reverse list",
    "uniq list",
    "compact list",
    "concat list list",
    "append list any",
    "prepend list any",
    "without list any",
    "until small",
    "untilStep small small nonzero",
    "slice list",
    "regexFindAll regex text int",
    "tuple text text",
    "chunk nonneg list",
  ],
  names: ["splitList text text", "sortAlpha list", "keys map | sortAlpha", "toStrings list", "regexSplit regex text int"],
  map: [
    "dict text any text any",
    "pick map text text",
    "omit map text",
    "merge newmap map",
    "mergeOverwrite newmap map",
    "deepCopy map",
    "split text text",
    "splitn text small text",
    "set newmap text any",
    "unset newmap text",
  ],
  any: [
    "first list",
    "last list",
    "default any any",
    "coalesce any any",
    "get map text",
    "ternary any any bool",
    "index list zero",
    "index map text",
    "dig text text any map",
    "and any any",
    "or any any",
    "deepCopy any",
  ],
};

const TEXTS = [
  "",
  "a",
  "-",
  " ",
  "alpha",
  "World",
  "e-f",
  "x",
  "é",
  "a,b,c",
  "%d",
  "string",
  "map",
  "1.5",
  "true",
  "<&>",
  "two words",
  "_",
  "/a/../b.txt",
];
const REGEXES = ["a+", "[a-c]", "(l)(o)?", "\\\\d+", "^H", "x*", "(?i)W\\\\w+", "[[:space:]]", "é|ö", "b|$"];
const VERBS = [
  "d",
  "s",
  "v",
  "q",
  "x",
  "X",
  "t",
  "f",
  "e",
  "g",
  "T",
  "c",
  "U",
  "o",
  "b",
  "5d",
  "-6v|",
  "06.2f",
  "+v",
  "#v",
  "+d",
  "#x",
  ".2s",
  "8.3g",
  "z",
  " d",
  ".0f",
];

/** A small fast generator of numbers (mulberry32): the same seed gives the same templates everywhere. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

interface Variable {
  readonly name: string;
  readonly kind: Kind;
}

class Generator {
  readonly #below: (limit: number) => number;
  #names = 0;
  #defines: string[] = [];

  constructor(seed: number) {
    this.#below = numbers(seed);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }

  template(): string {
    const body = this.#body(3, [], false);
    return this.#defines.join("") + body;
  }

  #body(depth: number, variables: readonly Variable[], inRange: boolean): string {
    let text = "";
    const known = [...variables];
    for (let i = this.#below(3) + 1; i > 0; i--) text += this.#piece(depth, known, inRange);
    return text;
  }

  #tag(content: string): string {
    return `{{${this.#below(5) === 0 ? "-" : ""} ${content} ${this.#below(5) === 0 ? "-" : ""}}}`;
  }

  #piece(depth: number, variables: Variable[], inRange: boolean): string {
    const choice = this.#below(depth > 0 ? 13 : 5);
    const kind = this.#pick(["text", "int", "float", "bool", "list", "names", "map", "any"] as const);
    switch (choice) {
      case 0:
        return this.#pick(["text ", "\n  key: ", " \t\n", "}} ", "- item\n", "é€ "]);
      case 1:
      case 2:
      case 3:
        return this.#tag(this.#pipeline(kind, variables));
      case 4:
        return inRange && this.#below(3) === 0
          ? this.#tag(`if ${this.#value("bool", 1, variables)}`) + this.#tag(this.#pick(["break", "continue"])) + this.#tag("end")
          : "plain ";
      case 5:
      case 6: {
        let text =
          this.#tag(`if ${this.#value(this.#pick(["bool", "any", "text"] as const), 2, variables)}`) +
          this.#body(depth - 1, variables, inRange);
        if (this.#below(3) === 0)
          text += this.#tag(`else if ${this.#value("bool", 2, variables)}`) + this.#body(depth - 1, variables, inRange);
        if (this.#below(2) === 0) text += this.#tag("else") + this.#body(depth - 1, variables, inRange);
        return text + this.#tag("end");
      }
      case 7: {
        const inner = this.#below(2) === 0 ? this.#tag(this.#pick([".", ". | quote", "toJson ."])) : "";
        const otherwise = this.#below(2) === 0 ? this.#tag("else") + this.#body(depth - 1, variables, inRange) : "";
        return (
          this.#tag(`with ${this.#value(kind, 2, variables)}`) +
          inner +
          this.#body(depth - 1, variables, inRange) +
          otherwise +
          this.#tag("end")
        );
      }
      case 8:
      case 9: {
        const over = this.#pick(["list", "names", "map", "list"] as const);
        const index = `$i${this.#names++}`;
        const item = `$v${this.#names++}`;
        const inner: Variable[] = [...variables, { name: item, kind: over === "names" ? "text" : "any" }];
        const head = this.#pick([`${index}, ${item} := `, `${index}, ${item} := `, `${item} := `]);
        const shown = this.#tag(`${item}${this.#pick(["", " | toJson", " | quote"])}`);
        const otherwise = this.#below(3) === 0 ? this.#tag("else") + "none" : "";
        return (
          this.#tag(`range ${head}${this.#value(over, 2, variables)}`) +
          shown +
          this.#body(depth - 1, inner, true) +
          otherwise +
          this.#tag("end")
        );
      }
      case 10: {
        const name = `$x${this.#names++}`;
        const text = this.#tag(`${name} := ${this.#value(kind, 2, variables)}`);
        variables.push({ name, kind });
        return text;
      }
      case 11: {
        const variable = variables.length > 0 ? this.#pick(variables) : undefined;
        return variable
          ? this.#tag(`${variable.name} = ${this.#value(variable.kind, 2, variables)}`)
          : this.#tag(`range ${this.#below(4)}`) + this.#tag(".") + this.#tag("end");
      }
      default: {
        const name = `t${this.#names++}`;
        this.#defines.push(`{{ define "${name}" }}<{{ . | toJson }}>${this.#tag("$ | kindOf")}{{ end }}`);
        return this.#tag(this.#pick([`template "${name}" `, `include "${name}" `]) + this.#value(kind, 1, variables));
      }
    }
  }

  #pipeline(kind: Kind, variables: readonly Variable[]): string {
    let text = this.#value(kind, 3, variables);
    for (let i = this.#below(3); i > 0; i--) {
      text += ` | ${this.#pick(["quote", "toJson", "toString", 'default "d"', "typeOf", "kindOf", "empty", 'printf "%v"', "toString | upper", "toString | trunc 5", "not", 'print "p"'])}`;
    }
    return text;
  }

  /** An expression of a kind, in brackets where it needs them. Rarely one of another kind: errors must be alike too. */
  #value(wanted: Kind, depth: number, variables: readonly Variable[]): string {
    const kind = this.#below(60) === 0 ? this.#pick(["text", "int", "list", "map", "any"] as const) : wanted;
    if (depth <= 0 || this.#below(3) === 0) return this.#leaf(kind, variables);
    const words = this.#pick(CALLS[kind]).split(" ");
    if (words[0] === "adds") return `(add ${this.#value("int", depth - 1, variables)} ${this.#value("int", depth - 1, variables)})`;
    return `(${words.map((word, index) => (index === 0 ? word : this.#argument(word, depth, variables))).join(" ")})`;
  }

  #argument(word: string, depth: number, variables: readonly Variable[]): string {
    switch (word) {
      case "small":
        return String(this.#below(6));
      case "nonneg":
        return String(this.#below(3) + 1);
      case "nonzero":
        return this.#pick(["1", "2", "-3", "7"]);
      case "zero":
        return "0";
      case "regex":
        return `"${this.#pick(REGEXES)}"`;
      case "stamp":
        return `(int64 ${this.#below(2_000_000_000)})`;
      case "format":
        return `"${this.#pick(TEXTS).replace("%d", "")}%${this.#pick(VERBS)} %${this.#pick(VERBS)}"`;
      case "newmap":
        return `(dict "a" ${this.#leaf("any", variables)} "n" (dict "p" 1))`;
      case "text":
      case "int":
      case "float":
      case "bool":
      case "list":
      case "names":
      case "map":
      case "any":
        return this.#value(
          word === "any" ? this.#pick(["any", "text", "float", "list", "map", "int"] as const) : word,
          depth - 1,
          variables,
        );
      default:
        return word;
    }
  }

  #leaf(kind: Kind, variables: readonly Variable[]): string {
    const fitting = variables.filter((variable) => variable.kind === kind);
    if (fitting.length > 0 && this.#below(2) === 0) return this.#pick(fitting).name;
    if (this.#below(2) === 0 && FIELDS[kind].length > 0) return `$.Values.data.${this.#pick(FIELDS[kind])}`;
    switch (kind) {
      case "text":
        return `"${this.#pick(TEXTS)}"`;
      case "int":
        return this.#pick(["0", "1", "-2", "3", "10", "0x1F", "'a'", "1000000"]);
      case "float":
        return this.#pick(["1.5", "-0.25", "1e6", "2.0", "1e-7", "123456789.5"]);
      case "bool":
        return this.#pick(["true", "false"]);
      case "list":
        return `(list ${this.#below(5)} "${this.#pick(TEXTS)}" nil)`;
      case "names":
        return `(list "b" "${this.#pick(TEXTS)}")`;
      case "map":
        return `(dict "k" ${this.#below(5)})`;
      default:
        return this.#pick(["1", '"s"', "2.5", "true", "nil", "(list)", "(dict)"]);
    }
  }
}

/** The template of a seed. */
export function generateTemplate(seed: number): string {
  return new Generator(seed).template();
}
