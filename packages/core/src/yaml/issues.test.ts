import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../diagnostics/format.js";
import { diagnosticsOfIssues, loadYaml, type SchemaIssue } from "./index.js";

const text = "namespace: bl45p\nimages: 5\ntargets:\n  test: {kind: k8s}\nsuport: []\n";

function shown(issue: SchemaIssue, known: string[] = []): string {
  const source = loadYaml(text, { file: "epicube.yaml" }).value!;
  const [diagnostic] = diagnosticsOfIssues(source, source.documents[0]!, [issue], { code: "BEAMLINE_SCHEMA", knownKeys: () => known });
  return formatDiagnostic(diagnostic!);
}

describe("diagnosticsOfIssues", () => {
  it("puts a wrong value at the value", () => {
    expect(shown({ code: "invalid_type", path: ["images"], message: "Expected string, got number" })).toBe(
      "epicube.yaml:2:9: error BEAMLINE_SCHEMA: images: expected string, got number",
    );
  });

  it("puts an unknown key at the key, with the nearest known one", () => {
    expect(shown({ code: "unrecognized_keys", path: [], message: "", keys: ["suport"] }, ["support", "images"])).toBe(
      'epicube.yaml:5:1: error BEAMLINE_SCHEMA: unknown key "suport"\n  help: did you mean support?',
    );
  });

  it("puts a missing key at the key of the map that lacks it", () => {
    expect(shown({ code: "invalid_type", path: ["targets", "test", "context"], message: "Required" })).toBe(
      "epicube.yaml:4:3: error BEAMLINE_SCHEMA: targets.test.context is required",
    );
  });

  it("has a place even for an empty document", () => {
    const source = loadYaml("", { file: "e.yaml" }).value!;
    const [diagnostic] = diagnosticsOfIssues(source, source.documents[0] ?? null, [{ path: ["a"], message: "Required" }], { code: "X" });
    expect(formatDiagnostic(diagnostic!)).toBe("e.yaml:1:1: error X: a is required");
  });
});
