import { trimPython } from "../python/numbers.js";
import { equal } from "../python/operators.js";
import { str } from "../python/text.js";
import { PyDict, PySet, PyTuple, type PyValue } from "../python/value.js";
import { describeValue, laxBoolean } from "../yaml/reader.js";
import { resolveRuamelScalar } from "../yaml/ruamel.js";
import type { Spot } from "../yaml/spot.js";

/** Types of parameters, as `type:` of a support file says them. */
export const PARAMETER_TYPES = ["str", "int", "float", "bool", "list", "dict", "object", "id", "enum"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** One parameter of an entity model. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  /** Undefined: instances must give it. */
  readonly default?: PyValue;
  readonly defaultSpot?: Spot;
  /** Labels and their values, for an enum. */
  readonly values?: PyDict;
  /** The parameter's name in its support file. */
  readonly spot: Spot;
}

/** The pattern that tells a Jinja text where a number, bool, list or map is expected. */
export const JINJA_PATTERN = ".*\\{\\{.*\\}\\}.*";
const JINJA = /\{\{.*\}\}/;

const WANTED: Record<ParameterType, string> = {
  str: "text",
  id: "text",
  int: "an int",
  float: "a float",
  bool: "a bool",
  list: "a list",
  dict: "a map",
  object: "an object",
  enum: "one of its labels",
};

/** What a value of the type is called in messages. */
export function wantedText(type: ParameterType): string {
  return type === "int" || type === "float" || type === "bool" || type === "list" || type === "dict"
    ? `${WANTED[type]} or a {{ expression }}`
    : WANTED[type];
}

/** A value as the data model takes it, or why it does not. */
export type Accepted =
  | { readonly value: PyValue }
  | { readonly problem: string; readonly labels?: readonly string[]; readonly meant?: string };

/** Checks and converts a value given for a parameter, with the conversions of ibek's data model. */
export function acceptValue(parameter: Pick<Parameter, "name" | "type" | "values">, value: PyValue): Accepted {
  const { type } = parameter;
  if (type === "object") return { value };
  if (type === "enum") return acceptLabel(parameter, value);
  if (type === "str" || type === "id") return typeof value === "string" ? { value } : refuse(parameter, value);
  if (typeof value === "string" && JINJA.test(value)) return { value };
  const converted = convert(type, value);
  return converted === undefined ? refuse(parameter, value) : { value: converted };
}

function refuse(parameter: Pick<Parameter, "name" | "type">, value: PyValue): Accepted {
  return { problem: `${parameter.name} must be ${wantedText(parameter.type)}, got ${describeValue(value)}` };
}

function convert(type: "int" | "float" | "bool" | "list" | "dict", value: PyValue): PyValue | undefined {
  switch (type) {
    case "int":
      return laxInteger(value);
    case "float":
      return laxFloat(value);
    case "bool":
      return laxBoolean(value);
    case "list":
      if (Array.isArray(value)) return [...value];
      return value instanceof PyTuple || value instanceof PySet ? [...value.items] : undefined;
    case "dict":
      return value instanceof PyDict ? PyDict.of(value.entries()) : undefined;
  }
}

/** An int, or what converts to one without loss: `1.0`, true, `"07"`. */
export function laxInteger(value: PyValue): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^([-+]?)([0-9]+(?:_[0-9]+)*)(?:\.0+)?$/.exec(trimPython(value));
  if (!match || match[2]!.length > 4300) return undefined;
  const digits = BigInt(match[2]!.replaceAll("_", ""));
  return match[1] === "-" ? -digits : digits;
}

function laxFloat(value: PyValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return undefined;
  const text = trimPython(value);
  if (/^[-+]?(?:[0-9]+(?:_[0-9]+)*\.?(?:[0-9]+(?:_[0-9]+)*)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][-+]?[0-9]+)?$/.test(text))
    return Number(text.replaceAll("_", ""));
  const special = /^([-+]?)(inf|infinity|nan)$/i.exec(text);
  if (!special) return undefined;
  if (special[2]!.toLowerCase() === "nan") return Number.NaN;
  return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Labels of an enum; those with the same text are one, the last. */
export function enumLabels(values: PyDict): PyValue[] {
  const labels = new Map<string, PyValue>();
  for (const label of values.keys()) labels.set(str(label), label);
  return [...labels.values()];
}

/** A label as YAML writes it: text that would read as a number or bool in quotes. */
function labelText(label: PyValue): string {
  if (typeof label !== "string") return typeof label === "boolean" ? String(label) : str(label);
  const read = resolveRuamelScalar({ text: label, style: "plain" });
  return "value" in read && read.value === label ? label : JSON.stringify(label);
}

/** True when a value was written for a label, or a number for its text. */
function sameText(a: PyValue, b: PyValue): boolean {
  const simple = (value: PyValue) => value !== null && typeof value !== "object";
  return simple(a) && simple(b) && str(a) === str(b);
}

function acceptLabel(parameter: Pick<Parameter, "name" | "type" | "values">, value: PyValue): Accepted {
  const labels = enumLabels(parameter.values ?? new PyDict());
  for (const label of labels) {
    const sameType = typeof label === typeof value;
    const floatLabel = typeof label === "number" && (typeof value === "bigint" || typeof value === "boolean");
    if ((sameType || floatLabel) && equal(label, value)) return { value: label };
  }
  const texts = labels.map(labelText);
  const meant = [...(parameter.values?.entries() ?? [])].find(([label, own]) => sameText(label, value) || sameText(own, value))?.[0];
  return {
    problem: `${parameter.name} must be one of ${texts.join(", ")}, got ${describeValue(value)}`,
    labels: texts,
    ...(meant === undefined ? {} : { meant: labelText(meant) }),
  };
}
