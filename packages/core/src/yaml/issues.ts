import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.js";
import { nearest } from "../text/nearest.js";
import type { YamlSource } from "./load.js";
import { dereference, entryOf, type YamlNode } from "./node.js";

/** A schema finding as zod gives it: where in the data, what is wrong, and for unknown keys their names. Structural, so that core needs no zod. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  /** What is wrong with a key, for `invalid_key`. */
  readonly issues?: readonly { readonly message: string }[];
}

/** How {@link diagnosticsOfIssues} names its findings. */
export interface DiagnosticsOfIssuesOptions {
  /** Code of each diagnostic. */
  readonly code: string;
  /** Keys that are known at a path, for "did you mean". */
  readonly knownKeys?: (path: readonly PropertyKey[]) => Iterable<string>;
}

/**
 * Findings of a schema check on `yamlToJs` data as diagnostics on the YAML text: an unknown key at the key, a missing one at its map, a wrong
 * value at the value.
 */
export function diagnosticsOfIssues(
  source: YamlSource,
  root: YamlNode | null,
  issues: readonly SchemaIssue[],
  options: DiagnosticsOfIssuesOptions,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const issue of issues) {
    const at = nodeAt(root, issue.path);
    if (issue.code === "unrecognized_keys" && issue.keys) {
      for (const key of issue.keys) {
        const entry = entryOf(at.node, key);
        const hint = nearest(key, options.knownKeys?.(issue.path) ?? []);
        found.push({
          code: options.code,
          severity: "error",
          message: `unknown key ${JSON.stringify(key)}${where(issue.path)}`,
          range: rangeOf(source, entry?.key ?? at.node),
          ...(hint.length > 0 ? { help: `did you mean ${hint.join(", ")}?` } : {}),
        });
      }
      continue;
    }
    if (issue.code === "invalid_key" && issue.issues?.[0]) {
      const message = `${JSON.stringify(String(issue.path.at(-1)))}${where(issue.path.slice(0, -1))}: ${lowerFirst(issue.issues[0].message)}`;
      found.push({ code: options.code, severity: "error", message, range: rangeAtPath(source, root, issue.path, { key: true }) });
      continue;
    }
    const missing = at.rest.length > 0;
    const name = issue.path.map(String).join(".");
    const message = missing ? `${name || "the document"} is required` : `${name ? `${name}: ` : ""}${lowerFirst(issue.message)}`;
    found.push({ code: options.code, severity: "error", message, range: rangeOf(source, missing ? (at.key ?? at.node) : at.node) });
  }
  return found;
}

/** The place of a path of keys and indexes: its value, or with `key` its key; of what is missing, the deepest that is there. */
export function rangeAtPath(
  source: YamlSource,
  root: YamlNode | null,
  path: readonly PropertyKey[],
  options: { readonly key?: boolean } = {},
): SourceRange {
  const at = nodeAt(root, path);
  return rangeOf(source, at.rest.length > 0 || options.key ? (at.key ?? at.node) : at.node);
}

/** A collection that goes over several lines is shown by its first. */
function rangeOf(source: YamlSource, node: YamlNode | undefined): SourceRange {
  if (!node) return { file: source.file, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
  const lineEnd = source.text.indexOf("\n", node.start);
  return source.rangeOf({ start: node.start, end: lineEnd === -1 ? node.end : Math.max(node.start, Math.min(node.end, lineEnd)) });
}

function nodeAt(
  root: YamlNode | null,
  path: readonly PropertyKey[],
): { node: YamlNode | undefined; key: YamlNode | undefined; rest: readonly PropertyKey[] } {
  let node: YamlNode | undefined = root ?? undefined;
  let key: YamlNode | undefined;
  for (let index = 0; index < path.length; index++) {
    const step = path[index]!;
    const target = node && dereference(node);
    let next: YamlNode | undefined;
    if (target?.kind === "sequence" && typeof step === "number") next = target.items[step];
    else if (target?.kind === "map") {
      const entry = entryOf(target, String(step));
      next = entry?.value;
      if (entry) key = entry.key;
    }
    if (!next) return { node, key, rest: path.slice(index) };
    node = next;
  }
  return { node, key, rest: [] };
}

function where(path: readonly PropertyKey[]): string {
  return path.length > 0 ? ` in ${path.map(String).join(".")}` : "";
}

/** zod's sentence as the second half of ours. */
function lowerFirst(sentence: string): string {
  const text = sentence.replace(/^Invalid input: /, "");
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
