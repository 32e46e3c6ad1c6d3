package app

import (
	"context"
	"errors"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// pair names what is explained: a link, or records that have none.
type pair struct {
	link pipeline.LinkID
	keys [2]pipeline.Key
}

// find returns the pairs and records that go by a name: in the state, or else as the two systems find them.
func (r *runner) find(ctx context.Context, name string) ([]pair, error) {
	var pairs []pair
	links, err := r.linksOf(ctx, name)
	if err != nil {
		return nil, err
	}
	byID, err := r.store.LinksByID(ctx, links)
	if err != nil {
		return nil, err
	}
	for _, id := range links {
		if l := byID[id]; l != nil {
			pairs = append(pairs, pair{id, l.Keys})
		}
	}
	if len(pairs) > 0 {
		return pairs, nil
	}
	var keys [2][]pipeline.Key
	for _, s := range pipeline.Sides() {
		if keys[s], err = r.unpaired(ctx, s, name); err != nil {
			return nil, err
		}
	}
	for _, s := range pipeline.Sides() {
		if o := s.Other(); len(keys[s]) == 1 && len(keys[o]) == 0 { // named by its key: its partner goes by other names
			if keys[o], err = r.partners(ctx, s, keys[s][0]); err != nil {
				return nil, err
			}
		}
	}
	if len(keys[0]) == 1 && len(keys[1]) == 1 {
		return []pair{{keys: [2]pipeline.Key{keys[0][0], keys[1][0]}}}, nil
	}
	for _, s := range pipeline.Sides() {
		for _, k := range keys[s] {
			p := pair{}
			p.keys[s] = k
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}

// unpaired returns the records of a side that go by a name, asking the system itself.
func (r *runner) unpaired(ctx context.Context, s pipeline.Side, name string) ([]pipeline.Key, error) {
	end := r.engine.Endpoints[s]
	var keys []pipeline.Key
	for _, field := range r.definition.Match {
		f, _ := r.definition.Field(field)
		found, err := end.Find(ctx, f.Fields[s], []pipeline.Value{pipeline.Text(name)}, []string{f.Fields[s]})
		if errors.Is(err, pipeline.ErrCannotFind) {
			var owners map[string][]pipeline.Key
			owners, err = r.store.Owners(ctx, s, field, []string{name})
			if err != nil {
				return nil, err
			}
			if keys = append(keys, owners[name]...); len(owners[name]) > 0 {
				continue
			}
			found, err = r.sinceCursor(ctx, s, f.Fields[s], name)
		}
		if err != nil {
			return nil, err
		}
		for _, record := range found {
			keys = append(keys, record.Key)
		}
	}
	if len(keys) == 0 {
		found, err := end.Fetch(ctx, []pipeline.Key{pipeline.Key(name)}, r.definition.Wanted(s))
		if err != nil && pipeline.ClassOf(err) != pipeline.Permanent { // a name need not look like a key
			return nil, err
		}
		for _, record := range found {
			keys = append(keys, record.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// partners returns the records without a link on the other side that hold a match value of this one: by the
// first field, in order, that anybody there holds.
func (r *runner) partners(ctx context.Context, s pipeline.Side, key pipeline.Key) ([]pipeline.Key, error) {
	records, err := r.engine.Endpoints[s].Fetch(ctx, []pipeline.Key{key}, r.definition.Wanted(s))
	if err != nil || len(records) == 0 {
		return nil, err
	}
	other := s.Other()
	for _, field := range r.definition.Match {
		f, _ := r.definition.Field(field)
		value := records[0].Fields[f.Fields[s]]
		if value.IsNull() {
			continue
		}
		keys, err := r.unpaired(ctx, other, value.String())
		if err != nil {
			return nil, err
		}
		linked, err := r.store.LinksByKey(ctx, other, keys)
		if err != nil {
			return nil, err
		}
		keys = slices.DeleteFunc(keys, func(k pipeline.Key) bool { return linked[k] != nil })
		if len(keys) > 0 {
			return keys, nil
		}
	}
	return nil, nil
}

// sinceCursor looks for a value among what changed since the last cycle, where a system cannot be searched:
// what did not change since is known to the state.
func (r *runner) sinceCursor(ctx context.Context, s pipeline.Side, field, value string) (found []pipeline.Record, err error) {
	position, err := r.store.Position(ctx)
	if err != nil || position.Cursors[s] == "" {
		return nil, err
	}
	end, fields := r.engine.Endpoints[s], []string{field}
	_, err = end.Changes(ctx, position.Cursors[s], fields, func(changes []pipeline.Change) error {
		var missing []pipeline.Key
		var records []pipeline.Record
		for _, c := range changes {
			switch {
			case c.Record != nil:
				records = append(records, *c.Record)
			case !c.Gone:
				missing = append(missing, c.Key)
			}
		}
		for keys := range slices.Chunk(missing, 50) {
			more, err := end.Fetch(ctx, keys, fields)
			if err != nil {
				return err
			}
			records = append(records, more...)
		}
		for _, record := range records {
			if record.Fields[field].String() == value {
				found = append(found, record)
			}
		}
		return nil
	})
	return found, err
}
