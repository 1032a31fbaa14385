import { encodeJson, type GoValue } from "@epicube/gotemplate";
import { createTempFolder, describePeer } from "@epicube/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { helmFunctions } from "../src/render/functions.js";
import { runHelm, writeTree } from "./support/helm.js";

const CASES = 6000;

/** Pieces of YAML, put together at random: most of it is nearly valid. */
const piece = fc.constantFrom(
  ..."a b key: - ? : & * ! | > ' \" # % @ ` , [ ] { } ~ << true 12 0x1F 1.5 yes null 2024-01-01".split(" "),
  "\n",
  "\n",
  "\n  ",
  "\n    ",
  " ",
  "  ",
  "\t",
  ": ",
  "- ",
  "key: value",
  "\nkey: ",
  "\nother: ",
  "\n- ",
  "\n  - ",
  "&x ",
  "*x",
  "*x ",
  "<<: *x",
  "!!str ",
  "!!int ",
  "!local ",
  "|\n",
  "|-\n  ",
  ">+2\n   ",
  "'it''s'",
  '"a\\n\\u00e9\\x41"',
  '"\\q"',
  "# comment",
  " # comment",
  "---",
  "\n---\n",
  "\n...\n",
  "%YAML 1.1\n",
  "{a: 1, b}",
  "[1, a: b, {c: d}]",
  "{a:1}",
  "plain text, more: or less",
  "\u00e9",
  "\u0085",
  "\r\n",
);
const document = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(""));
/** Well-formed nesting, so that valid documents are not rare. */
const tree: fc.Arbitrary<string> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      "1",
      "a b",
      "'q'",
      '"d"',
      "yes",
      "0777",
      "[x, 'y']",
      "{p: q}",
      "|\n    text\n     more\n",
      ">-\n    folded\n    text",
      "~",
      "",
    ),
    fc
      .array(tie("node") as fc.Arbitrary<string>, { minLength: 1, maxLength: 3 })
      .map((items) => items.map((item) => `\n- ${indent(item)}`).join("")),
    fc
      .array(fc.tuple(fc.constantFrom("a", "b", "'c d'", "1", "y", "? x\n", "<<"), tie("node") as fc.Arbitrary<string>), {
        minLength: 1,
        maxLength: 3,
      })
      .map((entries) => entries.map(([key, item]) => `\n${key}: ${indent(item)}`).join("")),
  ),
})).node as fc.Arbitrary<string>;
const indent = (text: string) => text.replaceAll("\n", "\n  ");

describePeer(["helm"], "fromYaml against helm", ({ helm }) => {
  it(`reads ${CASES} generated texts as helm does, and refuses what it refuses in its words`, async () => {
    await using folder = await createTempFolder("from-yaml");
    const cases = fc.sample(
      fc.oneof(
        document,
        tree.map((text) => text.replace(/^\n/, "")),
      ),
      { numRuns: CASES, seed: 414 },
    );
    writeTree(folder.path, {
      "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
      "c/templates/out.yaml":
        "{{ range .Values.cases }}\n# ={{ fromYaml . | toJson | b64enc }} {{ fromYamlArray . | toJson | b64enc }}{{ end }}\n",
      "values.yaml": JSON.stringify({ cases }).replaceAll("\u0085", "\\u0085"),
    });
    const run = runHelm(helm.paths.helm!, ["template", "c", "./c", "-f", "values.yaml"], folder.path);
    expect(run.stderr).toBe("");
    const lines = run.stdout.split("\n").filter((line) => line.startsWith("# ="));
    expect(lines.length).toBe(cases.length);
    const functions = helmFunctions();
    const call = (name: string, text: string) => encodeJson(functions[name]!.call([text], undefined as never) as GoValue);
    const differences: unknown[] = [];
    let valid = 0;
    for (const [index, text] of cases.entries()) {
      const [map, list] = lines[index]!.slice(3)
        .split(" ")
        .map((part) => Buffer.from(part, "base64").toString("utf8"));
      if (!map!.startsWith('{"Error":') || !list!.startsWith('["error')) valid++;
      const ours = [call("fromYaml", text), call("fromYamlArray", text)];
      if (ours[0] !== map) differences.push({ text, theirs: map, ours: ours[0] });
      else if (ours[1] !== list) differences.push({ text, theirs: list, ours: ours[1] });
    }
    expect(valid).toBeGreaterThan(CASES / 4);
    differences.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
    expect({ count: differences.length, shortest: differences.slice(0, 12).map((one) => JSON.stringify(one)) }).toEqual({
      count: 0,
      shortest: [],
    });
  });
});
