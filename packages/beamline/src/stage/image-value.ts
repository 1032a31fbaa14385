import type { SourceRange } from "@epicube/core";
import { dereference, entryOf, loadYaml, type YamlNode } from "@epicube/core/yaml";

/** Where in a chart's values an image reference stands. */
export type ImageKey = readonly string[];

/** Where an image reference is written. */
export interface FoundImage {
  readonly key: ImageKey;
  readonly range: SourceRange;
}

/**
 * The place of the values that holds an image reference as written: `image`, or `image` of one of the top-level maps (a subchart's values, such as
 * `ioc-instance`). The last file wins, as in helm. Undefined when no values file writes it.
 */
export function findImage(files: readonly { readonly file: string; readonly text: string }[], reference: string): FoundImage | undefined {
  for (const { file, text } of [...files].reverse()) {
    const source = loadYaml(text, { file, duplicateKeys: "last" }).value;
    const root = source?.documents[0];
    if (!source || !root) continue;
    const map = dereference(root);
    if (map.kind !== "map") continue;
    const own = entryOf(map, "image")?.value;
    if (own && isText(own, reference)) return { key: ["image"], range: source.rangeOf(own) };
    for (const entry of map.entries) {
      const key = dereference(entry.key);
      const value = entryOf(entry.value, "image")?.value;
      if (key.kind === "scalar" && value && isText(value, reference)) return { key: [key.text, "image"], range: source.rangeOf(value) };
    }
  }
  return undefined;
}

function isText(node: YamlNode, text: string): boolean {
  const target = dereference(node);
  return target.kind === "scalar" && target.text === text;
}

/** A values file that sets one key to a text. JSON strings are YAML. */
export function valuesFileFor(key: ImageKey, value: string): string {
  return `${key.map((name, depth) => `${"  ".repeat(depth)}${JSON.stringify(name)}:`).join("\n")} ${JSON.stringify(value)}\n`;
}
