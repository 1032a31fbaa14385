{{/*
Everything of one IOC instance. The context is the root of the chart that includes it.
Its values are those of this chart's values.yaml with what the including chart sets under `ioc-instance` laid over them.
*/}}
{{- define "ioc-instance" -}}
{{- $set := get .Values "ioc-instance" | default dict -}}
{{- $ioc := mergeOverwrite (get $set "ioc-instance" | default dict | deepCopy) (omit $set "ioc-instance" "global" | deepCopy) -}}
{{- $global := .Values.global | default dict -}}
{{- $image := required "ioc-instance: give the image of the IOC as ioc-instance.image" $ioc.image -}}
{{- $location := required "ioc-instance: give location, in ioc-instance or in global" ($ioc.location | default $global.location) -}}
{{- $domain := required "ioc-instance: give domain, in ioc-instance or in global" ($ioc.domain | default $global.domain) -}}
{{- $config := (.Files.Glob "config/*").AsConfig -}}
{{- $generated := dict -}}
{{- range $path, $bytes := .Files.Glob "runtime/*" -}}
  {{- if not (hasSuffix ".gz" $path) -}}
    {{- $_ := set $generated (base $path) (toString $bytes) -}}
  {{- end -}}
{{- end -}}
{{- $packed := (.Files.Glob "runtime/*.gz").AsSecrets -}}
{{- $context := dict
  "root" .
  "name" .Release.Name
  "ioc" $ioc
  "global" $global
  "image" $image
  "location" $location
  "domain" $domain
  "enabled" (ne (toString $global.enabled) "false")
  "config" (ternary "" $config (eq $config "{}"))
  "generated" $generated
  "packed" (ternary "" $packed (eq $packed "{}"))
  "hasRuntime" (not (and (empty $generated) (eq $packed "{}")))
-}}
{{- include "ioc-instance.configmaps" $context -}}
{{- include "ioc-instance.claims" $context -}}
{{- include "ioc-instance.usb" $context -}}
{{- if not $ioc.hostNetwork -}}
{{- include "ioc-instance.service" $context -}}
{{- end -}}
{{- include "ioc-instance.statefulset" $context -}}
{{- end -}}

{{/* Labels of every object; the selector needs `app` alone. */}}
{{- define "ioc-instance.labels" -}}
app: {{ .name | quote }}
location: {{ .location | quote }}
domain: {{ .domain | quote }}
ioc: "true"
{{- end -}}

{{/* The port of the IOC's Channel Access server, as the environment sets it. */}}
{{- define "ioc-instance.ca-port" -}}
{{- $named := dict -}}
{{- range concat (.global.env | default list) (.ioc.env | default list) -}}
  {{- $_ := set $named .name .value -}}
{{- end -}}
{{- int (coalesce (get $named "EPICS_CAS_SERVER_PORT") (get $named "EPICS_CA_SERVER_PORT") .ioc.caServerPort 5064) -}}
{{- end -}}
