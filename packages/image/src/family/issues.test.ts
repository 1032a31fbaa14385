import { describe, expect, it } from "vitest";
import { parseImages } from "./load.js";

const HEAD = 'repository: r.example/x\nversion: "1"\nimages:\n';
const layer = (text: string) => `${HEAD}  a: {targets: {runtime: {layers: [${text}]}}}\n`;
const messages = (text: string) =>
  parseImages(text, { file: "images.yaml", folder: "/srv" }).diagnostics.map((found) =>
    found.message.replace("images.a.targets.runtime.", ""),
  );

describe("findings of the schema in plain words", () => {
  it.each([
    [
      "version: 1\nrepository: r.example/x\nimages: {a: {targets: {runtime: {}}}}\n",
      ["version: a text is wanted, not a number: write it in quotes"],
    ],
    [
      "repository: [a]\nimages: 3\n",
      ["version is required", "repository: a text is wanted, not a list", "images: a map is wanted, not a number"],
    ],
    [`${HEAD}  a:\n`, ["images.a: a map is wanted, not nothing"]],
    [layer("{tree: t}"), ["layers.0.name is required"]],
    [layer("{name: x, tree: t, include: 5}"), ["layers.0.include: a text or a list is wanted, not a number"]],
    [layer("{name: x, tree: t, exclude: [1]}"), ["layers.0.exclude.0: a text is wanted, not a number: write it in quotes"]],
    [
      layer("{name: x, files: [{path: /a, text: true}]}"),
      ["layers.0.files.0.text: a text is wanted, not true or false: write it in quotes"],
    ],
    [
      `${HEAD}  a: {env: {A: [x]}, targets: {runtime: {}}}\n`,
      ["images.a.env.A: a text or a number or true or false is wanted, not a list"],
    ],
    [`${HEAD}  a: {targets: {runtime: {config: {cmd: sh}}}}\n`, ["config.cmd: a list is wanted, not a text"]],
  ])("%j", (text, wanted) => expect(messages(text)).toEqual(wanted));

  it("never shows the words of the schema library", () => {
    for (const value of ["", "1", "[]", "[1]", "{}", "{a: 1}", "x", "true", "[[]]", "[{}]"]) {
      for (const text of [
        `repository: ${value}\nversion: ${value}\nimages: ${value}\n`,
        `${HEAD}  a: ${value}\n`,
        `${HEAD}  a: {parent: ${value}, env: ${value}, labels: ${value}, targets: ${value}}\n`,
        `${HEAD}  a: {targets: {runtime: {layers: ${value}, config: ${value}}}}\n`,
        layer(`{name: ${value}, tree: ${value}, include: ${value}, rules: ${value}, files: ${value}, zip: ${value}, sha256: ${value}}`),
        layer(`{name: x, tree: t, rules: [{match: ${value}, mode: ${value}}], files: [{path: ${value}, text: ${value}, mode: ${value}}]}`),
      ])
        for (const message of messages(text)) expect(message).not.toMatch(/invalid input|expected|received|undefined|too small/i);
    }
  });
});
