import { readFileSync } from "node:fs";
import { join } from "node:path";
import { conformanceFolder } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { str } from "../src/python/text.js";
import { PyDict, PyTuple, type PyValue, typeName } from "../src/python/value.js";
import { loadDocument, toPython } from "../src/yaml/document.js";

const folder = conformanceFolder("ibek");

function described(value: PyValue): unknown {
  if (Array.isArray(value)) return ["list", value.map(described)];
  if (value instanceof PyTuple) return ["tuple", value.items.map(described)];
  if (value instanceof PyDict) return ["dict", [...value.entries()].map(([key, item]) => [described(key), described(item)])];
  return [typeName(value), str(value)];
}

describe("YAML as ruamel's safe loader reads it", () => {
  it("gives the type and text of every probe", (context) => {
    if (!folder) return context.skip("no shared conformance data on this machine");
    const probes = JSON.parse(readFileSync(join(folder, "yaml-scalars.json"), "utf8")) as [string, [string, unknown]][];
    const wrong: unknown[] = [];
    for (const [text, expected] of probes) {
      const { value, diagnostics } = loadDocument("probe.yaml", text);
      const actual = diagnostics.length > 0 || !value ? "ERR" : described(toPython(value, value.root));
      const wanted = expected[0] === "ERR" ? "ERR" : expected;
      if (JSON.stringify(actual) !== JSON.stringify(wanted)) wrong.push({ text, actual, wanted });
    }
    expect(wrong).toEqual([]);
    expect(probes.length).toBe(107);
  });
});
