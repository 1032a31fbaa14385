import type { SchemaIssue } from "@epicube/core/yaml";

/** A finding of zod, with what it says of wrong types and of choices. */
interface Issue extends SchemaIssue {
  readonly expected?: string;
  readonly errors?: readonly (readonly Issue[])[];
  readonly minimum?: unknown;
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
  null: "nothing",
};
const NEEDS_QUOTES = new Set(["number", "boolean"]);

/** Findings in the words of someone who writes YAML: "a text is wanted, not a number". */
export function inPlainWords(issues: readonly SchemaIssue[], data: unknown): SchemaIssue[] {
  return issues.map((issue) => plain(issue, valueAt(data, issue.path)));
}

function plain(issue: Issue, value: unknown): SchemaIssue {
  if (issue.code === "invalid_type") return { ...issue, message: wanted([issue.expected ?? ""], value) };
  if (issue.code === "too_small" && Array.isArray(value)) return { ...issue, message: "the list is empty" };
  if (issue.code !== "invalid_union" || !issue.errors) return issue;
  // the choice that was meant is the one that fits so far in
  const branches = issue.errors.flatMap((branch) => (branch[0] ? [branch[0]] : []));
  const deep = branches.find((branch) => branch.path.length > 0);
  if (deep) return plain({ ...deep, path: [...issue.path, ...deep.path] }, valueAt(value, deep.path));
  const fitting = branches.find((branch) => branch.code !== "invalid_type");
  if (fitting) return { ...fitting, path: issue.path };
  return { ...issue, message: wanted([...new Set(branches.map((branch) => branch.expected ?? ""))], value) };
}

function wanted(types: readonly string[], value: unknown): string {
  const found = value === null || value === undefined ? "null" : Array.isArray(value) ? "array" : typeof value;
  const hint = types.length === 1 && types[0] === "string" && NEEDS_QUOTES.has(found) ? ": write it in quotes" : "";
  return `${types.map((type) => WORDS[type] ?? type).join(" or ")} is wanted, not ${found === "boolean" ? "true or false" : (WORDS[found] ?? found)}${hint}`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const step of path) value = typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  return value;
}
