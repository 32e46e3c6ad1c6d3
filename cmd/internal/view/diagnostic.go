package view

import (
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// Diagnostic is one error or warning of the configuration.
type Diagnostic struct {
	Severity string `json:"severity"` // error, warning
	Summary  string `json:"summary"`
	Detail   string `json:"detail"` // full sentences: what was found, and what to write
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"` // from 1
	Column   int    `json:"column,omitempty"`
	// EndLine and EndColumn are where it ends; the character there is not part of it.
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
	Context   string `json:"context,omitempty"` // the block that it stands in: pipeline "products"
	Snippet   string `json:"snippet,omitempty"` // the text that it is about
	// Code is the whole line that Line names. Secrets in it and in Snippet are masked.
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
			v.locate(*d.Subject, files[d.Subject.Filename])
		}
		views = append(views, v)
	}
	return views
}

// locate tells where a diagnostic is; file may be nil.
func (d *Diagnostic) locate(r hcl.Range, file *hcl.File) {
	d.File, d.Line, d.Column = r.Filename, r.Start.Line, r.Start.Column
	d.EndLine, d.EndColumn = r.End.Line, r.End.Column
	if file == nil || !r.CanSliceBytes(file.Bytes) {
		return
	}
	d.Snippet = string(r.SliceBytes(file.Bytes))
	d.Code = lineAt(file.Bytes, d.Line)
	if nav, ok := file.Nav.(interface{ ContextString(offset int) string }); ok {
		d.Context = nav.ContextString(r.Start.Byte)
	}
}

// Pointer returns the part of Code before what the diagnostic is about, and that, as far as it is on the line.
func (d Diagnostic) Pointer() (before, about string) {
	code := []rune(d.Code)
	about, _, _ = strings.Cut(d.Snippet, "\n")
	return string(code[:max(0, min(d.Column-1, len(code)))]), strings.TrimRight(about, "\r")
}

// Caret is a line to stand below Code, with a ^ for each character that the diagnostic is about.
func (d Diagnostic) Caret() string {
	before, about := d.Pointer()
	blank := func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}
	return strings.Map(blank, before) + strings.Repeat("^", max(1, utf8.RuneCountInString(about)))
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
