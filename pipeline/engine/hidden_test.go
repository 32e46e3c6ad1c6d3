package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

// activeOnly is a system whose list leaves archived records out.
type activeOnly struct{ pipeline.Endpoint }

func (e activeOnly) Describe(ctx context.Context) (pipeline.Description, error) {
	about, err := e.Endpoint.Describe(ctx)
	about.HidesArchived = true
	return about, err
}

func (e activeOnly) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return e.Endpoint.List(ctx, fields, func(changes []pipeline.Change) error {
		var active []pipeline.Change
		for _, c := range changes {
			records, err := e.Fetch(ctx, []pipeline.Key{c.Key}, []string{"active"})
			if err != nil {
				return err
			}
			if len(records) == 1 && records[0].Fields["active"].AsBool() {
				active = append(active, c)
			}
		}
		return yield(active)
	})
}

// TestInvariant5HiddenArchived: archived records that are in no list are not gone, however many they are;
// one that is really gone is found out all the same.
func TestInvariant5HiddenArchived(t *testing.T) {
	s := newRig(t, nil)
	s.fill(24)
	s.ends[0] = activeOnly{s.ends[0]}
	s.configure(func(*pipeline.Definition) {})
	for i := range 20 {
		key := s.record(pipeline.Left, fmt.Sprintf("S-%02d", i)).Key
		if err := s.systems[0].Edit(key, pipeline.Values{"active": pipeline.Bool(false)}); err != nil {
			t.Fatal(err)
		}
	}
	s.done(false)
	for range 3 {
		s.done(true)
	}
	s.holds("S-03", "active", pipeline.Bool(false), pipeline.Bool(false))
	if n := s.missing(); n != 0 {
		t.Errorf("%d links are marked as missing", n)
	}
	s.remove(pipeline.Left, "S-22")
	s.done(true)
	if !s.record(pipeline.Right, "S-22").Fields["active"].AsBool() {
		t.Error("one listing was enough")
	}
	s.done(true)
	if s.record(pipeline.Right, "S-22").Fields["active"].AsBool() {
		t.Error("a removed record was not found out")
	}
	s.quiet()
}
