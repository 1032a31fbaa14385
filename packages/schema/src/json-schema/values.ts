import { str } from "../python/text.js";
import { PyDict, type PyValue } from "../python/value.js";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

/** A Python value as JSON has it; what JSON cannot hold becomes text. */
export function toJson(value: PyValue): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof PyDict) return Object.fromEntries([...value.entries()].map(([key, item]) => [str(key), toJson(item)]));
  return str(value);
}

/** Labels of an enum: its values, with their type where they have one in common. */
export function enumSchema(labels: readonly PyValue[]): JsonSchema {
  const types = new Set(labels.map((label) => typeof label));
  const [type] = types;
  const names: Record<string, string> = { string: "string", bigint: "integer", number: "number", boolean: "boolean" };
  const name = types.size === 1 ? names[type ?? ""] : undefined;
  return { enum: labels.map(toJson), ...(name === undefined ? {} : { type: name }) };
}
