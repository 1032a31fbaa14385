import { nearest } from "@epicube/core";
import { dereference, type YamlEntry, type YamlNode } from "@epicube/core/yaml";
import { toPython } from "../yaml/document.js";
import { kindOf, type Reader } from "../yaml/reader.js";
import { keySpot, problemAt, spotRange, valueSpot } from "../yaml/spot.js";
import type { DatabaseUse, Define, EntityModel, LocatedText, PviUse, ScriptItem, SubEntity } from "./model.js";
import type { Parameter } from "./parameter.js";
import { readParameter } from "./read-parameter.js";

const DEFINE_TYPES = ["str", "float", "int", "bool", "list"];
const RENAMED_MODEL = { definitions: "entity_models", args: "parameters", values: "post_defines" };

/** Texts of an entry, with their place. */
function located(reader: Reader, entry: YamlEntry | undefined, what: string): LocatedText | undefined {
  if (!entry) return undefined;
  const text = reader.text(entry, what);
  return text === undefined ? undefined : { text, spot: valueSpot(reader.document, entry) };
}

/** Entries of a map of named things, in order. */
function named<T>(
  reader: Reader,
  entry: YamlEntry | undefined,
  what: string,
  read: (name: string, value: YamlNode, entry: YamlEntry) => T | undefined,
): Map<string, T> {
  const result = new Map<string, T>();
  const map = entry && reader.map(entry.value, what);
  for (const item of map?.entries ?? []) {
    const key = dereference(item.key);
    if (key.kind !== "scalar" || typeof key.value !== "string") {
      reader.report(
        problemAt(keySpot(reader.document, item), "VALUE_TYPE", `a name in ${what} must be text, got ${kindOf(reader.document, key)}`),
      );
      continue;
    }
    const made = read(key.text, item.value, item);
    if (made !== undefined) result.set(key.text, made);
  }
  return result;
}

function listed<T>(reader: Reader, entry: YamlEntry | undefined, what: string, read: (item: YamlNode) => T | undefined): T[] {
  const list = entry && reader.list(entry.value, what);
  return (list?.items ?? []).flatMap((item) => {
    const made = read(item);
    return made === undefined ? [] : [made];
  });
}

/** Reads one entry of `entity_models`. Undefined when it has no usable name. */
export function readModel(reader: Reader, module: string, node: YamlNode): EntityModel | undefined {
  const map = reader.map(node, "an entity model");
  if (!map) return undefined;
  const optional = [
    "pre_defines",
    "parameters",
    "post_defines",
    "validate",
    "pre_init",
    "post_init",
    "databases",
    "env_vars",
    "pvi",
    "sub_entities",
    "shared",
  ];
  const entries = reader.entries(map, { required: ["name", "description"], optional, renamed: RENAMED_MODEL }, "an entity model");
  const name = located(reader, entries.get("name"), "name");
  const description = located(reader, entries.get("description"), "description");
  const shared = entries.get("shared");
  if (shared) reader.list(shared.value, "shared");
  const parameters = named(reader, entries.get("parameters"), "parameters", (key, value, entry) =>
    readParameter(reader, key, value, entry),
  );
  const model = {
    preDefines: named(reader, entries.get("pre_defines"), "pre_defines", (key, value, entry) => readDefine(reader, key, value, entry)),
    parameters,
    postDefines: named(reader, entries.get("post_defines"), "post_defines", (key, value, entry) => readDefine(reader, key, value, entry)),
    validations: listed(reader, entries.get("validate"), "validate", (item) => readValidation(reader, item)),
    preInit: listed(reader, entries.get("pre_init"), "pre_init", (item) => readScriptItem(reader, item)),
    postInit: listed(reader, entries.get("post_init"), "post_init", (item) => readScriptItem(reader, item)),
    databases: listed(reader, entries.get("databases"), "databases", (item) => readDatabase(reader, item)),
    envVars: listed(reader, entries.get("env_vars"), "env_vars", (item) => readEnvVar(reader, item)),
    pvi: readPvi(reader, entries.get("pvi")),
    subEntities: listed(reader, entries.get("sub_entities"), "sub_entities", (item) => readSubEntity(reader, item)),
    idParameter: idOf(parameters),
  };
  if (!name) return undefined;
  return { type: `${module}.${name.text}`, module, name: name.text, description: description?.text ?? "", spot: name.spot, ...model };
}

function idOf(parameters: ReadonlyMap<string, Parameter>): string | undefined {
  for (const parameter of parameters.values()) if (parameter.type === "id") return parameter.name;
  return undefined;
}

function readDefine(reader: Reader, name: string, node: YamlNode, entry: YamlEntry): Define | undefined {
  const map = reader.map(node, `the define ${name}`);
  if (!map) return undefined;
  const entries = reader.entries(map, { required: ["description", "value"], optional: ["type"] }, "a define");
  const description = located(reader, entries.get("description"), "description");
  const value = entries.get("value");
  const typeEntry = entries.get("type");
  let type = "str";
  if (typeEntry) {
    const given = toPython(reader.document, typeEntry.value);
    if (given === null) type = "";
    else if (typeof given === "string" && DEFINE_TYPES.includes(given)) type = given;
    else {
      reader.report(
        problemAt(
          valueSpot(reader.document, typeEntry),
          "VALUE_TYPE",
          `the type of a define must be one of ${DEFINE_TYPES.join(", ")}, got ${kindOf(reader.document, typeEntry.value)}`,
        ),
      );
    }
  }
  if (!value) return undefined;
  return {
    name,
    description: description?.text ?? "",
    value: toPython(reader.document, value.value),
    type,
    spot: valueSpot(reader.document, value.mergedAt ? value : { ...value, ...(entry.mergedAt ? { mergedAt: entry.mergedAt } : {}) }),
  };
}

function readValidation(reader: Reader, node: YamlNode): EntityModel["validations"][number] | undefined {
  const map = reader.map(node, "a validation");
  if (!map) return undefined;
  const entries = reader.entries(map, { required: ["assert", "message"], optional: [] }, "a validation");
  const assertion = located(reader, entries.get("assert"), "assert");
  const message = located(reader, entries.get("message"), "message");
  return assertion && message ? { assertion, message } : undefined;
}

function readScriptItem(reader: Reader, node: YamlNode): ScriptItem | undefined {
  const map = reader.map(node, "a script item");
  if (!map) return undefined;
  const entries = reader.entries(map, { required: [], optional: ["type", "when", "value"] }, "a script item");
  const typeEntry = entries.get("type");
  const type = typeEntry ? reader.text(typeEntry, "type") : "text";
  if (typeEntry && type !== undefined && type !== "text" && type !== "comment") {
    reader.report(
      problemAt(
        valueSpot(reader.document, typeEntry),
        "VALUE_TYPE",
        `the type of a script item must be text or comment, got ${JSON.stringify(type)}`,
      ),
    );
    return undefined;
  }
  const whenEntry = entries.get("when");
  const when = whenEntry ? reader.text(whenEntry, "when") : "every";
  if (type === "comment" && whenEntry && when !== undefined && !["first", "every", "last"].includes(when)) {
    const guess = nearest(when, ["first", "every", "last"], 1)[0];
    reader.report(
      problemAt(valueSpot(reader.document, whenEntry), "VALUE_TYPE", `when must be first, every or last, got ${JSON.stringify(when)}`, {
        ...(guess === undefined
          ? {}
          : { help: `did you mean ${guess}?`, fix: [{ range: spotRange(valueSpot(reader.document, whenEntry)), text: guess }] }),
      }),
    );
    return undefined;
  }
  const value = entries.has("value")
    ? located(reader, entries.get("value"), "value")
    : { text: "", spot: { document: reader.document, node: map } };
  if (type === undefined || when === undefined || !value) return undefined;
  return { type: type as ScriptItem["type"], when, value };
}

function readMacros(reader: Reader, entry: YamlEntry, what: string): DatabaseUse["args"] {
  if (toPython(reader.document, entry.value) === null) return null;
  return named(reader, entry, what, (name, value, item) => {
    const given = toPython(reader.document, value);
    const place = { spot: valueSpot(reader.document, item), keySpot: keySpot(reader.document, item) };
    if (given === null || typeof given === "string") return { value: given, ...place };
    reader.text(item, `the argument ${name}`);
    return undefined;
  });
}

function readDatabase(reader: Reader, node: YamlNode): DatabaseUse | undefined {
  const map = reader.map(node, "a database");
  if (!map) return undefined;
  const entries = reader.entries(map, { required: ["file", "args"], optional: ["enabled"] }, "a database");
  const file = located(reader, entries.get("file"), "file");
  const enabled = located(reader, entries.get("enabled"), "enabled");
  const argsEntry = entries.get("args");
  const args = argsEntry ? readMacros(reader, argsEntry, "args") : null;
  return file ? { file, enabled, args, spot: { document: reader.document, node: map } } : undefined;
}

function readEnvVar(reader: Reader, node: YamlNode): EntityModel["envVars"][number] | undefined {
  const map = reader.map(node, "an environment variable");
  if (!map) return undefined;
  const entries = reader.entries(map, { required: ["name", "value"], optional: [] }, "an environment variable");
  const name = located(reader, entries.get("name"), "name");
  const value = located(reader, entries.get("value"), "value");
  return name && value ? { name, value } : undefined;
}

function readPvi(reader: Reader, entry: YamlEntry | undefined): PviUse | undefined {
  if (!entry || toPython(reader.document, entry.value) === null) return undefined;
  const map = reader.map(entry.value, "pvi");
  if (!map) return undefined;
  const entries = reader.entries(map, { required: ["yaml_path"], optional: ["ui_index", "ui_macros", "pv", "pv_prefix"] }, "pvi");
  const yamlPath = located(reader, entries.get("yaml_path"), "yaml_path");
  const flag = (key: string, fallback: boolean) => {
    const given = entries.get(key);
    return given ? (reader.boolean(given, key) ?? fallback) : fallback;
  };
  const uiIndex = flag("ui_index", true);
  const pv = flag("pv", false);
  const macrosEntry = entries.get("ui_macros");
  const macros = macrosEntry ? readMacros(reader, macrosEntry, "ui_macros") : null;
  const prefix = located(reader, entries.get("pv_prefix"), "pv_prefix")?.text ?? "";
  return yamlPath ? { yamlPath, uiIndex, macros, pv, prefix } : undefined;
}

function readSubEntity(reader: Reader, node: YamlNode): SubEntity | undefined {
  const map = reader.map(node, "a sub-entity");
  if (!map) return undefined;
  const { document } = reader;
  const fields = new Map<string, { value: ReturnType<typeof toPython>; spot: ReturnType<typeof valueSpot> }>();
  let type: LocatedText | undefined;
  let enabled = true;
  for (const entry of map.entries) {
    const key = dereference(entry.key);
    const name = key.kind === "scalar" && typeof key.value === "string" ? key.text : undefined;
    if (name === undefined)
      reader.report(problemAt(keySpot(document, entry), "VALUE_TYPE", `a parameter's name must be text, got ${kindOf(document, key)}`));
    else if (name === "type") type = located(reader, entry, "type");
    else if (name === "entity_enabled") enabled = reader.boolean(entry, "entity_enabled") ?? true;
    else fields.set(name, { value: toPython(document, entry.value), spot: valueSpot(document, entry) });
  }
  if (!type) {
    if (
      !map.entries.some((entry) => dereference(entry.key).kind === "scalar" && (dereference(entry.key) as { text: string }).text === "type")
    ) {
      reader.report(problemAt({ document, node: map.entries[0]?.key ?? map }, "KEY_MISSING", 'a sub-entity needs the key "type"'));
    }
    return undefined;
  }
  return { type: type.text, enabled, fields, spot: { document, node: map } };
}
