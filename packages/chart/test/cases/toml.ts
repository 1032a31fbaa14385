import { type ChartCase, oneTemplate } from "./case.js";

const values = [
  { a: 1, b: { c: "x", d: [1, 2], e: { f: 1, g: { h: 2 } } }, z: true, "x y": 1, n: null },
  { a: [{ b: 1 }, { b: 2, c: { d: 1 } }], e: {} },
  { t: [{ x: [{ w: 1 }] }, { z: 2 }], m: [1, { a: 1 }], nn: [[1], ["a"]], em: [], ma: [{}, {}] },
  { f: [1.5, 1e21, 1e-7, 6000000, 123456789.5], s: 'q"\t\n\u0001\\' },
  { b: { c: { d: 1 } }, a: { b: { c: [{ x: 1 }] } } },
  "x",
  [1, 2],
  { l: [null] },
  { l: [1, "a", { x: null }] },
];

const texts = [
  'a = 1\nb = 1.5\nc = "x\\n\\u00e9"\nd = [1, 2]\n[e.f]\ng = {h = 1, i.j = 2}\n[[k]]\nl=1\n[[k]]\nm=1',
  "a = 'lit'\nb = \"\"\"\nx\n  y \\\n  z\"\"\"\nc = '''\na'''",
  "a = 0x1F\nb = 1_000\nc = 0o17\nd=0b11\ne=1e3",
  "x",
  "a = ",
  "a = 1\na = 2",
  "[a]\n[a]",
  "a.b = 1\na.c = 2",
  "a = [1, 2",
  "",
  '"q k" = true # c',
  "a = 07",
  "[a]\nb=1\n[a.c]\nd=1",
  'a = "x',
  "a = 1 b = 2",
  "a = 9223372036854775808",
  "a=1\n[a]",
];

export const tomlCases: ChartCase[] = [
  oneTemplate("toToml", "{{ range .Values.cases }}# {{ toToml . | toJson }}\n{{ end }}", JSON.stringify({ cases: values })),
  oneTemplate(
    "fromToml",
    "{{ range .Values.cases }}# {{ fromToml . | toJson }} {{ range $k, $v := fromToml . }}{{ typeOf $v }} {{ end }}\n{{ end }}",
    JSON.stringify({ cases: texts }),
  ),
];
