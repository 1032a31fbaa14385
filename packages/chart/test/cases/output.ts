import { type ChartCase, chartYaml, oneTemplate } from "./case.js";

const object = (kind: string, name: string, more = "") => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
const hook = (kind: string, name: string, events: string, more = "") =>
  object(kind, name, `  annotations:\n    "helm.sh/hook": ${events}\n${more}`);

export const outputCases: ChartCase[] = [
  {
    title: "objects in the order of installation",
    files: {
      "c/Chart.yaml": chartYaml("c"),
      "c/templates/a.yaml": [
        object("Zoo", "z"),
        object("StatefulSet", "s"),
        object("Ark", "a"),
        object("Service", "v"),
        object("ConfigMap", "c1"),
        object("Namespace", "n"),
        "# a comment alone\n",
        object("PriorityClass", "p"),
        object("Ingress", "i"),
      ].join("---\n"),
      "c/templates/b.yaml": `${object("ConfigMap", "c2")}--- \n${object("ConfigMap", "c3")}`,
      "c/templates/sub/c.txt": object("ConfigMap", "c0"),
      "c/templates/_partial.tpl": '{{ define "x" }}y{{ end }}',
      "c/templates/empty.yaml": "\n  \n",
      "c/templates/.hidden": "broken: [",
    },
  },
  {
    title: "hooks",
    files: {
      "c/Chart.yaml": chartYaml("c"),
      "c/templates/a.yaml": [
        hook("Pod", "t", "test"),
        hook("Job", "j", "pre-install, Post-Upgrade"),
        hook("ConfigMap", "u", "crd-install"),
        hook("ConfigMap", "w", "pre-install", '    "helm.sh/hook-weight": "5"\n'),
        object("ConfigMap", "plain"),
      ].join("---\n"),
    },
  },
  ...[["--no-hooks"], ["--skip-tests"], ["-s", "templates/a.yaml"], ["--show-only", "templates/*.yaml", "--no-hooks"]].map((args) => ({
    title: `hooks with ${args.join(" ")}`,
    files: {
      "c/Chart.yaml": chartYaml("c"),
      "c/templates/a.yaml": `${hook("Pod", "t", "test-success")}---\n${hook("Job", "j", "pre-install")}`,
      "c/templates/b.yaml": object("ConfigMap", "plain"),
    },
    args: ["rel", "c", ...args],
  })),
  oneTemplate("--show-only of a file that is not there", object("ConfigMap", "a"), "", ["rel", "c", "-s", "templates/b.yaml"]),
  oneTemplate("separators in odd places", `---\n---\na: 1\n ---\n---   # x\n---b: 2\n\n\n---\nc: "---"\n---\n`),
  oneTemplate("anchors stay text", "a: &x [1, 2]\nb: *x\n"),
  oneTemplate("white space around documents", "\n\n  a: 1\n  b: 2   \n\n\n---\n\n# c\n\n"),
  oneTemplate("no value goes", "a: {{ .Values.missing }}\nb: '<no value>'\nc: {{ .Values.missing | quote }}\n"),
  oneTemplate("nothing rendered", "{{ if false }}a: 1{{ end }}"),
  oneTemplate("notes are not printed", object("ConfigMap", "a")),
  {
    title: "notes that fail",
    files: { "c/Chart.yaml": chartYaml("c"), "c/templates/NOTES.txt": '{{ fail "no" }}', "c/templates/a.yaml": "a: 1\n" },
  },
  {
    title: "CRDs",
    files: {
      "c/Chart.yaml": chartYaml("c"),
      "c/crds/b.yaml": object("CustomResourceDefinition", "b"),
      "c/crds/a.yml": `${object("CustomResourceDefinition", "a")}\n\n`,
      "c/crds/readme.md": "no",
      "c/templates/a.yaml": "a: 1\n",
    },
    args: ["rel", "c", "--include-crds"],
  },
  oneTemplate("YAML that is none", "a: b: c\n"),
  oneTemplate("a tab as indentation", "a:\n\tb: 1\n"),
  oneTemplate("a list as document", "- 1\n- 2\n"),
  oneTemplate("a text as document", "hello\n"),
  oneTemplate("metadata that is a text", "metadata: x\n"),
  oneTemplate("annotations of all types", object("ConfigMap", "a", "  annotations: {a: 1, b: true, c: 1.10}\n")),
  oneTemplate("an annotation that is a map", object("ConfigMap", "a", "  annotations: {a: {b: 1}}\n")),
  oneTemplate("a kind that is a list", "kind: [a]\n"),
  oneTemplate("a control character", "a: \u007f\n"),
  oneTemplate(
    "release and capabilities",
    "# {{ .Release | toJson }} {{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Minor }}\n",
    "",
    ["rel", "c", "-n", "ns", "--is-upgrade", "--kube-version", "1.30.2-gke.1"],
  ),
  oneTemplate(
    "API versions",
    '# {{ .Capabilities.APIVersions.Has "apps/v1" }} {{ .Capabilities.APIVersions.Has "x/v1" }} {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }} {{ len .Capabilities.APIVersions }}\n',
    "",
    ["rel", "c", "-a", "x/v1,y/v2", "--api-versions", "z/v3"],
  ),
  oneTemplate(
    "helm's own version",
    '# {{ .Capabilities.HelmVersion | toJson }} {{ toYaml .Capabilities.KubeVersion | toJson }} {{ .Capabilities.HelmVersion.GoVersion }}\n# {{ printf "%T %T %T %T %T %T" . .Values .Capabilities .Capabilities.APIVersions .Files .Chart }}\n',
  ),
  oneTemplate(
    "the template itself",
    '# {{ .Template.Name }} {{ .Template.BasePath }} {{ include (print .Template.BasePath "/a.yaml" | replace "a.yaml" "a.yaml") . | len | lt 100000 }}\n'.replace(
      /\{\{ include.*?\}\}/,
      "",
    ),
  ),
  {
    title: ".Chart",
    files: {
      "c/Chart.yaml": `apiVersion: v2\nname: c\nversion: 1.2.3+b\nappVersion: 1.10\ndescription: "a\\tb"\nkeywords: [x, 1]\nmaintainers: [{name: A, email: a@b}]\nannotations: {k: 1, t: true}\nsources: [s]\ndeprecated: true\nicon: i\nhome: h\nkubeVersion: ">=1.20.0-0"\n`,
      "c/templates/a.yaml":
        "# {{ toJson .Chart }} {{ .Chart.Name }} {{ .Chart.name }} {{ .Chart.Annotations.k }} {{ .Chart.Annotations.none }}\n",
    },
  },
];
