import type { GoMap } from "@epicube/gotemplate";
import { decodeYamlMap, YamlError } from "../yaml/decode.js";
import { mergeMaps } from "./table.js";

/** Helm's text of a values file that cannot be read. Behind it is a YamlError, whose line counts from the start of the file. */
export class ValuesError extends Error {
  /** The file as it was given by name. */
  readonly file: string | undefined;
  constructor(message: string, options: { readonly cause?: unknown; readonly file?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.file = options.file;
  }
}

/** Splits a text at lines `---`, as Kubernetes' YAML reader does, with line ends made `\n`. */
function splitDocuments(text: string): { readonly text: string; readonly linesBefore: number }[] {
  const documents: { text: string; linesBefore: number }[] = [];
  let current = "";
  let linesBefore = 0;
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const [index, raw] of lines.entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.startsWith("---")) {
      const rest = line.slice(3).trim();
      if ((rest === "" || rest.startsWith("#")) && current !== "") {
        documents.push({ text: current, linesBefore });
        current = "";
        linesBefore = index + 1;
        continue;
      }
    }
    current += `${line}\n`;
  }
  if (current !== "") documents.push({ text: current, linesBefore });
  return documents;
}

/** The same error with the line of the whole file. */
function inFile(error: YamlError, linesBefore: number): YamlError {
  const line = error.line === undefined || error.line < 1 ? error.line : error.line + linesBefore;
  return new YamlError(error.message, line, error.column, error.reason);
}

/** Reads values.yaml or a `-f` file: all documents, later ones laid over earlier ones. @throws ValuesError */
export function readValues(text: string): GoMap {
  let values: GoMap = new Map();
  for (const { text: document, linesBefore } of splitDocuments(text)) {
    try {
      const map = decodeYamlMap(document);
      if (map) values = mergeMaps(values, map);
    } catch (error) {
      if (error instanceof YamlError)
        throw new ValuesError(`cannot unmarshal yaml document: ${error.message}`, { cause: inFile(error, linesBefore) });
      throw error;
    }
  }
  return values;
}
