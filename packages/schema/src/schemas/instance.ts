import { z } from "zod";

/** An entity as people write it: its type and the parameters that its model asks for. */
export const entitySchema = z.looseObject({
  type: z.string().describe("module.name of the entity model"),
  entity_enabled: z.boolean().default(true).describe("false leaves its output out"),
});

/** An instance file (ioc.yaml, runtime.yaml) before its entities are checked against support definitions. */
export const instanceSchema = z.strictObject({
  ioc_name: z.string().describe("name of the IOC; a template"),
  description: z.string().describe("what the IOC does"),
  entities: z.array(entitySchema).describe("what the IOC is made of, in order"),
  shared: z.array(z.unknown()).default([]).describe("a place for anchors"),
});
