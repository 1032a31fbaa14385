import { z } from "zod";
import { JINJA_PATTERN } from "../support/parameter.js";

const jinja = z.string().regex(new RegExp(JINJA_PATTERN)).describe("a template");
const description = z.string().describe("what it is for");
const shared = z.array(z.unknown()).default([]).describe("a place for anchors");
const macros = z.record(z.string(), z.string().nullable());

/** A value that is computed for each entity. */
export const defineSchema = z.strictObject({
  description,
  value: z.unknown(),
  type: z.enum(["str", "float", "int", "bool", "list"]).nullable().default("str"),
});

/** A parameter of an entity model, by its type. */
export const parameterSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("str"), description, default: z.string().nullish() }),
  z.strictObject({ type: z.literal("id"), description, default: z.string().nullish() }),
  z.strictObject({ type: z.literal("int"), description, default: z.union([z.int(), jinja]).nullish() }),
  z.strictObject({ type: z.literal("float"), description, default: z.union([z.number(), jinja]).nullish() }),
  z.strictObject({ type: z.literal("bool"), description, default: z.union([z.boolean(), jinja]).nullish() }),
  z.strictObject({ type: z.literal("list"), description, default: z.union([z.array(z.unknown()), jinja]).nullish() }),
  z.strictObject({ type: z.literal("dict"), description, default: z.union([z.record(z.string(), z.unknown()), jinja]).nullish() }),
  z.strictObject({ type: z.literal("object"), description, default: z.unknown().optional() }),
  z.strictObject({ type: z.literal("enum"), description, default: z.unknown().optional(), values: z.record(z.string(), z.unknown()) }),
]);

const script = z
  .array(
    z.union([
      z.strictObject({ type: z.literal("text").default("text"), when: z.string().default("every"), value: z.string().default("") }),
      z.strictObject({
        type: z.literal("comment"),
        when: z.enum(["first", "every", "last"]).default("every"),
        value: z.string().default(""),
      }),
    ]),
  )
  .default([]);

/** One entry of `entity_models`. */
export const entityModelSchema = z.strictObject({
  name: z.string().describe("instances use it as module.name"),
  description,
  pre_defines: z.record(z.string(), defineSchema).default({}),
  parameters: z.record(z.string(), parameterSchema).default({}),
  post_defines: z.record(z.string(), defineSchema).default({}),
  validate: z.array(z.strictObject({ assert: z.string(), message: z.string() })).default([]),
  pre_init: script,
  post_init: script,
  databases: z.array(z.strictObject({ file: z.string(), enabled: z.string().default("True"), args: macros.nullable() })).default([]),
  env_vars: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  pvi: z
    .strictObject({
      yaml_path: z.string(),
      ui_index: z.boolean().default(true),
      ui_macros: macros.nullable().default(null),
      pv: z.boolean().default(false),
      pv_prefix: z.string().default(""),
    })
    .nullable()
    .default(null),
  sub_entities: z.array(z.looseObject({ type: z.string(), entity_enabled: z.boolean().default(true) })).default([]),
  shared,
});

/** A support file (`*.ibek.support.yaml`). */
export const supportSchema = z.strictObject({
  module: z.string().describe("first part of the types of its models"),
  entity_models: z.array(entityModelSchema),
  shared,
});
