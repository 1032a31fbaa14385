import { decodeGo } from "@epicube/gotemplate";
import { readValues, ValuesError } from "../values/values-file.js";
import type { Chart, ChartFile, ChartMetadata } from "./chart.js";
import { MetadataError, readMetadata, validateMetadata } from "./metadata.js";

/** Helm's text of a chart that it refuses, and the file it is about. */
export class ChartError extends Error {
  readonly file: string | undefined;
  constructor(message: string, file?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.file = file;
  }
}

/** Reads an archive below charts/. */
export type ReadArchive = (bytes: Uint8Array) => ChartFile[];

/** Makes a chart of its files. `source` names where they are, for diagnostics. @throws ChartError with helm's text */
export function chartOfFiles(raw: readonly ChartFile[], source: string, readArchive: ReadArchive): Chart {
  const at = (path: string) => (source === "" ? path : `${source}/${path}`);
  let metadata: ChartMetadata | undefined;
  const chartYaml = raw.find((file) => file.path === "Chart.yaml");
  if (chartYaml) {
    metadata = guard("cannot load Chart.yaml", at("Chart.yaml"), () => readMetadata(decodeGo(chartYaml.bytes)));
    if (metadata.apiVersion === "") metadata.apiVersion = "v1";
  }
  let values: ReadonlyMap<string, unknown> = new Map();
  let valuesText = "";
  let schema: Uint8Array | undefined;
  const templates: ChartFile[] = [];
  const files: ChartFile[] = [];
  const children = new Map<string, ChartFile[]>();
  for (const file of raw) {
    const { path } = file;
    if (path === "Chart.yaml" || path === "Chart.lock") continue;
    if (path === "values.yaml") {
      valuesText = decodeGo(file.bytes);
      values = guard("cannot load values.yaml", at(path), () => readValues(valuesText));
    } else if (path === "values.schema.json") schema = file.bytes;
    else if (path === "requirements.yaml") {
      metadata = guard("cannot load requirements.yaml", at(path), () => readMetadata(decodeGo(file.bytes), metadata));
      if (metadata.apiVersion === "v1") files.push(file);
    } else if (path === "requirements.lock") {
      if (metadata?.apiVersion === "v1") files.push(file);
    } else if (path.startsWith("templates/")) templates.push(file);
    else if (path.startsWith("charts/") && !path.endsWith(".prov")) {
      const below = path.slice("charts/".length);
      const name = below.split("/", 1)[0]!;
      const list = children.get(name);
      if (list) list.push({ path: below, bytes: file.bytes });
      else children.set(name, [{ path: below, bytes: file.bytes }]);
    } else files.push(file);
  }
  if (!metadata) throw new ChartError("Chart.yaml file is missing", source);
  const given = metadata;
  const valid = guard("", at("Chart.yaml"), () => validateMetadata(given));
  const dependencies: Chart[] = [];
  for (const [name, list] of [...children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.startsWith("_") || name.startsWith(".")) continue;
    try {
      dependencies.push(readChild(name, list, valid.name, at(`charts/${name}`), readArchive));
    } catch (error) {
      if (!(error instanceof ChartError)) throw error;
      throw new ChartError(`error unpacking subchart ${name} in ${valid.name}: ${error.message}`, error.file, error);
    }
  }
  return { metadata: valid, source, values, valuesText, schema, templates, files, raw, dependencies };
}

function readChild(name: string, files: readonly ChartFile[], parent: string, source: string, readArchive: ReadArchive): Chart {
  if (name.endsWith(".tgz")) {
    const archive = files[0]!;
    if (archive.path !== name)
      throw new ChartError(`error unpacking subchart tar in ${parent}: expected ${name}, got ${archive.path}`, source);
    return chartOfFiles(readArchive(archive.bytes), source, readArchive);
  }
  const own = files.flatMap((file) => {
    const cut = file.path.indexOf("/");
    return cut === -1 ? [] : [{ path: file.path.slice(cut + 1), bytes: file.bytes }];
  });
  return chartOfFiles(own, source, readArchive);
}

function guard<T>(prefix: string, file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof MetadataError || error instanceof ValuesError)
      throw new ChartError(
        prefix === "" || error.message.startsWith("validation:") ? error.message : `${prefix}: ${error.message}`,
        file,
        error,
      );
    throw error;
  }
}
