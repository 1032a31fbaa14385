import { type Diagnostic, nearest, type SourceRange } from "@epicube/core";
import { dereference, type YamlNode, type YamlSource } from "@epicube/core/yaml";
import type { z } from "zod";

/** The node at a path of keys and indexes, or the deepest one that is there; with `key` the key itself rather than its value. */
export function nodeAt(root: YamlNode | null, path: readonly PropertyKey[], key = false): YamlNode | null {
  let node = root;
  for (const [depth, part] of path.entries()) {
    if (!node) return null;
    const target = dereference(node);
    if (target.kind === "map") {
      const entry = target.entries.find((candidate) => {
        const name = dereference(candidate.key);
        return name.kind === "scalar" && name.text === String(part);
      });
      if (!entry) return node;
      if (key && depth === path.length - 1) return entry.key;
      node = entry.value;
    } else if (target.kind === "sequence") {
      const item = target.items[Number(part)];
      if (!item) return node;
      node = item;
    } else return node;
  }
  return node;
}

/** The place of a path in the source; the whole file's start where it is empty. */
export function rangeAt(source: YamlSource, path: readonly PropertyKey[], key = false): SourceRange {
  const node = nodeAt(source.documents[0] ?? null, path, key);
  return source.rangeOf(node ?? { start: 0, end: 0 });
}

/** What zod found, each at its place, with a suggestion for a key that is misspelt. */
export function locateIssues(
  source: YamlSource,
  issues: readonly z.core.$ZodIssue[],
  code: string,
  knownKeys: readonly string[],
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const issue of issues) {
    const path = issue.path;
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const near = nearest(key, knownKeys, 1)[0];
        found.push({
          code,
          severity: "error",
          message: `${where(path)}has no field ${JSON.stringify(key)}`,
          range: rangeAt(source, [...path, key], true),
          ...(near === undefined ? {} : { help: `did you mean ${near}?` }),
        });
      }
      continue;
    }
    if (issue.code === "invalid_key" && issue.issues[0]) {
      found.push({
        code,
        severity: "error",
        message: `${JSON.stringify(String(path.at(-1)))}: ${issue.issues[0].message}`,
        range: rangeAt(source, path, true),
      });
      continue;
    }
    found.push({ code, severity: "error", message: `${where(path)}${issue.message}`, range: rangeAt(source, path) });
  }
  return found;
}

function where(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `${path.map(String).join(".")}: `;
}
