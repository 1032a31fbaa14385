import { fileURLToPath } from "node:url";
import { hasErrors } from "@epicube/core";
import { expectGolden } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { generateIoc, loadSupport } from "../src/index.js";
import { FEATURES, type FeatureCase, filesOf } from "./support/cases.js";

const GOLDEN = fileURLToPath(new URL("./golden/features.txt", import.meta.url));

function generate(feature: FeatureCase, mode: "compat" | "strict" = "compat") {
  const { support, instances, files } = filesOf(feature);
  const loaded = loadSupport(support.map((file) => ({ file, text: files[file]! })));
  const made = generateIoc({
    instances: instances.map((file) => ({ file, text: files[file]! })),
    support: loaded.value!,
    env: { IOC: "/epics/ioc", RUNTIME_DIR: "/epics/runtime", IOC_NAME: "test-ioc" },
    pvi: feature.pvi ?? false,
    mode,
  });
  return {
    value: hasErrors(loaded.diagnostics) ? undefined : made.value,
    diagnostics: [...loaded.diagnostics, ...(hasErrors(loaded.diagnostics) ? [] : made.diagnostics)],
  };
}

function shown(feature: FeatureCase): string {
  const { value, diagnostics } = generate(feature);
  const findings = diagnostics.map((entry) => {
    const { file, startLine, startColumn } = entry.range!;
    return `${file}:${startLine}:${startColumn}: ${entry.severity} ${entry.code}: ${entry.message}${entry.help === undefined ? "" : ` (${entry.help})`}\n`;
  });
  const files = (value?.files ?? []).map((file) => `--- ${file.path}\n${file.text}`);
  return `=== ${feature.name}\n${findings.join("")}${files.join("")}\n`;
}

describe("every feature and quirk (the peer test asks real ibek the same)", () => {
  it("makes the files, or the findings, of the golden record", () => {
    expectGolden(GOLDEN, FEATURES.map(shown).join(""));
  });

  it.each(FEATURES.filter((feature) => feature.refused))("refuses: $name, with one finding in the file", (feature) => {
    const { value, diagnostics } = generate(feature);
    expect(value).toBeUndefined();
    const errors = diagnostics.filter((entry) => entry.severity === "error");
    expect(errors.length).toBeLessThanOrEqual(1);
    const { files } = filesOf(feature);
    const lines = files[errors[0]!.range!.file]!.split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(errors[0]!.range!.endLine);
  });

  it.each([
    ["env_vars: two are joined without newline", "ENV_VARS_JOINED"],
    ["scripts: when first, by model and kind", "FIRST_SUPPRESSED"],
    ["sub-entities: enum labels stay labels", "ENUM_LABEL_KEPT"],
    ["databases: quotes and wide characters in values", "SUBST_QUOTE"],
  ])("strict mode refuses the quirk: %s", (name, code) => {
    const feature = FEATURES.find((candidate) => candidate.name === name)!;
    const compat = generate(feature);
    expect(compat.value).toBeDefined();
    expect(compat.diagnostics.map((entry) => [entry.code, entry.severity])).toContainEqual([code, "warning"]);
    const strict = generate(feature, "strict");
    expect(strict.value).toBeUndefined();
    expect(strict.diagnostics.map((entry) => [entry.code, entry.severity])).toContainEqual([code, "error"]);
  });

  it("names the entity and the line of each row of ioc.subst", () => {
    const feature = FEATURES.find((candidate) => candidate.name === "databases: the same args in another order")!;
    const { value } = generate(feature);
    const lines = value!.files.find((file) => file.path === "ioc.subst")!.text.split("\n");
    expect(value!.rows.map((row) => [row.entityType, row.entity.startLine, lines[row.line - 1]!.trim(), row.macros])).toEqual([
      ["m.A", 4, '{ "1", "2" }', { P: "1", Q: "2" }],
      ["m.B", 5, '{ "4", "3" }', { P: "4", Q: "3" }],
    ]);
  });
});
