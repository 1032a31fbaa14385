import { conversionMessage, jsonKind, readYaml, scalarText, type YamlData, YamlError } from "../yaml/decode.js";
import type { ChartDependency, ChartMetadata } from "./chart.js";

/** Helm's text of a Chart.yaml that it refuses. */
export class MetadataError extends Error {}

type Fields = Map<string, YamlData>;

/** Go's JSON decoder finds a key whatever its case. */
function field(fields: Fields, name: string): YamlData | undefined {
  if (fields.has(name)) return fields.get(name);
  const lower = name.toLowerCase();
  for (const [key, value] of fields) if (key.toLowerCase() === lower) return value;
  return undefined;
}

function wrongKind(found: YamlData, path: string, type: string): MetadataError {
  return new MetadataError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(found)} into Go ${path === "" ? "value" : `struct field ${path}`} of type ${type}`,
  );
}

function textField(fields: Fields, name: string, path: string): string {
  const value = field(fields, name);
  if (value === undefined || value === null) return "";
  if (typeof value === "object") throw wrongKind(value, `${path}.${name}`, "string");
  return scalarText(value);
}

function listField(fields: Fields, name: string, path: string, type: string): YamlData[] | undefined {
  const value = field(fields, name);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongKind(value, `${path}.${name}`, type);
  return value;
}

function textsField(fields: Fields, name: string, path: string): string[] | undefined {
  return listField(fields, name, path, "[]string")?.map((item) => {
    if (item !== null && typeof item === "object") throw wrongKind(item, `${path}.${name}`, "string");
    return scalarText(item);
  });
}

function booleanField(fields: Fields, name: string, path: string): boolean {
  const value = field(fields, name);
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") throw wrongKind(value, `${path}.${name}`, "bool");
  return value;
}

/** Control characters go, white space becomes a blank. */
function sanitize(text: string): string {
  return text.replace(/[\t\n\v\f\r\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g, " ").replace(/\p{C}/gu, "");
}

function readDependency(data: YamlData): ChartDependency {
  const path = "Metadata.dependencies";
  if (data === null) throw new MetadataError("validation: dependencies must not contain empty or null nodes");
  if (!(data instanceof Map)) throw wrongKind(data, path, "v2.Dependency");
  return {
    name: textField(data, "name", path),
    version: textField(data, "version", path),
    repository: textField(data, "repository", path),
    condition: textField(data, "condition", path),
    tags: textsField(data, "tags", path) ?? [],
    enabled: booleanField(data, "enabled", path),
    importValues: (listField(data, "import-values", path, "[]interface {}") ?? []).map(plain),
    alias: textField(data, "alias", path),
  };
}

function plain(data: YamlData): unknown {
  if (data instanceof Map) return new Map([...data].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(data)) return data.map(plain);
  return typeof data === "bigint" ? Number(data) : data;
}

/** The apiVersion of a Chart.yaml, "" without one. @throws ChartError with helm's text */
export function readApiVersion(text: string): string {
  try {
    const data = readYaml(text);
    if (data === null) return "";
    if (data instanceof Map) return textField(data, "apiVersion", "chartBase");
    throw new MetadataError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(data)} into Go value of type loader.chartBase`,
    );
  } catch (error) {
    const message = error instanceof YamlError ? conversionMessage(error) : error instanceof MetadataError ? error.message : undefined;
    if (message === undefined) throw error;
    throw new MetadataError(`cannot load Chart.yaml: ${message}`, { cause: error });
  }
}

/** Reads Chart.yaml (and, for old charts, requirements.yaml over it). @throws MetadataError with helm's text */
export function readMetadata(text: string, before?: ChartMetadata): ChartMetadata {
  let data: YamlData;
  try {
    data = readYaml(text);
  } catch (error) {
    if (error instanceof YamlError) throw new MetadataError(conversionMessage(error), { cause: error });
    throw error;
  }
  if (data !== null && !(data instanceof Map)) throw wrongKind(data, "", "v2.Metadata");
  const fields: Fields = data ?? new Map();
  const path = "Metadata";
  const keep = <T>(value: T, empty: boolean, old: T | undefined): T => (empty && old !== undefined ? old : value);
  const texts = (name: string, old: string | undefined) => {
    const value = textField(fields, name, path);
    return keep(value, value === "", old);
  };
  const maintainers = listField(fields, "maintainers", path, "[]*v2.Maintainer")?.map((item) => {
    if (item === null) throw new MetadataError("validation: maintainers must not contain empty or null nodes");
    if (!(item instanceof Map)) throw wrongKind(item, `${path}.maintainers`, "v2.Maintainer");
    const at = `${path}.maintainers`;
    return { name: textField(item, "name", at), email: textField(item, "email", at), url: textField(item, "url", at) };
  });
  const annotations = field(fields, "annotations");
  if (annotations !== undefined && annotations !== null && !(annotations instanceof Map))
    throw wrongKind(annotations, `${path}.annotations`, "map[string]string");
  return {
    apiVersion: texts("apiVersion", before?.apiVersion),
    name: texts("name", before?.name),
    version: texts("version", before?.version),
    appVersion: texts("appVersion", before?.appVersion),
    description: texts("description", before?.description),
    type: texts("type", before?.type),
    home: texts("home", before?.home),
    icon: texts("icon", before?.icon),
    kubeVersion: texts("kubeVersion", before?.kubeVersion),
    condition: texts("condition", before?.condition),
    tags: texts("tags", before?.tags),
    deprecated: booleanField(fields, "deprecated", path) || before?.deprecated === true,
    sources: textsField(fields, "sources", path) ?? before?.sources,
    keywords: textsField(fields, "keywords", path) ?? before?.keywords,
    maintainers: maintainers ?? before?.maintainers,
    annotations: annotations ? readTexts(annotations) : before?.annotations,
    dependencies: listField(fields, "dependencies", path, "[]*v2.Dependency")?.map(readDependency) ?? before?.dependencies,
  };
}

function readTexts(map: Fields): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of map) {
    if (value !== null && typeof value === "object") throw wrongKind(value, "Metadata.annotations", "string");
    texts.set(key, scalarText(value));
  }
  return texts;
}

const SEMVER = /^v?(\d+)(\.\d+)?(\.\d+)?(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;
const ALIAS = /^[a-zA-Z0-9_-]+$/;

/** Helm's checks of Chart.yaml, and the cleaned metadata. @throws MetadataError with helm's text */
export function validateMetadata(given: ChartMetadata): ChartMetadata {
  const clean: ChartMetadata = {
    ...given,
    name: sanitize(given.name),
    description: sanitize(given.description),
    home: sanitize(given.home),
    icon: sanitize(given.icon),
    condition: sanitize(given.condition),
    tags: sanitize(given.tags),
    appVersion: sanitize(given.appVersion),
    kubeVersion: sanitize(given.kubeVersion),
    sources: given.sources?.map(sanitize),
    keywords: given.keywords?.map(sanitize),
    maintainers: given.maintainers?.map((item) => ({ name: sanitize(item.name), email: sanitize(item.email), url: sanitize(item.url) })),
    dependencies: given.dependencies?.map((item) => ({
      ...item,
      name: sanitize(item.name),
      version: sanitize(item.version),
      repository: sanitize(item.repository),
      condition: sanitize(item.condition),
      tags: item.tags.map(sanitize),
    })),
  };
  const refuse = (message: string) => new MetadataError(`validation: ${message}`);
  const { name, version } = clean;
  if (clean.apiVersion === "") throw refuse("chart.metadata.apiVersion is required");
  if (name === "") throw refuse("chart.metadata.name is required");
  if (name === "." || name === "..") throw refuse(`chart.metadata.name ${JSON.stringify(name)} is not allowed`);
  if (name.includes("/")) throw refuse(`chart.metadata.name ${JSON.stringify(name)} is invalid`);
  if (version === "") throw refuse("chart.metadata.version is required");
  if (!SEMVER.test(version)) throw refuse(`chart.metadata.version ${JSON.stringify(version)} is invalid`);
  if (!["", "application", "library"].includes(clean.type)) throw refuse("chart.metadata.type must be application or library");
  const keys = new Set<string>();
  for (const dependency of clean.dependencies ?? []) {
    if (dependency.alias !== "" && !ALIAS.test(dependency.alias))
      throw refuse(`dependency ${JSON.stringify(dependency.name)} has disallowed characters in the alias`);
    const key = dependency.alias || dependency.name;
    if (keys.has(key)) throw refuse(`more than one dependency with name or alias ${JSON.stringify(key)}`);
    keys.add(key);
  }
  return clean;
}
