import { Composer, type Document, isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, Parser, visit } from "yaml";
import type { Checked, Diagnostic, SourceRange } from "../diagnostics/diagnostic.js";
import { createLineIndex, type LineIndex } from "../diagnostics/positions.js";
import { helpForYaml } from "./help.js";
import { dereference, type YamlAlias, type YamlEntry, type YamlNode, type YamlScalar, type YamlStyle } from "./node.js";
import { resolveCoreScalar, type ScalarResolver } from "./resolve.js";

/** How {@link loadYaml} reads. */
export interface LoadYamlOptions {
  /** Name of the file in diagnostics. */
  readonly file: string;
  /** What scalars mean. Default {@link resolveCoreScalar}. */
  readonly resolve?: ScalarResolver;
  /**
   * Expand merge keys `<<`. Default true. Entries of the map itself win; of several merged maps the first wins. The merged entries stand
   * first, in the order in which Python's loaders build them; an entry that the map overrides keeps the merged place.
   */
  readonly merge?: boolean;
  /** The sentence of an error for the explicit tag of a map or list, or undefined where it is fine. Default: all are. */
  readonly checkTag?: (tag: string, kind: "map" | "sequence") => string | undefined;
  /** A key that stands twice in one map is an error (default), or the last one counts. */
  readonly duplicateKeys?: "error" | "last";
  /** Deepest nesting of collections. Default 100. */
  readonly maxDepth?: number;
  /** Largest text in UTF-16 units. Default 32 MiB. */
  readonly maxLength?: number;
}

/** The documents of one YAML text, with positions. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly lines: LineIndex;
  /** One root a document; null for an empty document. */
  readonly documents: readonly (YamlNode | null)[];
  /** The place of a node; of an alias, its use. */
  rangeOf(node: { readonly start: number; readonly end: number }): SourceRange;
}

const STYLES: Record<string, YamlStyle> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};

/**
 * Reads YAML and keeps every position. Never throws on input: syntax errors, bad tags, duplicate keys, unknown aliases and texts
 * that are too deep are diagnostics (YAML_SYNTAX, YAML_SCALAR, YAML_DUPLICATE_KEY, YAML_ALIAS, YAML_MERGE, YAML_TOO_DEEP, YAML_TOO_LONG).
 * Only the first syntax error of a text is reported, since the others mostly follow from it.
 */
export function loadYaml(text: string, options: LoadYamlOptions): Checked<YamlSource> {
  const {
    file,
    resolve = resolveCoreScalar,
    checkTag,
    merge = true,
    duplicateKeys = "error",
    maxDepth = 100,
    maxLength = 32 * 1024 * 1024,
  } = options;
  const diagnostics: Diagnostic[] = [];
  if (text.length > maxLength) {
    const range = { file, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
    return {
      diagnostics: [
        { code: "YAML_TOO_LONG", severity: "error", message: `the file has ${text.length} characters, more than ${maxLength}`, range },
      ],
    };
  }
  const lines = createLineIndex(text);
  const rangeOf = (node: { readonly start: number; readonly end: number }) => lines.rangeOf(file, node.start, node.end);
  let brokenFrom = Number.POSITIVE_INFINITY;
  const report = (
    code: string,
    message: string,
    start: number,
    end: number,
    help?: string,
    label?: { start: number; end: number; message: string },
  ) => {
    // What stands behind a syntax error was read by guesswork, and one collection too deep is enough to say.
    if (start > brokenFrom || (code === "YAML_TOO_DEEP" && diagnostics.some((entry) => entry.code === code))) return;
    diagnostics.push({
      code,
      severity: "error",
      message,
      range: lines.rangeOf(file, start, end),
      ...(help === undefined ? {} : { help }),
      ...(label ? { labels: [{ range: rangeOf(label), message: label.message }] } : {}),
    });
  };

  const deep = nestingBeyond(text, maxDepth);
  if (deep !== undefined) {
    report("YAML_TOO_DEEP", `collections are nested deeper than ${maxDepth}`, deep, deep + 1);
    return { diagnostics };
  }
  let parsed: Document.Parsed[];
  try {
    const composer = new Composer<ParsedNode, true>({
      schema: "failsafe",
      merge: false,
      uniqueKeys: false,
      strict: true,
      prettyErrors: false,
      logLevel: "silent",
    });
    parsed = [...composer.compose(new Parser().parse(text), false, text.length)] as Document.Parsed[];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report("YAML_TOO_DEEP", "collections are nested too deep", 0, 0);
    return { diagnostics };
  }
  const failure = parsed.flatMap((document) => document.errors).sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (failure) {
    brokenFrom = Math.min(failure.pos[0], text.length);
    const message = failure.message.split("\n")[0]!.replace(/\.$/, "");
    const end = Math.min(failure.pos[1], text.length);
    const help = helpForYaml(text, { code: failure.code, message, start: brokenFrom, end });
    const opened = /closing ["']/.test(message) ? openQuote(parsed, brokenFrom) : undefined;
    report("YAML_SYNTAX", message, brokenFrom, end, help, opened && { ...opened, message: "the quote begins here" });
  }

  let version: "1.1" | "1.2" = "1.2";
  const convertDocument = (document: Document.Parsed): YamlNode | null => {
    version = document.directives?.yaml.version === "1.1" ? "1.1" : "1.2";
    const anchors = new Map<string, Exclude<YamlNode, YamlAlias>>();
    let depth = 0;
    const convert = (node: Node): YamlNode => {
      const [start, end] = node.range ? [node.range[0], node.range[1]] : [0, 0];
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) return { kind: "alias", name: node.source, target, start, end };
        report("YAML_ALIAS", `no anchor &${node.source} stands before this alias`, start, end);
        return { kind: "scalar", style: "plain", text: "", value: null, start, end };
      }
      if (++depth > maxDepth) {
        depth--;
        report("YAML_TOO_DEEP", `collections are nested deeper than ${maxDepth}`, start, end);
        return { kind: "scalar", style: "plain", text: "", value: null, start, end };
      }
      const place = { start, end, ...(node.tag === undefined ? {} : { tag: node.tag }), ...(isNamed(node) ? { anchor: node.anchor } : {}) };
      let made: Exclude<YamlNode, YamlAlias>;
      if (checkTag && node.tag !== undefined && (isMap(node) || isSeq(node))) {
        const problem = checkTag(node.tag, isMap(node) ? "map" : "sequence");
        if (problem !== undefined) report("YAML_TAG", problem, start, end);
      }
      if (isMap(node)) {
        const entries: YamlEntry[] = [];
        for (const pair of node.items) {
          const key = isMergeKey(pair.key as Node) ? mergeKey(pair.key as Node) : convert(pair.key as Node);
          const value = pair.value ? convert(pair.value as Node) : empty(key.end);
          entries.push({ key, value, merged: false });
        }
        made = { kind: "map", flow: node.flow === true, entries: finishEntries(entries), ...place };
      } else if (isSeq(node)) {
        made = { kind: "sequence", flow: node.flow === true, items: node.items.map((item) => convert(item as Node)), ...place };
      } else if (isScalar(node)) {
        // The parser converts scalars with a tag it knows; what was written is what counts here.
        made = scalar(typeof node.value === "string" ? node.value : (node.source ?? ""), STYLES[node.type ?? "PLAIN"] ?? "plain", place);
      } else {
        made = scalar("", "plain", place);
      }
      depth--;
      if (isNamed(node)) anchors.set(node.anchor, made);
      return made;
    };
    const isMergeKey = (node: Node) => merge && isScalar(node) && node.type === "PLAIN" && node.value === "<<" && node.tag === undefined;
    const mergeKey = (node: Node): YamlScalar => {
      const [start, end] = node.range ?? [0, 0];
      return { kind: "scalar", style: "plain", text: "<<", value: "<<", start, end };
    };
    const empty = (at: number): YamlScalar => scalar("", "plain", { start: at, end: at });
    return document.contents ? convert(document.contents) : null;
  };

  function scalar(content: string, style: YamlStyle, place: { start: number; end: number; tag?: string; anchor?: string }): YamlScalar {
    const resolved = resolve({ text: content, style, version, ...(place.tag === undefined ? {} : { tag: place.tag }) });
    if ("error" in resolved) report("YAML_SCALAR", resolved.error, place.start, place.end);
    return { kind: "scalar", style, text: content, value: "error" in resolved ? null : resolved.value, ...place };
  }

  function finishEntries(entries: YamlEntry[]): YamlEntry[] {
    const own = new Map<string, YamlEntry>();
    const finished: YamlEntry[] = [];
    let merging: YamlEntry | undefined;
    for (const entry of entries) {
      const key = dereference(entry.key);
      if (key.kind === "scalar") {
        const isMerge = merge && key.style === "plain" && key.text === "<<" && key.tag === undefined;
        const identity = isMerge ? "<<" : keyIdentity(key);
        const first = isMerge ? merging : own.get(identity);
        if (first && (isMerge || duplicateKeys === "error")) {
          report(
            "YAML_DUPLICATE_KEY",
            `the key ${JSON.stringify(key.text)} stands twice in this map`,
            entry.key.start,
            entry.key.end,
            isMerge ? "merge several maps with <<: [*a, *b]" : "remove one of them",
            { start: first.key.start, end: first.key.end, message: "first here" },
          );
          continue;
        }
        if (isMerge) {
          merging = entry;
          continue;
        }
        own.set(identity, entry);
      }
      finished.push(entry);
    }
    return merging ? withMerged(merging.value, own, finished) : finished;
  }

  function withMerged(source: YamlNode, own: ReadonlyMap<string, YamlEntry>, finished: readonly YamlEntry[]): YamlEntry[] {
    const merged = new Map<string, YamlEntry>();
    const target = dereference(source);
    // The last map is laid down first, so that the first one's values win in the last one's places.
    for (const item of (target.kind === "sequence" ? [...target.items] : [source]).reverse()) {
      const map = dereference(item);
      if (map.kind !== "map") {
        report("YAML_MERGE", "a merge key << takes a map, an alias of one, or a list of them", item.start, item.end);
        continue;
      }
      for (const entry of map.entries) {
        const key = dereference(entry.key);
        if (key.kind === "scalar") merged.set(keyIdentity(key), { ...entry, merged: true, mergedAt: { start: item.start, end: item.end } });
      }
    }
    const kept = [...merged].map(([identity, entry]) => own.get(identity) ?? entry);
    return [...kept, ...finished.filter((entry) => !kept.includes(entry))];
  }

  const documents = parsed.map(convertDocument);
  return { value: { file, text, lines, documents, rangeOf }, diagnostics };
}

/** Where the quoted text begins that is open at an offset: the last one before it. */
function openQuote(documents: readonly Document.Parsed[], at: number): { start: number; end: number } | undefined {
  let start: number | undefined;
  for (const document of documents) {
    visit(document, {
      Scalar(_key, node) {
        const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
        if (quoted && node.range && node.range[0] < at) start = node.range[0];
      },
    });
  }
  return start === undefined ? undefined : { start, end: start + 1 };
}

/** Two keys are one when their values are: `1` and `"1"` are two. */
function keyIdentity(key: YamlScalar): string {
  return typeof key.value === "string" ? `s${key.text}` : `${typeof key.value} ${String(key.value)}`;
}

function isNamed(node: Node): node is Node & { anchor: string } {
  return "anchor" in node && typeof node.anchor === "string" && node.anchor !== "";
}

/** Offset where flow or block nesting passes the limit: found before parsing, since the parser recurses. */
function nestingBeyond(text: string, maxDepth: number): number | undefined {
  const limit = maxDepth * 4;
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) {
      if (++run > limit) return at;
    } else if (code === 0x5d || code === 0x7d) run = Math.max(0, run - 1);
  }
  return blockNestingBeyond(text, limit);
}

/** Columns at which blocks may be open: those of the lines and of the indicators that begin them. */
function blockNestingBeyond(text: string, limit: number): number | undefined {
  const columns: number[] = [];
  for (let lineStart = 0; lineStart < text.length; ) {
    for (let at = lineStart; ; ) {
      const from = at;
      while (text[at] === " ") at++;
      const indicator = text[at] === "-" || text[at] === "?" || text[at] === ":";
      if (text[at] === "\n" || text[at] === undefined) break;
      const column = at - lineStart;
      if (from === lineStart) while (columns.length > 0 && columns.at(-1)! >= column) columns.pop();
      columns.push(column);
      if (columns.length > limit) return at;
      if (!indicator || text[at + 1] !== " ") break;
      at++;
    }
    const newline = text.indexOf("\n", lineStart);
    if (newline === -1) break;
    lineStart = newline + 1;
  }
  return undefined;
}
