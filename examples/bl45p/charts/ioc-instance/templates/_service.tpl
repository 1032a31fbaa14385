{{/* A Service with a fixed address, for an IOC that is not in the host's network. */}}
{{- define "ioc-instance.service" }}
{{- $ca := int (.ioc.caServerPort | default 5064) }}
{{- $pva := int (.ioc.pvaServerPort | default 5075) }}
{{- $ports := list
  (list "ca-server" $ca)
  (list "ca-repeater" (add1 $ca))
  (list "pva-server" $pva)
  (list "pva-broadcast" (add1 $pva))
}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  labels:
    {{- include "ioc-instance.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  {{- with .ioc.clusterIP | default (include "ioc-instance.address" .) }}
  clusterIP: {{ . }}
  {{- end }}
  selector:
    app: {{ .name | quote }}
  ports:
    {{- range $port := $ports }}
    {{- range $protocol := list "TCP" "UDP" }}
    - name: {{ index $port 0 }}-{{ lower $protocol }}
      port: {{ index $port 1 }}
      targetPort: {{ index $port 1 }}
      protocol: {{ $protocol }}
    {{- end }}
    {{- end }}
{{- end -}}

{{/*
The address of NAME.NAMESPACE in the network baseIp: its Adler-32 sum modulo the size of the network, so that a name keeps its
address and gateways can list it. Empty without baseIp.
*/}}
{{- define "ioc-instance.address" -}}
{{- with .ioc.baseIp -}}
{{- $network := split "/" . -}}
{{- $octets := split "." $network._0 -}}
{{- $size := 1 -}}
{{- range until (sub 32 (int $network._1) | int) -}}
  {{- $size = mul $size 2 -}}
{{- end -}}
{{- $sum := printf "%s.%s" $.name $.root.Release.Namespace | adler32sum | atoi -}}
{{- $offset := add (int $.ioc.startIp) (mod $sum $size) -}}
{{- $at := add (mul (int $octets._0) 16777216) (mul (int $octets._1) 65536) (mul (int $octets._2) 256) $offset -}}
{{- printf "%d.%d.%d.%d" (div $at 16777216) (mod (div $at 65536) 256) (mod (div $at 256) 256) (mod $at 256) -}}
{{- end -}}
{{- end -}}
