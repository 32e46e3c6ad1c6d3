package render

import "github.com/tandem-sync/tandem/cmd/internal/view"

// Failure tells why a command failed: what, then what to do about it.
func (o Output) Failure(err error) error {
	e := view.ErrorOf(err)
	if o.JSON {
		return o.json(view.Failure{Error: e})
	}
	t := o.text()
	t.line("%s %s", t.paint(red, "error:"), clean(e.Message))
	if e.Remedy != "" {
		t.line("%s %s", t.paint(bold, "remedy:"), clean(e.Remedy))
	}
	return t.err
}
