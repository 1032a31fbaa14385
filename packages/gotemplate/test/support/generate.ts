/** Seeded generator of templates: typed expressions inside control structures, some of them wrong on purpose. */

import { CALLS, FIELDS, type Kind, REGEXES, TEXTS, VERBS } from "./grammar.js";

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
