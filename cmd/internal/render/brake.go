package render

import (
	"fmt"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Approved shows what was approved.
func (o Output) Approved(b view.Brake) error {
	if o.JSON {
		return o.json(b)
	}
	t := o.text()
	t.line("%s: the brake %s stopped %s, %s", t.paint(bold, clean(b.Pipeline)), clean(b.Name), clean(string(b.Cycle)), o.when(b.Since))
	t.line("%s", clean(b.Message))
	t.line("due: %s", b.Due)
	for _, c := range b.Some {
		plannedChange(t, c)
	}
	if all := b.Due.Updates + b.Due.Creates + b.Due.Removals; len(b.Some) == pipeline.BrakeSample && all > len(b.Some) {
		full := ""
		if b.Full {
			full = " --full"
		}
		t.line("  and more: `tandem plan%s %s` shows all", full, clean(b.Pipeline))
	}
	if b.Approved != nil {
		t.line("approved by %s: the next cycle may do exactly this, once; what is due on top of it is held against the limits.", clean(b.Approved.By))
	}
	return t.err
}

// brake tells in a status what stopped a pipeline, and what to do.
func (o Output) brake(t *text, b view.Brake) {
	t.line("  %s since %s, by %s: %s", t.paint(red, "braked"), o.when(b.Since), clean(b.Name), b.Due)
	t.line("    %s", clean(b.Message))
	if b.Approved != nil {
		t.line("    approved by %s, %s: it passes with the next cycle", clean(b.Approved.By), o.when(b.Approved.At))
		return
	}
	t.line("    %s `tandem approve %s` lets exactly that pass, once", t.paint(bold, "remedy:"), clean(b.Pipeline))
}

// definitionChanged tells what a change of the definition is about to do; "" when there was none.
func definitionChanged(due *pipeline.BlastRadius) string {
	if due == nil {
		return ""
	}
	return fmt.Sprintf("the definition changed: %s due", due)
}

// Adoption shows what adopting other systems means, before somebody agrees to it.
func (o Output) Adoption(a view.Adoption) error {
	t := o.text()
	t.line("%s: the state belongs to another system", t.paint(bold, clean(a.Pipeline)))
	for _, s := range a.Systems {
		if s.Differs() {
			t.line("  %s is now %s %s, was %s", clean(s.Source), clean(s.Product), clean(s.Now), clean(s.Known))
		}
	}
	t.line("  Adopting forgets the %s of this pipeline with their bases, conflicts and quarantine.", count(a.Links, "link"))
	t.line("  The next cycle pairs the records of both sides anew by `match`: the strategies decide differing fields,")
	t.line("  what has no partner is made on the other side, and nothing is deleted.")
	return t.err
}
