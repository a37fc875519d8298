{{- define "lakehose.labels" -}}
app.kubernetes.io/name: lakehose
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "lakehose.selector" -}}
app.kubernetes.io/name: lakehose
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "lakehose.name" -}}
{{- if contains "lakehose" .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-lakehose{{ end -}}
{{- end }}
