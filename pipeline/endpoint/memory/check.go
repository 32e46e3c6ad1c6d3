package memory

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// newRow makes the row of an insert: given fields as the system stores them, the others empty.
func (s *System) newRow(st step, stamp time.Time) (*row, error) {
	fields := pipeline.Values{}
	for name, f := range s.cfg.Schema.Fields {
		empty, err := f.Canonical(pipeline.Value{})
		if err != nil {
			return nil, fmt.Errorf("the empty value of %s: %w", name, err)
		}
		fields[name] = empty
	}
	if _, ok := s.cfg.Schema.Fields[s.cfg.Active]; ok {
		fields[s.cfg.Active] = pipeline.Bool(true)
	}
	if err := s.fill(fields, st); err != nil {
		return nil, err
	}
	lacking := s.lacks(version{fields: fields})
	for _, name := range lacking { // what its parent has is not written
		fields[name] = pipeline.Value{}
	}
	for name, f := range s.cfg.Schema.Fields {
		if f.Required && fields[name].IsNull() && !slices.Contains(lacking, name) {
			return nil, s.required(name)
		}
	}
	if err := s.checkVariant(st.id, nil, fields); err != nil {
		return nil, err
	}
	return &row{id: st.id, created: stamp, token: st.token, commit: s.commit, version: version{fields: fields, stamp: stamp}}, nil
}

func (s *System) changedRow(old *row, st step, stamp time.Time) (*row, error) {
	fields := maps.Clone(old.fields)
	if err := s.checkLacking(old, st.fields); err != nil {
		return nil, err
	}
	if err := s.fill(fields, st); err != nil {
		return nil, err
	}
	if err := s.checkVariant(st.id, old.fields, fields); err != nil {
		return nil, err
	}
	changed := *old
	changed.commit = s.commit
	changed.before = &version{fields: old.fields, stamp: old.stamp, family: old.family}
	changed.version = version{fields: fields, stamp: stamp, family: old.family}
	return &changed, nil
}

// fill puts the step's values into fields, or says what is wrong with the first that the system refuses.
func (s *System) fill(fields pipeline.Values, st step) error {
	for _, name := range slices.Sorted(maps.Keys(st.fields)) {
		f, err := s.field(name)
		if err != nil {
			return err
		}
		if f.ReadOnly {
			return s.rejected(name, "it cannot be written", nil)
		}
		v, err := f.Canonical(st.fields[name])
		if err != nil {
			return s.rejected(name, err.Error(), err)
		}
		if f.Required && v.IsNull() {
			return s.required(name)
		}
		if holder, taken := s.unique[name][index(v)]; taken && holder != st.id && !v.IsNull() {
			return &pipeline.Error{
				Code: pipeline.CodeDuplicate, Class: pipeline.Permanent,
				Message: fmt.Sprintf("%s already has the %s %q, on record %d", s.cfg.Name, name, v, holder),
			}
		}
		fields[name] = v
	}
	return nil
}

// field returns the field of that name, or the error that there is none.
func (s *System) field(name string) (pipeline.Field, error) {
	f, ok := s.cfg.Schema.Lookup(name)
	if !ok {
		return f, &pipeline.Error{
			Code: pipeline.CodeFieldNotFound, Class: pipeline.Permanent,
			Message: fmt.Sprintf("%s has no field %q", s.cfg.Name, name),
		}
	}
	return f, nil
}

func (s *System) rejected(name, why string, cause error) error {
	return &pipeline.Error{
		Code: pipeline.CodeRecordRejected, Class: pipeline.Permanent, Cause: cause,
		Message: fmt.Sprintf("%s refuses the field %q: %s", s.cfg.Name, name, why),
	}
}

func (s *System) required(name string) error {
	return &pipeline.Error{
		Code: pipeline.CodeFieldRequired, Class: pipeline.Permanent,
		Message: fmt.Sprintf("%s requires a value in the field %q", s.cfg.Name, name),
	}
}

func (s *System) gone(k pipeline.Key) error {
	return &pipeline.Error{
		Code: pipeline.CodeRecordGone, Class: pipeline.Stale,
		Message: fmt.Sprintf("%s has no record %q", s.cfg.Name, k),
	}
}
