import type { Clock } from "@epicube/core";
import {
  createFunctions,
  createIncludeFunctions,
  decodeJson,
  defineFunction,
  encodeJson,
  type FunctionTable,
  GoError,
  type GoMap,
  type GoValue,
} from "@epicube/gotemplate";
import { decodeToml } from "../toml/decode.js";
import { encodeToml } from "../toml/encode.js";
import { conversionMessage, decodeYamlMap, jsonKind, readYaml, toGoValue, YamlError } from "../yaml/decode.js";
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

/** `fromJson` and `fromJsonArray`. @throws GoError with Go's text */
function decodeJsonAs(text: string, wanted: "object" | "array"): GoValue {
  const value = decodeJson(text);
  if (value === null) return wanted === "object" ? new Map() : [];
  const kind = value instanceof Map ? "object" : Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  if (kind === wanted) return value;
  const type = wanted === "object" ? "map[string]interface {}" : "[]interface {}";
  throw new GoError(`json: cannot unmarshal ${kind} into Go value of type ${type}`);
}

function decodeYamlArray(text: string): GoValue[] {
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

/** Runs what may fail on a user's value; the message becomes a value, as helm has it. */
function orElse(run: () => GoValue, onError: (message: string) => GoValue): GoValue {
  try {
    return run();
  } catch (error) {
    if (error instanceof YamlError || error instanceof GoError || error instanceof ToYamlError) return onError(error.message);
    throw error;
  }
}

const errorMap = (message: string): GoMap => new Map([["Error", message]]);
const errorList = (message: string): GoValue => [message];
const panic = (message: string): never => {
  throw new GoError(message);
};

/** All functions that helm's templates can call. */
export function helmFunctions(options: HelmFunctionOptions = {}): FunctionTable {
  const { clock, randomBytes, lookup, lint = false } = options;
  const ofValue = (call: (value: GoValue) => GoValue) => defineFunction(["interface {}"], ([value]) => call(value));
  const ofText = (call: (text: string) => GoValue) => defineFunction(["string"], ([text]) => call(text as string));
  return {
    ...createFunctions({ ...(clock ? { clock } : {}), ...(randomBytes ? { randomBytes } : {}) }),
    ...createIncludeFunctions({ lint }),
    getHostByName: ofText(() => ""),
    lookup: defineFunction(["string", "string", "string", "string"], (args) =>
      lookup ? lookup(...(args as [string, string, string, string])) : new Map(),
    ),
    toYaml: ofValue(toYaml),
    mustToYaml: ofValue((value) => orElse(() => marshalYaml(value).replace(/\n$/, ""), panic)),
    toYamlPretty: ofValue(toYamlPretty),
    fromYaml: ofText((text) => orElse(() => decodeYamlMap(text) ?? new Map(), errorMap)),
    fromYamlArray: ofText(decodeYamlArray),
    toToml: ofValue((value) =>
      orElse(
        () => encodeToml(value),
        (message) => (message.startsWith("toml:") ? message : panic(message)),
      ),
    ),
    fromToml: ofText((text) => orElse(() => decodeToml(text), errorMap)),
    toJson: ofValue((value) =>
      orElse(
        () => encodeJson(value),
        () => "",
      ),
    ),
    mustToJson: ofValue((value) => orElse(() => encodeJson(value), panic)),
    fromJson: ofText((text) => orElse(() => decodeJsonAs(text, "object"), errorMap)),
    fromJsonArray: ofText((text) => orElse(() => decodeJsonAs(text, "array"), errorList)),
  };
}
