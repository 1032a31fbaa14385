/** Helm's text of wrong flags. */
export class FlagError extends Error {}

/** How a flag takes its value: `list` is split at commas, `texts` is not, `bool` needs none. */
export type FlagKind = "bool" | "text" | "texts" | "list" | "optional";

/** What was given. */
export interface ParsedFlags {
  readonly positional: readonly string[];
  /** Values by long name, in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Parses arguments as helm's flag library does: `--name=value`, `--name value`, `-nVALUE`, flags anywhere, `--` ends them. @throws FlagError */
export function parseFlags(
  args: readonly string[],
  kinds: Readonly<Record<string, FlagKind>>,
  short: Readonly<Record<string, string>>,
): ParsedFlags {
  const positional: string[] = [];
  const values = new Map<string, string[]>();
  const add = (name: string, shown: string, value: string) => {
    const kind = kinds[name]!;
    const list = values.get(name) ?? [];
    values.set(name, list);
    if (kind === "bool") list[0] = String(parseBool(value, shown));
    else if (kind === "texts") list.push(value);
    else if (kind === "list") list.push(...splitCsv(value));
    else list[0] = value;
  };
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!;
    if (argument === "--") {
      positional.push(...args.slice(at + 1));
      break;
    }
    if (argument.startsWith("--")) {
      const equals = argument.indexOf("=");
      const name = argument.slice(2, equals === -1 ? undefined : equals);
      const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
      if (!kind) throw new FlagError(`unknown flag: --${name}`);
      if (equals !== -1) add(name, `--${name}`, argument.slice(equals + 1));
      else if (kind === "bool") add(name, `--${name}`, "true");
      else if (kind === "optional") add(name, `--${name}`, "");
      else if (at + 1 < args.length) add(name, `--${name}`, args[++at]!);
      else throw new FlagError(`flag needs an argument: --${name}`);
    } else if (argument.startsWith("-") && argument.length > 1) {
      const letter = argument[1]!;
      const name = Object.hasOwn(short, letter) ? short[letter]! : undefined;
      if (name === undefined) throw new FlagError(`unknown shorthand flag: '${letter}' in ${argument}`);
      const shown = `-${letter}, --${name}`;
      const rest = argument.slice(2);
      if (kinds[name] === "bool") {
        add(name, shown, rest.startsWith("=") ? rest.slice(1) : "true");
        if (rest !== "" && !rest.startsWith("=")) args = [...args.slice(0, at + 1), `-${rest}`, ...args.slice(at + 1)];
      } else if (rest !== "") add(name, shown, rest.startsWith("=") ? rest.slice(1) : rest);
      else if (at + 1 < args.length) add(name, shown, args[++at]!);
      else throw new FlagError(`flag needs an argument: '${letter}' in ${argument}`);
    } else positional.push(argument);
  }
  return { positional, values };
}

function parseBool(text: string, shown: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw new FlagError(
    `invalid argument ${JSON.stringify(text)} for "${shown}" flag: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/** One line of CSV: quotes keep commas. */
function splitCsv(text: string): string[] {
  if (text === "") return [];
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && field === "") quoted = true;
    else if (character === ",") {
      fields.push(field);
      field = "";
    } else field += character;
  }
  return [...fields, field];
}
