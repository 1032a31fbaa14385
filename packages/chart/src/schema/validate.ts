import { type Schema, type SchemaDraft, Validator } from "@cfworker/json-schema";
import { decodeGo, type GoMap, type GoValue, toJs } from "@epicube/gotemplate";
import type { WorkChart } from "../render/work-chart.js";
import { isTable } from "../values/table.js";
import { explainSchema } from "./explain.js";

/**
 * Helm's text of what values.schema.json of a chart and of its subcharts finds in the values, or undefined. A `$ref` out of the schema is
 * never followed: it is an error.
 */
export function schemaErrors(work: WorkChart, values: GoMap): string | undefined {
  let text = "";
  if (work.chart.schema) {
    const found = validateOne(work.chart.schema, values);
    if (found !== undefined) text += `${work.name}:\n${found}`;
  }
  for (const child of work.dependencies) {
    const below = values.get(child.name);
    if (below === undefined || below === null) continue;
    if (!isTable(below)) text += `${child.name}:\ninvalid type for values: expected object (map), got ${goTypeName(below)}\n`;
    else text += schemaErrors(child, below) ?? "";
  }
  return text === "" ? undefined : text;
}

function goTypeName(value: GoValue): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "[]interface {}" : "float64";
}

function validateOne(bytes: Uint8Array, values: GoMap): string | undefined {
  let schema: Schema | boolean;
  try {
    schema = JSON.parse(decodeGo(bytes)) as Schema | boolean;
  } catch (error) {
    return (error as Error).message;
  }
  const outside = findOutsideReference(schema, 0);
  if (outside !== undefined)
    return `"file:///values.schema.json#" is not valid: the reference ${JSON.stringify(outside)} leads out of the schema, and nothing is fetched\n`;
  const data = toJs(values);
  try {
    const validator = new Validator(schema as Schema, draftOf(schema), false);
    const result = validator.validate(data);
    if (result.valid) return undefined;
    const lines = explainSchema(schema, data);
    const plain = result.errors.map((error) => `- at '${error.instanceLocation.slice(1)}': ${error.error}`);
    return `${(lines.length > 0 ? lines : plain).join("\n")}\n`;
  } catch (error) {
    return `unable to validate schema: ${(error as Error).message}`;
  }
}

function draftOf(schema: Schema | boolean): SchemaDraft {
  const named = typeof schema === "object" && typeof schema.$schema === "string" ? schema.$schema : "";
  if (named.includes("draft-04")) return "4";
  if (named.includes("draft-06") || named.includes("draft-07")) return "7";
  return named.includes("2019-09") ? "2019-09" : "2020-12";
}

const MAX_DEPTH = 200;

/** A `$ref` with a scheme or a path: only `#…` and names that the schema itself gives stay inside. */
function findOutsideReference(node: unknown, depth: number): string | undefined {
  if (typeof node !== "object" || node === null || depth > MAX_DEPTH) return undefined;
  for (const [key, value] of Object.entries(node)) {
    if (
      key === "$ref" &&
      typeof value === "string" &&
      /^(?:https?|file|ftp):/i.test(value) &&
      !value.startsWith("http://json-schema.org/") &&
      !value.startsWith("https://json-schema.org/")
    )
      return value;
    if (key === "enum" || key === "const" || key === "default" || key === "examples") continue;
    const found = findOutsideReference(value, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
