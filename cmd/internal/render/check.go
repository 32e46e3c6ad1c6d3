package render

import "github.com/tandem-sync/tandem/cmd/internal/view"

// Checks tells the outcome of the connection test, one line for each thing tested.
func (o Output) Checks(checks []view.SourceCheck) error {
	if o.JSON {
		return list(o, checks)
	}
	t := o.text()
	for _, c := range checks {
		t.line("%s (%s)", t.paint(bold, clean(c.Source)), clean(c.Kind))
		for _, l := range c.Checks {
			t.line("  %s %s: %s", paintGrade(t, l.Grade), clean(l.Name), clean(l.Detail))
			if l.Remedy != "" {
				t.line("         %s %s", t.paint(bold, "remedy:"), clean(l.Remedy))
			}
		}
	}
	return t.err
}

func paintGrade(t *text, g view.Grade) string {
	switch g {
	case view.Passed:
		return t.paint(green, "ok    ")
	case view.Failed:
		return t.paint(red, "failed")
	default:
		return t.paint(yellow, "note  ")
	}
}
