package render

import (
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/mitchellh/go-wordwrap"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// detailWidth is where the sentences of a diagnostic are wrapped.
const detailWidth = 100

// Validation is the JSON of `tandem validate`.
type Validation struct {
	Valid       bool              `json:"valid"`
	Errors      int               `json:"errors"`
	Warnings    int               `json:"warnings"`
	Diagnostics []view.Diagnostic `json:"diagnostics"`
}

// Diagnostics tells what is wrong with a configuration, all of it, with snippets from files.
func (o Output) Diagnostics(diags hcl.Diagnostics, files map[string]*hcl.File) error {
	v := validation(view.DiagnosticsOf(diags, files))
	if o.JSON {
		return o.json(v)
	}
	t := o.text()
	for _, d := range v.Diagnostics {
		diagnostic(t, d)
	}
	return t.err
}

// Validated is Diagnostics with the closing word of `tandem validate`.
func (o Output) Validated(diags hcl.Diagnostics, files map[string]*hcl.File, dir string) error {
	if err := o.Diagnostics(diags, files); err != nil || o.JSON {
		return err
	}
	v := validation(view.DiagnosticsOf(diags, files))
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

func validation(diags []view.Diagnostic) Validation {
	v := Validation{Diagnostics: diags}
	for _, d := range diags {
		if d.Severity == "warning" {
			v.Warnings++
		} else {
			v.Errors++
		}
	}
	v.Valid = v.Errors == 0
	return v
}

// diagnostic tells one error or warning with the line that it is about, and a caret below what is meant.
func diagnostic(t *text, d view.Diagnostic) {
	title, color := "Error", red
	if d.Severity == "warning" {
		title, color = "Warning", yellow
	}
	t.line("%s: %s", t.paint(color, title), t.paint(bold, clean(d.Summary)))
	t.line("")
	if d.File != "" {
		in := ""
		if d.Context != "" {
			in = ", in " + clean(d.Context)
		}
		t.line("  on %s line %d%s:", clean(d.File), d.Line, in)
		if d.Code != "" {
			t.line("%4d: %s", d.Line, clean(d.Code))
			t.line("      %s", t.caret(d, color))
		}
		t.line("")
	}
	t.line("%s", wordwrap.WrapString(clean(d.Detail), detailWidth))
	t.line("")
}

// caret points at what a diagnostic is about, on the line below it.
func (t *text) caret(d view.Diagnostic, color string) string {
	before, about := d.Pointer()
	wide := max(1, utf8.RuneCountInString(clean(about)))
	return strings.Repeat(" ", utf8.RuneCountInString(clean(before))) + t.paint(color, strings.Repeat("^", wide))
}
