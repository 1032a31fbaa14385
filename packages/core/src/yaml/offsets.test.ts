import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadYaml } from "./load.js";
import { entryOf, type YamlScalar } from "./node.js";
import { scalarOffsets } from "./offsets.js";

function scalarOf(text: string): YamlScalar {
  const { value, diagnostics } = loadYaml(text, { file: "x.yaml" });
  expect(diagnostics).toEqual([]);
  const node = entryOf(value!.documents[0]!, "a")!.value;
  if (node.kind !== "scalar") throw new Error("not a scalar");
  return node;
}

/** The file's character for each character of the content that is neither blank nor made by an escape. */
function expectSame(text: string) {
  const node = scalarOf(text);
  const offsets = scalarOffsets(text, node);
  expect(offsets.length).toBe(node.text.length + 1);
  for (let index = 0; index < node.text.length; index++) {
    const character = node.text[index]!;
    if (!/[\s\\"]/.test(character)) expect(text[offsets[index]!]).toBe(character);
    if (index > 0) expect(offsets[index]!).toBeGreaterThanOrEqual(offsets[index - 1]!);
  }
}

describe("scalarOffsets", () => {
  it.each([
    ["plain", "a: hello world\n"],
    ["plain over lines", "a: one two\n   three\n\n   four\nb: 1\n"],
    ["single quotes", "a: 'it''s {{ P }}'\n"],
    ["single quotes over lines", "a: 'one\n  two\n\n  three'\n"],
    ["double quotes", 'a: "x{{ P }}y"\n'],
    ["double quotes over lines", 'a: "one\\\n    two\n    three"\n'],
    ["literal", "a: |\n  one\n    two\n\n  three\nb: 1\n"],
    ["literal with indentation and chomping", "a: |2-\n    one\n   two\n"],
    ["literal with a comment after its header", "a: | # why\n  one\n"],
    ["literal with CRLF", "a: |\r\n  one\r\n  two\r\n"],
    ["folded", "a: >\n  one\n  two\n\n  three\n"],
    ["folded with deeper lines", "a: >-\n  one\n    two\n  three\n"],
  ])("follows %s", (_name, text) => expectSame(text));

  it("maps escapes to where they are written", () => {
    const text = 'a: "\\x41\\tb\\U0001F600c"\n';
    const node = scalarOf(text);
    expect(node.text).toBe("A\tb\u{1f600}c");
    const offsets = scalarOffsets(text, node);
    expect(offsets.map((offset) => text[offset])).toEqual(["\\", "\\", "b", "\\", "\\", "c", '"']);
  });

  it("stays inside the file and in order for any literal and quoted text", () => {
    const line = fc.stringMatching(/^[a-z{}%'" .]{0,12}$/);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        const body = lines.map((text) => text.trim()).join("\n");
        const literal = `a: |\n${body
          .split("\n")
          .map((text) => (text === "" ? "" : `   ${text}`))
          .join("\n")}\nb: 1\n`;
        if (body.trim() !== "") expectSame(literal);
        expectSame(`a: ${JSON.stringify(body)}\n`);
        expectSame(`a: '${lines.join(" ").trim().replaceAll("'", "''")}'\n`);
      }),
      { numRuns: 200 },
    );
  });
});
