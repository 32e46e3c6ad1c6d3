package render

import "github.com/tandem-sync/tandem/cmd/internal/view"

// Version tells what runs.
func (o Output) Version(v view.Version) error {
	if o.JSON {
		return o.json(v)
	}
	t := o.text()
	t.line("tandem %s (%s, %s)", v.Version, v.Go, v.Platform)
	return t.err
}
