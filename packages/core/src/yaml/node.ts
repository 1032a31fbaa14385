/** How a scalar was written. */
export type YamlStyle = "plain" | "single" | "double" | "literal" | "folded";

interface YamlPlace {
  /** Offset of the first character in the text (UTF-16 units, from 0). For a block scalar the `|` or `>`. */
  readonly start: number;
  /** Offset after the last character. */
  readonly end: number;
  /** Explicit tag as written and resolved (`tag:yaml.org,2002:str`, `!foo`), if any. */
  readonly tag?: string;
  readonly anchor?: string;
}

/** A scalar: its text is the content after quotes, escapes and folding; its value is what the resolver made of it. */
export interface YamlScalar extends YamlPlace {
  readonly kind: "scalar";
  readonly style: YamlStyle;
  readonly text: string;
  readonly value: unknown;
}

/** One entry of a map. */
export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
  /** True when the entry came in through a merge key `<<`. */
  readonly merged: boolean;
  /** For a merged entry: the place of the alias or map after `<<:` in the map that took it in. */
  readonly mergedAt?: { readonly start: number; readonly end: number };
}

export interface YamlMap extends YamlPlace {
  readonly kind: "map";
  readonly flow: boolean;
  readonly entries: readonly YamlEntry[];
}

export interface YamlSequence extends YamlPlace {
  readonly kind: "sequence";
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
}

/** A use `*name` of an anchored node. Its place is the use; the target's place is where the anchor stands. */
export interface YamlAlias extends YamlPlace {
  readonly kind: "alias";
  readonly name: string;
  readonly target: Exclude<YamlNode, YamlAlias>;
}

export type YamlNode = YamlScalar | YamlMap | YamlSequence | YamlAlias;

/** The node that an alias stands for, or the node itself. */
export function dereference(node: YamlNode): Exclude<YamlNode, YamlAlias> {
  return node.kind === "alias" ? node.target : node;
}

/** The value of a key of a map, the last one where it stands twice. Keys are compared by their text. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  if (!node) return undefined;
  const map = dereference(node);
  if (map.kind !== "map") return undefined;
  for (let index = map.entries.length - 1; index >= 0; index--) {
    const entry = map.entries[index]!;
    const name = dereference(entry.key);
    if (name.kind === "scalar" && name.text === key) return entry;
  }
  return undefined;
}
