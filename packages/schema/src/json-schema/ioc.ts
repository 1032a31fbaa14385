import { PyDict } from "../python/value.js";
import type { EntityModel, Support } from "../support/model.js";
import { enumLabels, JINJA_PATTERN, type Parameter } from "../support/parameter.js";
import { enumSchema, type JsonSchema, toJson } from "./values.js";

/** What {@link iocJsonSchema} makes. */
export interface IocJsonSchemaOptions {
  /** For editors: if/then for each type in place of one long list of alternatives, descriptions, snippets. Default false: as ibek's. */
  readonly editor?: boolean;
}

const TYPES: Partial<Record<Parameter["type"], JsonSchema>> = {
  int: { type: "integer" },
  float: { type: "number" },
  bool: { type: "boolean" },
  list: { type: "array", items: {} },
  dict: { type: "object", additionalProperties: true },
};

const ENABLED: JsonSchema = { type: "boolean", default: true, description: "false leaves the output of this entity out" };

function builtIn(type: string, description: string, properties: Record<string, JsonSchema>, required: readonly string[]): JsonSchema {
  return {
    type: "object",
    description,
    additionalProperties: false,
    properties: { type: { type: "string", const: type, default: type }, entity_enabled: ENABLED, ...properties },
    required: [...required],
  };
}

const DEVICE: JsonSchema = { type: "string", default: "DEVICE", description: "name of the device in the list" };
const TIMEOUT: JsonSchema = { type: "integer", default: 0, description: "seconds to wait; 0 waits for ever" };

/** Definitions of the built-in entity types, by name. */
function builtIns(): Record<string, JsonSchema> {
  const values = {
    anyOf: [{ type: "array", items: {} }, { type: "string" }],
    description: "what to repeat over: a list, or a template that makes one",
  };
  const variable = { type: "string", default: "index", description: "name that templates in the entity use" };
  const entity = { type: "object", additionalProperties: true, description: "the entity to repeat, with its type" };
  const address = { type: "string", description: "address, with a port or without" };
  const id = { type: "string", description: "vendor:product of the USB device" };
  return {
    RepeatEntity: builtIn("ibek.repeat", "Repeats an entity for each of some values", { values, variable, entity }, ["values", "entity"]),
    Wait4IPEntity: builtIn("ibek.wait_ip", "Waits at start-up until a device answers", { device: DEVICE, timeout: TIMEOUT, address }, [
      "address",
    ]),
    Wait4USBEntity: builtIn("ibek.wait_usb", "Waits at start-up until a USB device is there", { device: DEVICE, timeout: TIMEOUT, id }, [
      "id",
    ]),
  };
}

const BUILT_IN_TYPES: Record<string, string> = {
  RepeatEntity: "ibek.repeat",
  Wait4IPEntity: "ibek.wait_ip",
  Wait4USBEntity: "ibek.wait_usb",
};

/**
 * JSON Schema of ioc.yaml for these support definitions (draft 2020-12). Without `editor` it equals ibek's once references are
 * followed and titles and descriptions left out.
 */
export function iocJsonSchema(support: Support, options: IocJsonSchemaOptions = {}): JsonSchema {
  const { editor = false } = options;
  const models = [...support.models.values()];
  const enums = enumDefinitions(models);
  const definitions: Record<string, JsonSchema> = {};
  const mapping: Record<string, string> = {};
  for (const model of models) {
    const name = model.type.replaceAll(".", "_");
    mapping[model.type] = `#/$defs/${name}`;
    definitions[name] = modelSchema(model, enums, editor);
  }
  for (const [name, schema] of Object.entries(builtIns())) {
    mapping[BUILT_IN_TYPES[name]!] = `#/$defs/${name}`;
    definitions[name] = schema;
  }
  for (const { name, schema } of enums.values()) definitions[name] = schema;
  return {
    ...(editor ? { $schema: "http://json-schema.org/draft-07/schema#" } : {}),
    $defs: definitions,
    type: "object",
    title: "IOC instance",
    additionalProperties: false,
    properties: {
      ioc_name: { type: "string", description: "name of the IOC; a template" },
      description: { type: "string", description: "what the IOC does" },
      entities: {
        type: "array",
        description: "what the IOC is made of, in order",
        items: editor ? editorItems(models, mapping) : discriminated(mapping),
      },
      shared: { type: "array", items: {}, default: [], description: "a place for anchors" },
    },
    required: ["ioc_name", "description", "entities"],
  };
}

function discriminated(mapping: Readonly<Record<string, string>>): JsonSchema {
  return { oneOf: Object.values(mapping).map(($ref) => ({ $ref })), discriminator: { propertyName: "type", mapping } };
}

/** Each enum has a definition of its own, numbered where several have one name. */
function enumDefinitions(models: readonly EntityModel[]): Map<Parameter, { name: string; schema: JsonSchema }> {
  const byName = new Map<string, Parameter[]>();
  for (const model of models) {
    for (const parameter of model.parameters.values()) {
      if (parameter.type === "enum") byName.set(parameter.name, [...(byName.get(parameter.name) ?? []), parameter]);
    }
  }
  const definitions = new Map<Parameter, { name: string; schema: JsonSchema }>();
  for (const [name, parameters] of byName) {
    parameters.forEach((parameter, index) => {
      const schema = { ...enumSchema(enumLabels(parameter.values ?? new PyDict())), title: name };
      definitions.set(parameter, { name: parameters.length === 1 ? name : `ibek__entity_factory__${name}__${index + 1}`, schema });
    });
  }
  return definitions;
}

function modelSchema(model: EntityModel, enums: ReturnType<typeof enumDefinitions>, editor: boolean): JsonSchema {
  const properties: Record<string, JsonSchema> = {
    type: { type: "string", const: model.type, description: model.description },
    entity_enabled: ENABLED,
  };
  const required = ["type"];
  for (const parameter of model.parameters.values()) {
    // The type of the entity hides a parameter of that name, here as in ibek.
    if (parameter.name === "type") continue;
    properties[parameter.name] = parameterSchema(parameter, enums, editor);
    if (parameter.default === undefined) required.push(parameter.name);
  }
  return { type: "object", ...(editor ? { description: model.description } : {}), additionalProperties: false, properties, required };
}

function parameterSchema(parameter: Parameter, enums: ReturnType<typeof enumDefinitions>, editor: boolean): JsonSchema {
  const { description } = parameter;
  const fallback = parameter.default === undefined ? {} : { default: toJson(parameter.default) };
  if (parameter.type === "enum") return { $ref: `#/$defs/${enums.get(parameter)!.name}`, ...fallback, description };
  if (parameter.type === "object")
    return { ...fallback, description: editor ? `${description} (the id of an object defined before)` : description };
  if (parameter.type === "str" || parameter.type === "id") return { type: "string", ...fallback, description };
  const template = { type: "string", pattern: JINJA_PATTERN, description: `a template that gives ${parameter.type}` };
  return { anyOf: [template, { ...TYPES[parameter.type], description }], ...fallback, description };
}

/** One branch for each type: language servers follow if/then, but not the discriminator. */
function editorItems(models: readonly EntityModel[], mapping: Readonly<Record<string, string>>): JsonSchema {
  const descriptions = new Map(models.map((model) => [model.type, model.description]));
  const types = Object.keys(mapping);
  return {
    type: "object",
    required: ["type"],
    properties: {
      type: {
        type: "string",
        enum: types,
        enumDescriptions: types.map((type) => descriptions.get(type) ?? "built in"),
        description: "type of the entity",
      },
    },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    allOf: types.map((type) => ({ if: { properties: { type: { const: type } }, required: ["type"] }, then: { $ref: mapping[type] } })),
    defaultSnippets: models.map((model) => ({ label: model.type, description: model.description, body: snippet(model) })),
  };
}

function snippet(model: EntityModel): Record<string, string> {
  const body: Record<string, string> = { type: model.type };
  let stop = 0;
  for (const parameter of model.parameters.values()) if (parameter.default === undefined) body[parameter.name] = `$${++stop}`;
  return body;
}
