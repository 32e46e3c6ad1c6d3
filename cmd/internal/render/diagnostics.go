package render

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Validation is the JSON of `tandem validate`.
type Validation struct {
	Valid       bool              `json:"valid"`
	Errors      int               `json:"errors"`
	Warnings    int               `json:"warnings"`
	Diagnostics []view.Diagnostic `json:"diagnostics"`
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
	v := Validation{Diagnostics: view.DiagnosticsOf(diags, files)}
	for _, d := range v.Diagnostics {
		if d.Severity == "warning" {
			v.Warnings++
		} else {
			v.Errors++
		}
	}
	v.Valid = v.Errors == 0
	return v
}
