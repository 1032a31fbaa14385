import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasErrors } from "@epicube/core";
import { conformanceFolder } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { generateIoc, loadSupport } from "../src/index.js";

const folder = conformanceFolder("ibek");

interface Case {
  readonly ioc: string;
  readonly support: readonly string[];
  readonly env: Record<string, string>;
  readonly pvi: boolean;
}

describe("start-up files of ibek, to the byte", () => {
  it("makes every recorded set", (context) => {
    if (!folder) return context.skip("no shared conformance data on this machine");
    const wrong: string[] = [];
    const names = readdirSync(join(folder, "cases")).sort();
    for (const name of names) {
      const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
      const given = JSON.parse(read("cases", name, "case.json")) as Case;
      const support = loadSupport(given.support.map((file) => ({ file, text: read("support", file) })));
      expect(hasErrors(support.diagnostics), `${name}: ${JSON.stringify(support.diagnostics[0])}`).toBe(false);
      const made = generateIoc({
        instances: [{ file: given.ioc, text: read("cases", name, given.ioc) }],
        support: support.value!,
        env: given.env,
        pvi: given.pvi,
      });
      for (const file of ["st.cmd", "ioc.subst", "wait_list.yaml"]) {
        const path = join(folder, "cases", name, "expected", file);
        const expected = existsSync(path) ? readFileSync(path, "utf8") : undefined;
        const actual = made.value?.files.find((entry) => entry.path === file)?.text;
        if (actual !== expected)
          wrong.push(`${name}/${file}: ${JSON.stringify(made.diagnostics.slice(0, 2))} ${firstDifference(expected, actual)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(37);
  });
});

function firstDifference(expected = "", actual = ""): string {
  const lines = expected.split("\n");
  const at = actual.split("\n").findIndex((line, index) => line !== lines[index]);
  return at === -1 ? "shorter" : `line ${at + 1}: ${JSON.stringify(actual.split("\n")[at])} instead of ${JSON.stringify(lines[at])}`;
}
