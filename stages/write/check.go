package write

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// check looks whether the targets of jobs, all of one kind, still are what was decided upon. It fails
// the others and returns those that may be sent.
func (b *batch) check(ctx context.Context, side pipeline.Side, kind pipeline.MutationKind, jobs []*job) ([]*job, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	look := b.checkBefore
	if kind == pipeline.Create {
		look = b.checkAbsent
	}
	if err := look(ctx, side, jobs); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(jobs, func(j *job) bool { return j.err != nil }), nil
}

// checkBefore compares what the records hold with what the mutations presume.
func (b *batch) checkBefore(ctx context.Context, side pipeline.Side, jobs []*job) error {
	current, err := b.read(ctx, side, jobs)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		r := current[j.item.Keys[side]]
		if r == nil {
			j.err = stale(fmt.Sprintf("%s is gone from %s", j.item.Keys[side], b.cycle.Definition.Sources[side]))
			continue
		}
		if name := b.differs(side, r, j.m.Before); name != "" {
			j.err = stale(fmt.Sprintf("%s of %s on %s changed meanwhile", name, j.item.Keys[side], b.cycle.Definition.Sources[side]))
		}
	}
	return nil
}

// read fetches the jobs' targets with the fields that their mutations touch.
func (b *batch) read(ctx context.Context, side pipeline.Side, jobs []*job) (map[pipeline.Key]*pipeline.Record, error) {
	fields := map[string]bool{}
	keys := make([]pipeline.Key, len(jobs))
	for i, j := range jobs {
		keys[i] = j.item.Keys[side]
		for _, values := range []pipeline.Values{j.m.Fields, j.m.Before} {
			for name := range values {
				fields[name] = true
			}
		}
	}
	records, err := b.cycle.Endpoints[side].Fetch(ctx, keys, slices.Sorted(maps.Keys(fields)))
	if err != nil {
		return nil, err
	}
	byKey := make(map[pipeline.Key]*pipeline.Record, len(records))
	for i := range records {
		if records[i].Err == nil {
			byKey[records[i].Key] = &records[i]
		}
	}
	return byKey, nil
}

// differs returns a field whose value in r is not the one of want; "" if all are.
func (b *batch) differs(side pipeline.Side, r *pipeline.Record, want pipeline.Values) string {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !b.canonical(side, name, r.Fields[name]).Equal(b.canonical(side, name, want[name])) {
			return name
		}
	}
	return ""
}

func (b *batch) canonical(side pipeline.Side, name string, v pipeline.Value) pipeline.Value {
	t, _ := b.cycle.About[side].Schema.Lookup(name)
	if c, err := t.Canonical(v); err == nil {
		return c
	}
	return v
}

// checkAbsent looks for records that hold a match value of one about to be made. Somebody made such a
// record since detection, so the pair is decided anew instead of doubling it.
func (b *batch) checkAbsent(ctx context.Context, side pipeline.Side, jobs []*job) error {
	for _, name := range b.cycle.Definition.Match {
		f, _ := b.cycle.Definition.Field(name)
		own := f.Fields[side]
		wanted := map[string][]*job{}
		var values []pipeline.Value
		for _, j := range jobs {
			if v := j.m.Fields[own]; !v.IsNull() && j.err == nil {
				wanted[v.String()] = append(wanted[v.String()], j)
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			continue
		}
		found, err := b.cycle.Endpoints[side].Find(ctx, own, values, []string{own})
		if errors.Is(err, pipeline.ErrCannotFind) {
			found, err = b.since(ctx, side, own, values)
		}
		if err != nil {
			return err
		}
		known, err := b.known(ctx, side, found)
		if err != nil {
			return err
		}
		for _, r := range found {
			for _, j := range wanted[b.canonical(side, own, r.Fields[own]).String()] {
				j.err = b.exists(side, own, r, known[r.Key])
			}
		}
	}
	return nil
}

// known tells which of the records the state knows, linked or not.
func (b *batch) known(ctx context.Context, side pipeline.Side, records []pipeline.Record) (map[pipeline.Key]bool, error) {
	if len(records) == 0 {
		return nil, nil
	}
	keys := make([]pipeline.Key, len(records))
	for i, r := range records {
		keys[i] = r.Key
	}
	links, err := b.State.LinksByKey(ctx, side, keys)
	if err != nil {
		return nil, err
	}
	unlinked, err := b.State.UnlinkedByKey(ctx, side, keys)
	if err != nil {
		return nil, err
	}
	known := map[pipeline.Key]bool{}
	for _, k := range keys {
		_, ok := unlinked[k]
		known[k] = ok || links[k] != nil
	}
	return known, nil
}

// exists is the error of a record that is not made because another holds its match value: one that is new
// will be paired by the next cycle, one that was known and did not pair is a duplicate.
func (b *batch) exists(side pipeline.Side, field string, r pipeline.Record, known bool) *pipeline.Error {
	what := fmt.Sprintf("%s %s on %s has %s %q", b.cycle.About[side].Product, r.Key, b.cycle.Definition.Sources[side], field, r.Fields[field])
	if !known {
		return stale(what + " by now")
	}
	return &pipeline.Error{Code: pipeline.CodeDuplicate, Message: what + " already, and it is another product's partner or takes no part"}
}
