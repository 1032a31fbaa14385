import { formatDiagnostic } from "@epicube/core";
import { describe, expect, it } from "vitest";
import { parseSettings } from "./settings.js";

describe("parseSettings", () => {
  it("reads the documented keys", async () => {
    const { value, diagnostics } = await parseSettings(
      "namespace: bl45p\nimages: images.yaml\nsupport: [support]\nhealth:\n  bl45p-mo-ioc-01: {watch: [A], maxSeverity: major}\n",
    );
    expect(diagnostics).toEqual([]);
    expect(value).toEqual({
      namespace: "bl45p",
      images: "images.yaml",
      support: ["support"],
      health: { "bl45p-mo-ioc-01": { watch: ["A"], maxSeverity: "major" } },
    });
  });

  it("an empty file is empty settings", async () => {
    expect(await parseSettings("# nothing\n")).toMatchObject({ value: {}, diagnostics: [] });
  });

  it.each([
    ["suport: []\n", 'epicube.yaml:1:1: error BEAMLINE_SETTINGS: unknown key "suport"\n  help: did you mean support?'],
    [
      "health:\n  a:\n    wach: []\n",
      'epicube.yaml:3:5: error BEAMLINE_SETTINGS: unknown key "wach" in health.a\n  help: did you mean watch?',
    ],
    [
      "namespace: Not Good\n",
      "epicube.yaml:1:12: error BEAMLINE_SETTINGS: namespace: must be a Kubernetes name: lower-case letters, digits and -",
    ],
  ])("places the fault of %j", async (text, expected) => {
    expect((await parseSettings(text)).diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))).toEqual([expected]);
  });

  it("a syntax error is one located diagnostic", async () => {
    const { value, diagnostics } = await parseSettings("a: [1\nb: 2\n");
    expect(value).toEqual({});
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]!.code).toBe("YAML_SYNTAX");
  });
});
