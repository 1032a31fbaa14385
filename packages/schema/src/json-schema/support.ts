import { JINJA_PATTERN } from "../support/parameter.js";
import type { JsonSchema } from "./values.js";

/** What {@link supportJsonSchema} makes. */
export interface SupportJsonSchemaOptions {
  /** With the key `validate`, which ibek has since 4.7. Default false: the schema that is published for 4.6, which all releases since accept. */
  readonly validations?: boolean;
  /** For editors: with `$schema`, and the key `validate`. Default false. */
  readonly editor?: boolean;
}

const text = (description: string): JsonSchema => ({ type: "string", description });
const textOr = (description: string, fallback: string): JsonSchema => ({ type: "string", default: fallback, description });
const flag = (description: string, fallback: boolean): JsonSchema => ({ type: "boolean", default: fallback, description });
const list = (description: string, items: JsonSchema): JsonSchema => ({ type: "array", items, default: [], description });
const named = (description: string, values: JsonSchema): JsonSchema => ({
  type: "object",
  additionalProperties: values,
  default: {},
  description,
});
const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });
const NULL: JsonSchema = { type: "null" };
const TEMPLATE: JsonSchema = { type: "string", pattern: JINJA_PATTERN, description: "a template" };
const MACROS: JsonSchema = { type: "object", additionalProperties: { anyOf: [{ type: "string" }, NULL] } };

function closed(description: string, properties: Record<string, JsonSchema>, required: readonly string[] = []): JsonSchema {
  return {
    type: "object",
    description,
    additionalProperties: false,
    properties,
    ...(required.length > 0 ? { required: [...required] } : {}),
  };
}

function parameter(type: string, description: string, defaults: readonly JsonSchema[], more: Record<string, JsonSchema> = {}): JsonSchema {
  const properties = {
    type: { type: "string", const: type, default: type },
    description: text("what the parameter is for"),
    default: { anyOf: [...defaults, NULL], default: null, description: "used when an instance does not give it" },
    ...more,
  };
  return closed(description, properties, ["description", ...Object.keys(more)]);
}

/** Definitions of the parameter types, in ibek's order of alternatives. */
const PARAMETERS: Record<string, JsonSchema> = {
  FloatParam: parameter("float", "A float", [{ type: "number" }, TEMPLATE]),
  StrParam: parameter("str", "A text", [{ type: "string" }]),
  IntParam: parameter("int", "An int", [{ type: "integer" }, TEMPLATE]),
  BoolParam: parameter("bool", "A bool", [{ type: "boolean" }, TEMPLATE]),
  ObjectParam: parameter("object", "Another entity, named by its id", [{ type: "string" }, {}]),
  IdParam: parameter("id", "The name by which other entities refer to this one", [{ type: "string" }]),
  EnumParam: parameter("enum", "One of some labels", [{}], {
    values: { type: "object", additionalProperties: true, description: "labels, each with the value it stands for" },
  }),
  DictParam: parameter("dict", "A map", [{ type: "object", additionalProperties: true }, TEMPLATE]),
  ListParam: parameter("list", "A list", [{ type: "array", items: {} }, TEMPLATE]),
};

function parameterTypes(): JsonSchema {
  const mapping = Object.entries(PARAMETERS).map(([name, schema]) => {
    const { type } = schema.properties as Record<string, JsonSchema>;
    return [String(type!.const), `#/$defs/${name}`];
  });
  return { oneOf: Object.keys(PARAMETERS).map(ref), discriminator: { propertyName: "type", mapping: Object.fromEntries(mapping) } };
}

const SCRIPT: JsonSchema = { anyOf: [ref("Text"), ref("Comment")] };
const SHARED = list("a place for anchors", {});

function entityModel(validations: boolean): JsonSchema {
  const properties = {
    name: text("instances use it as module.name"),
    description: text("what the entity is"),
    pre_defines: named("values computed before the parameters", ref("Define")),
    parameters: named("what instances give", parameterTypes()),
    post_defines: named("values computed after the parameters", ref("Define")),
    ...(validations ? { validate: list("what must hold for each enabled instance", ref("Validation")) } : {}),
    pre_init: list("lines of st.cmd before iocInit", SCRIPT),
    post_init: list("lines of st.cmd after iocInit", SCRIPT),
    databases: list("database templates to load", ref("Database")),
    env_vars: list("environment variables to set in st.cmd", ref("EnvironmentVariable")),
    pvi: { anyOf: [ref("EntityPVI"), NULL], default: null, description: "the display of the entity" },
    sub_entities: list("entities that each instance brings along", ref("SubEntity")),
    shared: SHARED,
  };
  return closed("A type of entity that instances may use", properties, ["name", "description"]);
}

/** JSON Schema of support files (`*.ibek.support.yaml`), equal to ibek's once titles and descriptions are left out. */
export function supportJsonSchema(options: SupportJsonSchemaOptions = {}): JsonSchema {
  const { editor = false } = options;
  const validations = options.validations ?? editor;
  const when = "first, every or last";
  const definitions: Record<string, JsonSchema> = {
    ...PARAMETERS,
    When: { type: "string", enum: ["first", "every", "last"] },
    DefineType: { type: "string", enum: ["str", "float", "int", "bool", "list"] },
    Define: closed(
      "A computed value",
      {
        description: text("what the value is for"),
        value: { description: "the value; a template" },
        type: { anyOf: [ref("DefineType"), NULL], default: "str", description: "its type" },
      },
      ["description", "value"],
    ),
    Text: closed("A piece of st.cmd", {
      type: { type: "string", const: "text", default: "text" },
      when: textOr(when, "every"),
      value: textOr("the text", ""),
    }),
    Comment: closed("A comment in st.cmd", {
      type: { type: "string", const: "comment", default: "comment" },
      when: { ...ref("When"), default: "every", description: when },
      value: textOr("the comment", ""),
    }),
    Database: closed(
      "A database template and its macros",
      {
        file: text("name of the template"),
        enabled: textOr("loaded when this renders to true, yes or 1", "True"),
        args: { anyOf: [MACROS, NULL], description: "macros; without a value the parameter of the same name" },
      },
      ["file", "args"],
    ),
    EnvironmentVariable: closed("An environment variable", { name: text("its name"), value: text("its value") }, ["name", "value"]),
    EntityPVI: closed(
      "The display of an entity",
      {
        yaml_path: text("the pvi device file"),
        ui_index: flag("a button in the index of the IOC", true),
        ui_macros: { anyOf: [MACROS, NULL], default: null, description: "macros of the display" },
        pv: flag("a PVA group that describes the device", false),
        pv_prefix: textOr("prefix of that group", ""),
      },
      ["yaml_path"],
    ),
    SubEntity: {
      ...closed(
        "An entity that another one brings along",
        { type: text("type of the entity"), entity_enabled: flag("false leaves its output out", true) },
        ["type"],
      ),
      additionalProperties: true,
    },
    EntityModel: entityModel(validations),
    ...(validations
      ? {
          Validation: closed(
            "A check of an instance",
            { assert: text("an expression that must be true"), message: text("what is wrong otherwise; a template") },
            ["assert", "message"],
          ),
        }
      : {}),
  };
  return {
    ...(editor ? { $schema: "http://json-schema.org/draft-07/schema#" } : {}),
    $defs: definitions,
    title: "Support",
    ...closed(
      "A support file",
      {
        module: text("first part of the types of its models"),
        entity_models: { type: "array", items: ref("EntityModel"), description: "types of entity that instances may use" },
        shared: SHARED,
      },
      ["module", "entity_models"],
    ),
  };
}
