import { formatDiagnostic } from "@epicube/core";
import { describe, expect, it } from "vitest";
import { createFunctions } from "../functions/create.js";
import { createIncludeFunctions } from "../functions/helm.js";
import { parseTemplateSet } from "../set/parse-set.js";
import { fromJs } from "../values/from-js.js";
import { chartAuthorMessage, helmErrorText } from "./helm-text.js";
import { TemplateError, templateErrorToDiagnostic } from "./template-error.js";

const functions = { ...createFunctions(), ...createIncludeFunctions() };

function failureOf(text: string): TemplateError {
  try {
    parseTemplateSet([{ name: "c/templates/a.yaml", text }], { functions }).execute("c/templates/a.yaml", fromJs({ v: {} }));
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error("it rendered");
}

describe("the text that Helm shows", () => {
  it.each([
    ["{{ end }}", "parse error at (c/templates/a.yaml:1): unexpected {{end}}"],
    ['{{ required "a name" .v.name }}', "execution error at (c/templates/a.yaml:1:3): a name"],
    ['{{ fail "stop: here" }}', "execution error at (c/templates/a.yaml:1:3): stop: here"],
    ["{{ .v.a.b }}", 'c/templates/a.yaml:1:5\n  executing "c/templates/a.yaml" at <.v.a.b>:\n    nil pointer evaluating interface {}.b'],
    [
      '{{ define "t" }}{{ .v.a.b }}{{ end }}{{ include "t" . }}',
      'c/templates/a.yaml:1:40\n  executing "c/templates/a.yaml" at <include "t" .>:\n    error calling include:\nc/templates/a.yaml:1:21\n' +
        '  executing "t" at <.v.a.b>:\n    nil pointer evaluating interface {}.b',
    ],
    [
      "{{ div 1 0 }}",
      'template: c/templates/a.yaml:1:3: executing "c/templates/a.yaml" at <div 1 0>: error calling div: runtime error: integer divide by zero',
    ],
  ])("%j: %j", (text, shown) => expect(helmErrorText(failureOf(text), "c/templates/a.yaml")).toBe(shown));
});

describe("a diagnostic", () => {
  it("points at the innermost place and labels the way there", () => {
    const text = '{{ define "t" }}{{ .v.a.b }}{{ end }}\n{{ include "t" . }}';
    const diagnostic = templateErrorToDiagnostic(failureOf(text));
    expect(diagnostic).toMatchObject({
      code: "TEMPLATE_EXECUTE",
      severity: "error",
      message: "nil pointer evaluating interface {}.b",
      range: { file: "c/templates/a.yaml", startLine: 1, startColumn: 22 },
      labels: [{ range: { startLine: 2, startColumn: 4 } }],
    });
    expect(formatDiagnostic(diagnostic, { source: () => text })).toContain("c/templates/a.yaml:1:22");
  });

  it.each([
    ['{{ required "a name" .v.name }}', { from: "required", message: "a name" }],
    ['{{ define "t" }}{{ fail "stop: here" }}{{ end }}{{ tpl `{{ include "t" . }}` . }}', { from: "fail", message: "stop: here" }],
    ["{{ div 1 0 }}", undefined],
  ])("tells what the author of the chart says, without Helm's marks: %j", (text, said) => {
    const error = failureOf(text);
    expect(chartAuthorMessage(error)).toEqual(said);
    expect(templateErrorToDiagnostic(error).message).not.toContain("HELM_ERR");
  });

  it("has the line of a parse error", () => {
    expect(templateErrorToDiagnostic(failureOf("\n\n{{ nope }}"))).toMatchObject({
      code: "TEMPLATE_PARSE",
      message: 'function "nope" not defined',
      range: { startLine: 3 },
    });
  });
});
