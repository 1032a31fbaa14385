import { GoError } from "../errors/template-error.js";
import { compileRegexp, expandReplacement, findAll, quoteMeta, type Regexp, replaceMatches, splitText } from "../regexp/regexp.js";
import { type GoType, type GoValue, goStrings, withType } from "../values/value.js";
import { defineFunction, type FunctionTable, type ParameterType, type TemplateFunction } from "./function.js";
import { toInt64 } from "./numbers.js";

const NIL_STRINGS: GoType = { name: "[]string", element: "string", nil: true };

function stringsOrNil(list: string[] | undefined): GoValue {
  return list === undefined || list.length === 0 ? withType([], NIL_STRINGS) : goStrings(list);
}

/** A function and its `must` twin: they differ only in the text of the error for a bad expression. */
function pair(
  name: string,
  parameters: readonly ParameterType[],
  run: (regexp: Regexp, args: readonly GoValue[]) => GoValue,
): Record<string, TemplateFunction> {
  return {
    [name]: defineFunction(parameters, (args) => run(mustCompile(args[0] as string), args)),
    [`must${name[0]!.toUpperCase()}${name.slice(1)}`]: defineFunction(parameters, (args) => run(compileRegexp(args[0] as string), args)),
  };
}

function mustCompile(source: string): Regexp {
  try {
    return compileRegexp(source);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const quoted = source.includes("`") ? JSON.stringify(source) : `\`${source}\``;
    throw new GoError(`regexp: Compile(${quoted}): ${error.message}`);
  }
}

const count = (value: GoValue): number => Number(toInt64(value));

/** RE2 functions: linear time, Go's syntax. */
export const regexpFunctions: FunctionTable = {
  ...pair("regexMatch", ["string", "string"], (regexp, [, text]) => regexp.find(text as string, 0) !== undefined),
  ...pair("regexFind", ["string", "string"], (regexp, [, text]) => {
    const match = regexp.find(text as string, 0);
    return match ? (text as string).slice(match[0], match[1]) : "";
  }),
  ...pair("regexFindAll", ["string", "string", "int"], (regexp, [, text, limit]) =>
    stringsOrNil(findAll(regexp, text as string, count(limit)).map(([start, end]) => (text as string).slice(start, end))),
  ),
  ...pair("regexReplaceAll", ["string", "string", "string"], (regexp, [, text, by]) =>
    replaceMatches(regexp, text as string, (match) => expandReplacement(by as string, regexp, text as string, match)),
  ),
  ...pair("regexReplaceAllLiteral", ["string", "string", "string"], (regexp, [, text, by]) =>
    replaceMatches(regexp, text as string, () => by as string),
  ),
  ...pair("regexSplit", ["string", "string", "int"], (regexp, [, text, limit]) => {
    const parts = splitText(regexp, text as string, count(limit));
    return parts === undefined ? stringsOrNil(undefined) : goStrings(parts);
  }),
  // Only this one swallows a bad expression.
  regexMatch: defineFunction(["string", "string"], ([source, text]) => {
    try {
      return compileRegexp(source as string).find(text as string, 0) !== undefined;
    } catch (error) {
      if (error instanceof GoError) return false;
      throw error;
    }
  }),
  regexQuoteMeta: defineFunction(["string"], ([text]) => quoteMeta(text as string)),
};
