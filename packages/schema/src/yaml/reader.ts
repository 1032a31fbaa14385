import { type Diagnostic, nearest } from "@epicube/core";
import { dereference, type YamlEntry, type YamlMap, type YamlNode, type YamlSequence } from "@epicube/core/yaml";
import { str } from "../python/text.js";
import { type PyValue, typeName } from "../python/value.js";
import { scalarText, toPython, type YamlDocument } from "./document.js";
import { keySpot, problemAt, type Spot, spotRange, valueSpot } from "./spot.js";

/** What kind of thing a node is, for messages. */
export function kindOf(document: YamlDocument, node: YamlNode): string {
  const target = dereference(node);
  if (target.kind === "map") return "a map";
  if (target.kind === "sequence") return "a list";
  return describeValue(toPython(document, target));
}

/** A value in a message: its type and, when short, itself. */
export function describeValue(value: PyValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  const type = typeName(value);
  if (type === "date" || type === "datetime") return `the ${type} ${str(value)}`;
  if (typeof value === "object") return type === "dict" ? "a map" : `a ${type}`;
  return `the ${type} ${str(value)}`;
}

/** Reads maps, lists and texts of one document and reports what does not fit, each thing once. */
export interface Reader {
  readonly document: YamlDocument;
  map(node: YamlNode, what: string): YamlMap | undefined;
  list(node: YamlNode, what: string): YamlSequence | undefined;
  text(entry: YamlEntry, what: string): string | undefined;
  boolean(entry: YamlEntry, what: string): boolean | undefined;
  /** Entries by key. Unknown keys and missing required ones are reported, a typo of a missing key once. */
  entries(map: YamlMap, keys: KnownKeys, owner: string): Map<string, YamlEntry>;
  report(diagnostic: Diagnostic): void;
}

/** Keys of a map. */
export interface KnownKeys {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Names of before, with what they are called now. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Makes a reader that collects its findings in `diagnostics`. */
export function createReader(document: YamlDocument, diagnostics: Diagnostic[]): Reader {
  const wrong = (node: YamlNode, what: string, wanted: string, spot: Spot = { document, node }) =>
    diagnostics.push(
      problemAt(spot, "VALUE_TYPE", `${what} must be ${wanted}, got ${kindOf(document, node)}`, quoteHelp(document, node, wanted)),
    );
  return {
    document,
    report: (diagnostic) => void diagnostics.push(diagnostic),
    map(node, what) {
      const target = dereference(node);
      if (target.kind === "map") return target;
      wrong(node, what, "a map");
      return undefined;
    },
    list(node, what) {
      const target = dereference(node);
      if (target.kind === "sequence") return target;
      wrong(node, what, "a list");
      return undefined;
    },
    text(entry, what) {
      const target = dereference(entry.value);
      if (target.kind === "scalar" && typeof target.value === "string") return scalarText(document, target);
      wrong(entry.value, what, "text", valueSpot(document, entry));
      return undefined;
    },
    boolean(entry, what) {
      const value = toPython(document, entry.value);
      const result = laxBoolean(value);
      if (result === undefined) wrong(entry.value, what, "true or false", valueSpot(document, entry));
      return result;
    },
    entries(map, keys, owner) {
      const found = new Map<string, YamlEntry>();
      const unknown: { key: string; entry: YamlEntry }[] = [];
      const known = [...keys.required, ...keys.optional];
      for (const entry of map.entries) {
        const key = dereference(entry.key);
        const name = key.kind === "scalar" && typeof key.value === "string" ? key.text : undefined;
        if (name !== undefined && known.includes(name)) found.set(name, entry);
        else unknown.push({ key: name ?? str(toPython(document, key)), entry });
      }
      const missing = keys.required.filter((name) => !found.has(name));
      for (const { key, entry } of unknown) {
        const spot = keySpot(document, entry);
        const renamed = keys.renamed?.[key];
        const guess =
          renamed ??
          nearest(key, missing, 1)[0] ??
          nearest(
            key,
            keys.optional.filter((name) => !found.has(name)),
            1,
          )[0];
        const at = guess === undefined ? -1 : missing.indexOf(guess);
        if (at !== -1) missing.splice(at, 1);
        const message =
          renamed === undefined
            ? `${owner} has no key ${JSON.stringify(key)}`
            : `the key ${JSON.stringify(key)} is called ${JSON.stringify(renamed)} since ibek 3`;
        diagnostics.push(
          problemAt(spot, "KEY_UNKNOWN", message, {
            help: guess === undefined ? `its keys are ${known.join(", ")}` : `did you mean ${JSON.stringify(guess)}?`,
            ...(guess === undefined || entry.merged ? {} : { fix: [{ range: spotRange(spot), text: guess }] }),
          }),
        );
      }
      for (const name of missing) {
        diagnostics.push(problemAt({ document, node: firstKey(map) }, "KEY_MISSING", `${owner} needs the key ${JSON.stringify(name)}`));
      }
      return found;
    },
  };
}

/** What a missing key is reported at: the first key of the map, so that the place is one line. */
export function firstKey(map: YamlMap): { start: number; end: number } {
  return map.entries.find((entry) => !entry.merged)?.key ?? map;
}

function quoteHelp(document: YamlDocument, node: YamlNode, wanted: string): { help?: string } {
  const target = dereference(node);
  if (wanted !== "text" || target.kind !== "scalar" || target.style !== "plain" || target.text === "") return {};
  return { help: `put it in quotes: "${document.source.text.slice(target.start, target.end)}"` };
}

const TRUE_WORDS = ["1", "on", "t", "true", "y", "yes"];
const FALSE_WORDS = ["0", "off", "f", "false", "n", "no"];

/** A bool, or what the data model takes for one: 0, 1 and the usual words. */
export function laxBoolean(value: PyValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") {
    const word = value.toLowerCase();
    return TRUE_WORDS.includes(word) ? true : FALSE_WORDS.includes(word) ? false : undefined;
  }
  if (value === 1n || value === 1) return true;
  if (value === 0n || value === 0) return false;
  return undefined;
}
