import { type ChartCase, chartYaml } from "./case.js";

const SHOW = "# {{ .Chart.Name }} {{ .Template.Name }} {{ toJson .Values }} {{ .Chart.IsRoot }}\n";
const sub = (name: string, values = "", more = "") => ({
  [`c/charts/${name}/Chart.yaml`]: chartYaml(name, more),
  [`c/charts/${name}/values.yaml`]: values,
  [`c/charts/${name}/templates/a.yaml`]: SHOW,
});
const parent = (dependencies: string, values: string) => ({
  "c/Chart.yaml": chartYaml("c", dependencies === "" ? "" : `dependencies:\n${dependencies}`),
  "c/values.yaml": values,
  "c/templates/a.yaml": SHOW,
});

export const subchartCases: ChartCase[] = [
  {
    title: "subcharts that nobody declared",
    files: {
      ...parent("", "d: {x: 2}\nglobal: {g: 1}\n"),
      ...sub("d", "x: 1\ny: 1\nglobal: {h: 2}\n"),
      ...sub("e", "z: 1\n"),
      "c/charts/_off/Chart.yaml": "",
      "c/charts/.off/a": "",
    },
  },
  {
    title: "globals go down",
    files: {
      ...parent("", "global: {a: 1, m: {x: 1}}\nd: {global: {a: 2, b: 3, m: {x: 2, y: 2}}}\n"),
      ...sub("d", "global: {c: 4, m: {z: 3}}\n"),
      "c/charts/d/charts/f/Chart.yaml": chartYaml("f"),
      "c/charts/d/charts/f/templates/a.yaml": SHOW,
    },
    args: ["rel", "c", "--set", "global.s=1"],
  },
  {
    title: "globals that are no maps",
    files: { ...parent("", "global: 1\n"), ...sub("d", "global: {c: 4}\n") },
  },
  {
    title: "conditions",
    files: {
      ...parent(
        "  - {name: d, version: 0.1.0, condition: d.on}\n  - {name: e, version: '>=0.1', condition: 'none.here,e.on'}\n  - {name: f, version: ~0.1, condition: f.on}\n  - {name: g, version: ^0.1.0, condition: g.on}\n",
        "d: {on: false}\ne: {on: true}\nf: {on: 'x'}\n",
      ),
      ...sub("d"),
      ...sub("e"),
      ...sub("f"),
      ...sub("g", "on: false\n"),
    },
  },
  {
    title: "tags, and conditions over them",
    files: {
      ...parent(
        "  - {name: d, version: 0.1.0, tags: [a, b]}\n  - {name: e, version: 0.1.0, tags: [a]}\n  - {name: f, version: 0.1.0, tags: [a], condition: f.on}\n  - {name: g, version: 0.1.0, tags: [none]}\n",
        "tags: {a: false, b: true}\nf: {on: true}\n",
      ),
      ...sub("d"),
      ...sub("e"),
      ...sub("f"),
      ...sub("g"),
    },
    args: ["rel", "c"],
  },
  {
    title: "conditions set by flags",
    files: { ...parent("  - {name: d, version: 0.1.0, condition: d.on}\n", "d: {on: true}\n"), ...sub("d") },
    args: ["rel", "c", "--set", "d.on=false"],
  },
  {
    title: "aliases",
    files: {
      ...parent(
        "  - {name: d, version: 0.1.0, alias: one}\n  - {name: d, version: 0.1.0, alias: two}\n  - {name: d, version: 0.1.0}\n",
        "one: {x: 1}\ntwo: {x: 2}\nd: {x: 3}\n",
      ),
      ...sub("d", "x: 0\ny: 0\n"),
    },
  },
  {
    title: "a version that does not match",
    files: { ...parent("  - {name: d, version: 2.x}\n", ""), ...sub("d") },
  },
  {
    title: "import-values",
    files: {
      ...parent(
        "  - name: d\n    version: 0.1.0\n    import-values:\n      - data\n      - {child: default, parent: mine}\n      - {child: none, parent: x}\n  - name: e\n    version: 0.1.0\n    import-values: [{child: a.b, parent: .}]\n",
        "mine: {x: parent}\nfromData: parent\n",
      ),
      ...sub("d", "exports: {data: {fromData: child, more: 1}}\ndefault: {x: child, y: child}\n"),
      ...sub("e", "a: {b: {z: 26}}\n"),
    },
    args: ["rel", "c", "--set", "mine.s=set"],
  },
  {
    title: "import-values of the key that the child has",
    files: {
      ...parent("  - name: d\n    version: 0.1.0\n    import-values: [{child: d, parent: d}]\n", "d: {a: 2}\n"),
      ...sub("d", "global: {env: []}\nd: {a: 1, b: {c: 1}, n: null}\n"),
    },
    args: ["rel", "c", "--set", "d.b.c=null,d.b.x=1"],
  },
  {
    title: "nulls take defaults of subcharts away",
    files: { ...parent("", "d: {a: null, m: {x: null}}\n"), ...sub("d", "a: 1\nm: {x: 1, y: 2}\nz: null\n") },
    args: ["rel", "c", "--set", "d.z2=null,d.m.y=null"],
  },
  {
    title: "values of a subchart that are no map",
    files: { ...parent("", "d: 1\n"), ...sub("d") },
  },
  {
    title: "values of a declared subchart that are no map",
    files: { ...parent("  - {name: d, version: 0.1.0}\n", "d: x\n"), ...sub("d") },
  },
  {
    title: "subcharts of subcharts with dependencies of their own",
    files: {
      ...parent("  - {name: d, version: 0.1.0, condition: d.on}\n", "d: {f: {on: false}, g: {on: true}}\n"),
      ...sub(
        "d",
        "f: {on: true}\n",
        "dependencies:\n  - {name: f, version: 0.1.0, condition: f.on}\n  - {name: g, version: 0.1.0, condition: g.on}\n",
      ),
      "c/charts/d/charts/f/Chart.yaml": chartYaml("f"),
      "c/charts/d/charts/f/templates/a.yaml": SHOW,
      "c/charts/d/charts/g/Chart.yaml": chartYaml("g"),
      "c/charts/d/charts/g/templates/a.yaml": SHOW,
    },
  },
  {
    title: "defines are global, parents win",
    files: {
      ...parent("", ""),
      "c/templates/_x.tpl": '{{ define "n" }}parent{{ end }}',
      "c/templates/a.yaml": '# {{ include "n" . }} {{ include "only" . }}\n',
      "c/charts/d/Chart.yaml": chartYaml("d"),
      "c/charts/d/templates/_x.tpl": '{{ define "n" }}child{{ end }}{{ define "only" }}o{{ end }}',
      "c/charts/d/templates/a.yaml": '# {{ include "n" . }}\n',
    },
  },
  {
    title: "a library chart",
    files: {
      ...parent("  - {name: lib, version: 0.1.0}\n", "a: 1\n"),
      "c/templates/a.yaml": '{{ include "lib.all" . }}',
      "c/charts/lib/Chart.yaml": chartYaml("lib", "type: library\n"),
      "c/charts/lib/values.yaml": "b: 2\n",
      "c/charts/lib/templates/_all.tpl": '{{ define "lib.all" }}# {{ toJson .Values }}{{ end }}',
      "c/charts/lib/templates/never.yaml": '{{ fail "no" }}',
    },
  },
  {
    title: ".Subcharts and mutation of .Values",
    files: {
      ...parent("", "a: 1\n"),
      "c/templates/a.yaml": '{{ $_ := set .Values "late" true }}# {{ .Subcharts.d.Values.x }} {{ .Subcharts.d.Chart.Name }}\n',
      "c/templates/b.yaml": '{{ $_ := set .Values "early" true }}# {{ toJson .Values }}\n',
      "c/templates/z.yaml": "# {{ toJson .Values }}\n",
      ...sub("d", "x: 5\n"),
    },
  },
  {
    title: "a subchart without Chart.yaml",
    files: { ...parent("", ""), "c/charts/d/values.yaml": "a: 1\n" },
  },
  {
    title: "a loose file in charts/",
    files: { ...parent("", ""), "c/charts/README.md": "x" },
  },
  {
    title: "CRDs of subcharts",
    files: {
      ...parent("  - {name: d, version: 0.1.0, alias: q}\n", ""),
      ...sub("d"),
      "c/charts/d/crds/x.yaml": "kind: CustomResourceDefinition\n",
    },
    args: ["rel", "c", "--include-crds"],
  },
  {
    title: "requirements.yaml of an old chart",
    files: {
      "c/Chart.yaml": "apiVersion: v1\nname: c\nversion: 0.1.0\n",
      "c/requirements.yaml": "dependencies:\n  - {name: d, version: 0.1.0, condition: d.on}\n",
      "c/values.yaml": "d: {on: false}\n",
      "c/templates/a.yaml": '# {{ toJson .Chart.Dependencies }} {{ .Files.Get "requirements.yaml" | len }}\n',
      ...sub("d"),
    },
  },
];
