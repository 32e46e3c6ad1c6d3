package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// Problem is something that is wrong with what is stored.
type Problem struct {
	Pipeline string
	Message  string // one sentence, names the thing
}

// Inventory counts what is stored of a pipeline.
type Inventory struct {
	Pipeline                                                                   string
	Links, Unlinked, Intents, Conflicts, Quarantined, Events, Reports, Indexes int
}

// Check reads everything that is stored and calls found for all that is wrong: what cannot be decoded,
// indexes and counters that do not agree with what they are about, and keys that nobody knows. It sees one
// moment, whatever is written meanwhile. An error of found ends it and is returned.
func (s *State) Check(ctx context.Context, found func(Problem) error) ([]Inventory, error) {
	names, err := s.Pipelines(ctx)
	if err != nil {
		return nil, err
	}
	inventories := make([]Inventory, len(names))
	for i, name := range names {
		c := &check{
			store: &store{db: s.db, key: pipelineKey(name), options: &s.options},
			found: found, n: Inventory{Pipeline: name},
		}
		if err := s.db.Read(ctx, func(r *kv.Reader) error { return c.all(r) }); err != nil {
			return nil, err
		}
		inventories[i] = c.n
	}
	return inventories, nil
}

// check is the check of one pipeline.
type check struct {
	*store
	n       Inventory
	r       *kv.Reader
	found   func(Problem) error
	match   []string
	indexed bool // the index of match values is built
	span    historyRange
}

func (c *check) all(r *kv.Reader) error {
	c.r = r
	c.singles()
	err := c.r.Scan(c.key, c.key, func(k, value []byte) error {
		if len(k) == len(c.key) {
			return c.wrong(k, errBadKey)
		}
		switch part := k[len(c.key)+1:]; k[len(c.key)] {
		case tableSingle:
			return c.single(k, part, value)
		case tableLink, tableUnlinked, tableIntent, tableConflict, tableQuarantine, tableHistory, tableReport:
			entries, err := c.row(k, value)
			if err != nil {
				return c.wrong(k, err)
			}
			return c.has(k, entries)
		case tableByKey, tableMatch, tableConflictOf, tableDue, tableFailedKey, tableHistoryOf:
			c.n.Indexes++
			return c.entry(k)
		}
		return c.wrong(k, errors.New("nothing of this kind is known"))
	})
	if err != nil {
		return err
	}
	return c.counters()
}

func (c *check) report(format string, args ...any) error {
	return c.found(Problem{Pipeline: c.n.Pipeline, Message: fmt.Sprintf(format, args...)})
}

func (c *check) wrong(k []byte, err error) error {
	return c.report("key %q cannot be read: %v", k, err)
}

// singles reads the single values that the rest is checked by; what cannot be read is told by single.
func (c *check) singles() {
	c.span = historyRange{First: 1, Next: 1}
	_, _ = c.get(c.r, c.key.single(singleHistory), &c.span)
	c.indexed, _ = c.get(c.r, c.key.single(singleMatch), &c.match)
}

// single reads one single value as what it is.
func (c *check) single(k, part, value []byte) error {
	name, err := lastText(part)
	if err != nil {
		return c.wrong(k, err)
	}
	into := map[string]any{
		singleMatch: &[]string{}, singlePosition: &pipeline.Position{}, singleIdentities: &[2]string{},
		singleCycle: &lastCycle{}, singleHistory: &historyRange{}, singleLinks: new(int), singleGeneration: new(uint64),
		singlePlanKey: &[]byte{}, singleBrake: &pipeline.Brake{}, singlePause: &pipeline.Pause{}, singlePast: &pipeline.Past{},
	}[name]
	switch {
	case name == singleBraked:
		return nil // raw bytes: any are a list of fingerprints
	case into == nil:
		return c.wrong(k, errors.New("nothing of this name is known"))
	}
	if err := json.Unmarshal(value, into); err != nil {
		return c.wrong(k, err)
	}
	return nil
}

// row decodes the row at k, counts it and returns the index entries that it must have.
func (c *check) row(k, value []byte) (entries [][]byte, err error) {
	switch k[len(c.key)] {
	case tableLink:
		c.n.Links++
		id, err := lastText(k[len(c.key)+1:])
		if err != nil {
			return nil, err
		}
		l, err := decodeLink(pipeline.LinkID(id), value)
		if err != nil {
			return nil, err
		}
		return c.key.linkEntries(l, c.match), nil
	case tableUnlinked:
		c.n.Unlinked++
		return rowOf(value, func(u *pipeline.Unlinked) [][]byte { return c.key.unlinkedEntries(u, c.match) })
	case tableIntent:
		c.n.Intents++
		return rowOf(value, func(*pipeline.Intent) [][]byte { return nil })
	case tableConflict:
		c.n.Conflicts++
		return rowOf(value, c.key.conflictEntries)
	case tableQuarantine:
		c.n.Quarantined++
		return rowOf(value, c.key.quarantineEntries)
	case tableHistory:
		c.n.Events++
		return rowOf(value, func(e *pipeline.Event) [][]byte {
			if e.Link == "" {
				return nil
			}
			return [][]byte{c.historyOf(e.Link).number(e.Seq)}
		})
	default:
		c.n.Reports++
		return rowOf(value, func(*pipeline.Report) [][]byte { return nil })
	}
}

// has tells which of the entries that the row at k must have are not there.
func (c *check) has(k []byte, entries [][]byte) error {
	for _, e := range entries {
		value, err := c.r.Get(e)
		if err != nil {
			return err
		}
		if value == nil {
			if err := c.report("key %q has no entry %q in its index", k, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry tells whether the index entry at k belongs to a row that is there and has it.
func (c *check) entry(k []byte) error {
	if k[len(c.key)] == tableMatch && !c.indexed {
		return nil // being built
	}
	owner, err := c.owner(k)
	if err != nil {
		return c.wrong(k, err)
	}
	value, err := c.r.Get(owner)
	if err != nil {
		return err
	}
	if value == nil {
		return c.report("the index has %q of a thing that is not there (%q)", k, owner)
	}
	counts := c.n
	entries, err := c.row(owner, value)
	c.n = counts
	if err == nil && !slices.ContainsFunc(entries, func(e []byte) bool { return bytes.Equal(e, k) }) {
		return c.report("the index has %q of a thing that is not so (%q)", k, owner)
	}
	return nil // a row that cannot be read is told by itself
}

// owner returns the key of the row that an index entry is of.
func (c *check) owner(k []byte) (key, error) {
	table, rest := k[len(c.key)], k[len(c.key)+1:]
	if table == tableByKey || table == tableMatch || table == tableFailedKey {
		if len(rest) == 0 || rest[0] > byte(pipeline.Right) {
			return nil, errBadKey
		}
	}
	switch table {
	case tableByKey:
		return c.ownerBehind(rest[1:], 1, tableLink)
	case tableMatch:
		return c.holder(pipeline.Side(rest[0]), rest[1:])
	case tableConflictOf:
		return c.ownerBehind(rest, 1, tableConflict)
	case tableDue:
		if len(rest) < 8 {
			return nil, errBadKey
		}
		return c.ownerBehind(rest[8:], 0, tableQuarantine)
	case tableFailedKey:
		return c.ownerBehind(rest[1:], 1, tableQuarantine)
	}
	_, seq, err := cutText(rest) // tableHistoryOf
	if err != nil || len(seq) != 8 {
		return nil, errBadKey
	}
	return append(c.key.table(tableHistory), seq...), nil
}

// holder returns the link or the unlinked record that FIELD VALUE KEY OWNER is about.
func (c *check) holder(side pipeline.Side, rest []byte) (key, error) {
	var parts [4]string
	for i := range parts {
		var err error
		if parts[i], rest, err = cutText(rest); err != nil {
			return nil, err
		}
	}
	switch {
	case len(rest) > 0:
		return nil, errBadKey
	case parts[3] == "":
		return c.unlinkedKey(side, pipeline.Key(parts[2])), nil
	}
	return c.key.table(tableLink).text(parts[3]), nil
}

// ownerBehind returns the row of a table whose id stands behind some texts.
func (c *check) ownerBehind(rest []byte, texts int, table byte) (key, error) {
	for range texts {
		var err error
		if _, rest, err = cutText(rest); err != nil {
			return nil, err
		}
	}
	return append(c.key.table(table), rest...), nil
}

// counters compares what is counted with what was found.
func (c *check) counters() error {
	if n, err := c.countLinks(c.r); err == nil && n != c.n.Links {
		if err := c.report("the number of links is noted as %d, there are %d", n, c.n.Links); err != nil {
			return err
		}
	}
	if noted := c.span.Next - c.span.First; noted != uint64(c.n.Events) {
		return c.report("the history is noted to have %d events, there are %d", noted, c.n.Events)
	}
	return nil
}

// rowOf decodes a row in JSON and returns its index entries.
func rowOf[T any](value []byte, entries func(*T) [][]byte) ([][]byte, error) {
	var row T
	if err := json.Unmarshal(value, &row); err != nil {
		return nil, err
	}
	return entries(&row), nil
}
