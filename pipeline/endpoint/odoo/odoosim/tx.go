package odoosim

import (
	"errors"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Tx is a long transaction, of a cron job or an import say: what it does carries the time of Begin as
// its write date and is seen by others only after Commit. Ids are given out at once, as sequences do.
// A Tx belongs to one goroutine.
type Tx struct {
	session *Session
	stamp   time.Time
	steps   []func(*orm.Env) error
	ended   bool
}

// Begin starts a transaction of the user with that login.
func (s *Server) Begin(login string) *Tx { return s.As(login).Begin() }

// Begin starts a transaction in the session's context.
func (q *Session) Begin() *Tx {
	return &Tx{session: q, stamp: q.server.config.Now().UTC().Truncate(time.Microsecond)}
}

// Create makes a record when the transaction commits, and returns the id that it will have.
func (t *Tx) Create(model string, values Values) int64 {
	id := t.session.server.db.Reserve(model)
	t.then(model, func(e *orm.Env, m *orm.Model) error {
		e.Give(model, id)
		list, _ := wire([]Values{values}).([]any)
		first, _ := list[0].(map[string]any)
		_, err := e.Create(m, []orm.Values{first})
		return err
	})
	return id
}

// Write changes records when the transaction commits.
func (t *Tx) Write(model string, values Values, ids ...int64) {
	t.then(model, func(e *orm.Env, m *orm.Model) error {
		converted, _ := wire(values).(map[string]any)
		return e.Write(m, ids, converted)
	})
}

// Unlink deletes records when the transaction commits.
func (t *Tx) Unlink(model string, ids ...int64) {
	t.then(model, func(e *orm.Env, m *orm.Model) error { return e.Unlink(m, ids) })
}

func (t *Tx) then(model string, step func(*orm.Env, *orm.Model) error) {
	t.steps = append(t.steps, func(e *orm.Env) error {
		m := e.Model(model)
		if m == nil {
			return orm.UserErrorf("Object %s doesn't exist", model)
		}
		return step(e, m)
	})
}

// Commit carries everything out at once. If a step fails, nothing of the transaction stays.
func (t *Tx) Commit() error {
	if t.ended {
		return errors.New("the transaction has ended already")
	}
	t.ended = true
	if t.session.err != nil {
		return t.session.err
	}
	return t.session.server.db.Update(t.session.user, t.session.context, t.stamp, func(e *orm.Env) error {
		for _, step := range t.steps {
			if err := step(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rollback forgets the transaction. The ids that it was given stay unused.
func (t *Tx) Rollback() { t.ended = true }
