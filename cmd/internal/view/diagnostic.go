package view

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Diagnostic is one error or warning of the configuration.
type Diagnostic struct {
	Severity string `json:"severity"` // error, warning
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"` // from 1
	Column   int    `json:"column,omitempty"`
	Snippet  string `json:"snippet,omitempty"` // the text that it is about
	// Code is the whole line that Line names.
	Code string `json:"code,omitempty"`
}

// DiagnosticsOf returns what is wrong with a configuration, with snippets from files.
func DiagnosticsOf(diags hcl.Diagnostics, files map[string]*hcl.File) []Diagnostic {
	views := []Diagnostic{}
	for _, d := range diags {
		v := Diagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail}
		if d.Severity == hcl.DiagWarning {
			v.Severity = "warning"
		}
		if d.Subject != nil {
			v.File, v.Line, v.Column = d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column
			if f := files[d.Subject.Filename]; f != nil && d.Subject.CanSliceBytes(f.Bytes) {
				v.Snippet = string(d.Subject.SliceBytes(f.Bytes))
				v.Code = lineAt(f.Bytes, v.Line)
			}
		}
		views = append(views, v)
	}
	return views
}

func lineAt(text []byte, line int) string {
	n := 0
	for l := range strings.Lines(string(text)) {
		if n++; n == line {
			return strings.TrimRight(l, "\r\n")
		}
	}
	return ""
}
