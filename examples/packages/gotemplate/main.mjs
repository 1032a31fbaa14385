// Executes a Go template with the functions that charts use.
import { createFunctions, fromJs, parseTemplateSet } from "@epicube/gotemplate";

const text = `env:
{{- range $name, $value := .env }}
  - name: {{ $name | upper }}
    value: {{ printf "%v" $value | quote }}
{{- end }}
image: {{ .image | default "ioc" }}
`;
const set = parseTemplateSet([{ name: "pod.yaml", text }], { functions: createFunctions() });
process.stdout.write(set.execute("pod.yaml", fromJs({ env: { port: 5064, ioc_name: "bl45p-mo-ioc-01" } })));
