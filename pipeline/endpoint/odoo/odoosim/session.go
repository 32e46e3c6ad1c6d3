package odoosim

import (
	"fmt"
	"maps"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// Values are the values of a record by field name. Beside what comes over the wire (bool, int64,
// float64, string, []any) they may hold int, []int64, []string and time.Time.
type Values = map[string]any

// Session is somebody working in Odoo, as a browser would, from inside of this process. Each method is
// a transaction of its own; its error is the fault's text.
type Session struct {
	server  *Server
	user    *orm.Account
	context map[string]any
	err     error
}

// As returns a session of the user with that login. Its methods fail if there is none.
func (s *Server) As(login string) *Session {
	for _, a := range s.db.Accounts() {
		if a.Login == login {
			return &Session{server: s, user: a}
		}
	}
	return &Session{server: s, err: fmt.Errorf("the stand-in Odoo has no user %q", login)}
}

// With returns the session with a key of the context set: "lang", "active_test", …
func (q *Session) With(key string, value any) *Session {
	with := *q
	with.context = maps.Clone(q.context)
	if with.context == nil {
		with.context = map[string]any{}
	}
	with.context[key] = wire(value)
	return &with
}

// Call calls any method, as over the wire but without being counted or troubled. A method that returns
// nothing gives nil and no error.
func (q *Session) Call(model, method string, args ...any) (any, error) {
	if q.err != nil {
		return nil, q.err
	}
	request := orm.Request{User: q.user, Model: model, Method: method, Stamp: q.server.config.Now().UTC().Truncate(time.Microsecond)}
	request.Args, _ = wire(args).([]any)
	if q.context != nil {
		request.Kwargs = map[string]any{"context": q.context}
	}
	v, _, err := q.server.db.Call(request)
	return v, err
}

// Create makes a record and returns its id.
func (q *Session) Create(model string, values Values) (int64, error) {
	v, err := q.Call(model, "create", values)
	id, _ := v.(int64)
	return id, err
}

// CreateAll makes several records in one transaction.
func (q *Session) CreateAll(model string, list []Values) ([]int64, error) {
	records := make([]any, len(list))
	for i, values := range list {
		records[i] = values
	}
	v, err := q.Call(model, "create", records)
	ids, _ := v.([]int64)
	return ids, err
}

// Write changes records.
func (q *Session) Write(model string, values Values, ids ...int64) error {
	_, err := q.Call(model, "write", ids, values)
	return err
}

// Archive archives records by the action that a user clicks.
func (q *Session) Archive(model string, ids ...int64) error {
	_, err := q.Call(model, "action_archive", ids)
	return err
}

// Unarchive takes archived records back.
func (q *Session) Unarchive(model string, ids ...int64) error {
	_, err := q.Call(model, "action_unarchive", ids)
	return err
}

// Unlink deletes records.
func (q *Session) Unlink(model string, ids ...int64) error {
	_, err := q.Call(model, "unlink", ids)
	return err
}

// Search returns the ids of the records that match a domain, a list of leaves such as
// []any{"name", "=", "Mug"}.
func (q *Session) Search(model string, domain ...any) ([]int64, error) {
	v, err := q.Call(model, "search", domain)
	ids, _ := v.([]int64)
	return ids, err
}

// Read returns fields of records as they go over the wire: no value is false, references are
// [id, name]. Records that do not exist are left out.
func (q *Session) Read(model string, ids []int64, fields ...string) ([]Values, error) {
	v, err := q.Call(model, "read", ids, fields)
	read, _ := v.([]xmlrpc.Struct)
	records := make([]Values, len(read))
	for i, r := range read {
		records[i] = make(Values, len(r))
		for _, m := range r {
			records[i][m.Name] = m.Value
		}
	}
	return records, err
}

// SetExternalID gives a record an external id, "module.name".
func (q *Session) SetExternalID(model string, id int64, externalID string) error {
	if q.err != nil {
		return q.err
	}
	return q.server.db.Update(q.user, nil, time.Time{}, func(e *orm.Env) error {
		m := e.Model(model)
		if m == nil || m.Fetch(id) == nil {
			return orm.MissingRecord(model, []int64{id}, q.user.ID)
		}
		return e.Name(m, id, externalID)
	})
}

// wire turns what Go code finds natural into what comes over the wire.
func wire(v any) any {
	switch x := v.(type) {
	case int:
		return int64(x)
	case []int64:
		return listOf(x)
	case []int:
		return listOf(x)
	case []string:
		return listOf(x)
	case []any:
		return listOf(x)
	case []Values:
		return listOf(x)
	case map[string]any:
		m := make(map[string]any, len(x))
		for k, e := range x {
			m[k] = wire(e)
		}
		return m
	}
	return v
}

func listOf[E any](list []E) []any {
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = wire(e)
	}
	return out
}
