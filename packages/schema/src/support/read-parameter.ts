import { nearest } from "@epicube/core";
import { dereference, entryOf, type YamlEntry, type YamlNode } from "@epicube/core/yaml";
import { PyDict } from "../python/value.js";
import { toPython } from "../yaml/document.js";
import { kindOf, type Reader } from "../yaml/reader.js";
import { keySpot, problemAt, spotRange, valueSpot } from "../yaml/spot.js";
import { acceptValue, PARAMETER_TYPES, type Parameter, type ParameterType } from "./parameter.js";

/** Reads one parameter of an entity model. */
export function readParameter(reader: Reader, name: string, node: YamlNode, entry: YamlEntry): Parameter | undefined {
  const { document } = reader;
  const map = reader.map(node, `the parameter ${name}`);
  if (!map) return undefined;
  const type = readType(reader, name, map, entry);
  if (type === undefined) return undefined;
  const required = type === "enum" ? ["type", "description", "values"] : ["type", "description"];
  const entries = reader.entries(map, { required, optional: ["default"] }, `a parameter of type ${type}`);
  const descriptionEntry = entries.get("description");
  const description = (descriptionEntry && reader.text(descriptionEntry, "description")) ?? "";
  const valuesEntry = entries.get("values");
  let values: PyDict | undefined;
  if (valuesEntry) {
    const given = reader.map(valuesEntry.value, "values") && toPython(document, valuesEntry.value);
    values = given instanceof PyDict ? given : new PyDict();
  }
  const parameter: Parameter = { name, type, description, spot: keySpot(document, entry), ...(values ? { values } : {}) };
  const defaultEntry = entries.get("default");
  const given = defaultEntry ? toPython(document, defaultEntry.value) : null;
  if (!defaultEntry || given === null) return parameter;
  const defaultSpot = valueSpot(document, defaultEntry);
  if (type === "enum" || type === "object") return { ...parameter, default: given, defaultSpot };
  const accepted = acceptValue({ name: "default", type }, given);
  if ("value" in accepted) return { ...parameter, default: accepted.value, defaultSpot };
  const target = dereference(defaultEntry.value);
  const plain = (type === "str" || type === "id") && target.kind === "scalar" && target.style === "plain";
  reader.report(
    problemAt(
      defaultSpot,
      "VALUE_TYPE",
      `the ${accepted.problem}`,
      plain ? { help: `put it in quotes: "${document.source.text.slice(target.start, target.end)}"` } : {},
    ),
  );
  return { ...parameter, default: given, defaultSpot };
}

function readType(reader: Reader, name: string, map: YamlNode, owner: YamlEntry): ParameterType | undefined {
  const entry = entryOf(map, "type");
  if (!entry) {
    reader.report(problemAt(keySpot(reader.document, owner), "KEY_MISSING", `the parameter ${name} needs the key "type"`));
    return undefined;
  }
  const given = toPython(reader.document, entry.value);
  const known = PARAMETER_TYPES.find((type) => type === given);
  if (known) return known;
  const spot = valueSpot(reader.document, entry);
  const guess = typeof given === "string" ? nearest(given, PARAMETER_TYPES, 1)[0] : undefined;
  reader.report(
    problemAt(
      spot,
      "VALUE_TYPE",
      `the type of a parameter must be one of ${PARAMETER_TYPES.join(", ")}, got ${kindOf(reader.document, entry.value)}`,
      {
        ...(guess === undefined ? {} : { help: `did you mean ${guess}?`, fix: [{ range: spotRange(spot), text: guess }] }),
      },
    ),
  );
  return undefined;
}
