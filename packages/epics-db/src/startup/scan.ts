import { createLineIndex, type Diagnostic, type SourceRange } from "@epicube/core";
import { expandMacros } from "../macros/expand.js";
import { createMacroScope } from "../macros/scope.js";

/** One command of a startup script. */
export interface StartupCommand {
  readonly name: string;
  /** Arguments after macro expansion and without quotes. */
  readonly arguments: readonly string[];
  readonly range: SourceRange;
}

/** A `dbLoadRecords` or `dbLoadTemplate`. */
export interface DatabaseLoad {
  readonly kind: "records" | "template";
  /** File as named, after macro expansion. */
  readonly file: string;
  /** Macro definition list; empty when there is none. */
  readonly macros: string;
  readonly range: SourceRange;
}

/** What a startup script does, as far as it can be known without running it. */
export interface StartupScript {
  readonly commands: readonly StartupCommand[];
  readonly loads: readonly DatabaseLoad[];
  /** Variables that `epicsEnvSet` sets, with their last value. */
  readonly environment: Readonly<Record<string, string>>;
  /** Scripts that are run with `<` or iocshLoad. */
  readonly scripts: readonly { readonly file: string; readonly range: SourceRange }[];
}

const SEPARATORS = " \t(),\r";

/** Splits a line as the IOC shell does: blanks, commas and brackets separate; quotes hold together; a backslash escapes. */
function splitLine(line: string): { words: string[]; unbalanced: boolean } {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === "\\" && at + 1 < line.length) {
      word = (word ?? "") + line[++at]!;
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (SEPARATORS.includes(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== undefined) words.push(word);
  return { words, unbalanced: quote !== "" };
}

/**
 * Scans a startup script (`st.cmd`) for what it loads and sets, with positions. References are expanded from `env` and from the variables
 * that the script has set so far. Never throws.
 *
 * Diagnostics: `STARTUP_QUOTE` (a quote that does not end on its line), `STARTUP_ARGUMENT` (a load without a file).
 */
export function scanStartup(
  text: string,
  options: { readonly file: string; readonly env?: Readonly<Record<string, string | undefined>> },
): { value: StartupScript; diagnostics: Diagnostic[] } {
  const index = createLineIndex(text);
  const diagnostics: Diagnostic[] = [];
  const commands: StartupCommand[] = [];
  const loads: DatabaseLoad[] = [];
  const scripts: { file: string; range: SourceRange }[] = [];
  const environment: Record<string, string> = {};
  let offset = 0;
  for (const raw of text.split("\n")) {
    const lead = raw.length - raw.trimStart().length;
    const range = index.rangeOf(options.file, offset + lead, offset + raw.trimEnd().length);
    offset += raw.length + 1;
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const scope = createMacroScope(environment, (name) => options.env?.[name]);
    const { words, unbalanced } = splitLine(expandMacros(line, scope).text);
    if (unbalanced)
      diagnostics.push({
        code: "STARTUP_QUOTE",
        severity: "error",
        message: "a quote is not closed on its line",
        range,
        help: 'add the closing "',
      });
    const [first, ...rest] = words;
    if (first === undefined) continue;
    if (first.startsWith("<")) {
      const file = first.length > 1 ? first.slice(1) : rest[0];
      if (file !== undefined) scripts.push({ file, range });
      continue;
    }
    commands.push({ name: first, arguments: rest, range });
    if (first === "epicsEnvSet" && rest[0] !== undefined) environment[rest[0]] = rest[1] ?? "";
    else if (first === "epicsEnvUnset" && rest[0] !== undefined) delete environment[rest[0]];
    else if (first === "iocshLoad" && rest[0] !== undefined) scripts.push({ file: rest[0], range });
    else if (first === "dbLoadRecords" || first === "dbLoadTemplate") {
      const [file, macros] = rest;
      if (file === undefined)
        diagnostics.push({ code: "STARTUP_ARGUMENT", severity: "error", message: `${first} needs a file`, range, help: `${first} "FILE"` });
      else loads.push({ kind: first === "dbLoadRecords" ? "records" : "template", file, macros: macros ?? "", range });
    }
  }
  return { value: { commands, loads, environment, scripts }, diagnostics };
}
