import { type ChartCase, chartYaml, oneTemplate } from "./case.js";

const fails = (title: string, template: string, values = "") => oneTemplate(title, template, values);

export const errorCases: ChartCase[] = [
  fails("required", 'a: 1\nb: {{ required "give it" .Values.x }}\n'),
  fails("fail", 'a: {{ fail "stop\\nhere" }}\n'),
  fails("a nil pointer", "a: {{ .Values.x.y.z }}\n"),
  fails("a field of a text", "a: {{ .Values.s.t }}\n", "s: x\n"),
  fails("an unknown function", "a: {{ nothing 1 }}\n"),
  fails("an action that does not end", "a: {{ if true }}\n"),
  fails("a brace too few", "a: {{ .Values.x }\n"),
  fails("too few arguments", "a: {{ replace 1 }}\n"),
  fails("an argument of the wrong type", "a: {{ upper 1 }}\n"),
  fails("a comparison of types", "a: {{ eq .Values.n 5 }}\n", "n: 5\n"),
  fails("an error of a function", 'a: {{ atoi "x" }} {{ semver "x" }}\n'),
  fails("a template that is not there", 'a: {{ template "none" }}\n'),
  fails("an include that is not there", 'a: {{ include "none" . }}\n'),
  {
    title: "an error in an include",
    files: {
      "c/Chart.yaml": chartYaml("c"),
      "c/templates/_h.tpl": '{{ define "one" }}\n{{ include "two" . }}{{ end }}\n{{ define "two" }}x {{ .Values.a.b.c }}{{ end }}',
      "c/templates/a.yaml": 'a: {{ include "one" . }}\n',
    },
  },
  {
    title: "required in an include",
    files: {
      "c/Chart.yaml": chartYaml("c"),
      "c/templates/_h.tpl": '{{ define "one" }}{{ required "need it" .Values.a }}{{ end }}',
      "c/templates/a.yaml": 'x: 1\na: {{ include "one" . }}\n',
    },
  },
  fails("tpl that does not parse", "a: {{ tpl .Values.t . }}\n", 't: "{{ .x }"\n'),
  fails("tpl that fails", "a: {{ tpl .Values.t . }}\n", 't: "{{ .Values.x.y }}"\n'),
  fails("mustToJson of infinity", "a: {{ mustToJson (div 1 0) }}\n"),
  fails("an index that is out of range", "a: {{ index .Values.l 5 }}\n", "l: [1]\n"),
  fails("a range over a text", "a: {{ range .Values.s }}{{ end }}\n", "s: abc\n"),
  fails("an include without end", '{{ define "r" }}{{ include "r" . }}{{ end }}a: {{ include "r" . }}\n'),
  fails(
    "an include a thousand deep",
    '{{ define "r" }}{{ if gt (int .) 0 }}x{{ include "r" (sub (int .) 1) }}{{ end }}{{ end }}a: {{ include "r" 990 }}\n',
  ),
  fails("a syntax error in a define", '{{ define "x" }}{{ end }}{{ define x }}{{ end }}\n'),
  oneTemplate(
    "fromYaml and its errors",
    '# {{ fromYaml "a: 1\\n---\\nb: 2" | toJson }} {{ fromYaml "- 1" | toJson }} {{ fromYamlArray "a: 1" | toJson }} {{ fromYamlArray "[1, x]" | toJson }} {{ fromYaml "" | toJson }}\n',
  ),
  oneTemplate(
    "fromJson and its errors",
    '# {{ fromJson "{\\"a\\": 1}" | toJson }} {{ fromJson "[1]" | toJson }} {{ fromJson "x" | toJson }} {{ fromJsonArray "{}" | toJson }} {{ fromJsonArray "[1]" | toJson }} {{ fromJson "" | toJson }}\n',
  ),
  oneTemplate("lookup finds nothing", '# {{ lookup "v1" "Pod" "ns" "x" | toJson }} {{ getHostByName "localhost" }}|\n'),
  oneTemplate(
    "toYaml, quoted",
    "{{ toYaml .Values | nindent 0 }}\n",
    "a: [1, {b: c}]\nd: 'yes'\ne: |\n  x\n  y\nf: 6000000\ng: {}\nh: []\n",
  ),
];
