package render

import (
	"github.com/hashicorp/hcl/v2"
)

// Diagnostic is one error or warning of the configuration as JSON.
type Diagnostic struct {
	Severity string `json:"severity"` // error, warning
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"` // from 1
	Column   int    `json:"column,omitempty"`
	Snippet  string `json:"snippet,omitempty"` // the text that it is about
}

// Validation is the JSON of `tandem validate`.
type Validation struct {
	Valid       bool         `json:"valid"`
	Errors      int          `json:"errors"`
	Warnings    int          `json:"warnings"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Diagnostics tells what is wrong with a configuration, all of it, with snippets from files.
func (o Output) Diagnostics(diags hcl.Diagnostics, files map[string]*hcl.File) error {
	if !o.JSON {
		return hcl.NewDiagnosticTextWriter(o.W, files, 100, o.Color).WriteDiagnostics(diags)
	}
	return o.json(validation(diags, files))
}

// Validated is Diagnostics with the closing word of `tandem validate`.
func (o Output) Validated(diags hcl.Diagnostics, files map[string]*hcl.File, dir string) error {
	if err := o.Diagnostics(diags, files); err != nil || o.JSON {
		return err
	}
	v := validation(diags, files)
	t := o.text()
	switch {
	case v.Errors > 0:
		t.line("%s: %s, %s", clean(dir), t.paint(red, count(v.Errors, "error")), count(v.Warnings, "warning"))
	case v.Warnings > 0:
		t.line("%s: %s, %s", clean(dir), t.paint(green, "valid"), count(v.Warnings, "warning"))
	default:
		t.line("%s: %s", clean(dir), t.paint(green, "valid"))
	}
	return t.err
}

func validation(diags hcl.Diagnostics, files map[string]*hcl.File) Validation {
	v := Validation{Diagnostics: []Diagnostic{}}
	for _, d := range diags {
		out := Diagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail}
		if d.Severity == hcl.DiagWarning {
			out.Severity = "warning"
			v.Warnings++
		} else {
			v.Errors++
		}
		if d.Subject != nil {
			out.File, out.Line, out.Column = d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column
			if f := files[d.Subject.Filename]; f != nil && d.Subject.CanSliceBytes(f.Bytes) {
				out.Snippet = string(d.Subject.SliceBytes(f.Bytes))
			}
		}
		v.Diagnostics = append(v.Diagnostics, out)
	}
	v.Valid = v.Errors == 0
	return v
}
