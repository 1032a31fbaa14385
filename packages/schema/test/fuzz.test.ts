import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateIoc, loadSupport } from "../src/index.js";
import { FEATURES, filesOf } from "./support/cases.js";
import { templates } from "./support/templates.js";

const PIECES = [
  "{{",
  "}}",
  "{%",
  "%}",
  "\n",
  "  ",
  "- ",
  ": ",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  "*a",
  "&a ",
  "<<: ",
  "|",
  ">",
  "type",
  "m.",
  "null",
  "1e9",
  "!!int ",
  "#",
  "\t",
  "\u0000",
  "\u{1f600}",
  "%",
  "**",
  "entities:",
  "parameters:",
];

/** A text with some stretches removed, repeated or replaced. */
function mutated(text: string, edits: readonly (readonly [number, number, number])[]): string {
  let result = text;
  for (const [place, span, piece] of edits) {
    const at = place % (result.length + 1);
    const kind = piece % 3;
    const middle = kind === 0 ? "" : kind === 1 ? PIECES[piece % PIECES.length]! : result.slice(at, at + (span % 30)).repeat(2);
    result = result.slice(0, at) + middle + result.slice(at + (kind === 1 ? 0 : span % 30));
  }
  return result;
}

const edits = fc.array(fc.tuple(fc.nat(5000), fc.nat(200), fc.nat(500)), { minLength: 1, maxLength: 4 });

describe("hostile input", () => {
  it("mutated support and instance files: no throw, findings inside the files", () => {
    fc.assert(
      fc.property(fc.nat(FEATURES.length - 1), edits, edits, fc.boolean(), (index, first, second, strict) => {
        const { support, instances, files } = filesOf(FEATURES[index]!);
        const texts = Object.fromEntries(
          Object.entries(files).map(([name, text]) => [name, mutated(text, name.startsWith("s") ? first : second)]),
        );
        const loaded = loadSupport(support.map((file) => ({ file, text: texts[file]! })));
        const made = generateIoc({
          instances: instances.map((file) => ({ file, text: texts[file]! })),
          support: loaded.value!,
          mode: strict ? "strict" : "compat",
        });
        for (const { range, labels } of [...loaded.diagnostics, ...made.diagnostics]) {
          for (const place of [range!, ...(labels ?? []).map((label) => label.range)]) {
            const lines = texts[place.file]!.split("\n");
            expect(place.startLine).toBeGreaterThan(0);
            expect(place.startColumn).toBeGreaterThan(0);
            expect(place.endLine).toBeLessThanOrEqual(lines.length);
            expect(place.startColumn).toBeLessThanOrEqual(lines[place.startLine - 1]!.length + 1);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("random and mutated templates: a text or a finding inside the template", () => {
    const support = loadSupport([
      { file: "s", text: "module: m\nentity_models:\n  - {name: A, description: d, parameters: {a: {type: str, description: d}}}\n" },
    ]).value!;
    fc.assert(
      fc.property(templates, edits, (template, changes) => {
        const text = `ioc_name: x\ndescription: d\nentities:\n  - type: m.A\n    a: ${JSON.stringify(mutated(template, changes))}\n`;
        const made = generateIoc({ instances: [{ file: "ioc.yaml", text }], support });
        for (const { range } of made.diagnostics) expect([range!.file, range!.startLine]).toEqual(["ioc.yaml", 5]);
      }),
      { numRuns: 250 },
    );
  });
});
