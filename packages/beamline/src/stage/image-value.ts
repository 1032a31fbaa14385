import { dereference, entryOf, loadYaml, type YamlNode } from "@epicube/core/yaml";

/** Where in a chart's values an image reference stands. */
export type ImageKey = readonly string[];

/**
 * The key of the values that holds an image reference as written: `image`, or `image` of one of the top-level maps (a subchart's values, such as
 * `ioc-instance`). The last file wins, as in helm. Undefined when no values file writes it.
 */
export function findImageKey(files: readonly { readonly file: string; readonly text: string }[], reference: string): ImageKey | undefined {
  for (const { file, text } of [...files].reverse()) {
    const root = loadYaml(text, { file, duplicateKeys: "last" }).value?.documents[0];
    if (!root) continue;
    const map = dereference(root);
    if (map.kind !== "map") continue;
    if (isText(entryOf(map, "image")?.value, reference)) return ["image"];
    for (const entry of map.entries) {
      const key = dereference(entry.key);
      if (key.kind === "scalar" && isText(entryOf(entry.value, "image")?.value, reference)) return [key.text, "image"];
    }
  }
  return undefined;
}

function isText(node: YamlNode | undefined, text: string): boolean {
  const target = node && dereference(node);
  return target?.kind === "scalar" && target.text === text;
}

/** A values file that sets one key to a text. JSON strings are YAML. */
export function valuesFileFor(key: ImageKey, value: string): string {
  return `${key.map((name, depth) => `${"  ".repeat(depth)}${JSON.stringify(name)}:`).join("\n")} ${JSON.stringify(value)}\n`;
}
