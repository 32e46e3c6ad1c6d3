package render

import (
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Version tells what runs.
func (o Output) Version(v view.Version) error {
	if o.JSON {
		return o.json(v)
	}
	t := o.text()
	about := []string{v.Go, v.Platform}
	if v.Commit != "" {
		about = append([]string{"commit " + v.Commit[:min(len(v.Commit), 12)]}, about...)
	}
	t.line("tandem %s (%s)", v.Version, strings.Join(about, ", "))
	return t.err
}
