import { dereference, loadYaml, type ScalarResolver, type YamlAlias, type YamlNode, type YamlScalar } from "@epicube/core/yaml";
import type { GoMap, GoValue } from "@epicube/gotemplate";
import { formatFloat32G } from "./number.js";
import { resolvePlain } from "./resolve.js";

/** YAML as helm reads it, before JSON makes all numbers float64. Integers are bigints, keys are texts. */
export type YamlData = null | boolean | string | number | bigint | YamlData[] | Map<string, YamlData>;

/** A text that helm's YAML reader refuses; `message` is its text, after `yaml: ` where it says so. */
export class YamlError extends Error {
  /** Line from 1, where it is known. */
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

const TAG = "tag:yaml.org,2002:";

/** Decides what a scalar means; the value of a plain one without a tag is decided when it is read. */
const resolveHelmScalar: ScalarResolver = ({ text, style, tag }) => {
  if (tag === undefined || tag === "" || tag === "!") return { value: style === "plain" && tag !== "!" ? resolvePlain(text).value : text };
  if (!tag.startsWith(TAG)) return { value: text };
  const name = tag.slice(TAG.length);
  if (name === "str") return { value: text };
  if (name === "binary") return decodeBinary(text);
  const resolved = resolvePlain(text);
  if (name === "timestamp") return resolved.tag === "timestamp" ? { value: text } : mismatch(resolved.tag, text, name);
  if (name === "float" && resolved.tag === "int") return { value: Number(resolved.value) };
  if (name === "int" || name === "float" || name === "bool" || name === "null")
    return resolved.tag === name ? { value: resolved.value } : mismatch(resolved.tag, text, name);
  return { value: text };
};

const mismatch = (found: string, text: string, wanted: string) => ({ error: `cannot decode !!${found} \`${text}\` as a !!${wanted}` });

function decodeBinary(text: string) {
  const compact = text.replace(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact))
    return { error: "!!binary value contains invalid base64 data" };
  return { value: Buffer.from(compact, "base64").toString("utf8") };
}

/** Alias expansion that go-yaml allows: 99 % of a small document, 10 % of a very large one. */
function allowedAliasRatio(count: number): number {
  if (count <= 400_000) return 0.99;
  return count >= 4_000_000 ? 0.1 : 0.99 - (0.89 * (count - 400_000)) / 3_600_000;
}

/** Characters that YAML does not allow; bytes that are no UTF-8 are lone surrogates here. */
const REFUSED = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\p{Surrogate}/u;
const LONE = /\p{Surrogate}/u;

/** Reads the first document of a text. An empty text is null. @throws YamlError */
export function readYaml(text: string): YamlData {
  if (REFUSED.test(text)) throw new YamlError(LONE.test(text) ? "invalid leading UTF-8 octet" : "control characters are not allowed");
  const source = loadYaml(text, { file: "", resolve: resolveHelmScalar, merge: false, duplicateKeys: "last", maxDepth: 1000 });
  const failure = source.diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (failure) {
    const line = failure.range?.startLine;
    if (failure.code === "YAML_ALIAS") throw new YamlError(`unknown anchor '${/&(\S+)/.exec(failure.message)?.[1] ?? ""}' referenced`);
    if (failure.code === "YAML_SCALAR") throw new YamlError(failure.message);
    throw new YamlError(`${line === undefined ? "" : `line ${line}: `}${libyamlMessage(failure.message)}`, line);
  }
  const root = source.value?.documents[0] ?? null;
  return root ? createReader()(root) : null;
}

/** The words of libyaml for the most common syntax errors. */
function libyamlMessage(message: string): string {
  if (/Nested mappings are not allowed|implicit map keys|Implicit keys need to be on a single line/i.test(message))
    return "mapping values are not allowed in this context";
  if (/must be sufficiently indented|Unexpected (?:flow-map|flow-seq)|must end with|should be separated/i.test(message))
    return "did not find expected ',' or ']'";
  if (/Tabs are not allowed|tab character/i.test(message)) return "found character that cannot start any token";
  if (/Missing closing .quote|Expected .* closing/i.test(message)) return "found unexpected end of stream";
  return "did not find expected key";
}

function createReader(): (node: YamlNode) => YamlData {
  const open = new Set<YamlAlias["target"]>();
  let count = 0;
  let aliased = 0;
  let aliasDepth = 0;
  const tick = () => {
    count++;
    if (aliasDepth > 0) aliased++;
    if (aliased > 100 && count > 1000 && aliased / count > allowedAliasRatio(count))
      throw new YamlError("document contains excessive aliasing");
  };
  const read = (node: YamlNode): YamlData => {
    tick();
    if (node.kind === "alias") {
      if (open.has(node.target)) throw new YamlError(`anchor '${node.name}' value contains itself`);
      open.add(node.target);
      aliasDepth++;
      const value = read(node.target);
      aliasDepth--;
      open.delete(node.target);
      return value;
    }
    if (node.kind === "scalar") return node.value as YamlData;
    if (node.kind === "sequence") return node.items.map(read);
    const map = new Map<string, YamlData>();
    readInto(map, node);
    return map;
  };
  // go-yaml 2 expands a merge key where it stands: what comes later wins, be it a key or a merged one
  const readInto = (map: Map<string, YamlData>, node: Extract<YamlNode, { kind: "map" }>) => {
    for (const entry of node.entries) {
      const key = dereference(entry.key);
      if (key.kind === "scalar" && isMergeKey(key)) {
        merge(map, entry.value);
        continue;
      }
      const text = keyText(read(entry.key));
      const value = read(entry.value);
      if (text === undefined) throw new YamlError(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${showGo(value)}`, -1);
      map.set(text, value);
    }
  };
  const merge = (map: Map<string, YamlData>, node: YamlNode) => {
    const target = dereference(node);
    const items = target.kind === "sequence" && node.kind !== "alias" ? [...target.items].reverse() : [node];
    for (const item of items) {
      const source = dereference(item);
      if (source.kind !== "map") throw new YamlError("map merge requires map or sequence of maps as the value");
      tick();
      if (item.kind === "alias") aliasDepth++;
      readInto(map, source);
      if (item.kind === "alias") aliasDepth--;
    }
  };
  return read;
}

const isMergeKey = (key: YamlScalar) =>
  key.text === "<<" && ((key.style === "plain" && key.tag === undefined) || key.tag === `${TAG}merge`);

/** A key as helm writes it: numbers and booleans become texts. undefined for null. */
function keyText(key: YamlData): string | undefined {
  if (key === null) return undefined;
  if (typeof key === "object")
    throw new YamlError(`invalid map key: ${Array.isArray(key) ? "[]interface {}" : "map[interface {}]interface {}"}{}`);
  return scalarText(key);
}

/** A scalar as helm puts it where a text is wanted: `version: 1.10` is "1.1". */
export function scalarText(value: null | boolean | string | number | bigint): string {
  if (value === null) return "";
  if (typeof value === "number") {
    const text = formatFloat32G(value);
    return text === "+Inf" ? ".inf" : text === "-Inf" ? "-.inf" : text === "NaN" ? ".nan" : text;
  }
  return String(value);
}

function showGo(value: YamlData): string {
  if (value === null) return "interface {}(nil)";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** The data as templates see it: every number a float64. @throws YamlError for what JSON cannot hold. */
export function toGoValue(data: YamlData): GoValue {
  if (typeof data === "bigint") return Number(data);
  if (typeof data === "number") {
    if (Number.isFinite(data)) return data;
    throw new YamlError(`json: unsupported value: ${Number.isNaN(data) ? "NaN" : data > 0 ? "+Inf" : "-Inf"}`, -1);
  }
  if (Array.isArray(data)) return data.map(toGoValue);
  if (data instanceof Map) {
    const map: GoMap = new Map();
    for (const [key, item] of data) map.set(key, toGoValue(item));
    return map;
  }
  return data;
}

/** What helm says of an error in reading. */
export function conversionMessage(error: YamlError): string {
  return `error converting YAML to JSON: ${error.line === -1 ? "" : "yaml: "}${error.message}`;
}

/** JSON's name of a kind of value, as Go's decoder says it. */
export function jsonKind(data: YamlData): "null" | "bool" | "number" | "string" | "array" | "object" {
  if (data === null) return "null";
  if (typeof data === "boolean") return "bool";
  if (typeof data === "string") return "string";
  if (typeof data === "number" || typeof data === "bigint") return "number";
  return Array.isArray(data) ? "array" : "object";
}

/** Reads a map, as values files, `fromYaml` and Chart.yaml must be; null gives undefined. @throws YamlError with helm's whole text */
export function readYamlMap(text: string): Map<string, YamlData> | undefined {
  let data: YamlData;
  try {
    data = readYaml(text);
    if (data === null) return undefined;
    if (data instanceof Map) return data;
    toGoValue(data);
  } catch (error) {
    if (error instanceof YamlError) throw new YamlError(conversionMessage(error), error.line);
    throw error;
  }
  throw new YamlError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(data)} into Go value of type map[string]interface {}`,
  );
}

/** {@link readYamlMap} with values as templates see them. @throws YamlError with helm's whole text */
export function decodeYamlMap(text: string): GoMap | undefined {
  const data = readYamlMap(text);
  if (!data) return undefined;
  try {
    return toGoValue(data) as GoMap;
  } catch (error) {
    if (error instanceof YamlError) throw new YamlError(conversionMessage(error), error.line);
    throw error;
  }
}
