import { type Checked, type Diagnostic, EpicubeError, type SourceRange } from "@epicube/core";
import { dereference, loadYaml, type YamlEntry, type YamlNode, type YamlScalar, type YamlSource } from "@epicube/core/yaml";
import { hashKey, PyDict, PySet, PyTuple, type PyValue } from "../python/value.js";
import { checkRuamelTag, resolveRuamelScalar } from "./ruamel.js";
import { findTab } from "./tab.js";

/** One YAML file as ibek reads it: a single document. */
export interface YamlDocument {
  readonly file: string;
  readonly source: YamlSource;
  readonly root: YamlNode | null;
  /** The place of a node; of an alias, its use. */
  rangeOf(node: { readonly start: number; readonly end: number }): SourceRange;
}

/** Most values one file may have once its aliases are expanded. */
const MAX_VALUES = 1_000_000;

/** Reads a file of ibek's dialect. Findings: those of YAML, YAML_DOCUMENTS, YAML_KEY, JINJA_UNQUOTED, YAML_ALIAS_BOMB. */
export function loadDocument(file: string, text: string): Checked<YamlDocument> {
  const loaded = loadYaml(text, { file, resolve: resolveRuamelScalar, checkTag: checkRuamelTag });
  const source = loaded.value;
  if (!source) return { diagnostics: loaded.diagnostics };
  const syntax = loaded.diagnostics.find((entry) => entry.code === "YAML_SYNTAX");
  if (syntax)
    return {
      value: { file, source, root: source.documents[0] ?? null, rangeOf: source.rangeOf },
      diagnostics: rootCause(source, loaded.diagnostics, syntax),
    };
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  const tab = findTab(source);
  if (tab) return { diagnostics: [...diagnostics, tab] };
  const second = source.documents[1];
  if (source.documents.length > 1) {
    diagnostics.push({
      code: "YAML_DOCUMENTS",
      severity: "error",
      message: "the file has more than one YAML document",
      range: source.rangeOf(second ?? { start: text.length, end: text.length }),
      help: "keep one document in a file: remove the second ---",
    });
  }
  const root = source.documents[0] ?? null;
  if (!root && /^%/m.test(text) && !/^---/m.test(text)) {
    const range = source.rangeOf({ start: text.search(/^%/m), end: text.search(/^%/m) + 1 });
    diagnostics.push({ code: "YAML_SYNTAX", severity: "error", message: "a % directive needs a document after ---", range });
  }
  if (root) {
    checkKeys(source, root, diagnostics);
    try {
      countValues(root, new Map());
    } catch (error) {
      if (!(error instanceof EpicubeError)) throw error;
      diagnostics.push({ code: error.code, severity: "error", message: error.message, range: source.rangeOf(root) });
    }
  }
  return { value: { file, source, root, rangeOf: source.rangeOf }, diagnostics };
}

/** What stands behind a syntax error follows from it; an unquoted expression before it in its line is what it comes from. */
function rootCause(source: YamlSource, found: readonly Diagnostic[], syntax: Diagnostic): Diagnostic[] {
  const keys: Diagnostic[] = [];
  for (const document of source.documents) if (document) checkKeys(source, document, keys);
  const cause = keys.find((entry) => entry.code === "JINJA_UNQUOTED" && entry.range!.endLine === syntax.range!.startLine);
  return cause ? [...found.filter((entry) => entry !== syntax), { ...cause, help: "put the whole value in quotes" }] : [...found];
}

/** A map or list as a key is an error; mostly it is a Jinja expression without quotes. */
function checkKeys(source: YamlSource, node: YamlNode, diagnostics: Diagnostic[]): void {
  if (node.kind === "sequence") for (const item of node.items) checkKeys(source, item, diagnostics);
  if (node.kind !== "map") return;
  const numbers = new Map<string, YamlEntry>();
  for (const entry of node.entries) {
    if (entry.merged) continue;
    checkNumberKey(source, entry, numbers, diagnostics);
    const key = dereference(entry.key);
    if (key.kind === "map" || hasMap(key)) {
      const jinja = node.flow && source.text.startsWith("{{", node.start);
      const place = jinja ? node : entry.key;
      diagnostics.push({
        code: jinja ? "JINJA_UNQUOTED" : "YAML_KEY",
        severity: "error",
        message: jinja ? "a Jinja expression without quotes is a map to YAML" : "a map cannot be a key",
        range: source.rangeOf(place),
        ...(jinja ? { help: `put it in quotes: "${source.text.slice(node.start, node.end).trimEnd()}"` } : {}),
      });
      if (jinja) return;
      continue;
    }
    checkKeys(source, entry.value, diagnostics);
  }
}

/** 1, 1.0 and true are one key to Python. */
function checkNumberKey(source: YamlSource, entry: YamlEntry, known: Map<string, YamlEntry>, diagnostics: Diagnostic[]): void {
  const key = dereference(entry.key);
  if (key.kind !== "scalar" || typeof key.value === "string" || key.value === null) return;
  const identity = hashKey(key.value as PyValue);
  const first = known.get(identity);
  if (!first) {
    known.set(identity, entry);
    return;
  }
  diagnostics.push({
    code: "YAML_DUPLICATE_KEY",
    severity: "error",
    message: `the key ${key.text} is the same as ${(dereference(first.key) as YamlScalar).text} to Python`,
    range: source.rangeOf(entry.key),
    labels: [{ range: source.rangeOf(first.key), message: "first here" }],
    help: "put one of them in quotes",
  });
}

function hasMap(node: YamlNode): boolean {
  const target = dereference(node);
  return target.kind === "map" || (target.kind === "sequence" && target.items.some(hasMap));
}

function countValues(node: YamlNode, known: Map<YamlNode, number>): number {
  const target = dereference(node);
  const before = known.get(target);
  if (before !== undefined) return before;
  let count = 1;
  if (target.kind === "sequence") for (const item of target.items) count += countValues(item, known);
  else if (target.kind === "map") for (const entry of target.entries) count += countValues(entry.value, known) + 1;
  if (count > MAX_VALUES) throw new EpicubeError("YAML_ALIAS_BOMB", `the file expands to more than ${MAX_VALUES} values`);
  known.set(target, count);
  return count;
}

/** The text of a scalar. A block scalar that ends with the file, without a newline there, has none either. */
export function scalarText(document: YamlDocument, node: YamlScalar): string {
  const { text } = document.source;
  const block = node.style === "literal" || node.style === "folded";
  return block && node.end === text.length && !text.endsWith("\n") ? node.text.replace(/\n$/, "") : node.text;
}

/** The Python value of a node. */
export function toPython(document: YamlDocument, node: YamlNode | null): PyValue {
  if (!node) return null;
  const target = dereference(node);
  if (target.kind === "scalar") return typeof target.value === "string" ? scalarText(document, target) : (target.value as PyValue);
  if (target.kind === "sequence") return target.items.map((item) => toPython(document, item));
  if (target.tag?.endsWith(":set")) return new PySet(target.entries.map((entry) => keyValue(document, entry.key)));
  const dict = new PyDict();
  for (const entry of target.entries) dict.set(keyValue(document, entry.key), toPython(document, entry.value));
  return dict;
}

function keyValue(document: YamlDocument, key: YamlNode): PyValue {
  const value = toPython(document, key);
  if (value instanceof PyDict || value instanceof PySet) return null;
  return Array.isArray(value) ? frozen(value) : value;
}

function frozen(items: readonly PyValue[]): PyTuple {
  return new PyTuple(items.map((item) => (Array.isArray(item) ? frozen(item) : item)));
}
