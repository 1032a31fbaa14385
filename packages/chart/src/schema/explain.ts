import type { OutputUnit, Schema } from "@cfworker/json-schema";

/** The words that helm's validator (santhosh-tekuri/jsonschema) has for what is wrong. */
export function explainErrors(errors: readonly OutputUnit[], schema: Schema | boolean, data: unknown): string {
  const leaves = errors.filter((error) => !errors.some((other) => other !== error && isBelow(other, error)));
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const error of leaves) {
    const place = error.instanceLocation.replace(/^#/, "");
    const line = `- at '${place}': ${explain(error, resolvePointer(schema, error.keywordLocation), resolvePointer(data, error.instanceLocation))}`;
    if (!seen.has(line)) lines.push(line);
    seen.add(line);
  }
  return lines.join("\n");
}

/** True when `other` is a reason of `error`: it is reported deeper in the schema under the same way. */
function isBelow(other: OutputUnit, error: OutputUnit): boolean {
  return other.keywordLocation.startsWith(`${error.keywordLocation}/`) || other.keywordLocation.startsWith(`${error.keywordLocation}#`);
}

function resolvePointer(root: unknown, pointer: string): unknown {
  let node: unknown = root;
  for (const part of pointer.replace(/^#\/?/, "").split("/")) {
    if (part === "") continue;
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof node !== "object" || node === null) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}

const kindOf = (value: unknown) =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value === "object" ? "object" : typeof value;

const show = (value: unknown) => (typeof value === "string" ? `'${value}'` : JSON.stringify(value));

function explain(error: OutputUnit, expected: unknown, actual: unknown): string {
  const got = kindOf(actual);
  const length = Array.isArray(actual)
    ? actual.length
    : typeof actual === "string"
      ? Array.from(actual).length
      : Object.keys(actual ?? {}).length;
  switch (error.keyword) {
    case "type":
      return `got ${got}, want ${Array.isArray(expected) ? expected.join(" or ") : String(expected)}`;
    case "required": {
      const missing = (expected as string[]).filter((name) => !Object.hasOwn(actual as object, name));
      return missing.length === 1
        ? `missing property '${missing[0]}'`
        : `missing properties ${missing.map((name) => `'${name}'`).join(", ")}`;
    }
    case "additionalProperties": {
      const name = /"([^"]*)"/.exec(error.error)?.[1] ?? "";
      return `additional properties '${name}' not allowed`;
    }
    case "enum":
      return `value must be one of ${(expected as unknown[]).map(show).join(", ")}`;
    case "const":
      return `value must be ${show(expected)}`;
    case "pattern":
      return `${show(actual)} does not match pattern ${show(expected)}`;
    case "minLength":
      return `minLength: got ${length}, want ${String(expected)}`;
    case "maxLength":
      return `maxLength: got ${length}, want ${String(expected)}`;
    case "minItems":
    case "maxItems":
    case "minProperties":
    case "maxProperties":
      return `${error.keyword}: got ${length}, want ${String(expected)}`;
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return `${error.keyword}: got ${String(actual)}, want ${String(expected)}`;
    case "multipleOf":
      return `multipleOf: got ${String(actual)}, want ${String(expected)}`;
    case "uniqueItems":
      return "items are not unique";
    case "format":
      return `${show(actual)} is not valid ${String(expected)}`;
    case "not":
      return "not failed";
    case "false":
      return "false schema";
    default:
      return `${error.keyword} failed`;
  }
}
