package endpointtest

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

// kin is a family that a test has made: a parent and three variants, by size and color.
type kin struct {
	parentDraft pipeline.Draft
	parent      pipeline.Key
	drafts      []pipeline.Draft
	keys        []pipeline.Key
}

// family makes a family in two steps, as the engine does: the parent, then what refers to it.
func (s *session) family() kin {
	s.Helper()
	s.needFamilies()
	k := kin{parentDraft: s.draft()}
	made := s.create(k.parentDraft)[0]
	k.parent = made.Key
	for _, told := range [][2]string{{"M", "red"}, {"L", "red"}, {"M", "blue"}} {
		k.drafts = append(k.drafts, s.variant(made, told[0], told[1]))
	}
	k.keys = keysOf(s.create(k.drafts...))
	return k
}

// needFamilies skips the test when the system has none.
func (s *session) needFamilies() {
	s.Helper()
	if s.h.Family == nil {
		s.Skip("the harness tells of no families in this system")
	}
}

// variant returns a draft of a variant of a parent.
func (s *session) variant(parent pipeline.Record, size, color string) pipeline.Draft {
	return s.aside(s.draft(pipeline.Values{s.h.Family.Parent: s.nameOf(parent), s.h.Family.Attributes: s.told(size, color)}))
}

// aside leaves a field out that is one of the attributes.
func (s *session) aside(d pipeline.Draft) pipeline.Draft {
	if strings.HasPrefix(s.f.Custom, s.h.Family.Attributes+".") && !d.Fields[s.h.Family.Attributes].IsNull() {
		delete(d.Fields, s.f.Custom)
	}
	return d
}

// nameOf is what variants call their parent.
func (s *session) nameOf(parent pipeline.Record) pipeline.Value {
	s.Helper()
	if via := s.field(s.h.Family.Parent).Via; via != "" {
		return parent.Fields[via]
	}
	return pipeline.Text(string(parent.Key))
}

// told are attributes that no other test uses.
func (s *session) told(size, color string) pipeline.Value {
	return pipeline.Object(map[string]pipeline.Value{"size " + s.prefix: pipeline.Text(size), "color " + s.prefix: pipeline.Text(color)})
}

// share tells whether the system's variants have fields of their parent.
func (s *session) share() bool { return len(s.h.Family.Shared) > 0 }

// own returns those values that a variant has for itself.
func (s *session) own(values pipeline.Values) pipeline.Values {
	own := maps.Clone(values)
	for _, name := range s.h.Family.Shared {
		delete(own, name)
	}
	return own
}

// common returns those values that a parent has.
func (s *session) common(values pipeline.Values) pipeline.Values {
	common := maps.Clone(values)
	for _, name := range s.h.Family.Own {
		delete(common, name)
	}
	return common
}

// members returns the records of the keys, with the fields that make families among all others.
func (s *session) members(keys ...pipeline.Key) map[pipeline.Key]pipeline.Record {
	s.Helper()
	got := map[pipeline.Key]pipeline.Record{}
	for batch := range batches(s, keys) {
		records, err := s.end.Fetch(s.Context(), batch, s.familyFields())
		if err != nil {
			s.Fatalf("Fetch: %v", err)
		}
		for _, r := range records {
			got[r.Key] = r
		}
	}
	return got
}

func (s *session) familyFields() []string {
	return append(s.f.all(), s.h.Family.Parent, s.h.Family.Attributes)
}

// whole checks that a family is there as its drafts say.
func (s *session) whole(what string, k kin) map[pipeline.Key]pipeline.Record {
	s.Helper()
	got := s.members(append([]pipeline.Key{k.parent}, k.keys...)...)
	s.holds(what+": the parent", got[k.parent], s.common(k.parentDraft.Fields))
	for i, key := range k.keys {
		s.holds(what+": a variant", got[key], s.own(k.drafts[i].Fields))
	}
	return got
}

// A variant is made below its parent, with what is its own. "Lacking are the fields that a record of a family does
// not hold of its own", and what stands in for them can make a partner: nothing that is required is missing.
func familyIsMade(s *session) {
	k := s.family()
	got := s.whole("made", k)
	s.lacking("the parent", got[k.parent], s.h.Family.Own)
	for _, key := range k.keys {
		s.lacking("a variant", got[key], s.h.Family.Shared)
		for name, f := range s.about.Schema.Fields {
			if v, asked := got[key].Fields[name]; asked && f.Required && v.IsNull() {
				s.Errorf("the variant %s shows nothing for %q, which is required", key, name)
			}
		}
	}
}

// lacking checks what a record lacks.
func (s *session) lacking(what string, r pipeline.Record, fields []string) {
	s.Helper()
	want, got := slices.Sorted(slices.Values(fields)), slices.Sorted(slices.Values(r.Lacking))
	if d := cmp.Diff(want, got); d != "" {
		s.Errorf("%s %s lacks (-want +got):\n%s", what, r.Key, d)
	}
}

// No variant is made twice, whatever became of the first answer.
func familyIsSettled(s *session) {
	k := s.family()
	if s.h.FindsRepeats {
		var again []pipeline.Key
		for batch := range batches(s, k.drafts) {
			for _, r := range s.tryCreate(batch...) {
				if r.Err != nil {
					s.Fatalf("a repeated variant: %v", r.Err)
				}
				again = append(again, r.Key)
			}
		}
		if d := cmp.Diff(k.keys, again); d != "" {
			s.Errorf("repeated drafts gave others (-first +again):\n%s", d)
		}
	}
	s.settles(k.drafts, k.keys...)
	s.settles([]pipeline.Draft{s.variant(s.members(k.parent)[k.parent], "XL", "red"), k.drafts[0]}, "", k.keys[0])
	s.whole("settled", k)
}

// "List yields every record of the system", each member of a family once, and Changes sees them.
func familyIsListed(s *session) {
	s.needFamilies()
	before, err := s.end.List(s.Context(), s.familyFields(), func([]pipeline.Change) error { return nil })
	if err != nil {
		s.Fatalf("List: %v", err)
	}
	k := s.family()
	for name, listing := range map[string]func(func([]pipeline.Change) error) (string, error){
		"List": func(y func([]pipeline.Change) error) (string, error) {
			return s.end.List(s.Context(), s.familyFields(), y)
		},
		"Changes": func(y func([]pipeline.Change) error) (string, error) {
			return s.end.Changes(s.Context(), before, s.familyFields(), y)
		},
	} {
		seen := map[pipeline.Key]int{}
		if _, err := listing(func(batch []pipeline.Change) error {
			for _, c := range batch {
				seen[c.Key]++
				if i := slices.Index(k.keys, c.Key); i >= 0 && c.Record != nil {
					s.holds(name, *c.Record, s.own(k.drafts[i].Fields))
				}
			}
			return nil
		}); err != nil {
			s.Fatalf("%s: %v", name, err)
		}
		for _, key := range append([]pipeline.Key{k.parent}, k.keys...) {
			if n := seen[key]; n == 0 || name == "List" && n != 1 {
				s.Errorf("%s told %d times of the family's %s", name, n, key)
			}
		}
	}
}

// changed tells which of the records Changes names since a cursor.
func (s *session) changed(since string) map[pipeline.Key]bool {
	s.Helper()
	seen := map[pipeline.Key]bool{}
	if _, err := s.end.Changes(s.Context(), since, s.familyFields(), func(batch []pipeline.Change) error {
		for _, c := range batch {
			seen[c.Key] = true
		}
		return nil
	}); err != nil {
		s.Fatalf("Changes: %v", err)
	}
	return seen
}

// What is written to a variant is its own matter.
func familyVariantIsEdited(s *session) {
	k := s.family()
	since, err := s.end.List(s.Context(), s.familyFields(), func([]pipeline.Change) error { return nil })
	if err != nil {
		s.Fatalf("List: %v", err)
	}
	edits := s.own(s.edits())
	edits[s.h.Family.Attributes] = s.told("XL", "red")
	edits = s.aside(pipeline.Draft{Fields: edits}).Fields
	if s.share() {
		delete(edits, s.f.Price) // the price of a variant is made of those of others: the endpoint's own tests
	}
	s.holds("the receipt", s.update(k.keys[0], edits), edits)
	maps.Copy(k.drafts[0].Fields, edits)
	s.whole("after the edit of a variant", k)
	if !s.changed(since)[k.keys[0]] {
		s.Errorf("Changes does not tell of the edited variant %s", k.keys[0])
	}
}

// What is written to the parent is the parent's, and shown for the variants where they have it of the parent.
func familyParentIsEdited(s *session) {
	k := s.family()
	since, err := s.end.List(s.Context(), s.familyFields(), func([]pipeline.Change) error { return nil })
	if err != nil {
		s.Fatalf("List: %v", err)
	}
	edits := s.common(s.edits())
	delete(edits, s.f.Active)
	delete(edits, s.f.Price)
	s.holds("the receipt", s.update(k.parent, edits), edits)
	maps.Copy(k.parentDraft.Fields, edits)
	s.whole("after the edit of the parent", k)
	if !s.changed(since)[k.parent] {
		s.Errorf("Changes does not tell of the edited parent %s", k.parent)
	}
}

// What no variant can be is refused, and nothing else with it.
func familyRefusesOnlyTheBad(s *session) {
	k := s.family()
	if !s.share() {
		s.Skip("this system takes every variant")
	}
	parent := s.members(k.parent)[k.parent]
	bad := map[string]struct {
		draft pipeline.Draft
		code  pipeline.Code
	}{
		"the attributes of another": {s.variant(parent, "L", "red"), pipeline.CodeVariantRejected},
		"no attributes":             {s.draft(pipeline.Values{s.h.Family.Parent: s.nameOf(parent)}), pipeline.CodeVariantRejected},
		"other attributes": {s.draft(pipeline.Values{
			s.h.Family.Parent: s.nameOf(parent), s.h.Family.Attributes: pipeline.Object(map[string]pipeline.Value{"size " + s.prefix: pipeline.Text("L")}),
		}), pipeline.CodeVariantRejected},
	}
	for i, name := range slices.Sorted(maps.Keys(bad)) {
		good := s.variant(parent, []string{"XS", "XXL", "XXXL"}[i], "green")
		receipts := s.inBatches([]pipeline.Draft{bad[name].draft, good})
		s.classed(name, receipts[0].Err, pipeline.Permanent, bad[name].code)
		if receipts[1].Err != nil {
			s.Errorf("%s: the good draft failed with it: %v", name, receipts[1].Err)
			continue
		}
		k.drafts, k.keys = append(k.drafts, good), append(k.keys, receipts[1].Key)
	}
	for name, fields := range map[string]pipeline.Values{
		"the attributes of another": {s.h.Family.Attributes: s.told("L", "red")},
		"another parent":            {s.h.Family.Parent: pipeline.Text("999999")},
	} {
		err := s.end.Update(s.Context(), []pipeline.Patch{{Key: k.keys[0], Fields: fields}})[0].Err
		s.classed(name, err, pipeline.Permanent, pipeline.CodeVariantRejected)
	}
	shared := pipeline.Values{s.h.Family.Shared[0]: pipeline.Text("a variant's own")}
	err := s.end.Update(s.Context(), []pipeline.Patch{{Key: k.keys[0], Fields: shared}})[0].Err
	s.classed("a field of the parent", err, pipeline.Permanent, pipeline.CodeMappingFailed)
	s.whole("after refusals", k)
}

// An archived variant is archived alone, an archived parent takes its variants along where the system does so, and
// they stay archived when it returns.
func familyIsArchived(s *session) {
	s.need(s.f.Active)
	k := s.family()
	off, on := pipeline.Values{s.f.Active: pipeline.Bool(false)}, pipeline.Values{s.f.Active: pipeline.Bool(true)}
	s.remove(pipeline.Archive, k.keys[0])
	maps.Copy(k.drafts[0].Fields, off)
	s.whole("after a variant was archived", k)
	s.holds("the receipt", s.update(k.parent, off), off)
	maps.Copy(k.parentDraft.Fields, off)
	if s.h.Family.TakesAlong {
		for _, d := range k.drafts {
			maps.Copy(d.Fields, off)
		}
	}
	s.whole("after the parent was archived", k)
	s.holds("the receipt", s.update(k.parent, on), on)
	maps.Copy(k.parentDraft.Fields, on)
	s.whole("after the parent returned", k)
	s.holds("the receipt", s.update(k.keys[0], on), on)
	maps.Copy(k.drafts[0].Fields, on)
	s.whole("after a variant returned", k)
}

// A variant that is deleted leaves its family as it is.
func familyLosesAVariant(s *session) {
	k := s.family()
	s.remove(pipeline.Delete, k.keys[0])
	if got := s.members(k.keys[0]); len(got) > 0 {
		s.Errorf("the deleted variant is still there: %v", got)
	}
	k.keys, k.drafts = k.keys[1:], k.drafts[1:]
	s.whole("after a variant was deleted", k)
}

// A parent is not deleted while there are variants of it, where they would go with it: nobody said so.
func familyIsDeletedTogether(s *session) {
	k := s.family()
	if !s.share() || s.h.Delete != nil {
		s.Skip("here nothing goes with a parent")
	}
	parent := func() error { return s.end.Remove(s.Context(), []pipeline.Key{k.parent}, pipeline.Delete)[0].Err }
	s.classed("a parent with variants", parent(), pipeline.Permanent, pipeline.CodeVariantRejected)
	s.whole("after the refusal", k)
	if s.about.BatchSize > len(k.keys) {
		s.remove(pipeline.Delete, append([]pipeline.Key{k.parent}, k.keys...)...)
	} else {
		s.remove(pipeline.Delete, k.keys...)
		s.remove(pipeline.Delete, k.parent)
	}
	if got := s.members(append(k.keys, k.parent)...); len(got) > 0 {
		s.Errorf("after all were deleted there are %v", got)
	}
}
