import { join } from "node:path";
import type { Diagnostic } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadChart, type RenderReleaseOptions, renderRelease } from "../src/index.js";
import { writeTree } from "./support/helm.js";

let folder: TempFolder;
beforeEach(async () => {
  folder = await createTempFolder("diagnostics");
});
afterEach(() => folder.close());

const service = (name: string, more: Record<string, string | Uint8Array> = {}): Record<string, string | Uint8Array> =>
  Object.fromEntries(
    Object.entries({
      "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: 0.1.0\ndependencies:\n  - name: shared\n    version: 1.0.0\n`,
      "charts/shared": "-> ../../../charts/shared",
      "templates/ioc.yaml": 'a: 1\n{{ include "shared" . }}\n',
      ...more,
    }).map(([path, text]) => [`services/${name}/${path}`, text]),
  );
const shared = (helper: string) => ({
  "charts/shared/Chart.yaml": "apiVersion: v2\nname: shared\nversion: 1.0.0\ntype: library\n",
  "charts/shared/templates/_shared.tpl": helper,
});

async function findings(name: string, options: RenderReleaseOptions = {}) {
  const loaded = await loadChart(join(folder.path, "services", name), { root: folder.path });
  if (!loaded.value) return loaded;
  return renderRelease(loaded.value, { name, ...options });
}
const place = ({ range }: Diagnostic) => `${range?.file}:${range?.startLine}:${range?.startColumn}`;

describe("a diagnostic names a file of the repository", () => {
  it("a template of the IOC, with helm's name for it in errorText alone", async () => {
    writeTree(folder.path, { ...service("ioc-1", { "templates/ioc.yaml": "a: 1\n{{ if }}\n" }), ...shared("") });
    const { diagnostics, errorText } = await findings("ioc-1");
    expect(place(diagnostics[0]!)).toBe("services/ioc-1/templates/ioc.yaml:2:7");
    expect(diagnostics[0]).toMatchObject({ code: "TEMPLATE_PARSE", message: "missing value for if" });
    expect(errorText).toContain("(ioc-1/templates/ioc.yaml:2)");
  });

  it("a shared template, the same for each IOC, with the way there as label", async () => {
    writeTree(folder.path, {
      ...service("ioc-1"),
      ...service("ioc-2"),
      ...shared('{{ define "shared" }}\nb: {{ .Values.a.b }}\n{{ end }}'),
    });
    const [one, two] = [(await findings("ioc-1")).diagnostics[0]!, (await findings("ioc-2")).diagnostics[0]!];
    expect(place(one)).toBe("charts/shared/templates/_shared.tpl:2:7");
    expect(one.range!.endColumn).toBe(18);
    expect(one.labels).toMatchObject([{ range: { file: "services/ioc-1/templates/ioc.yaml", startLine: 2 }, message: "called from here" }]);
    const { labels: _one, ...first } = one;
    const { labels: _two, ...second } = two;
    expect(second).toEqual(first);
  });

  it.each([
    ["that does not parse", "{{ nope }}", "TEMPLATE_PARSE"],
    ["that makes no YAML", '{{ define "shared" }}\nthis: is: wrong\n{{ end }}', "CHART_MANIFEST"],
    ["that includes what is not there", '{{ define "shared" }}{{ include "none" . }}{{ end }}', "TEMPLATE_EXECUTE"],
    ["without an end of its own", '{{ define "shared" }}{{ include "shared" . }}{{ end }}', "TEMPLATE_EXECUTE"],
  ])("the same finding for each IOC: a shared template %s", async (_what, helper, code) => {
    writeTree(folder.path, { ...service("ioc-1"), ...service("second-ioc"), ...shared(helper) });
    const [one, two] = [(await findings("ioc-1")).diagnostics, (await findings("second-ioc")).diagnostics];
    expect(one).toHaveLength(1);
    expect(one[0]!.range!.file).toBe("charts/shared/templates/_shared.tpl");
    expect(one[0]!.code).toBe(code);
    expect(one[0]!.labels?.length ?? 0).toBeLessThan(3);
    expect({ ...two[0]!, labels: [] }).toEqual({ ...one[0]!, labels: [] });
  });

  it("the caller of a text that tpl was given", async () => {
    writeTree(folder.path, {
      ...service("ioc-1", { "templates/ioc.yaml": "a: 1\nb: {{ tpl .Values.t . }}\n", "values.yaml": 't: "{{ .Values.x.y }}"\n' }),
      ...shared(""),
    });
    const { diagnostics } = await findings("ioc-1");
    expect(place(diagnostics[0]!)).toBe("services/ioc-1/templates/ioc.yaml:2:7");
  });

  it("as the chart was named, without a root", async () => {
    writeTree(folder.path, { "c/Chart.yaml": "apiVersion: v2\nname: x\nversion: 0.1.0\n", "c/templates/a.yaml": "{{ if }}" });
    const chart = await loadChart(join(folder.path, "c"));
    expect(renderRelease(chart.value!).diagnostics[0]!.range!.file).toBe(join(folder.path, "c/templates/a.yaml"));
  });
});

describe("positions in Chart.yaml and values", () => {
  const latin = (text: string) => Buffer.from(text, "latin1");
  it.each<[string, Record<string, string | Uint8Array>, string, string]>([
    ["YAML that is wrong", { "values.yaml": "a: 1\n\nb: c: d\n" }, "values.yaml:3:5", "mapping values are not allowed in this context"],
    ["an indentation that is wrong", { "values.yaml": "a:\n  b: 1\n c: 2\n" }, "values.yaml:3:2", "did not find expected key"],
    ["a later document", { "values.yaml": "a: 1\n---\nb: 2\n---\nb: [\n" }, "values.yaml:6:1", "did not find expected node content"],
    ["values that are a list", { "values.yaml": "- a\n" }, "values.yaml:1:1", "a map is wanted here, not a list"],
    ["bytes that are not UTF-8", { "values.yaml": latin("a: 1\nb: caf\u00e9 x\n") }, "values.yaml:2:7", "invalid leading UTF-8 octet"],
    ["a control character", { "values.yaml": "a: 1\nb: x\u0007\n" }, "values.yaml:2:5", "control characters are not allowed"],
    ["Chart.yaml that is wrong", { "Chart.yaml": "apiVersion: v2\nname: a: b\n" }, "Chart.yaml:2:8", "mapping values are not allowed"],
    [
      "Chart.yaml that is not UTF-8",
      { "Chart.yaml": latin("apiVersion: v2\nname: x\nversion: 1.0.0\ndescription: caf\u00e9\n") },
      "Chart.yaml:4:17",
      "invalid leading UTF-8 octet",
    ],
    ["a version that is none", { "Chart.yaml": "apiVersion: v2\nname: x\nversion: one\n" }, "Chart.yaml:3:1", '"one" is invalid'],
    ["a key of the wrong kind", { "Chart.yaml": "apiVersion: v2\nname: x\nversion: 0.1.0\nkeywords: k\n" }, "Chart.yaml:4:1", "keywords"],
  ])("%s", async (_what, files, at, message) => {
    writeTree(folder.path, { ...service("ioc-1", files), ...shared("") });
    const { diagnostics } = await findings("ioc-1");
    expect(diagnostics).toHaveLength(1);
    expect(place(diagnostics[0]!)).toBe(`services/ioc-1/${at}`);
    expect(diagnostics[0]!.message).toContain(message);
    expect(diagnostics[0]!.message).not.toMatch(/line \d/);
  });

  it("a values file keeps the name that it was given", async () => {
    writeTree(folder.path, { ...service("ioc-1"), ...shared("") });
    const values = [{ file: "services/values.yaml", text: "a: 1\nb: [\n" }];
    const { diagnostics, errorText } = await findings("ioc-1", { values });
    expect(diagnostics[0]).toMatchObject({ code: "CHART_VALUES", range: { file: "services/values.yaml", startLine: 3 } });
    expect(errorText).toContain("failed to parse services/values.yaml: cannot unmarshal yaml document");
  });

  it("a value that a schema refuses stands where it is given", async () => {
    const schema = {
      required: ["image"],
      properties: { port: { type: "integer" }, list: { items: { type: "string" } }, ioc: { required: ["name"] } },
    };
    writeTree(folder.path, {
      ...service("ioc-1", { "values.schema.json": JSON.stringify(schema), "values.yaml": "port: 1\nlist:\n  - a\n  - 2\nioc: {}\n" }),
      ...shared('{{ define "shared" }}{{ end }}'),
    });
    const { diagnostics, errorText } = await findings("ioc-1", { values: [{ file: "shared.yaml", text: "a: 1\nport: x\n" }] });
    expect(diagnostics.map((found) => `${place(found)} ${found.message}`).sort()).toEqual([
      "services/ioc-1/values.schema.json:1:1 missing property 'image'",
      "services/ioc-1/values.yaml:4:5 list.1: got number, want string",
      "services/ioc-1/values.yaml:5:1 ioc: missing property 'name'",
      "shared.yaml:2:1 port: got string, want integer",
    ]);
    expect(diagnostics.every((found) => found.code === "CHART_SCHEMA")).toBe(true);
    expect(errorText).toContain("values don't meet the specifications of the schema(s) in the following chart(s):\nioc-1:\n- at ''");
  });

  it("a dependency that is not there stands where Chart.yaml names it", async () => {
    const { "services/ioc-1/charts/shared": _, ...files } = service("ioc-1");
    writeTree(folder.path, files);
    const { diagnostics } = await findings("ioc-1");
    expect(place(diagnostics[0]!)).toBe("services/ioc-1/Chart.yaml:5:11");
    expect(diagnostics[0]!.message).toBe("the dependency shared of Chart.yaml is not in charts/");
  });

  it("shows no path of the machine", async () => {
    writeTree(folder.path, { "services/ioc-1/values.yaml": "", "services/ioc-2/Chart.yaml": "a: [", ...service("ioc-3"), "out/x": "" });
    writeTree(folder.path, { "services/ioc-3/gone": "-> ../nowhere", ...shared("") });
    for (const name of ["ioc-1", "ioc-2", "ioc-3", "ioc-4"]) {
      const { diagnostics, errorText } = await findings(name);
      expect(JSON.stringify(diagnostics)).not.toContain(folder.path);
      expect(diagnostics[0]!.range!.file).toContain(`services/${name}`);
      expect(errorText).toBeTruthy();
    }
  });
});

describe("what the author of a chart demands", () => {
  it("required is a finding of its own, with the place where the value belongs", async () => {
    writeTree(folder.path, {
      ...service("ioc-1", {
        "templates/ioc.yaml": '{{ include "shared" . }}\n',
        "values.yaml": "ioc:\n  location: here\n",
      }),
      ...shared('{{ define "shared" }}\nb: {{ required "give the image" .Values.ioc.image }}\n{{ end }}'),
    });
    const { diagnostics, errorText } = await findings("ioc-1", { values: [{ file: "services/values.yaml", text: "x: 1\n" }] });
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: "CHART_REQUIRED", message: "give the image" });
    expect(place(diagnostics[0]!)).toBe("charts/shared/templates/_shared.tpl:2:7");
    expect(diagnostics[0]!.labels).toMatchObject([
      { range: { file: "services/ioc-1/values.yaml", startLine: 1, startColumn: 1, endColumn: 4 }, message: "image is missing here" },
      { range: { file: "services/ioc-1/templates/ioc.yaml", startLine: 1 }, message: "called from here" },
    ]);
    expect(errorText).toMatch(/^execution error at \(ioc-1\/templates\/ioc\.yaml:1:3\): give the image/);
  });

  it("finds the key that only the words name, in the strongest values file that has it", async () => {
    writeTree(folder.path, {
      ...service("ioc-1", { "values.yaml": "ioc:\n  a: 1\n" }),
      ...shared('{{ define "shared" }}{{ $i := .Values.ioc }}b: {{ required "give ioc.image" $i.image }}{{ end }}'),
    });
    const { diagnostics } = await findings("ioc-1", { values: [{ file: "extra.yaml", text: "y: 2\nioc:\n  b: 1\n" }] });
    expect(diagnostics[0]!.labels![0]).toMatchObject({ range: { file: "extra.yaml", startLine: 2 }, message: "image is missing here" });
  });

  it("fail says what it was told to say", async () => {
    writeTree(folder.path, { ...service("ioc-1", { "templates/ioc.yaml": 'a: {{ fail "no: not so" }}' }), ...shared("") });
    const { diagnostics } = await findings("ioc-1");
    expect(diagnostics[0]).toMatchObject({ code: "CHART_FAIL", message: "no: not so" });
    expect(JSON.stringify(diagnostics)).not.toContain("HELM_ERR");
  });
});
