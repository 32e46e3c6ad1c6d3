package memory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Family makes variants as Odoo has them. A record that names another in Parent is a variant of it, is told from
// the others by Attributes, and never goes to another parent. The zero Family is none: then a reference is a
// field like any other, as in Products Manager.
//
// A record that has got a variant stays a parent, also without any. It takes its variants along when it is
// archived and when it is deleted.
type Family struct {
	Parent, Attributes string
	// Shared are the fields that a variant has of its parent; by the first one it is called.
	Shared []string
	// Own are the fields that a record loses when it becomes a parent. It is shown with a name in the first one
	// all the same.
	Own []string
}

// makes tells whether there are families at all.
func (f Family) makes() bool { return f.Parent != "" }

// parentOf returns the parent of a variant, nil of any other record.
func (s *System) parentOf(fields pipeline.Values) *row {
	if !s.cfg.Family.makes() || fields[s.cfg.Family.Parent].IsNull() {
		return nil
	}
	return s.rows[parseKey(pipeline.Key(fields[s.cfg.Family.Parent].AsText()))]
}

// lacks returns the fields that a record does not hold of its own.
func (s *System) lacks(v version) []string {
	f := s.cfg.Family
	switch {
	case !f.makes():
		return nil
	case v.family:
		return append(slices.Clone(f.Own), f.Attributes)
	case !v.fields[f.Parent].IsNull():
		return f.Shared
	}
	return []string{f.Attributes}
}

// shown returns all fields of a record, with what stands in for those that it lacks.
func (s *System) shown(id int64, v version) pipeline.Values {
	f := s.cfg.Family
	parent := s.parentOf(v.fields)
	if !v.family && parent == nil {
		return v.fields
	}
	fields := maps.Clone(v.fields)
	if v.family {
		if len(f.Own) > 0 {
			fields[f.Own[0]] = pipeline.Text(fmt.Sprintf("template-%d", id))
		}
		return fields
	}
	for i, name := range f.Shared {
		fields[name] = parent.fields[name]
		switch {
		case s.cfg.Schema.Fields[name].Type == pipeline.TypeImage:
			fields[name] = pipeline.Value{}
		case i == 0:
			fields[name] = pipeline.Text(fmt.Sprintf("%s (%s)", parent.fields[name].AsText(), strings.Join(values(fields[f.Attributes]), ", ")))
		}
	}
	return fields
}

// values returns the values of attributes, by the attributes' names.
func values(attributes pipeline.Value) []string {
	object := attributes.AsObject()
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		texts = append(texts, object[name].String())
	}
	return texts
}

// variantsOf returns the variants of a record, in key order.
func (s *System) variantsOf(id int64) []*row {
	var all []*row
	if !s.cfg.Family.makes() {
		return nil
	}
	for _, i := range s.ids {
		if r := s.rows[i]; r.fields[s.cfg.Family.Parent].AsText() == string(key(id)) {
			all = append(all, r)
		}
	}
	return all
}

// checkVariant refuses what no variant can be. before is what the record held, nil for a new one.
func (s *System) checkVariant(id int64, before, fields pipeline.Values) error {
	f := s.cfg.Family
	if !f.makes() {
		return nil
	}
	name := fields[f.Parent]
	if before != nil && !before[f.Parent].Equal(name) {
		return s.variantRejected("it cannot go to another parent")
	}
	if name.IsNull() {
		return nil
	}
	parent := s.parentOf(fields)
	if parent == nil || !parent.fields[f.Parent].IsNull() {
		return &pipeline.Error{
			Code: pipeline.CodeParentMissing, Class: pipeline.Permanent,
			Message: fmt.Sprintf("%q is no product of %s that can have variants", name.AsText(), s.cfg.Name),
		}
	}
	told := fields[f.Attributes]
	if len(told.AsObject()) == 0 {
		return s.variantRejected("it has no attributes")
	}
	if before != nil && before[f.Attributes].Equal(told) {
		return nil
	}
	for _, other := range s.variantsOf(parent.id) {
		if other.id == id {
			continue
		}
		its := other.fields[f.Attributes]
		if its.Equal(told) {
			return s.variantRejected(fmt.Sprintf("record %d has the attributes %s already", other.id, told))
		}
		own, others := slices.Sorted(maps.Keys(told.AsObject())), slices.Sorted(maps.Keys(its.AsObject()))
		if !slices.Equal(own, others) {
			return s.variantRejected(fmt.Sprintf("it is told by %v, and the others by %v", own, others))
		}
	}
	return nil
}

// checkRemoval refuses to delete a parent whose variants are not deleted with it: they would go along, although
// nobody said so.
func (s *System) checkRemoval(id int64, keys []pipeline.Key) error {
	for _, child := range s.variantsOf(id) {
		if !slices.Contains(keys, key(child.id)) {
			return &pipeline.Error{
				Code: pipeline.CodeVariantRejected, Class: pipeline.Permanent,
				Message: fmt.Sprintf("record %d of %s has the variant %d, which would be deleted with it", id, s.cfg.Name, child.id),
			}
		}
	}
	return nil
}

func (s *System) variantRejected(why string) error {
	return &pipeline.Error{
		Code: pipeline.CodeVariantRejected, Class: pipeline.Permanent,
		Message: fmt.Sprintf("%s refuses the variant: %s", s.cfg.Name, why),
	}
}

// checkLacking refuses a write of what a record does not hold of its own.
func (s *System) checkLacking(old *row, fields pipeline.Values) error {
	for _, name := range s.lacks(old.version) {
		if v, given := fields[name]; given && !v.Equal(old.fields[name]) {
			if old.fields[s.cfg.Family.Parent].IsNull() {
				return &pipeline.Error{
					Code: pipeline.CodeStale, Class: pipeline.Stale,
					Message: fmt.Sprintf("record %d of %s has variants, or could have them, which hold the field %q", old.id, s.cfg.Name, name),
				}
			}
			return &pipeline.Error{
				Code: pipeline.CodeMappingFailed, Class: pipeline.Permanent,
				Message: fmt.Sprintf("the field %q is the parent's, no variant of %s has it", name, s.cfg.Name),
			}
		}
	}
	return nil
}

// becomeFamily makes a parent of a record, which loses what only variants have, and returns how to undo it.
func (s *System) becomeFamily(r *row, stamp time.Time) (undo func()) {
	if r == nil || r.family {
		return func() {}
	}
	parent := *r
	parent.commit = s.commit
	parent.before = &version{fields: r.fields, stamp: r.stamp}
	parent.version = version{fields: maps.Clone(r.fields), stamp: stamp, family: true}
	for _, name := range s.lacks(parent.version) {
		f, _ := s.cfg.Schema.Lookup(name)
		if empty, err := f.Canonical(pipeline.Value{}); err == nil {
			parent.fields[name] = empty
		}
	}
	s.swap(r.id, r, &parent)
	return func() { s.swap(r.id, &parent, r) }
}

// prepareFamilies is the first of the two steps in which variants are made: it makes parents of the records that
// drafts name. A call that breaks between the two leaves parents without variants.
func (s *System) prepareFamilies(n int, content content) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		fields, _ := content(i)
		if s.cfg.Family.makes() && s.checkVariant(0, nil, fields) == nil {
			s.commit++
			s.becomeFamily(s.parentOf(fields), s.stamp())
		}
	}
}

// RenameAttribute renames an attribute of all variants. As in Odoo it moves no stamp, so only a full pass can
// see it. It returns how many records changed.
func (s *System) RenameAttribute(from, to string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	renamed := 0
	for _, id := range slices.Clone(s.ids) {
		old := s.rows[id]
		object := old.fields[s.cfg.Family.Attributes].AsObject()
		value, found := object[from]
		if _, taken := object[to]; !found || taken || !s.cfg.Family.makes() {
			continue
		}
		attributes := maps.Clone(object)
		delete(attributes, from)
		attributes[to] = value
		changed := *old
		changed.fields = maps.Clone(old.fields)
		changed.fields[s.cfg.Family.Attributes] = pipeline.Object(attributes)
		s.swap(id, old, &changed)
		renamed++
	}
	return renamed
}
