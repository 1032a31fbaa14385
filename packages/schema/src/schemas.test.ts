import { loadYaml, yamlToJs } from "@epicube/core/yaml";
import { describe, expect, it } from "vitest";
import { FEATURES } from "../test/support/cases.js";
import { instanceSchema, supportSchema } from "./schemas.js";

const js = (text: string) => yamlToJs(loadYaml(text, { file: "x.yaml" }).value!.documents[0]!);

describe("zod schemas of what people write", () => {
  const good = FEATURES.filter((feature) => !feature.refused);

  it.each(good)("takes the support and instance files of: $name", ({ support, instances }) => {
    for (const text of support) expect(supportSchema.safeParse(js(text)).error).toBeUndefined();
    for (const text of instances) {
      const given = js(text) as { entities: { entity_enabled?: unknown }[] };
      // ibek converts texts and numbers to bool; the schema is for what is written plainly.
      const plain = given.entities.every((entity) => [undefined, true, false].includes(entity.entity_enabled as boolean));
      if (plain) expect(instanceSchema.safeParse(given).error).toBeUndefined();
    }
  });

  it.each(FEATURES.filter((feature) => feature.name.startsWith("support: ") && !feature.name.includes("a model twice")))(
    "refuses: $name",
    ({ support }) => {
      expect(supportSchema.safeParse(js(support[0]!)).success).toBe(false);
    },
  );
});
