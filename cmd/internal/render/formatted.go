package render

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Formatting is the JSON of `tandem fmt`. Diagnostics are the syntax errors of files that were left alone.
type Formatting struct {
	Files       []view.Formatted  `json:"files"`
	Diagnostics []view.Diagnostic `json:"diagnostics"`
}

// Formatted tells which files are not, or were not, in their canonical form, and what changes in them. The
// problems are part of the JSON alone: a person reads them on standard error.
func (o Output) Formatted(files []view.Formatted, problems hcl.Diagnostics, sources map[string]*hcl.File) error {
	if o.JSON {
		if files == nil {
			files = []view.Formatted{}
		}
		return o.json(Formatting{Files: files, Diagnostics: view.DiagnosticsOf(problems, sources)})
	}
	t := o.text()
	for _, f := range files {
		switch {
		case f.Text != nil:
			t.raw(*f.Text)
		case f.Diff != "":
			t.diff(f.Diff)
		case f.Changed:
			t.line("%s", clean(f.File))
		}
	}
	return t.err
}

// raw prints a text as it is.
func (t *text) raw(s string) {
	if t.err == nil {
		_, t.err = t.w.Write([]byte(s))
	}
}

// diff prints a unified diff in its colours.
func (t *text) diff(d string) {
	for l := range strings.Lines(d) {
		l = strings.TrimSuffix(l, "\n")
		color := ""
		switch {
		case strings.HasPrefix(l, "---"), strings.HasPrefix(l, "+++"):
			color = bold
		case strings.HasPrefix(l, "@@"):
			color = dim
		case strings.HasPrefix(l, "-"):
			color = red
		case strings.HasPrefix(l, "+"):
			color = green
		}
		if color == "" || !t.color {
			t.line("%s", l)
			continue
		}
		t.line("%s", t.paint(color, l))
	}
}
