import { join } from "node:path";
import { encodeJson, fromJs } from "@epicube/gotemplate";
import { createTempFolder, describePeer } from "@epicube/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";

import { compareKeys } from "../src/yaml/keys.js";
import { toYaml, toYamlPretty } from "../src/yaml/to-yaml.js";
import { runHelm, writeTree } from "./support/helm.js";

const CASES = 4000;

const pieces = fc.constantFrom(
  ..." \t\n\r:#-?,[]{}&*!|>'\"%@`~=<.+_0123456789abyYnNxeE\u00e9\u0085\u00a0\u2028\ufeff\ufffe\u{1f600}\u007f\u0001\u4e2d",
);
const words = fc.constantFrom(
  "yes",
  "NO",
  "on",
  "null",
  "~",
  "true",
  "0x1F",
  "0o17",
  "017",
  "1e3",
  "1_000",
  "1:30",
  "190:20:30.15",
  "2024-01-01",
  "2024-02-30",
  "2024-1-2T3:4:5Z",
  "2024-01-01 10:00:00.5",
  ".inf",
  "-.5",
  "--- a",
  "---",
  "...",
  "<<",
  "=",
  "0b11",
  "0b-1",
  "- a",
  "a: b",
  "a #b",
  "+12",
  ".5.",
  "0x",
  "1__0",
  "-0",
  "a long text of plain words that is longer than the eighty columns after which go-yaml folds lines at a space, twice",
  "'quoted: text that is longer than eighty columns, so that it is folded too, with a colon: and   many   spaces in it'",
  'two lines\nof "text"\n',
  "trailing \nspace",
  "  leading\n\n\nlines\n\n",
);
// characters that were assigned when Go's tables were made: which others are letters decides the order of keys
const assigned = fc
  .oneof(fc.integer({ min: 0, max: 0x24f }), fc.integer({ min: 0x370, max: 0x3ff }), fc.integer({ min: 0x2000, max: 0x206f }))
  .map((code) => String.fromCharCode(code));
const text = fc.oneof(
  { weight: 3, arbitrary: fc.array(pieces, { maxLength: 12 }).map((list) => list.join("")) },
  { weight: 2, arbitrary: words },
  { weight: 2, arbitrary: fc.array(fc.oneof(words, pieces), { maxLength: 30 }).map((list) => list.join(" ")) },
  { weight: 1, arbitrary: fc.array(fc.oneof(words, pieces), { maxLength: 8 }).map((list) => list.join("\n")) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9._-]{1,6}$/) },
  { weight: 1, arbitrary: fc.string({ unit: assigned, maxLength: 6 }) },
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1e6, 6e6, 1e20, 1e21, 1e-5, 1e-7, 0.0001, 123456789.5, 1.5, 12345678901234567000, 2 ** 53),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 4, arbitrary: text },
    { weight: 1, arbitrary: number },
    { weight: 1, arbitrary: fc.constantFrom(true, false) },
    { weight: 2, arbitrary: fc.array(tie("any"), { maxLength: 4 }) },
    { weight: 3, arbitrary: fc.dictionary(text, tie("any"), { maxKeys: 5 }) },
  ),
})).any;

/** JSON that helm's YAML reader takes: nothing outside ASCII except what it can read, surrogate pairs as they are. */
function asValues(data: unknown): string {
  return JSON.stringify(data).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** go-yaml's order of keys has circles ("017" < "0o17" < "1__0" < "017"); what it then writes is left to chance. */
function hasOneOrder(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return true;
  if (Array.isArray(item)) return item.every(hasOneOrder);
  for (const version of [2, 3] as const) {
    const keys = Object.keys(item).sort((a, b) => compareKeys(a, b, version));
    for (const [at, key] of keys.entries()) if (keys.slice(at + 1).some((later) => compareKeys(key, later, version) >= 0)) return false;
  }
  return Object.values(item).every(hasOneOrder);
}

describePeer(["helm"], "toYaml, toYamlPretty and toJson against helm", ({ helm }) => {
  it(`writes ${CASES} generated values as helm does`, async () => {
    await using folder = await createTempFolder("to-yaml");
    const cases = fc.sample(value, { numRuns: CASES, seed: 414 }).filter(hasOneOrder);
    writeTree(folder.path, {
      "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
      "c/templates/out.yaml":
        "{{ range .Values.cases }}\n# ={{ toYaml . | b64enc }}\n# ={{ toYamlPretty . | b64enc }}\n# ={{ toJson . | b64enc }}{{ end }}\n",
      "values.yaml": asValues({ cases }),
    });
    const run = runHelm(helm.paths.helm!, ["template", "c", join(folder.path, "c"), "-f", join(folder.path, "values.yaml")], folder.path);
    expect(run.stderr).toBe("");
    const lines = run.stdout.split("\n").filter((line) => line.startsWith("# ="));
    expect(lines.length).toBe(cases.length * 3);
    const differences: unknown[] = [];
    for (const [index, item] of cases.entries()) {
      const go = fromJs(item);
      const ours = [toYaml(go), toYamlPretty(go), encodeJson(go)];
      for (let at = 0; at < 3; at++) {
        const theirs = Buffer.from(lines[index * 3 + at]!.slice(3), "base64").toString("utf8");
        if (theirs !== ours[at]) differences.push({ function: at, item: JSON.stringify(item), theirs, ours: ours[at] });
      }
    }
    differences.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
    expect(differences.slice(0, 8)).toEqual([]);
  });
});
