package testrun

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// key is the key of each record of a test.
const key = pipeline.Key("1")

// mentions tells whether a test names a field of a side.
func mentions(t config.Test, s pipeline.Side, field string) bool {
	_, in := t.Records[s][field]
	_, inBase := t.Base[s][field]
	return in || inBase || slices.ContainsFunc(t.Expect.Writes[s], func(f config.ExpectedField) bool { return f.Name == field })
}

// fields returns the mapped fields that take part in a test.
func fields(t config.Test) (part []pipeline.MappedField) {
	for _, f := range t.Pipeline.Fields {
		conflict := slices.ContainsFunc(t.Expect.Conflicts, func(c config.ExpectedConflict) bool { return c.Field == f.Name })
		if t.Whole || conflict || mentions(t, pipeline.Left, f.Fields[pipeline.Left]) || mentions(t, pipeline.Right, f.Fields[pipeline.Right]) {
			part = append(part, f)
		}
	}
	return part
}

// filtered tells whether the filter takes part.
func filtered(t config.Test) bool {
	d := t.Pipeline
	if t.Whole || t.Expect.LeftOut.Text != "" {
		return true
	}
	// Where the side that the filter looks at has no record, it looks at what would be made there.
	made := t.Records[d.FilterSide] == nil && !t.Linked
	return slices.ContainsFunc(d.FilterReads, func(name string) bool {
		return mentions(t, d.FilterSide, name) || made && slices.ContainsFunc(fields(t), func(f pipeline.MappedField) bool {
			return f.Fields[d.FilterSide] == name
		})
	})
}

// cycle is the cycle of a test: its pipeline with the fields that take part.
func cycle(t config.Test) *pipeline.Cycle {
	d := *t.Pipeline
	d.Fields = fields(t)
	if !filtered(t) {
		d.Filter = nil
	}
	c := &pipeline.Cycle{Definition: &d, DryRun: true, Sequential: true, Started: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, s := range pipeline.Sides() {
		c.About[s] = pipeline.Description{Product: d.Sources[s], Schema: t.Known[s]}
	}
	c.Types, _ = pipeline.Bind(&d, c.About) // what is wrong with a field was told when the configuration was loaded
	c.Places = pipeline.BindPlaces(&d, c.Types)
	return c
}

// item is what detection and fetching would make of the records.
func item(c *pipeline.Cycle, t config.Test) *pipeline.Item {
	it := &pipeline.Item{Proven: t.Removed, Absent: t.Removed}
	if t.Linked {
		it.Link = &pipeline.Link{ID: "test", Keys: [2]pipeline.Key{key, key}}
	}
	for _, s := range pipeline.Sides() {
		if !t.Linked && t.Records[s] == nil {
			continue
		}
		it.Keys[s] = key
		record := pipeline.Values{}
		maps.Copy(record, t.Base[s])
		maps.Copy(record, t.Records[s])
		if t.Linked {
			base := maps.Clone(record)
			maps.Copy(base, t.Base[s])
			it.Link.Base[s] = pipeline.Values{}
			it.Link.Read[s] = c.Readings(s, &pipeline.Record{Fields: base})
			for i, v := range c.OwnValues(s, &pipeline.Record{Fields: base}) {
				it.Link.Base[s][c.Definition.Fields[i].Name] = v
			}
		}
		if !t.Removed[s] {
			it.Hinted[s] = true
			it.Records[s] = &pipeline.Record{Key: key, Fields: record, Modified: t.Modified[s]}
		}
	}
	return it
}

// nobody are the links of a test: none but its own, so that a reference names a record that is no pair yet.
type nobody struct{}

func (nobody) LinksByKey(context.Context, pipeline.Side, []pipeline.Key) (map[pipeline.Key]*pipeline.Link, error) {
	return nil, nil
}

func (nobody) LinksByID(context.Context, []pipeline.LinkID) (map[pipeline.LinkID]*pipeline.Link, error) {
	return nil, nil
}

func (nobody) EachLink(context.Context, func(*pipeline.Link) error) error { return nil }

func (nobody) CountLinks(context.Context) (int, error) { return 0, nil }

func (nobody) UnlinkedByKey(context.Context, pipeline.Side, []pipeline.Key) (map[pipeline.Key]pipeline.Unlinked, error) {
	return nil, nil
}

func (nobody) Owners(context.Context, pipeline.Side, string, []string) (map[string][]pipeline.Key, error) {
	return nil, nil
}
