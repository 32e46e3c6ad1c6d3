package render

import "github.com/tandem-sync/tandem/cmd/internal/view"

// Selected lists the conflicts that are about to be settled. As JSON nothing is told before it is done.
func (o Output) Selected(conflicts []view.Conflict, take string) error {
	if o.JSON {
		return nil
	}
	t := o.text()
	t.table(conflictRows(o, conflicts))
	t.line("\n%s would be settled: --take %s", count(len(conflicts), "conflict"), clean(take))
	return t.err
}

// ResolvedMany tells what became of settling many.
func (o Output) ResolvedMany(done view.SettledMany) error {
	if o.JSON {
		return o.json(done)
	}
	t := o.text()
	if len(done.Settled)+len(done.Refused) == 0 {
		t.line("no conflict that waits is selected")
		return t.err
	}
	t.line("%s settled; the next cycle carries it out.", count(len(done.Settled), "conflict"))
	for _, r := range done.Refused {
		t.line("%s %s: %s", t.paint(red, "not settled:"), r.ID, clean(r.Error.Message))
		t.line("  %s %s", t.paint(bold, "remedy:"), clean(r.Error.Remedy))
	}
	return t.err
}
