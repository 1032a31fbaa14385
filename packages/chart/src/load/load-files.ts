import { decodeGo } from "@epicube/gotemplate";
import { readValues, ValuesError } from "../values/values-file.js";
import type { Chart, ChartFile, ChartMetadata } from "./chart.js";
import { MetadataError, readMetadata, validateMetadata } from "./metadata.js";
import { type Place, placeInMetadata, placeOfYamlError } from "./place.js";

/** What a {@link ChartError} knows besides helm's text. */
export interface ChartErrorOptions {
  readonly cause?: unknown;
  readonly place?: Place | undefined;
  /** The fault by itself, where helm's text names the file and the line too. */
  readonly reason?: string | undefined;
}

/** Helm's text of a chart that it refuses, and the file it is about. */
export class ChartError extends Error {
  readonly file: string | undefined;
  readonly place: Place | undefined;
  readonly reason: string | undefined;
  constructor(message: string, file?: string, options: ChartErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.file = file;
    this.place = options.place;
    this.reason = options.reason;
  }
}

/** Reads an archive below charts/. */
export type ReadArchive = (bytes: Uint8Array) => ChartFile[];

/** Makes a chart of its files. `source` names where they are, for diagnostics. @throws ChartError with helm's text */
export function chartOfFiles(raw: readonly ChartFile[], source: string, readArchive: ReadArchive): Chart {
  const at = (path: string) => raw.find((file) => file.path === path)?.at ?? (source === "" ? path : `${source}/${path}`);
  let metadata: ChartMetadata | undefined;
  const chartYaml = raw.find((file) => file.path === "Chart.yaml");
  if (chartYaml) {
    const text = decodeGo(chartYaml.bytes);
    metadata = guard("cannot load Chart.yaml", at("Chart.yaml"), text, () => readMetadata(text));
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
      values = guard("cannot load values.yaml", at(path), valuesText, () => readValues(valuesText));
    } else if (path === "values.schema.json") schema = file.bytes;
    else if (path === "requirements.yaml") {
      const text = decodeGo(file.bytes);
      metadata = guard("cannot load requirements.yaml", at(path), text, () => readMetadata(text, metadata));
      if (metadata.apiVersion === "v1") files.push(file);
    } else if (path === "requirements.lock") {
      if (metadata?.apiVersion === "v1") files.push(file);
    } else if (path.startsWith("templates/")) templates.push(file);
    else if (path.startsWith("charts/") && !path.endsWith(".prov")) {
      const below = path.slice("charts/".length);
      const name = below.split("/", 1)[0]!;
      const list = children.get(name);
      if (list) list.push({ ...file, path: below });
      else children.set(name, [{ ...file, path: below }]);
    } else files.push(file);
  }
  if (!metadata) throw new ChartError("Chart.yaml file is missing", source);
  const given = metadata;
  const valid = guard("", at("Chart.yaml"), chartYaml ? decodeGo(chartYaml.bytes) : "", () => validateMetadata(given));
  const dependencies: Chart[] = [];
  for (const [name, list] of [...children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.startsWith("_") || name.startsWith(".")) continue;
    try {
      dependencies.push(readChild(name, list, valid.name, sourceOf(name, list, at(`charts/${name}`)), readArchive));
    } catch (error) {
      if (!(error instanceof ChartError)) throw error;
      throw new ChartError(`error unpacking subchart ${name} in ${valid.name}: ${error.message}`, error.file, {
        cause: error,
        place: error.place,
        reason: error.reason,
      });
    }
  }
  return { metadata: valid, source, values, valuesText, schema, templates, files, raw, dependencies };
}

/** Where a chart of charts/ really is: an archive, or the folder of its Chart.yaml. */
function sourceOf(name: string, files: readonly ChartFile[], way: string): string {
  const known = files.find((file) => file.path === name || file.path === `${name}/Chart.yaml`);
  if (known?.at === undefined) return way;
  return known.path === name ? known.at : known.at.replace(/\/?Chart\.yaml$/, "");
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
    return cut === -1 ? [] : [{ ...file, path: file.path.slice(cut + 1) }];
  });
  return chartOfFiles(own, source, readArchive);
}

function guard<T>(prefix: string, file: string, text: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof MetadataError || error instanceof ValuesError)) throw error;
    const message = prefix === "" || error.message.startsWith("validation:") ? error.message : `${prefix}: ${error.message}`;
    const { reason, place = placeInMetadata(text, error.message) } = placeOfYamlError(error);
    throw new ChartError(message, file, { cause: error, place, reason });
  }
}
