{{/* Claims of this IOC alone. helm keeps them when the release is deleted: data outlives an IOC. */}}
{{- define "ioc-instance.claims" -}}
{{- $data := .ioc.dataVolume | default dict -}}
{{- $autosave := .ioc.autosaveVolume | default dict -}}
{{- if $data.pvc }}
{{- include "ioc-instance.claim" (dict "context" . "suffix" "data" "spec" $data.spec "access" "ReadWriteMany" "storage" "1000Mi") }}
{{- end }}
{{- if $autosave.pvc }}
{{- include "ioc-instance.claim" (dict "context" . "suffix" "autosave" "spec" $autosave.spec "access" "ReadWriteOnce" "storage" "100Mi") }}
{{- end }}
{{- end -}}

{{- define "ioc-instance.claim" }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .context.name }}-{{ .suffix }}
  labels:
    {{- include "ioc-instance.labels" .context | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  {{- if .spec }}
  {{- toYaml .spec | nindent 2 }}
  {{- else }}
  accessModes:
    - {{ .access }}
  resources:
    requests:
      storage: {{ .storage }}
  {{- end }}
{{- end -}}
