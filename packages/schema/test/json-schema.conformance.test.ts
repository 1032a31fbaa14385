import { readFileSync } from "node:fs";
import { join } from "node:path";
import { conformanceFolder } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { iocJsonSchema, loadSupport, supportJsonSchema } from "../src/index.js";
import { normaliseSchema } from "./support/normalise.js";

const folder = conformanceFolder("ibek");

/** Schemas and the case whose support files each is made from. */
const SCHEMAS: Record<string, string> = {
  "dlsPLC.ibek.ioc.schema.json": "ibek-dlsPLC",
  "fastVacuum.ibek.ioc.schema.json": "ibek-fastVacuum",
  "gauges.ibek.ioc.schema.json": "ibek-gauges",
  "ipac.ibek.ioc.schema.json": "ibek-ipac-test",
  "listarg.ibek.schema.json": "ibek-listarg",
  "motorSim.ibek.ioc.schema.json": "ibek-motorSim",
  "quadem.ibek.ioc.schema.json": "ibek-quadem",
  "quadem_repeat.ibek.ioc.schema.json": "ibek-quadem_repeat",
  "single.ibek.ioc.schema.json": "ibek-motorSim",
  "technosoft.ibek.ioc.schema.json": "ibek-technosoft",
  "utils.ibek.ioc.schema.json": "ibek-utils",
};

describe("JSON Schemas that ibek made", () => {
  it("gives each of them once titles and descriptions are left out", (context) => {
    if (!folder) return context.skip("no shared conformance data on this machine");
    const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
    for (const [file, name] of Object.entries(SCHEMAS)) {
      const { support } = JSON.parse(read("cases", name, "case.json")) as { support: string[] };
      const files = support.filter((path) => file !== "single.ibek.ioc.schema.json" || path.includes("motorSim"));
      const { value } = loadSupport(files.map((path) => ({ file: path, text: read("support", path) })));
      expect(normaliseSchema(iocJsonSchema(value!)), file).toEqual(normaliseSchema(JSON.parse(read("schemas", file))));
    }
    expect(normaliseSchema(supportJsonSchema())).toEqual(normaliseSchema(JSON.parse(read("schemas", "ibek.support.schema.json"))));
  });
});
