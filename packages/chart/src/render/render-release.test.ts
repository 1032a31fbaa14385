import { createManualClock } from "@epicube/core";
import { describe, expect, it } from "vitest";
import type { Chart, ChartFile } from "../load/chart.js";
import { chartOfFiles } from "../load/load-files.js";
import { renderRelease } from "./render-release.js";

const chart = (files: Record<string, string>): Chart => {
  const all = { "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", ...files };
  const raw: ChartFile[] = Object.entries(all).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  return chartOfFiles(raw, "c", () => []);
};
const pod = (name: string, more = "") => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n${more}`;

describe("renderRelease", () => {
  it("gives text, objects with anchors resolved, hooks, notes and values", () => {
    const one = chart({
      "values.yaml": "a: 1\n",
      "templates/a.yaml": `${pod("p", "env: &env [{name: A, value: '{{ .Values.a }}'}]\nmore: *env\n")}---\n${pod("h", '  annotations: {"helm.sh/hook": pre-install}\n')}`,
      "templates/NOTES.txt": "run {{ .Release.Name }}",
    });
    const { value, diagnostics, errorText } = renderRelease(one, {
      name: "rel",
      namespace: "ns",
      values: [{ file: "v.yaml", text: "b: 2" }],
    });
    expect({ diagnostics, errorText }).toEqual({ diagnostics: [], errorText: undefined });
    expect(value).toMatchObject({
      name: "rel",
      namespace: "ns",
      notes: "run rel",
      userValues: { b: 2 },
      chartValues: { a: 1 },
      chart: { name: "c", version: "0.1.0" },
    });
    expect(value!.objects).toEqual([
      { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, env: [{ name: "A", value: "1" }], more: [{ name: "A", value: "1" }] },
    ]);
    expect(value!.hooks.map((hook) => hook.metadata.name)).toEqual(["h"]);
    expect(value!.text).toContain("more: *env");
    expect(JSON.parse(JSON.stringify(value!.objects))).toEqual(value!.objects);
  });

  it("keeps the line end of a block scalar that ends a document, as a cluster reads it", () => {
    const one = chart({ "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  st.cmd: |\n    iocInit\n" });
    const { objects, text } = renderRelease(one).value!;
    expect(objects[0]!.data).toEqual({ "st.cmd": "iocInit\n" });
    expect(text.endsWith("    iocInit\n")).toBe(true);
  });

  it("leaves the chart as it was, whatever templates set", () => {
    const one = chart({
      "values.yaml": "m: {x: 1}\n",
      "templates/a.yaml":
        '{{ $_ := set .Values.m "x" 2 }}{{ $_ := set .Values "n" 1 }}{{ $_ := set .Chart "Name" "q" }}# {{ toJson .Values }} {{ .Chart.Name }}\n',
    });
    const first = renderRelease(one, { set: ["m.y=1"] }).value!.text;
    expect(first).toContain('{"m":{"x":2,"y":1},"n":1} q');
    expect(renderRelease(one, { set: ["m.y=1"] }).value!.text).toBe(first);
    expect(renderRelease(one).value!.chartValues).toEqual({ m: { x: 1 } });
  });

  it("takes time and randomness from outside", () => {
    const one = chart({ "templates/a.yaml": "# {{ now | unixEpoch }} {{ randAlphaNum 8 }}\n" });
    const options = { clock: createManualClock(1_700_000_000_000), randomBytes: (count: number) => new Uint8Array(count).fill(7) };
    const text = renderRelease(one, options).value!.text;
    expect(text).toContain("1700000000");
    expect(renderRelease(one, options).value!.text).toBe(text);
  });

  it("asks the caller what lookup finds", () => {
    const one = chart({ "templates/a.yaml": '# {{ (lookup "v1" "Secret" "ns" "s").data.k }}\n' });
    expect(renderRelease(one, { lookup: (...about) => ({ data: { k: about.join("/") } }) }).value!.text).toContain("v1/Secret/ns/s");
  });

  it("says where a template failed, in helm's words and as a diagnostic", () => {
    const one = chart({ "templates/a.yaml": "a: 1\nb: {{ .Values.x.y }}\n" });
    const { value, errorText, diagnostics } = renderRelease(one);
    expect(value).toBeUndefined();
    expect(errorText).toContain("c/templates/a.yaml:2:");
    expect(errorText).toContain("nil pointer evaluating interface {}.y");
    expect(diagnostics[0]).toMatchObject({ code: "TEMPLATE_EXECUTE", range: { file: "c/templates/a.yaml", startLine: 2 } });
  });

  it.each([
    ["a document that is no YAML", { "templates/a.yaml": "a: b: c\n" }, "CHART_MANIFEST"],
    ["a library", { "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\ntype: library\n" }, "CHART_NOT_INSTALLABLE"],
    [
      "a missing dependency",
      { "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies: [{name: d, version: 1.x}]\n" },
      "CHART_DEPENDENCY_MISSING",
    ],
    ["a schema that is not met", { "values.schema.json": '{"required": ["x"]}' }, "CHART_SCHEMA"],
    ["a template that does not parse", { "templates/a.yaml": "{{ if }}" }, "TEMPLATE_PARSE"],
  ])("refuses %s", (_what, files, code) => {
    const result = renderRelease(chart(files));
    expect(result.value).toBeUndefined();
    expect(result.diagnostics.map((one) => one.code)).toEqual([code]);
  });

  it("never fetches what a schema refers to", () => {
    for (const reference of ["http://127.0.0.1:1/x.json", "file:///etc/passwd", "https://example.org/s"]) {
      const result = renderRelease(
        chart({ "values.yaml": "a: 1\n", "values.schema.json": JSON.stringify({ properties: { a: { $ref: reference } } }) }),
      );
      expect(result.errorText).toContain("leads out of the schema");
    }
  });

  it("ends templates that call themselves", () => {
    for (const template of [
      '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}',
      '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}',
      "{{ tpl .Values.t . }}",
    ]) {
      const result = renderRelease(chart({ "values.yaml": 't: "{{ tpl .Values.t . }}"\n', "templates/a.yaml": template }));
      expect(result.errorText).toBeTruthy();
      expect(result.diagnostics[0]!.code).toMatch(/^TEMPLATE_/);
    }
  });
});
