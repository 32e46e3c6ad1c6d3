package statetest

import (
	"context"
	"slices"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

type (
	unlinkedByKey = map[pipeline.Key]pipeline.Unlinked
	owners        = map[string][]pipeline.Key
)

func unlinked(side pipeline.Side, key pipeline.Key, sku string) pipeline.Unlinked {
	return pipeline.Unlinked{Side: side, Key: key, Match: map[string]string{"sku": sku}, Why: "outside of the selection", Seen: "v1"}
}

func (s *subject) unlinked(side pipeline.Side, keys ...pipeline.Key) func(context.Context) (unlinkedByKey, error) {
	return func(ctx context.Context) (unlinkedByKey, error) { return s.UnlinkedByKey(ctx, side, keys) }
}

func (s *subject) owners(side pipeline.Side, field string, values ...string) func(context.Context) (owners, error) {
	return func(ctx context.Context) (owners, error) {
		found, err := s.Owners(ctx, side, field, values)
		for _, keys := range found {
			slices.Sort(keys)
		}
		return found, err
	}
}

func testUnlinked(t *testing.T, s *subject) {
	left, right := unlinked(pipeline.Left, "1", "A"), unlinked(pipeline.Right, "1", "B")
	s.commit(t, pipeline.Commit{Unlinked: []pipeline.Unlinked{left, right}})
	s.twice(t, func(t *testing.T) {
		want(t, unlinkedByKey{"1": left}, s.unlinked(pipeline.Left, "1", "2"))
		want(t, unlinkedByKey{"1": right}, s.unlinked(pipeline.Right, "1"))
	})
	changed := unlinked(pipeline.Left, "1", "C")
	s.commit(t, pipeline.Commit{Unlinked: []pipeline.Unlinked{changed}, Forget: [2][]pipeline.Key{nil, {"1", "never was"}}})
	s.twice(t, func(t *testing.T) {
		want(t, unlinkedByKey{"1": changed}, s.unlinked(pipeline.Left, "1"))
		want(t, unlinkedByKey{}, s.unlinked(pipeline.Right, "1"))
	})
}

func testOwners(t *testing.T, s *subject) {
	a, b := link("a", "1", "11", "A"), link("b", "2", "12", "B")
	b.Base[pipeline.Right]["ean"] = pipeline.Int(4006381333931)
	s.commit(t, pipeline.Commit{
		Links:    []*pipeline.Link{a, b},
		Unlinked: []pipeline.Unlinked{unlinked(pipeline.Left, "3", "A"), unlinked(pipeline.Left, "4", "A/B")},
	})
	s.twice(t, func(t *testing.T) {
		want(t, owners{"A": {"1", "3"}, "B": {"2"}, "A/B": {"4"}}, s.owners(pipeline.Left, "sku", "A", "B", "C", "", "A/B"))
		want(t, owners{"A": {"11"}}, s.owners(pipeline.Right, "sku", "A"))
		want(t, owners{"4006381333931": {"12"}}, s.owners(pipeline.Right, "ean", "4006381333931", "4006381333932"))
		want(t, owners{}, s.owners(pipeline.Left, "ean", "4006381333931"))
	})
	s.commit(t, pipeline.Commit{
		Links:  []*pipeline.Link{link("a", "1", "11", "A2")},
		Drop:   []pipeline.LinkID{"b"},
		Forget: [2][]pipeline.Key{{"3"}},
	})
	s.twice(t, func(t *testing.T) {
		want(t, owners{"A2": {"1"}, "A/B": {"4"}}, s.owners(pipeline.Left, "sku", "A", "A2", "B", "A/B"))
		want(t, owners{"A2": {"11"}}, s.owners(pipeline.Right, "sku", "A", "A2", "B"))
	})
	// A record that is both, while it is being linked, is found until it is neither.
	s.commit(t, pipeline.Commit{Unlinked: []pipeline.Unlinked{unlinked(pipeline.Left, "1", "A2")}})
	want(t, owners{"A2": {"1"}}, s.owners(pipeline.Left, "sku", "A2"))
	s.commit(t, pipeline.Commit{Drop: []pipeline.LinkID{"a"}})
	want(t, owners{"A2": {"1"}}, s.owners(pipeline.Left, "sku", "A2"))
	s.commit(t, pipeline.Commit{Forget: [2][]pipeline.Key{{"1"}}})
	want(t, owners{}, s.owners(pipeline.Left, "sku", "A2"))
}

// testOwnersAnew changes the match fields of a pipeline, as an edit of its configuration does.
func testOwnersAnew(t *testing.T, s *subject) {
	l := link("a", "1", "11", "A")
	u := pipeline.Unlinked{Side: pipeline.Left, Key: "2", Match: map[string]string{"sku": "A", "title": "left A"}}
	s.commit(t, pipeline.Commit{Links: []*pipeline.Link{l}, Unlinked: []pipeline.Unlinked{u}})
	if _, err := s.Owners(t.Context(), pipeline.Left, "title", []string{"left A"}); err == nil {
		t.Error("a field that is not a match field was searched without an error")
	}
	s.match = []string{"title"}
	s.open(t)
	s.twice(t, func(t *testing.T) {
		want(t, owners{"left A": {"1", "2"}}, s.owners(pipeline.Left, "title", "left A", "A"))
		if _, err := s.Owners(t.Context(), pipeline.Left, "sku", []string{"A"}); err == nil {
			t.Error("a field that is no match field any more was searched without an error")
		}
	})
	s.commit(t, pipeline.Commit{Drop: []pipeline.LinkID{"a"}})
	s.match = []string{"ean", "sku"}
	s.open(t)
	want(t, owners{"A": {"2"}}, s.owners(pipeline.Left, "sku", "A"))
}

func testEndWins(t *testing.T, s *subject) {
	c := pipeline.Conflict{ID: "c", Link: "a", Field: "title", Since: at(0)}
	q := pipeline.Quarantined{ID: "q", Keys: [2]pipeline.Key{"1", ""}, Since: at(0)}
	s.commit(t, pipeline.Commit{
		Links: []*pipeline.Link{link("a", "1", "2", "A")}, Drop: []pipeline.LinkID{"a"},
		Unlinked: []pipeline.Unlinked{unlinked(pipeline.Left, "1", "A")}, Forget: [2][]pipeline.Key{{"1"}},
		Conflicts: []pipeline.Conflict{c}, Close: []string{"c"},
		Failed: []pipeline.Quarantined{q}, Healed: []string{"q"},
	})
	dump, err := Read(t.Context(), s, Universe{Keys: []pipeline.Key{"1", "2"}, Links: []pipeline.LinkID{"a"}, Match: s.match, Texts: []string{"A"}})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, Dump{}, dump)
}
