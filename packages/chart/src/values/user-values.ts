import type { GoMap } from "@epicube/gotemplate";
import { applySet, parseJson, SetError, type SetMode } from "./set.js";
import { isTable, mergeMaps } from "./table.js";
import { readValues, ValuesError } from "./values-file.js";

/** What a user gives besides the chart, in helm's order of precedence, weakest first. */
export interface UserValues {
  readonly values?: readonly { readonly file: string; readonly text: string }[];
  readonly setJson?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
  readonly readValueFile?: (path: string) => string;
}

/** Adds up values files and `--set` arguments. @throws ValuesError with helm's text */
export function mergeUserValues(given: UserValues): GoMap {
  let values: GoMap = new Map();
  for (const { file, text } of given.values ?? []) {
    try {
      values = mergeMaps(values, readValues(text));
    } catch (error) {
      if (error instanceof ValuesError) throw new ValuesError(`failed to parse ${file}: ${error.message}`, { cause: error, file });
      throw error;
    }
  }
  for (const argument of given.setJson ?? []) {
    try {
      if (argument.trim().startsWith("{")) {
        const map = parseJson(argument.trim());
        if (isTable(map)) values = mergeMaps(values, map);
      } else applySet(argument, values, { kind: "json" });
    } catch (error) {
      if (!(error instanceof SetError)) throw error;
      const what = argument.trim().startsWith("{") ? "data JSON:" : "data";
      throw new ValuesError(`failed parsing --set-json ${what} ${argument}`, { cause: error });
    }
  }
  const read = given.readValueFile ?? refuse;
  const groups: [string, readonly string[] | undefined, SetMode][] = [
    ["--set", given.set, { kind: "typed" }],
    ["--set-string", given.setString, { kind: "string" }],
    ["--set-file", given.setFile, { kind: "file", read }],
    ["--set-literal", given.setLiteral, { kind: "literal" }],
  ];
  for (const [flag, list, mode] of groups) {
    for (const argument of list ?? []) {
      try {
        applySet(argument, values, mode);
      } catch (error) {
        if (!(error instanceof SetError)) throw error;
        throw new ValuesError(`failed parsing ${flag} data: ${error.message}`, { cause: error });
      }
    }
  }
  return values;
}

function refuse(path: string): string {
  throw new Error(`open ${path}: no such file or directory`);
}
