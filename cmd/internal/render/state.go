package render

import (
	"strconv"

	"github.com/dustin/go-humanize"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// StateCheck tells what is in the state and what is wrong with it.
func (o Output) StateCheck(v view.StateCheck) error {
	if o.JSON {
		return o.json(v)
	}
	t := o.text()
	t.line("%s (%s)", clean(v.StateDir), humanize.IBytes(uint64(max(v.Bytes, 0))))
	if len(v.Contents) > 0 {
		rows := [][]string{{"PIPELINE", "LINKS", "UNLINKED", "INTENTS", "CONFLICTS", "QUARANTINED", "EVENTS", "REPORTS"}}
		for _, c := range v.Contents {
			name := clean(c.Pipeline)
			if !c.Configured {
				name += " (not configured)"
			}
			row := []string{name}
			for _, n := range []int{c.Links, c.Unlinked, c.Intents, c.Conflicts, c.Quarantined, c.Events, c.Reports} {
				row = append(row, strconv.Itoa(n))
			}
			rows = append(rows, row)
		}
		t.table(rows)
	}
	if v.OK {
		t.line("%s", t.paint(green, "the state is sound"))
		return t.err
	}
	remedy := ""
	for _, p := range v.Problems {
		t.line("%s %s: %s", t.paint(red, "problem"), clean(p.Pipeline), clean(p.Message))
		remedy = p.Remedy
	}
	if v.More > 0 {
		t.line("and %d more", v.More)
	}
	t.line("%s %s", t.paint(bold, "remedy:"), clean(remedy))
	return t.err
}

// Forgotten tells which link was dropped, or would be.
func (o Output) Forgotten(v view.Forgotten) error {
	if o.JSON {
		return o.json(v)
	}
	t := o.text()
	name := named(v.Match, v.Keys)
	if !v.Dropped {
		t.line("%s is linked in pipeline %s; nothing was dropped", name, clean(v.Pipeline))
		return t.err
	}
	t.line("%s is forgotten in pipeline %s; `tandem sync %s --full` pairs it anew", name, clean(v.Pipeline), clean(v.Pipeline))
	return t.err
}
