import type { GoMap } from "@epicube/gotemplate";
import { decodeYamlMap, YamlError } from "../yaml/decode.js";
import { mergeMaps } from "./table.js";

/** Helm's text of a values file that cannot be read. */
export class ValuesError extends Error {}

/** Splits a text at lines `---`, as Kubernetes' YAML reader does, with line ends made `\n`. */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let current = "";
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const raw of lines) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.startsWith("---")) {
      const rest = line.slice(3).trim();
      if ((rest === "" || rest.startsWith("#")) && current !== "") {
        documents.push(current);
        current = "";
        continue;
      }
    }
    current += `${line}\n`;
  }
  if (current !== "") documents.push(current);
  return documents;
}

/** Reads values.yaml or a `-f` file: all documents, later ones laid over earlier ones. @throws ValuesError */
export function readValues(text: string): GoMap {
  let values: GoMap = new Map();
  for (const document of splitDocuments(text)) {
    try {
      const map = decodeYamlMap(document);
      if (map) values = mergeMaps(values, map);
    } catch (error) {
      if (error instanceof YamlError) throw new ValuesError(`cannot unmarshal yaml document: ${error.message}`, { cause: error });
      throw error;
    }
  }
  return values;
}
