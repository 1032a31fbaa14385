import { describe, expect, it } from "vitest";
import { TemplateError } from "../errors/template-error.js";
import { createFunctions } from "../functions/create.js";
import { createIncludeFunctions } from "../functions/helm.js";
import { parseTemplateSet } from "../set/parse-set.js";
import type { TemplateLimits } from "../set/template-set.js";
import { fromJs } from "../values/from-js.js";
import { goInt64 } from "../values/int.js";
import type { GoValue } from "../values/value.js";

const functions = { ...createFunctions(), ...createIncludeFunctions() };
const data = {
  name: "bl45p-mo-ioc-01",
  replicas: 2,
  big: 6000000,
  enabled: true,
  nothing: null,
  env: [
    { name: "EPICS_CA_ADDR_LIST", value: "10.0.0.255" },
    { name: "IOC", value: 1 },
  ],
  labels: { zone: "b", app: "ioc", "10": "ten", "9": "nine" },
  empty: {},
};

function render(text: string, given: GoValue = fromJs(data), limits: TemplateLimits = {}): string {
  return parseTemplateSet([{ name: "a.yaml", text }], { functions, limits }).execute("a.yaml", given);
}

function failure(text: string, given?: GoValue, limits?: TemplateLimits): TemplateError {
  try {
    const output = render(text, given, limits);
    throw new Error(`it rendered: ${output}`);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

describe("text and trimming", () => {
  it.each([
    ["plain", "plain"],
    ["", ""],
    ["a {{- 1 -}} b", "a1b"],
    ["a {{-1}} b", "a -1 b"],
    ["a \n\t{{- /* c */ -}}\n b", "ab"],
    ["{{/* one */}}x{{- /* two */}}", "x"],
    ["a{{ 1\n}}b", "a1b"],
    ["}} {{ `{{ raw }}` }}", "}} {{ raw }}"],
  ])("%j gives %j", (text, output) => expect(render(text)).toBe(output));
});

describe("values and printing", () => {
  it.each([
    ["{{ .name }} {{ .replicas }} {{ .enabled }}", "bl45p-mo-ioc-01 2 true"],
    ["{{ .big }} {{ .big | int }} {{ .big | toJson }}", "6e+06 6000000 6000000"],
    ["{{ .nothing }} {{ .missing }} {{ (.missing).deep }}", "<no value> <no value> <no value>"],
    ["{{ .labels }}", "map[10:ten 9:nine app:ioc zone:b]"],
    ["{{ .env }}", "[map[name:EPICS_CA_ADDR_LIST value:10.0.0.255] map[name:IOC value:1]]"],
    ["{{ 1 }} {{ 1.0 }} {{ 1e6 }} {{ 0x10 }} {{ 'a' }} {{ 1_000 }}", "1 1 1e+06 16 97 1000"],
    ["{{ add 9223372036854775807 1 }}", "-9223372036854775808"],
    ['{{ len "é" }} {{ trunc 1 "é" | printf "%q" }}', '2 "\\xc3"'],
    ['{{ (print (trunc 1 "é") (substr 1 2 "é")) | len }}', "2"],
  ])("%j gives %j", (text, output) => expect(render(text)).toBe(output));

  it("keeps int64 of --set apart from the float64 of values", () => {
    const given: GoValue = new Map<string, GoValue>([
      ["set", goInt64(5)],
      ["file", 5],
    ]);
    expect(render("{{ typeOf .set }} {{ typeOf .file }} {{ eq .set 5 }}", given)).toBe("int64 float64 true");
    expect(failure("{{ eq .file 5 }}", given).message).toContain("incompatible types for comparison: float64 and int");
  });
});

describe("control structures", () => {
  it.each([
    ["{{ if .enabled }}a{{ else }}b{{ end }}{{ if .empty }}a{{ else if .replicas }}c{{ end }}", "ac"],
    ["{{ with .labels.app }}{{ . }}{{ end }}{{ with .nothing }}x{{ else with .name }}{{ . }}{{ else }}y{{ end }}", "iocbl45p-mo-ioc-01"],
    ["{{ range .env }}{{ .name }};{{ end }}", "EPICS_CA_ADDR_LIST;IOC;"],
    ["{{ range $k, $v := .labels }}{{ $k }}={{ $v }};{{ end }}", "10=ten;9=nine;app=ioc;zone=b;"],
    ["{{ range $i, $e := .env }}{{ $i }}{{ $e.value }} {{ end }}", "010.0.0.255 11 "],
    ["{{ range 3 }}{{ . }}{{ end }}{{ range $n := 2 }}{{ $n }}{{ end }}{{ range 0 }}x{{ else }}none{{ end }}", "01201none"],
    ["{{ range until 9 }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ if eq . 5 }}{{ break }}{{ end }}{{ . }}{{ end }}", "0134"],
    ["{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}", "2"],
    ["{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"],
    ["{{ range $x := list 1 2 }}{{ range $x := list 8 }}{{ $x }}{{ end }}{{ $x }}{{ end }}", "8182"],
    ["{{ range $i, $e := list }}{{ else }}{{ $e }}{{ end }}", "[]"],
    ['{{ and 0 (fail "never") }} {{ or 1 (fail "never") }}', "0 1"],
    ['{{ define "t" }}<{{ . }}{{ $ }}>{{ end }}{{ template "t" 1 }}{{ include "t" "x" | upper }}', "<11><XX>"],
    ['{{ block "b" .name }}{{ . }}{{ end }}', "bl45p-mo-ioc-01"],
    ['{{ $_ := set .labels "new" 1 }}{{ .labels.new }}{{ $_ := unset .labels "new" }}{{ hasKey .labels "new" }}', "1false"],
    ['{{ tpl "{{ define \\"in\\" }}[{{ . }}]{{ end }}{{ include \\"in\\" .name }}{{ .missing }}" . }}', "[bl45p-mo-ioc-01]"],
  ])("%j gives %j", (text, output) => expect(render(text)).toBe(output));

  it("reads the entries of a map before the body changes it", () => {
    expect(render('{{ $m := dict "a" 1 "b" 2 }}{{ range $k, $v := $m }}{{ $_ := set $m "c" 3 }}{{ $k }}{{ end }}{{ len $m }}')).toBe("ab3");
  });
});

describe("a set of templates", () => {
  const parse = (files: { name: string; text: string }[]) => parseTemplateSet(files, { functions });

  it("lets later definitions win, but no blank one over one with content", () => {
    const set = parse([
      { name: "1", text: '{{ define "t" }}one{{ end }}' },
      { name: "2", text: '{{ define "t" }}two{{ end }}' },
      { name: "3", text: '{{ define "t" }} \n {{/* blank */}}{{ end }}' },
      { name: "4", text: '{{ template "t" }}' },
    ]);
    expect(set.execute("4", null)).toBe("two");
    expect(set.names()).toEqual(["1", "2", "3", "4", "t"]);
    expect(set.has("t")).toBe(true);
  });

  it("gives a clone additions of its own", () => {
    const set = parse([{ name: "1", text: '{{ define "t" }}one{{ end }}{{ template "t" }}' }]);
    const clone = set.clone();
    clone.parse("x", '{{ define "t" }}changed{{ end }}{{ define "u" }}{{ end }}');
    expect(clone.execute("1", null)).toBe("changed");
    expect(set.execute("1", null)).toBe("one");
    expect(set.has("u")).toBe(false);
  });

  it("does not see in one tpl what another defined", () => {
    const text = `{{ $_ := tpl "{{ define \\"x\\" }}1{{ end }}" . }}{{ include "x" . }}`;
    expect(failure(text).message).toContain('no template "x" associated with template "gotpl"');
  });

  it("has three answers to a missing key", () => {
    const run = (missingKey: "zero" | "invalid" | "error") =>
      parseTemplateSet([{ name: "m", text: "{{ .a.b }}" }], { functions, missingKey }).execute("m", fromJs({}));
    expect(() => run("zero")).toThrow("nil pointer evaluating interface {}.b");
    expect(run("invalid")).toBe("<no value>");
    expect(() => run("error")).toThrow('at <.a.b>: map has no entry for key "a"');
  });
});

describe("errors", () => {
  it.each([
    ["{{ .name.x }}", 'template: a.yaml:1:8: executing "a.yaml" at <.name.x>: can\'t evaluate field x in type interface {}'],
    ["{{ .missing.x.y }}", 'template: a.yaml:1:11: executing "a.yaml" at <.missing.x.y>: nil pointer evaluating interface {}.x'],
    ["é\n é{{ upper 5 }}", 'template: a.yaml:2:12: executing "a.yaml" at <5>: expected string; found 5'],
    [
      "{{ upper .replicas }}",
      'template: a.yaml:1:9: executing "a.yaml" at <.replicas>: wrong type for value; expected string; got float64',
    ],
    ["{{ upper }}", 'template: a.yaml:1:3: executing "a.yaml" at <upper>: wrong number of args for upper: want 1 got 0'],
    ["{{ div 1 0 }}", 'template: a.yaml:1:3: executing "a.yaml" at <div 1 0>: error calling div: runtime error: integer divide by zero'],
    ["{{ range .name }}{{ end }}", 'template: a.yaml:1:9: executing "a.yaml" at <.name>: range can\'t iterate over bl45p-mo-ioc-01'],
    ["{{ nope }}", 'template: a.yaml:1: function "nope" not defined'],
    ["{{ if 1 }}", "template: a.yaml:1: unexpected EOF"],
    ["\n{{ .a\n", "template: a.yaml:3: unclosed action started at a.yaml:2"],
    ["{{ $x }}", 'template: a.yaml:1: undefined variable "$x"'],
    ["{{ .a-b }}", "template: a.yaml:1: bad character U+002D '-'"],
    ["{{ break }}", "template: a.yaml:1: {{break}} outside {{range}}"],
  ])("%j says %j", (text, message) => expect(failure(text).message).toBe(message));

  it("carry position, include stack and reason", () => {
    const error = failure(
      '{{ define "in" }}\n  {{ .x.y.z }}{{ end }}{{ define "mid" }}{{ include "in" . }}{{ end }}é{{ include "mid" . }}',
      fromJs({}),
    );
    expect(error.code).toBe("TEMPLATE_EXECUTE");
    expect(error.reason).toBe("nil pointer evaluating interface {}.y");
    expect(error.frames.map(({ template, position, expression }) => [template, position!.line, position!.column, expression])).toEqual([
      ["a.yaml", 2, 75, 'include "mid" .'],
      ["mid", 2, 45, 'include "in" .'],
      ["in", 2, 8, ".x.y.z"],
    ]);
  });
});

describe("limits", () => {
  it.each<[string, string, TemplateLimits]>([
    ["a loop", "{{ range 1000000000 }}{{ end }}", { steps: 10_000 }],
    ["output", '{{ range 1000 }}{{ "xxxxxxxxxx" }}{{ end }}', { outputLength: 5000 }],
    ["output of includes", '{{ define "t" }}xxxxxxxxxx{{ end }}{{ range 1000 }}{{ $_ := include "t" . }}{{ end }}', { outputLength: 5000 }],
    ["a text", '{{ $x := "ab" }}{{ range 60 }}{{ $x = cat $x $x }}{{ end }}', {}],
    ["a list", "{{ until 2200000 | len }}", {}],
    ["work on big texts", '{{ $x := repeat 1000000 "a" }}{{ range 1000000 }}{{ $y := upper $x }}{{ end }}', { steps: 100_000 }],
    ["template depth", '{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}', { depth: 100 }],
    ["include depth", '{{ define "t" }}{{ include "t" . }}{{ end }}{{ include "t" . }}', { depth: 100 }],
    ["tpl in itself, to the end of the stack", "{{ tpl .t . }}", {}],
    [
      "includes in a circle, to the end of the stack",
      '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "c" . }}{{ end }}{{ define "c" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
      {},
    ],
  ])("end %s", (_name, text, limits) => {
    const error = failure(text, fromJs({ t: "{{ tpl .t . }}" }), limits);
    expect(error.code).toBe("TEMPLATE_LIMIT");
    expect(error.message).toContain("limit reached: ");
    expect(error.position).toBeDefined();
  });

  it("leave helm's thousand includes of one name, and end with its words", () => {
    const text = '{{ define "t" }}{{ if gt (int .) 0 }}x{{ include "t" (sub (int .) 1) }}{{ end }}{{ end }}{{ include "t" .n }}';
    const run = (n: number) => parseTemplateSet([{ name: "a", text }], { functions }).execute("a", fromJs({ n }));
    expect(run(1000)).toHaveLength(1000);
    expect(() => run(1001)).toThrow("rendering template has a nested reference name: t: unable to execute template");
  });

  it("are counted anew for each execution", () => {
    const set = parseTemplateSet([{ name: "a", text: "{{ range 50 }}x{{ end }}" }], { functions, limits: { steps: 200 } });
    for (let i = 0; i < 10; i++) expect(set.execute("a", null)).toHaveLength(50);
  });

  it("end data that contains itself", () => {
    const map: GoValue = new Map();
    map.set("self", map);
    for (const text of ["{{ . }}", "{{ deepCopy . }}", '{{ printf "%#v" . }}']) expect(failure(text, map).code).toBe("TEMPLATE_LIMIT");
    expect(render("[{{ toJson . }}]", map)).toBe("[]");
  });

  it("end nesting in the text itself", () => {
    expect(failure(`{{ ${"(".repeat(100_000)}`).message).toContain("max expression depth exceeded");
    expect(failure("{{ if 1 }}".repeat(100_000)).message).toContain("max expression depth exceeded");
  });
});

describe("names that mean something to JavaScript", () => {
  it("are data", () => {
    const given = fromJs(JSON.parse('{"__proto__": {"a": 1}, "constructor": "c", "toString": 5}'));
    expect(render("{{ .__proto__.a }} {{ .constructor }} {{ .toString }} {{ .hasOwnProperty }} {{ len . }}", given)).toBe(
      "1 c 5 <no value> 3",
    );
    expect(render('{{ $d := dict }}{{ $_ := set $d "__proto__" (dict "polluted" 1) }}{{ $d | toJson }}')).toBe(
      '{"__proto__":{"polluted":1}}',
    );
    expect(render("{{ merge (dict) . | toJson }}", given)).toBe('{"__proto__":{"a":1},"constructor":"c","toString":5}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each(["{{ .map.get }}", "{{ .map.size }}", "{{ .map.clear }}"])("%s reads a key, never a member", (text) => {
    expect(render(text, fromJs({ map: {} }))).toBe("<no value>");
  });

  it.each(["{{ .list.push }}", "{{ .list.length }}", "{{ .text.length }}", "{{ .text.constructor }}"])("%s is no field", (text) => {
    expect(failure(text, fromJs({ list: [1], text: "x" })).message).toContain("can't evaluate field");
  });

  it.each(["constructor", "__proto__", "hasOwnProperty", "valueOf"])("%s is no function", (name) => {
    expect(failure(`{{ ${name} }}`).message).toContain(`function "${name}" not defined`);
  });
});
