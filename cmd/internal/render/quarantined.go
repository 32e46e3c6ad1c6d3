package render

import (
	"github.com/dustin/go-humanize"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Quarantined shows one record of the quarantine.
func (o Output) Quarantined(q view.Quarantined) error {
	if o.JSON {
		return o.json(q)
	}
	t := o.text()
	t.line("%s  %s  %s", t.paint(bold, q.ID), clean(q.Pipeline), named(q.Match, q.Keys))
	for _, c := range pipeline.Catalogue() {
		if c.Code == q.Code {
			t.line("%s: %s", q.Code, c.Meaning)
			t.line("probable cause: %s", c.Cause)
		}
	}
	t.line("last answer:    %s", clean(q.Message))
	t.line("remedy:         %s", clean(q.Remedy))
	t.line("since:          %s", o.when(q.Since))
	t.line("last try:       %s, the %s", o.when(q.Last), humanize.Ordinal(q.Attempts))
	t.line("next try:       %s, or with the next cycle once the record changes", o.when(q.NextTry))
	t.line("\nTo try it with the next cycle: tandem quarantine retry %s", q.ID)
	return t.err
}
