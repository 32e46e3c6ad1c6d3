package engine

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// tally counts what a cycle has decided.
type tally struct {
	items, updates, removes, creates, conflicts, errors int
}

func (t *tally) add(it *pipeline.Item) {
	t.items++
	if it.Err != nil {
		t.errors++
		return
	}
	for _, d := range it.Decisions {
		if d.Verdict == pipeline.Wait {
			t.conflicts++
		}
	}
	updated := false
	for _, m := range it.Mutations {
		if m == nil {
			continue
		}
		switch m.Kind {
		case pipeline.Create:
			t.creates++
		case pipeline.Remove:
			t.removes++
		case pipeline.Update:
			updated = true
		}
	}
	if updated {
		t.updates++
	}
}

// brake stops the cycle when what was decided is above a limit.
//
// Invariant 9 (brakes fail closed): it is called before the first write of the cycle.
func (r *run) brake() error {
	name, n, limit := r.braked()
	if name == "" {
		return nil
	}
	r.report.BrakedBy = &name
	return &pipeline.Error{
		Code:    pipeline.CodeBraked,
		Message: fmt.Sprintf("%d %s are due with %d linked records; the limit is %s", n, name, r.linked, limit),
		Remedy: fmt.Sprintf("See what they are with `tandem plan %s`. If they are right, raise `limits { %s }` for one cycle; nothing was written.",
			r.Definition.Name, name),
	}
}

// braked returns the first limit that the tally is above.
func (r *run) braked() (name string, n int, limit pipeline.Limit) {
	l := r.Definition.Limits
	for _, b := range []struct {
		name  string
		n     int
		limit pipeline.Limit
	}{
		{"deletes", r.tally.removes, l.Deletes},
		{"updates", r.tally.updates, l.Updates},
		{"creates", r.tally.creates, l.Creates},
	} {
		if !b.limit.Allows(b.n, r.linked) {
			return b.name, b.n, b.limit
		}
	}
	return "", 0, pipeline.Limit{}
}
