import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.js";
import { nearest } from "../text/nearest.js";
import type { YamlSource } from "./load.js";
import { dereference, entryOf, type YamlNode } from "./node.js";

/** A schema finding as zod gives it: where in the data, what is wrong, and for unknown keys their names. Structural, so that core needs no zod. */
export interface SchemaIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
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
    const missing = at.rest.length > 0;
    const name = issue.path.map(String).join(".");
    const message = missing ? `${name || "the document"} is required` : `${name ? `${name}: ` : ""}${lowerFirst(issue.message)}`;
    found.push({ code: options.code, severity: "error", message, range: rangeOf(source, missing ? (at.key ?? at.node) : at.node) });
  }
  return found;
}

function rangeOf(source: YamlSource, node: YamlNode | undefined): SourceRange {
  if (!node) return { file: source.file, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
  const target = node.kind === "map" || node.kind === "sequence" ? firstOf(node) : node;
  return source.rangeOf(target);
}

/** A collection is shown by its first key or item, since its own end may be many lines away. */
function firstOf(node: YamlNode): YamlNode {
  if (node.kind === "map" && node.entries[0] && !node.entries[0].merged) return node.entries[0].key;
  if (node.kind === "sequence" && node.items[0]) return firstOf(node.items[0]);
  return node;
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

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
