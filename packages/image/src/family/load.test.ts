import { type Diagnostic, formatDiagnostic } from "@epicube/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { environmentOf } from "./environment.js";
import { referenceOf } from "./family.js";
import { loadImages, parseImages } from "./load.js";

const at = { file: "images.yaml", folder: "/srv/family" };
const HEAD = 'repository: registry.example/p\nversion: "1"\nimages:\n';
const lines = (diagnostics: readonly Diagnostic[]) => diagnostics.map((found) => formatDiagnostic(found).split("\n")[0]);
const node = (name: string, body = "", parent = "") =>
  `  ${name}:\n${parent ? `    parent: ${parent}\n` : ""}    targets:\n      runtime:\n${body || "        layers: []\n"}`;

describe("parseImages", () => {
  it("orders parents before children, whatever the file's order", () => {
    const { value, diagnostics } = parseImages(HEAD + node("leaf", "", "mid") + node("mid", "", "base") + node("base"), at);
    expect(diagnostics).toEqual([]);
    expect(value?.nodes.map((entry) => entry.name)).toEqual(["base", "mid", "leaf"]);
    expect(referenceOf(value!, "leaf", "runtime")).toBe("registry.example/p/leaf-runtime:1");
    expect(value?.platform).toBe("linux/amd64");
  });

  it.each<[string, string, string[]]>([
    ["an empty file", "", ["images.yaml:1:1: error IMAGES_SCHEMA: images.yaml is empty"]],
    ["two documents", "a: 1\n---\nb: 1\n", ["images.yaml:1:1: error IMAGES_SCHEMA: images.yaml is one document, not several"]],
    ["no family", "- a\n", ["images.yaml:1:1: error IMAGES_SCHEMA: a map is wanted, not a list"]],
    [
      "broken YAML",
      "repository: [",
      ["images.yaml:1:14: error YAML_SYNTAX: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
    ["no images", `${HEAD.replace("images:", "images: {}")}`, ["images.yaml:3:9: error IMAGES_SCHEMA: the family has no images"]],
    [
      "an unknown parent",
      HEAD + node("epics-base") + node("leaf", "", "epics-bsae"),
      ['images.yaml:9:13: error IMAGE_PARENT_UNKNOWN: the parent "epics-bsae" is no node of this file'],
    ],
    [
      "parents in a circle",
      HEAD + node("a", "", "b") + node("b", "", "a"),
      ["images.yaml:5:13: error IMAGE_PARENT_CYCLE: the parents go round: a <- b <- a"],
    ],
    [
      "a parent without the target",
      `${HEAD}  base:\n    targets: { developer: {} }\n${node("leaf", "", "base")}`,
      ["images.yaml:9:7: error IMAGE_PARENT_TARGET: the parent base has no target runtime"],
    ],
    [
      "a node without targets",
      `${HEAD}  base: { targets: {} }\n`,
      ["images.yaml:4:20: error IMAGES_SCHEMA: images.base.targets: a node has the target runtime, developer, or both"],
    ],
    [
      "a layer name twice",
      HEAD + node("a", "        layers:\n          - { name: x, tree: t }\n          - { name: x, tree: u }\n"),
      ["images.yaml:9:21: error IMAGE_LAYER_NAME: the layer name x stands twice in this target"],
    ],
    [
      "a layer with nothing",
      HEAD + node("a", "        layers:\n          - { name: x }\n"),
      ["images.yaml:8:13: error IMAGES_SCHEMA: images.a.targets.runtime.layers.0: a layer has a tree or a zip, files, or both"],
    ],
    [
      "rules without a tree",
      HEAD + node("a", "        layers:\n          - { name: x, files: [{ path: /a, text: b }], exclude: c }\n"),
      ["images.yaml:8:13: error IMAGES_SCHEMA: include, exclude and rules are for a layer with a tree or zip"],
    ],
    [
      "a file that is two things",
      HEAD + node("a", "        layers:\n          - { name: x, files: [{ path: /a, text: b, link: c }] }\n"),
      [
        "images.yaml:8:32: error IMAGES_SCHEMA: images.a.targets.runtime.layers.0.files.0: a generated file has exactly one of text, link and directory",
      ],
    ],
    [
      "an image path that climbs",
      HEAD + node("a", "        layers:\n          - { name: x, tree: t, to: /a/../../b }\n"),
      ["images.yaml:8:37: error IMAGES_SCHEMA: images.a.targets.runtime.layers.0.to: a path in the image has no .."],
    ],
    [
      "a mode that is no octal text",
      HEAD + node("a", '        layers:\n          - { name: x, tree: t, rules: [{ match: "*", mode: "0989" }] }\n'),
      [
        'images.yaml:8:61: error IMAGES_SCHEMA: images.a.targets.runtime.layers.0.rules.0.mode: a mode is a quoted octal number, such as "0755"',
      ],
    ],
    [
      "a glob that cannot be one",
      HEAD + node("a", '        layers:\n          - { name: x, tree: t, exclude: "[z-a]" }\n'),
      [
        "images.yaml:8:42: error IMAGES_SCHEMA: images.a.targets.runtime.layers.0.exclude: a glob with a range that runs backwards, or more than 500 characters",
      ],
    ],
    [
      "a misspelt field",
      HEAD.replace("version", "verison") + node("a"),
      ["images.yaml:1:1: error IMAGES_SCHEMA: version is required", 'images.yaml:2:1: error IMAGES_SCHEMA: unknown key "verison"'],
    ],
    [
      "a version that is a number",
      HEAD.replace('"1"', "1.10") + node("a"),
      ["images.yaml:2:10: error IMAGES_SCHEMA: version: a text is wanted, not a number: write it in quotes"],
    ],
    [
      "a node name with capitals",
      HEAD + node("Base"),
      ['images.yaml:4:3: error IMAGES_SCHEMA: "Base" in images: a name has lower-case letters, digits and single . _ or - between them'],
    ],
    [
      "a variable without a value",
      `${HEAD}${node("a")}    env: { PATH: "/x:\${PATH}" }\n`,
      ["images.yaml:8:18: error IMAGE_ENV_UNKNOWN: \u0024{PATH} has no value here: no parent sets it and no line above"],
    ],
  ])("finds %s", (_, text, expected) => {
    const { value, diagnostics } = parseImages(text, at);
    expect(lines(diagnostics)).toEqual(expected);
    expect(value).toBeUndefined();
  });

  it("suggests what was meant", () => {
    const { diagnostics } = parseImages(HEAD + node("a", "        layers:\n          - { name: x, tree: t, excludes: y }\n"), at);
    expect(diagnostics).toMatchObject([
      { message: 'unknown key "excludes" in images.a.targets.runtime.layers.0'.replace(": has", ": has"), help: "did you mean exclude?" },
    ]);
  });

  it("builds the environment from the bottom up", () => {
    const text = `${HEAD}${node("a", '        env: { B: "\u0024{A}2", D: "$\u0024{A}" }\n')}    env: { A: 1, C: true }\n${node("b", "", "a")}    env: { A: "\${A}:\${B}" }\n`;
    const { value, diagnostics } = parseImages(text, at);
    expect(diagnostics).toEqual([]);
    expect(environmentOf(value!, "b", "runtime")).toEqual({ A: "1:12", C: "true", B: "12", D: "\u0024{A}" });
  });

  it("never throws, and every finding lies in the file", () => {
    const good = HEAD + node("a", '        layers:\n          - { name: x, tree: t, rules: [{ match: "*", mode: "0755" }] }\n');
    const bits = [
      "name:",
      "- ",
      "{",
      "}",
      "[",
      "]",
      "&a ",
      "*a",
      "<<: *a",
      '"',
      "'",
      "\n",
      "  ",
      "\u0000",
      "parent: a",
      "targets:",
      "__proto__: 1",
      "? [a]: b",
      "!!set",
      "- &x [*x]",
    ];
    fc.assert(
      fc.property(fc.nat(good.length), fc.constantFrom(...bits), fc.nat(8), (where, bit, cut) => {
        const text = good.slice(0, where) + bit + good.slice(where + cut);
        const { diagnostics } = parseImages(text, at);
        const rows = text.split("\n").length;
        for (const { range } of diagnostics) expect(range!.startLine).toBeLessThanOrEqual(rows);
      }),
      { numRuns: 300 },
    );
  });
});

it("loadImages says when the file cannot be read", async () => {
  const { value, diagnostics } = await loadImages("/nonexistent/images.yaml", { displayName: "images.yaml" });
  expect(value).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code: "IMAGES_UNREADABLE", range: { file: "images.yaml" } }]);
});
