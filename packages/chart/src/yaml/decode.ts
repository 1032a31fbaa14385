import { createLineIndex } from "@epicube/core";
import { compareGo, type GoMap, type GoValue, quoteGo } from "@epicube/gotemplate";
import { YamlError } from "./cursor.js";
import { formatFloat32G } from "./number.js";
import { type DocumentNode, type MapNode, parseDocument, type ScalarNode } from "./parse.js";
import { resolvePlain } from "./resolve.js";

export { YamlError } from "./cursor.js";

/** YAML as helm reads it, before JSON makes all numbers float64. Integers are bigints, keys are texts. */
export type YamlData = null | boolean | string | number | bigint | YamlData[] | Map<string, YamlData>;

const TAG = "tag:yaml.org,2002:";

/** What a scalar means. @throws YamlError where its tag does not fit */
function scalarValue({ text, tag, plain }: ScalarNode): null | boolean | string | number | bigint {
  if (tag === "") return plain ? resolvePlain(text).value : text;
  if (!tag.startsWith(TAG)) return text;
  const name = tag.slice(TAG.length);
  if (name === "str") return text;
  if (name === "binary") return decodeBinary(text);
  if (!["int", "float", "bool", "null", "timestamp"].includes(name)) return text;
  const resolved = resolvePlain(text);
  if (resolved.tag === name) return resolved.value;
  if (name === "float" && resolved.tag === "int") return Number(resolved.value);
  throw new YamlError(`cannot decode !!${resolved.tag === "timestamp" ? "str" : resolved.tag} \`${text}\` as a !!${name}`);
}

function decodeBinary(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact))
    throw new YamlError("!!binary value contains invalid base64 data");
  return Buffer.from(compact, "base64").toString("utf8");
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
  const refused = REFUSED.exec(text);
  if (refused) {
    const found = LONE.exec(text) ?? refused;
    const { line, column } = createLineIndex(text).positionAt(found.index);
    throw new YamlError(LONE.test(text) ? "invalid leading UTF-8 octet" : "control characters are not allowed", line, column);
  }
  const root = parseDocument(text);
  return root ? createReader()(root) : null;
}

function createReader(): (node: DocumentNode) => YamlData {
  const open = new Set<DocumentNode>();
  let count = 0;
  let aliased = 0;
  let aliasDepth = 0;
  const tick = () => {
    count++;
    if (aliasDepth > 0) aliased++;
    if (aliased > 100 && count > 1000 && aliased / count > allowedAliasRatio(count))
      throw new YamlError("document contains excessive aliasing");
  };
  /** Runs on what an alias stands for. */
  const follow = <T>(node: DocumentNode, run: (target: Exclude<DocumentNode, { kind: "alias" }>) => T): T => {
    if (node.kind !== "alias") return run(node);
    tick();
    if (open.has(node.target)) throw new YamlError(`anchor '${node.name}' value contains itself`);
    open.add(node.target);
    aliasDepth++;
    const result = follow(node.target, run);
    aliasDepth--;
    open.delete(node.target);
    return result;
  };
  const read = (node: DocumentNode): YamlData =>
    follow(node, (target) => {
      tick();
      if (target.kind === "scalar") return scalarValue(target);
      if (target.kind === "sequence") return target.items.map(read);
      const map = new Map<string, YamlData>();
      readInto(map, target);
      return map;
    });
  // go-yaml 2 expands a merge key where it stands: what comes later wins, be it a key or a merged one
  const readInto = (map: Map<string, YamlData>, node: MapNode) => {
    for (const { key, value } of node.entries) {
      if (key.kind === "scalar" && isMergeKey(key)) {
        merge(map, value);
        continue;
      }
      const text = keyText(read(key));
      const data = read(value);
      if (text === undefined)
        throw new YamlError(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${data === null ? "<nil>" : showGo(data)}`, -1);
      map.set(text, data);
    }
  };
  const merge = (map: Map<string, YamlData>, node: DocumentNode) => {
    for (const item of node.kind === "sequence" ? [...node.items].reverse() : [node]) {
      follow(item, (source) => {
        if (source.kind !== "map") throw new YamlError("map merge requires map or sequence of maps as the value");
        tick();
        readInto(map, source);
      });
    }
  };
  return read;
}

const isMergeKey = (key: ScalarNode) => key.text === "<<" && (key.plain || key.tag === `${TAG}merge`);

/** A key as helm writes it: numbers and booleans become texts. undefined for null. */
function keyText(key: YamlData): string | undefined {
  if (key === null) return undefined;
  if (typeof key === "object") throw new YamlError(`invalid map key: ${showGo(key)}`);
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
  if (typeof value === "string") return quoteGo(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(showGo).join(", ")}}`;
  if (value instanceof Map) {
    const keys = [...value.keys()].sort(compareGo);
    return `map[interface {}]interface {}{${keys.map((key) => `${quoteGo(key)}:${showGo(value.get(key)!)}`).join(", ")}}`;
  }
  return String(value);
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

const converted = (error: YamlError) => new YamlError(conversionMessage(error), error.line, error.column, error.reason);

/** The YAML error that is behind an error. */
export function yamlErrorBehind(error: unknown): YamlError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof YamlError) return at;
  return undefined;
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
    if (error instanceof YamlError) throw converted(error);
    throw error;
  }
  throw new YamlError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(data)} into Go value of type map[string]interface {}`,
    undefined,
    undefined,
    `a map is wanted here, not ${{ null: "nothing", bool: "a boolean", number: "a number", string: "a text", array: "a list", object: "a map" }[jsonKind(data)]}`,
  );
}

/** {@link readYamlMap} with values as templates see them. @throws YamlError with helm's whole text */
export function decodeYamlMap(text: string): GoMap | undefined {
  const data = readYamlMap(text);
  if (!data) return undefined;
  try {
    return toGoValue(data) as GoMap;
  } catch (error) {
    if (error instanceof YamlError) throw converted(error);
    throw error;
  }
}
