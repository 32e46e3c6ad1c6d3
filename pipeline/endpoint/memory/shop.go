package memory

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Insert makes a record, as somebody in the shop does.
func (s *System) Insert(fields pipeline.Values) (pipeline.Key, error) {
	tx := s.Begin()
	k := tx.Insert(fields)
	return k, tx.Commit()
}

// Edit changes the given fields of a record, as somebody in the shop does.
func (s *System) Edit(k pipeline.Key, fields pipeline.Values) error {
	tx := s.Begin()
	tx.Edit(k, fields)
	return tx.Commit()
}

// Delete removes a record, as somebody in the shop does. Deleting what is not there is an error.
func (s *System) Delete(k pipeline.Key) error {
	tx := s.Begin()
	tx.Delete(k)
	return tx.Commit()
}

// RenamePath renames a level of a tree of paths: every value of field at or below from is now at or
// below to. As in Odoo it moves no stamp, so only a full pass can see it. It returns how many
// records changed.
func (s *System) RenamePath(field, from, to string) int {
	f, _ := s.cfg.Schema.Lookup(field)
	separator := cmp.Or(f.Separator, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	renamed := 0
	for _, id := range s.ids {
		old := s.rows[id]
		rest, found := strings.CutPrefix(old.fields[field].AsText(), from)
		if !found || (rest != "" && !strings.HasPrefix(rest, separator)) {
			continue
		}
		changed := *old
		changed.fields = maps.Clone(old.fields)
		changed.fields[field] = pipeline.Text(to + rest)
		s.swap(id, old, &changed)
		renamed++
	}
	return renamed
}

// Tx is a transaction of somebody in the shop. Nobody sees its changes before Commit, and then they carry
// the time of Begin. It is for one goroutine.
type Tx struct {
	s      *System
	begun  time.Time // the stamp of its changes
	commit int64     // the last commit it can see
	steps  []step
	// refused is why the endpoint does not carry it out.
	refused error
}

// step is one change; fields nil deletes.
type step struct {
	id     int64
	insert bool
	token  string
	fields pipeline.Values
}

// Begin starts a transaction.
func (s *System) Begin() *Tx {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := &Tx{s: s, begun: s.stamp(), commit: s.commit}
	s.open[tx] = true
	return tx
}

// Insert makes a record; the key holds if the transaction is committed.
func (tx *Tx) Insert(fields pipeline.Values) pipeline.Key {
	tx.s.mu.Lock()
	defer tx.s.mu.Unlock()
	return tx.insert(fields, "")
}

func (tx *Tx) insert(fields pipeline.Values, token string) pipeline.Key {
	tx.s.last++
	tx.steps = append(tx.steps, step{id: tx.s.last, insert: true, token: token, fields: maps.Clone(fields)})
	return key(tx.s.last)
}

// Edit changes the given fields of a record.
func (tx *Tx) Edit(k pipeline.Key, fields pipeline.Values) {
	changed := pipeline.Values{}
	maps.Copy(changed, fields)
	tx.steps = append(tx.steps, step{id: parseKey(k), fields: changed})
}

// Delete removes a record.
func (tx *Tx) Delete(k pipeline.Key) { tx.steps = append(tx.steps, step{id: parseKey(k)}) }

// Rollback ends the transaction without any effect. It may follow Commit and then does nothing.
func (tx *Tx) Rollback() {
	tx.s.mu.Lock()
	defer tx.s.mu.Unlock()
	delete(tx.s.open, tx)
}

// Commit carries out all changes or, with an error, none. When one of the records was changed by others
// since Begin, the transaction is run again as a database does: its changes then carry the time of Commit.
func (tx *Tx) Commit() error {
	tx.s.mu.Lock()
	defer tx.s.mu.Unlock()
	return tx.carryOut()
}

func (tx *Tx) carryOut() error {
	s := tx.s
	delete(s.open, tx)
	stamp := tx.begun
	if slices.ContainsFunc(tx.steps, func(st step) bool {
		r, ok := s.rows[st.id]
		return ok && r.commit > tx.commit
	}) {
		stamp = s.stamp()
	}
	s.commit++
	graves := len(s.graves)
	var undo []func()
	for _, st := range tx.steps {
		back, err := s.carryOut(st, stamp)
		if err != nil {
			for _, f := range slices.Backward(undo) {
				f()
			}
			s.graves = s.graves[:graves]
			return err
		}
		undo = append(undo, back)
	}
	return nil
}

// carryOut does one step and returns how to undo it.
func (s *System) carryOut(st step, stamp time.Time) (undo func(), err error) {
	old, known := s.rows[st.id]
	if !known && !st.insert {
		return nil, s.gone(key(st.id))
	}
	var made *row
	switch {
	case st.insert:
		made, err = s.newRow(st, stamp)
	case st.fields == nil:
		s.graves = append(s.graves, grave{id: st.id, stamp: stamp})
	default:
		made, err = s.changedRow(old, st, stamp)
	}
	if err != nil {
		return nil, err
	}
	follow, err := s.follow(st, made, stamp)
	if err != nil {
		return nil, err
	}
	s.swap(st.id, old, made)
	return func() { s.swap(st.id, made, old); follow() }, nil
}

// follow does to a family what a step on one of its records brings with it, and returns how to undo that.
func (s *System) follow(st step, made *row, stamp time.Time) (undo func(), err error) {
	if made != nil && st.insert {
		return s.becomeFamily(s.parentOf(made.fields), stamp), nil
	}
	var undos []func()
	undo = func() {
		for _, f := range slices.Backward(undos) {
			f()
		}
	}
	active := s.cfg.Active
	if v, given := st.fields[active]; st.fields != nil && (!given || v.AsBool()) {
		return undo, nil
	}
	for _, child := range s.variantsOf(st.id) {
		along := step{id: child.id}
		if made != nil {
			if !child.fields[active].AsBool() {
				continue
			}
			along.fields = pipeline.Values{active: pipeline.Bool(false)}
		}
		back, err := s.carryOut(along, stamp)
		if err != nil {
			undo()
			return nil, err
		}
		undos = append(undos, back)
	}
	return undo, nil
}
