{{/* The IOC itself: one pod that is replaced when its configuration changes. */}}
{{- define "ioc-instance.statefulset" }}
{{- $ioc := .ioc }}
{{- $health := include "ioc-instance.health-port" . }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .name }}
  labels:
    {{- include "ioc-instance.labels" . | nindent 4 }}
    enabled: {{ .enabled | quote }}
    {{- if $ioc.rebootEveryCommit }}
    commitHash: {{ .global.commitHash | default "" | quote }}
    {{- end }}
    {{- with .global.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  replicas: {{ ternary 1 0 .enabled }}
  # a pod that never became ready is replaced at once by a corrected one
  podManagementPolicy: Parallel
  selector:
    matchLabels:
      app: {{ .name | quote }}
  template:
    metadata:
      {{- with $ioc.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      labels:
        {{- include "ioc-instance.labels" . | nindent 8 }}
        # a change of config/ or runtime/ replaces the pod
        configHash: {{ include "ioc-instance.config-hash" . | quote }}
        {{- with $ioc.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- with .global.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      terminationGracePeriodSeconds: {{ int $ioc.terminationGracePeriodSeconds }}
      {{- if $ioc.hostNetwork }}
      hostNetwork: true
      {{- end }}
      {{- with $ioc.runtimeClassName }}
      runtimeClassName: {{ . | quote }}
      {{- end }}
      {{- with $ioc.serviceAccountName }}
      serviceAccountName: {{ . | quote }}
      {{- end }}
      {{- with $ioc.podSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $ioc.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if $ioc.nodeName }}
      nodeName: {{ $ioc.nodeName | quote }}
      {{- else if $ioc.affinity }}
      affinity:
        {{- toYaml $ioc.affinity | nindent 8 }}
      {{- end }}
      {{- with $ioc.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $ioc.usbDevices }}
      resourceClaims:
        {{- range $index, $_ := . }}
        - name: {{ include "ioc-instance.usb-name" (list $.name $index) }}
          resourceClaimTemplateName: {{ include "ioc-instance.usb-name" (list $.name $index) }}
        {{- end }}
      {{- end }}
      volumes:
        {{- include "ioc-instance.volumes" . | nindent 8 }}
      {{- with $ioc.initContainers }}
      initContainers:
        {{- range . }}
        {{- include "ioc-instance.companion" (list $ .) | nindent 8 }}
        {{- end }}
      {{- end }}
      containers:
        - name: {{ .name }}
          image: {{ .image | quote }}
          imagePullPolicy: {{ $ioc.imagePullPolicy }}
          {{- with $ioc.command }}
          command:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- with $ioc.args }}
          args:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          # the IOC shell is attached to
          stdin: true
          tty: true
          env:
            {{- include "ioc-instance.env" . | trim | nindent 12 }}
          volumeMounts:
            {{- include "ioc-instance.mounts" . | nindent 12 }}
          {{- with $ioc.securityContext }}
          securityContext:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- if or $ioc.resources $ioc.usbDevices }}
          resources:
            {{- with $ioc.resources }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
            {{- with $ioc.usbDevices }}
            claims:
              {{- range $index, $_ := . }}
              - name: {{ include "ioc-instance.usb-name" (list $.name $index) }}
              {{- end }}
            {{- end }}
          {{- end }}
          {{- include "ioc-instance.probes" (dict "ioc" $ioc "health" $health) | nindent 10 }}
        {{- range $ioc.extraContainers }}
        {{- include "ioc-instance.companion" (list $ .) | nindent 8 }}
        {{- end }}
        {{- if $health }}
        {{- include "ioc-instance.sidecar" (list $ $health) | nindent 8 }}
        {{- end }}
{{- end -}}

{{- define "ioc-instance.config-hash" -}}
{{- if .hasRuntime -}}
{{- printf "%s\n%s\n%s" .config (toYaml .generated) .packed | sha1sum -}}
{{- else if .config -}}
{{- .config | sha1sum -}}
{{- else -}}
noConfigMap
{{- end -}}
{{- end -}}

{{- define "ioc-instance.volumes" -}}
{{- $ioc := .ioc -}}
{{- $data := $ioc.dataVolume | default dict -}}
{{- $autosave := $ioc.autosaveVolume | default dict -}}
{{- if .config -}}
- name: config-volume
  configMap:
    name: {{ .name }}-config
    defaultMode: 493 # rwxr-xr-x, for scripts
{{ end -}}
{{- if .hasRuntime -}}
- name: generated-volume
  configMap:
    name: {{ .name }}-runtime
- name: runtime-volume
  emptyDir: {}
{{- else -}}
- name: runtime-volume
  {{- include "ioc-instance.claim-or-empty" ($ioc.runtimeClaim | default (print .domain "-runtime-claim")) | nindent 2 }}
{{- end }}
- name: opis-volume
  {{- include "ioc-instance.claim-or-empty" ($ioc.opisClaim | default (print .domain "-opi-claim")) | nindent 2 }}
- name: autosave-volume
  {{- if $autosave.pvc }}
  {{- include "ioc-instance.claim-or-empty" (print .name "-autosave") | nindent 2 }}
  {{- else }}
  {{- include "ioc-instance.claim-or-empty" ($ioc.autosaveClaim | default (print .domain "-autosave-claim")) | nindent 2 }}
  {{- end }}
{{- with $ioc.nfsv2TftpClaim }}
- name: nfsv2-tftp-volume
  persistentVolumeClaim:
    claimName: {{ . | quote }}
{{- end }}
{{- if $data.pvc }}
- name: {{ .name }}-data
  persistentVolumeClaim:
    claimName: {{ .name }}-data
{{- else if $data.hostPath }}
- name: {{ .name }}-data
  hostPath:
    path: {{ $data.hostPath | quote }}
    type: Directory
{{- end }}
{{- with $ioc.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ioc-instance.claim-or-empty" -}}
{{- if eq . "none" -}}
emptyDir: {}
{{- else -}}
persistentVolumeClaim:
  claimName: {{ . | quote }}
{{- end -}}
{{- end -}}

{{/* Shared claims are mounted in a subfolder of the IOC's name; a claim of its own, or an empty folder, as it is. */}}
{{- define "ioc-instance.mounts" -}}
{{- $ioc := .ioc -}}
{{- $data := $ioc.dataVolume | default dict -}}
{{- $autosave := $ioc.autosaveVolume | default dict -}}
{{- if .config -}}
- name: config-volume
  mountPath: {{ $ioc.iocConfig | quote }}
{{ end -}}
{{- if .hasRuntime -}}
- name: generated-volume
  mountPath: /epics/generated
  readOnly: true
{{ end -}}
- name: runtime-volume
  mountPath: /epics/runtime
  {{- if not (or .hasRuntime (eq ($ioc.runtimeClaim | default "") "none")) }}
  subPath: {{ .name | quote }}
  {{- end }}
- name: opis-volume
  mountPath: /epics/opi
  {{- if ne ($ioc.opisClaim | default "") "none" }}
  subPath: {{ .name | quote }}
  {{- end }}
- name: autosave-volume
  mountPath: /autosave
  {{- if not (or $autosave.pvc (eq ($ioc.autosaveClaim | default "") "none")) }}
  subPath: {{ .name | quote }}
  {{- end }}
{{- if $ioc.nfsv2TftpClaim }}
- name: nfsv2-tftp-volume
  mountPath: /nfsv2-tftp
  subPath: {{ printf "%s/%s" .domain .name | quote }}
{{- end }}
{{- if or $data.pvc $data.hostPath }}
- name: {{ .name }}-data
  mountPath: {{ $data.hostPath | default "/data" | quote }}
  {{- if $data.hostPath }}
  mountPropagation: HostToContainer
  {{- end }}
{{- end }}
{{- with $ioc.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A name stands once: the instance's own value before the shared one, and both before the built-in one. */}}
{{- define "ioc-instance.env" -}}
{{- $ioc := .ioc -}}
{{- $set := dict -}}
{{- $named := list -}}
{{- range concat ($ioc.env | default list) (.global.env | default list) -}}
  {{- if not (hasKey $set .name) -}}
    {{- $_ := set $set .name true -}}
    {{- $named = append $named . -}}
  {{- end -}}
{{- end -}}
{{- $builtin := list
  (list "IOC" $ioc.iocFolder)
  (list "RUNTIME_DIR" "/epics/runtime")
  (list "IOC_NAME" .name)
  (list "IOC_PREFIX" ($ioc.prefix | default .name))
  (list "IOC_LOCATION" .location)
  (list "IOC_DOMAIN" .domain)
  (list "IOCSH_PS1" (print .name " > "))
  (list "HOME" "/tmp")
  (list "TERM" "xterm-256color")
  (list "ARGOCD_SOURCE_REPO" (.global.sourceRepo | default ""))
  (list "ARGOCD_SOURCE_Path" (.global.sourcePath | default ""))
-}}
{{- if $ioc.rebootEveryCommit -}}
  {{- $builtin = append $builtin (list "ARGOCD_COMMIT_HASH" (.global.commitHash | default "")) -}}
{{- end -}}
{{- range $builtin -}}
{{- if not (hasKey $set (index . 0)) -}}
- name: {{ index . 0 }}
  value: {{ index . 1 | toString | quote }}
{{ end -}}
{{- end -}}
{{- range $named -}}
- {{ omit . "value" | toYaml | nindent 2 | trim }}
  {{- if hasKey . "value" }}
  value: {{ include "ioc-instance.text" .value | quote }}
  {{- end }}
{{ end -}}
{{- end -}}

{{/* A value as text. Whole numbers keep their digits: 6000000 is not 6e+06. */}}
{{- define "ioc-instance.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- int64 . -}}
{{- else if not (kindIs "invalid" .) -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* A container beside the IOC, given as name, image, command and args. The argument is a list of the context and the container. */}}
{{- define "ioc-instance.companion" -}}
{{- $context := index . 0 -}}
{{- $container := index . 1 -}}
- name: {{ $container.name }}
  image: {{ $container.image | quote }}
  imagePullPolicy: {{ $container.imagePullPolicy | default $context.ioc.imagePullPolicy }}
  workingDir: /tmp
  {{- with $container.command }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $container.args }}
  args:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  env:
    {{- include "ioc-instance.env" $context | trim | nindent 4 }}
  volumeMounts:
    {{- include "ioc-instance.mounts" $context | nindent 4 }}
  {{- with $context.ioc.securityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
