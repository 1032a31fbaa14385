import { expect, it } from "vitest";
import { z } from "zod";
import { imagesFileSchema, KNOWN_KEYS } from "./schemas.js";

it("gives editors a JSON Schema", () => {
  const schema = z.toJSONSchema(imagesFileSchema, { io: "input" }) as {
    properties: Record<string, unknown>;
    required: string[];
    additionalProperties: boolean;
  };
  expect(Object.keys(schema.properties)).toEqual(["repository", "version", "platform", "images"]);
  expect(schema.required).toEqual(["repository", "version", "images"]);
  expect(schema.additionalProperties).toBe(false);
});

it("knows its own keys", () => {
  for (const key of ["repository", "parent", "targets", "layers", "exclude", "directory", "entrypoint", "runtime"])
    expect(KNOWN_KEYS).toContain(key);
});
