package simulation

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// hookCycles runs cycles of only what webhooks named: edited records, others, and such as never came to be. Some
// hints never come, as calls are lost. What is drawn meanwhile leaves the rest of the seed as it is.
func (w *world) hookCycles(ctx context.Context) error {
	was := w.rand
	w.rand = w.hooks
	defer func() { w.rand = was }()
	for range w.hooks.IntN(3) {
		before, err := w.store.Position(ctx)
		if err != nil {
			return err
		}
		if err := w.run(ctx, engine.Options{Hints: w.someHints()}); err != nil {
			return err
		}
		if w.last.Kind == pipeline.CycleHooks {
			w.stats.Hooks++
			w.stats.Checks++
			if w.trouble.crashed {
				return w.restart(ctx)
			}
			after, err := w.store.Position(ctx)
			if err != nil {
				return err
			}
			if after.Cursors != before.Cursors {
				w.watch.fail(4, "a cycle of hints moved the cursors from %q to %q", before.Cursors, after.Cursors)
			}
		}
		if err := w.restart(ctx); err != nil {
			return err
		}
		if w.hooks.IntN(2) == 0 {
			w.people.act()
		}
	}
	return nil
}

// someHints names some records of both sides, and one that is none.
func (w *world) someHints() [2][]pipeline.Hint {
	all := w.allHints()
	var hints [2][]pipeline.Hint
	for _, s := range pipeline.Sides() {
		for _, h := range all[s] {
			if w.hooks.IntN(100) < 40 {
				hints[s] = append(hints[s], h)
			}
		}
		if w.hooks.IntN(4) == 0 {
			hints[s] = append(hints[s], pipeline.Hint(fmt.Sprint(1000+w.hooks.IntN(9000))))
		}
	}
	if w.hooks.IntN(10) == 0 {
		hints[w.hooks.IntN(2)] = []pipeline.Hint{pipeline.AnyRecord}
	}
	return hints
}

func (w *world) allHints() [2][]pipeline.Hint {
	var hints [2][]pipeline.Hint
	for _, s := range pipeline.Sides() {
		for _, r := range w.systems[s].Snapshot() {
			hints[s] = append(hints[s], pipeline.Hint(r.Key))
		}
	}
	return hints
}
