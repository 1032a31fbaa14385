{{/* ConfigMaps: the files of config/, and those of runtime/ that were generated for this IOC (compressed ones as binary data). */}}
{{- define "ioc-instance.configmaps" -}}
{{- if .config }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .name }}-config
  labels:
    {{- include "ioc-instance.labels" . | nindent 4 }}
data:
  {{- .config | nindent 2 }}
{{- end }}
{{- if .hasRuntime }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .name }}-runtime
  labels:
    {{- include "ioc-instance.labels" . | nindent 4 }}
{{- with .generated }}
data:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .packed }}
binaryData:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}
