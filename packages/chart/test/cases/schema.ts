import { type ChartCase, chartYaml } from "./case.js";

const schema = (title: string, json: unknown, values: string, more: Record<string, string> = {}): ChartCase => ({
  title: `schema: ${title}`,
  files: {
    "c/Chart.yaml": chartYaml("c"),
    "c/values.yaml": values,
    "c/values.schema.json": typeof json === "string" ? json : JSON.stringify(json),
    "c/templates/a.yaml": "a: 1\n",
    ...more,
  },
});

export const schemaCases: ChartCase[] = [
  schema("met", { type: "object", properties: { a: { type: "integer", minimum: 1 } }, required: ["a"] }, "a: 2\n"),
  schema("wrong type", { properties: { a: { type: "object" } } }, "a: x\n"),
  schema("one of two types", { properties: { a: { type: ["object", "null"] } } }, "a: 1\n"),
  schema("missing", { required: ["a"] }, "b: 1\n"),
  schema("missing two", { required: ["a", "c"] }, "b: 1\n"),
  schema("additional", { properties: { a: {} }, additionalProperties: false }, "b: 1\n"),
  schema("enum", { properties: { a: { enum: ["x", 1, null] } } }, "a: y\n"),
  schema("const", { properties: { a: { const: "x" } } }, "a: y\n"),
  schema("pattern", { properties: { a: { pattern: "^[a-z]+$" } } }, "a: A1\n"),
  schema("a text that is too short", { properties: { a: { minLength: 3 } } }, "a: x\n"),
  schema("a text that is too long", { properties: { b: { maxLength: 2 } } }, "b: xyz\n"),
  schema("numbers", { properties: { a: { minimum: 3 } } }, "a: 1\n"),
  schema("numbers, exclusive", { properties: { a: { exclusiveMaximum: 3 } } }, "a: 3\n"),
  schema("multiples", { properties: { a: { multipleOf: 2 } } }, "a: 3\n"),
  schema("items", { properties: { a: { items: { type: "string" } } } }, "a: [x, 1]\n"),
  schema("counts of items", { properties: { a: { minItems: 2 } } }, "a: [1]\n"),
  schema("unique items", { properties: { a: { uniqueItems: true } } }, "a: [1, 1]\n"),
  schema("anyOf", { properties: { a: { anyOf: [{ type: "string" }, { type: "boolean" }] } } }, "a: 1\n"),
  schema("oneOf", { properties: { a: { oneOf: [{ type: "integer" }, { minimum: 2 }] } } }, "a: 3\n"),
  schema("not", { properties: { a: { not: { type: "integer" } } } }, "a: 3\n"),
  schema("a reference inside", { $defs: { n: { type: "integer" } }, properties: { a: { $ref: "#/$defs/n" } } }, "a: x\n"),
  schema("nested", { properties: { a: { properties: { b: { type: "boolean" } } } } }, "a: {b: 1}\n"),
  schema("false", { properties: { a: false } }, "a: 1\n"),
  schema("integers are numbers without a fraction", { properties: { a: { type: "integer" }, b: { type: "integer" } } }, "a: 1.0\nb: 1.5\n"),
  schema("of a subchart", { type: "object" }, "d: {x: 1}\n", {
    "c/charts/d/Chart.yaml": chartYaml("d"),
    "c/charts/d/values.schema.json": JSON.stringify({ properties: { x: { type: "string" } } }),
    "c/charts/d/templates/a.yaml": "a: 1\n",
  }),
  schema("of chart and subchart", { required: ["z"] }, "d: {x: 1}\n", {
    "c/charts/d/Chart.yaml": chartYaml("d"),
    "c/charts/d/values.schema.json": JSON.stringify({ properties: { x: { type: "string" } } }),
    "c/charts/d/templates/a.yaml": "a: 1\n",
  }),
  { ...schema("skipped", { required: ["a"] }, ""), args: ["rel", "c", "--skip-schema-validation"] },
];
