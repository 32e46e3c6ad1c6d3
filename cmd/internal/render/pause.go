package render

import (
	"fmt"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Paused shows which pipelines are held.
func (o Output) Paused(held []view.Held) error {
	if o.JSON {
		return o.json(held)
	}
	t := o.text()
	for _, h := range held {
		name := clean(h.Pipeline)
		switch {
		case h.Changed && h.Running != nil:
			t.line("%s: paused; the cycle under way goes on to its end", t.paint(bold, name))
		case h.Changed:
			t.line("%s: paused", t.paint(bold, name))
		default:
			t.line("%s: was paused already, %s, %s", t.paint(bold, name), o.when(h.Pause.At), pausedBy(*h.Pause))
		}
	}
	return t.err
}

// Resumed shows which pipelines go on.
func (o Output) Resumed(held []view.Held) error {
	if o.JSON {
		return o.json(held)
	}
	t := o.text()
	for _, h := range held {
		if h.Changed {
			t.line("%s: goes on; was paused %s, %s", t.paint(bold, clean(h.Pipeline)), o.when(h.Pause.At), pausedBy(*h.Pause))
		} else {
			t.line("%s: was not paused", t.paint(bold, clean(h.Pipeline)))
		}
	}
	return t.err
}

// pausedBy tells who paused a pipeline, and why.
func pausedBy(p view.Pause) string {
	if p.Reason == "" {
		return "by " + clean(p.By)
	}
	return fmt.Sprintf("by %s: %s", clean(p.By), clean(p.Reason))
}
