package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// errFound ends a listing.
var errFound = errors.New("found")

// Record reads one record of a side of a pipeline by a match value (its SKU, say) or by its key there, with these fields
// beside those that the pipeline reads, and what the source says of its fields. It writes nothing and needs no state.
func (a *App) Record(ctx context.Context, pipelineName string, side pipeline.Side, name string, fields []string) (*pipeline.Record, pipeline.Schema, error) {
	l := a.hold()
	defer a.drop(l)
	r := l.runner(pipelineName)
	if r == nil {
		return nil, pipeline.Schema{}, fmt.Errorf("there is no pipeline %q", pipelineName)
	}
	end, label := r.sources[side].retrying, r.definition.Sources[side]
	about, err := end.Describe(ctx)
	if err != nil {
		return nil, pipeline.Schema{}, fmt.Errorf("source %s: %w", label, err)
	}
	record, err := r.named(ctx, end, side, name, append(r.definition.Wanted(side), fields...))
	if err != nil {
		return nil, about.Schema, fmt.Errorf("source %s: %w", label, err)
	}
	return record, about.Schema, nil
}

// named looks for a record by the match values in their order, then by its key.
func (r *runner) named(ctx context.Context, end pipeline.Endpoint, side pipeline.Side, name string, fields []string) (*pipeline.Record, error) {
	for _, match := range r.definition.Match {
		f, _ := r.definition.Field(match)
		field := f.Fields[side]
		found, err := end.Find(ctx, field, []pipeline.Value{pipeline.Text(name)}, fields)
		if errors.Is(err, pipeline.ErrCannotFind) {
			found, err = listed(ctx, end, field, name, fields)
		}
		switch {
		case err != nil:
			return nil, err
		case len(found) > 1:
			return nil, &pipeline.Error{
				Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("%d records have the %s %q", len(found), match, name), Remedy: "Give the id of one of them.",
			}
		case len(found) == 1:
			return readable(found[0])
		}
	}
	found, err := end.Fetch(ctx, []pipeline.Key{pipeline.Key(name)}, fields)
	if err != nil && pipeline.ClassOf(err) != pipeline.Permanent { // a name need not look like a key
		return nil, err
	}
	if len(found) == 0 {
		return nil, &pipeline.Error{
			Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("no record has the key or value %q", name),
			Remedy: "Give the SKU, the EAN or the id as that side shows it.",
		}
	}
	return readable(found[0])
}

func readable(r pipeline.Record) (*pipeline.Record, error) {
	if r.Err != nil {
		return nil, r.Err
	}
	return &r, nil
}

// listed looks for a value among all records, where a system cannot be searched.
func listed(ctx context.Context, end pipeline.Endpoint, field, value string, fields []string) (found []pipeline.Record, err error) {
	var key pipeline.Key
	_, err = end.List(ctx, []string{field}, func(changes []pipeline.Change) error {
		for _, c := range changes {
			if c.Record != nil && c.Record.Fields[field].String() == value {
				key = c.Key
				return errFound
			}
		}
		return nil
	})
	if key == "" || err != nil && !errors.Is(err, errFound) {
		return nil, err
	}
	return end.Fetch(ctx, []pipeline.Key{key}, fields)
}
