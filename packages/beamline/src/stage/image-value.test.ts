import { loadYaml, yamlToJs } from "@epicube/core/yaml";
import { describe, expect, it } from "vitest";
import { findImage, valuesFileFor } from "./image-value.js";

const reference = "registry.example.org/x/ioc-motion-runtime:1";

describe("findImage", () => {
  it.each([
    [`ioc-instance:\n  image: ${reference}\n`, ["ioc-instance", "image"]],
    [`image: ${reference}\n`, ["image"]],
    [`a: &s\n  image: ${reference}\nb: *s\n`, ["a", "image"]],
    ["image: other:1\n", undefined],
    ["- not a map\n", undefined],
    ["", undefined],
  ])("in %j is %j", (text, key) => {
    expect(findImage([{ file: "values.yaml", text }], reference)?.key).toEqual(key);
  });

  it("the last file wins", () => {
    const files = [
      { file: "shared", text: `image: ${reference}\n` },
      { file: "own", text: `ioc-instance: {image: ${reference}}\n` },
    ];
    expect(findImage(files, reference)).toMatchObject({
      key: ["ioc-instance", "image"],
      range: { file: "own", startLine: 1, startColumn: 23 },
    });
  });
});

describe("valuesFileFor", () => {
  it("is YAML that sets just that key, whatever its characters", () => {
    const text = valuesFileFor(["ioc-instance", "image"], 'a:"b"@sha256:0');
    expect(yamlToJs(loadYaml(text, { file: "pin" }).value!.documents[0]!)).toEqual({ "ioc-instance": { image: 'a:"b"@sha256:0' } });
  });
});
