package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Conflicts lists the manual inbox.
func (o Output) Conflicts(conflicts []view.Conflict) error {
	if o.JSON {
		return list(o, conflicts)
	}
	t := o.text()
	if len(conflicts) == 0 {
		t.line("no conflicts")
		return t.err
	}
	t.table(conflictRows(o, conflicts))
	t.line("\n`tandem conflicts show ID` shows one, `tandem conflicts resolve ID --take LABEL` settles it.")
	return t.err
}

func conflictRows(o Output, conflicts []view.Conflict) [][]string {
	rows := [][]string{{"ID", "PIPELINE", "RECORD", "FIELD", "VALUES", "SINCE"}}
	for _, c := range conflicts {
		rows = append(rows, []string{c.ID, clean(c.Pipeline), named(c.Match, c.Keys), fieldName(c.Field), sideValues(c), o.when(c.Since)})
	}
	return rows
}

func sideValues(c view.Conflict) string {
	s := ""
	for _, label := range slices.Sorted(maps.Keys(c.Values)) {
		if s != "" {
			s += ", "
		}
		s += clean(label) + " " + clip(value(c.Values[label]), 30)
	}
	if c.Resolution != nil {
		s += " (settled: " + clean(c.Resolution.Take) + ")"
	}
	return s
}

func fieldName(f string) string {
	if f == "" {
		return "(the record)"
	}
	return clean(f)
}

// Conflict shows one conflict: base and both sides beside each other.
func (o Output) Conflict(c view.Conflict) error {
	if o.JSON {
		return o.json(c)
	}
	t := o.text()
	t.line("%s  %s of %s", t.paint(bold, c.ID), fieldName(c.Field), named(c.Match, c.Keys))
	t.line("pipeline %s, since %s", clean(c.Pipeline), o.when(c.Since))
	t.line("%s\n", clean(c.Rule))
	rows := [][]string{{"SIDE", "LAST AGREED", "NOW", "EDITED"}}
	for _, label := range slices.Sorted(maps.Keys(c.Values)) {
		base, now := change(c.Base[label], c.Values[label])
		rows = append(rows, []string{clean(label), base, now, o.edited(c.Times[label])})
	}
	t.table(rows)
	for _, label := range slices.Sorted(maps.Keys(c.Computed)) {
		t.line("\n%s makes %s of its other fields, which is what --take %s writes", clean(label), value(c.Computed[label]), clean(label))
	}
	if r := c.Resolution; r != nil {
		t.line("\nsettled by %s, %s: %s; the next cycle carries it out", clean(r.By), o.when(r.At), taken(*r))
		return t.err
	}
	t.line("\nTo settle it: tandem conflicts resolve %s --take %s%s", c.ID,
		strings.Join(slices.Sorted(maps.Keys(c.Values)), "|"), orValue(c.Field))
	return t.err
}

// orValue: a conflict about the record as a whole takes no third value.
func orValue(field string) string {
	if field == "" {
		return ""
	}
	return "|VALUE"
}

func (o Output) edited(at *time.Time) string {
	if at == nil {
		return "unknown"
	}
	return o.when(*at)
}

func taken(r view.Resolution) string {
	if r.Take == "value" {
		return "the value " + value(r.Value)
	}
	return "the value of " + clean(r.Take)
}

// Resolved confirms a resolution.
func (o Output) Resolved(c view.Conflict) error {
	if o.JSON {
		return o.json(c)
	}
	t := o.text()
	t.line("%s: %s of %s takes %s; the next cycle carries it out.", c.ID, fieldName(c.Field), named(c.Match, c.Keys), taken(*c.Resolution))
	return t.err
}

// Quarantine lists the records that failed.
func (o Output) Quarantine(entries []view.Quarantined) error {
	if o.JSON {
		return list(o, entries)
	}
	t := o.text()
	if len(entries) == 0 {
		t.line("quarantine is empty")
		return t.err
	}
	for _, q := range entries {
		t.line("%s  %s  %s", t.paint(bold, q.ID), clean(q.Pipeline), named(q.Match, q.Keys))
		t.line("  %s %s: %s", t.paint(red, "error:"), q.Code, clean(q.Message))
		t.line("  %s %s", t.paint(bold, "remedy:"), clean(q.Remedy))
		t.line("  %s, next try %s", tries(q.Attempts), o.when(q.NextTry))
	}
	return t.err
}

func tries(n int) string {
	if n == 1 {
		return "1 try"
	}
	return fmt.Sprintf("%d tries", n)
}

// Retried confirms `quarantine retry`.
func (o Output) Retried(r view.Retried) error {
	if o.JSON {
		return o.json(r)
	}
	t := o.text()
	t.line("%s will be tried again in the next cycle.", count(r.Count, "record"))
	return t.err
}
