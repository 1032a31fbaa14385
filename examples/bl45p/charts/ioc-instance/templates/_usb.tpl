{{/* One ResourceClaimTemplate for each USB device, selected by all attributes that are given. */}}
{{- define "ioc-instance.usb" -}}
{{- if .ioc.usbDevices }}
{{- $key := required "ioc-instance: usbDevices need global.usbKey" .global.usbKey -}}
{{- range $index, $device := .ioc.usbDevices }}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata:
  name: {{ include "ioc-instance.usb-name" (list $.name $index) }}
  labels:
    {{- include "ioc-instance.labels" $ | nindent 4 }}
spec:
  spec:
    devices:
      requests:
        - name: req-0
          exactly:
            deviceClassName: usbip
            allocationMode: ExactCount
            count: 1
            selectors:
              {{- range $attribute := keys $device | sortAlpha }}
              - cel:
                  expression: {{ printf "device.attributes[%q].%s == %q" $key $attribute (get $device $attribute | toString) | quote }}
              {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "ioc-instance.usb-name" -}}
{{ index . 0 }}-usb-{{ index . 1 | add1 | printf "%02d" }}
{{- end -}}
