{{/* The port of the health sidecar, empty without one. */}}
{{- define "ioc-instance.health-port" -}}
{{- $probe := .ioc.probe | default "none" -}}
{{- if eq $probe "sidecar" -}}
  {{- if not (hasKey .generated "health.json") -}}
    {{- fail "ioc-instance: probe sidecar needs runtime/health.json, which says what to watch" -}}
  {{- end -}}
  {{- int (.ioc.healthPort | default (include "ioc-instance.ca-port" . | int | add 10000)) -}}
{{- else if ne $probe "none" -}}
  {{- fail (printf "ioc-instance: probe is none or sidecar, not %q" $probe) -}}
{{- end -}}
{{- end -}}

{{/* The resident probe: it watches the IOC over Channel Access and answers Kubernetes over HTTP. */}}
{{- define "ioc-instance.sidecar" -}}
{{- $context := index . 0 -}}
- name: probe
  image: {{ required "ioc-instance: probe sidecar needs probeImage" $context.ioc.probeImage | quote }}
  imagePullPolicy: {{ $context.ioc.imagePullPolicy }}
  command:
    - epicube-probe
  args:
    - serve-health
    - --target
    - /epics/generated/health.json
    - --listen
    - 0.0.0.0:{{ index . 1 }}
  volumeMounts:
    - name: generated-volume
      mountPath: /epics/generated
      readOnly: true
  resources:
    limits:
      cpu: 200m
      memory: 128Mi
    requests:
      cpu: 10m
      memory: 48Mi
{{- end -}}

{{/* Startup, liveness and readiness of the IOC: a whole object, else an executable, else the sidecar; and what is done before a stop. */}}
{{- define "ioc-instance.probes" -}}
{{- $ioc := .ioc -}}
{{- $health := .health -}}
{{- $slow := dict "initialDelaySeconds" 0 "periodSeconds" 1 "failureThreshold" 2600000 "timeoutSeconds" 1300000 -}}
{{- $kinds := list
  (dict "name" "startup" "path" "/startupz" "exec" $slow "http" (dict "periodSeconds" 1 "failureThreshold" 300))
  (dict "name" "readiness" "path" "/readyz" "exec" (dict "initialDelaySeconds" 20 "periodSeconds" 30) "http" (dict "periodSeconds" 5 "failureThreshold" 3))
  (dict "name" "liveness" "path" "/livez" "exec" (dict "initialDelaySeconds" 120 "periodSeconds" 30) "http" (dict "periodSeconds" 10 "failureThreshold" 3))
-}}
{{- $found := dict -}}
{{- range $kind := $kinds -}}
  {{- $whole := get $ioc (print $kind.name "Probe") -}}
  {{- $executable := get $ioc (print $kind.name "Executable") -}}
  {{- $key := print $kind.name "Probe" -}}
  {{- if $whole -}}
    {{- $_ := set $found $key $whole -}}
  {{- else if $health -}}
    {{- $get := dict "path" $kind.path "port" (int $health) -}}
    {{- $_ := set $found $key (merge (dict "httpGet" $get "timeoutSeconds" 3) $kind.http) -}}
  {{- else if $executable -}}
    {{- $_ := set $found $key (merge (dict "exec" (dict "command" (list "/bin/bash" $executable))) $kind.exec) -}}
  {{- end -}}
{{- end -}}
{{- if $ioc.lifecycle -}}
  {{- $_ := set $found "lifecycle" $ioc.lifecycle -}}
{{- else if $ioc.preStopExecutable -}}
  {{- $exec := dict "command" (list "/bin/bash" $ioc.preStopExecutable) -}}
  {{- $_ := set $found "lifecycle" (dict "preStop" (dict "exec" $exec)) -}}
{{- end -}}
{{- if $found -}}
{{- toYaml $found -}}
{{- end -}}
{{- end -}}
