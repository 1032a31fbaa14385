import type { Clock } from "@epicube/core";
import {
  createFunctions,
  defineFunction,
  type FunctionTable,
  GoError,
  type GoMap,
  type GoValue,
  TemplateError,
  type TemplateFunction,
} from "@epicube/gotemplate";
import { parseJson, SetError } from "../values/set.js";
import { conversionMessage, decodeYamlMap, jsonKind, readYaml, toGoValue, YamlError } from "../yaml/decode.js";
import { encodeJson, JsonError } from "../yaml/json.js";
import { marshalYaml, ToYamlError, toYaml, toYamlPretty } from "../yaml/to-yaml.js";

/** What helm's functions take from outside. */
export interface HelmFunctionOptions {
  readonly clock?: Clock;
  readonly randomBytes?: (count: number) => Uint8Array;
  /** What `lookup` finds; default nothing. */
  readonly lookup?: (apiVersion: string, kind: string, namespace: string, name: string) => GoValue;
  /** `required` and `fail` give "" instead of failing, as in `helm lint`. */
  readonly lint?: boolean;
}

/** Times one name may be included within itself, as in helm. */
const MAX_INCLUDES = 1000;
const INCLUDES = Symbol("includes");

/** Marks a message of `required` and `fail`, so that it can be told from template errors. */
export const WARN_START = "HELM_ERR_START";
export const WARN_END = "HELM_ERR_END";
const warnError = (message: string) => new GoError(`${WARN_START}${message}${WARN_END}`);

const include = defineFunction(["string", "interface {}"], ([name, data], context) => {
  let counts = context.shared.get(INCLUDES) as Map<string, number> | undefined;
  if (!counts) {
    counts = new Map();
    context.shared.set(INCLUDES, counts);
  }
  const key = name as string;
  const count = counts.get(key) ?? 0;
  if (count > MAX_INCLUDES)
    throw new GoError(
      `rendering template has a nested reference name: ${key}: unable to execute template`,
      new Error("unable to execute template"),
    );
  counts.set(key, count + 1);
  const text = context.execute(context.set, key, data);
  counts.set(key, counts.get(key)! - 1);
  return text;
});

function makeTpl(quote: (text: string) => string): TemplateFunction {
  return defineFunction(["string", "interface {}"], ([given, data], context) => {
    const text = given as string;
    // nothing to do: no action in it
    if (!text.includes("{{")) return text.replaceAll("<no value>", "");
    const set = context.set.clone();
    try {
      set.parse(set.name, text);
    } catch (error) {
      if (!(error instanceof TemplateError) || error.code === "TEMPLATE_LIMIT") throw error;
      throw new GoError(`cannot parse template ${quote(text)}: ${error.message}`, error);
    }
    try {
      return context.execute(set, set.name, data).replaceAll("<no value>", "");
    } catch (error) {
      if (!(error instanceof TemplateError) || error.code === "TEMPLATE_LIMIT") throw error;
      throw new GoError(`error during tpl function execution for ${quote(text)}: ${error.message}`, error);
    }
  });
}

const isMissing = (value: GoValue) => value === null || value === undefined || value === "";

/** `fromJson` and `fromJsonArray` name what is wrong in Go's words where that is simple. */
function decodeJson(text: string, wanted: "object" | "array"): GoValue {
  const value = parseJson(text);
  if (value === null) return wanted === "object" ? new Map() : [];
  const kind = value instanceof Map ? "object" : Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  if (kind === wanted) return value;
  const type = wanted === "object" ? "map[string]interface {}" : "[]interface {}";
  throw new SetError(`json: cannot unmarshal ${kind} into Go value of type ${type}`);
}

function fromYamlArray(text: string): GoValue[] {
  try {
    const data = readYaml(text);
    if (data === null) return [];
    if (Array.isArray(data)) return toGoValue(data) as GoValue[];
    return [`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(data)} into Go value of type []interface {}`];
  } catch (error) {
    if (error instanceof YamlError) return [conversionMessage(error)];
    throw error;
  }
}

const errorMap = (message: string): GoMap => new Map([["Error", message]]);

function orError<T>(run: () => T, on: (message: string) => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof YamlError || error instanceof SetError || error instanceof JsonError || error instanceof ToYamlError)
      return on(error.message);
    throw error;
  }
}

const panics = (message: string): never => {
  throw new GoError(message);
};

/** All functions that helm's templates can call. */
export function helmFunctions(options: HelmFunctionOptions = {}): FunctionTable {
  const base = createFunctions({
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.randomBytes ? { randomBytes: options.randomBytes } : {}),
  });
  const text = (value: GoValue) => value as string;
  // the context is only for functions that execute templates
  const quote = (value: string) => String(base.printf?.call(["%q", value], undefined as never) ?? JSON.stringify(value));
  return {
    ...base,
    include,
    tpl: makeTpl(quote),
    required: defineFunction(["string", "interface {}"], ([warning, value]) => {
      if (!isMissing(value)) return value;
      if (options.lint) return "";
      throw warnError(text(warning));
    }),
    fail: defineFunction(["string"], ([message]) => {
      if (options.lint) return "";
      throw warnError(text(message));
    }),
    getHostByName: defineFunction(["string"], () => ""),
    lookup: defineFunction(["string", "string", "string", "string"], ([apiVersion, kind, namespace, name]) =>
      options.lookup ? options.lookup(text(apiVersion), text(kind), text(namespace), text(name)) : new Map(),
    ),
    toYaml: defineFunction(["interface {}"], ([value]) => toYaml(value)),
    mustToYaml: defineFunction(["interface {}"], ([value]) => orError(() => marshalYaml(value).replace(/\n$/, ""), panics)),
    toYamlPretty: defineFunction(["interface {}"], ([value]) => toYamlPretty(value)),
    fromYaml: defineFunction(["string"], ([given]) => orError<GoMap>(() => decodeYamlMap(text(given)) ?? new Map(), errorMap)),
    fromYamlArray: defineFunction(["string"], ([given]) => fromYamlArray(text(given))),
    toJson: defineFunction(["interface {}"], ([value]) =>
      orError(
        () => encodeJson(value),
        () => "",
      ),
    ),
    mustToJson: defineFunction(["interface {}"], ([value]) => orError(() => encodeJson(value), panics)),
    fromJson: defineFunction(["string"], ([given]) => orError<GoValue>(() => decodeJson(text(given), "object"), errorMap)),
    fromJsonArray: defineFunction(["string"], ([given]) =>
      orError<GoValue>(
        () => decodeJson(text(given), "array"),
        (message) => [message],
      ),
    ),
  };
}
