package odoosim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// call is one call as it came over the wire.
type call struct {
	service string // common, object, db
	method  string // of the service
	params  []any
	stamp   time.Time
}

// target returns the model and method that a call of the object service is about; for other services
// the model is "" and the method theirs.
func (c call) target() (model, method string) {
	if c.service != "object" || len(c.params) < 5 {
		return "", c.method
	}
	model, _ = c.params[3].(string)
	method, _ = c.params[4].(string)
	return model, method
}

// dispatch carries a call out.
func (s *Server) dispatch(c call) (any, error) {
	switch c.service {
	case "common":
		return s.common(c)
	case "object":
		return s.object(c)
	case "db":
		return s.databases(c)
	}
	return nil, &orm.Fault{Class: orm.Other, Text: "KeyError: " + orm.Repr(c.service)}
}

func (s *Server) common(c call) (any, error) {
	switch c.method {
	case "version":
		v := int64(s.dialect.Version)
		return xmlrpc.Struct{
			{Name: "server_version", Value: s.dialect.ServerVersion},
			{Name: "server_version_info", Value: []any{v, int64(0), int64(0), "final", int64(0), ""}},
			{Name: "server_serie", Value: fmt.Sprintf("%d.0", v)},
			{Name: "protocol_version", Value: int64(1)},
		}, nil
	case "authenticate", "login":
		if len(c.params) < 3 {
			return nil, orm.Errorf("TypeError", "exp_%s() missing required positional arguments", c.method)
		}
		if err := s.checkDatabase(c.params[0]); err != nil {
			return nil, err
		}
		login, _ := c.params[1].(string)
		for _, a := range s.db.Accounts() {
			if a.Login == login && s.accepts(a, c.params[2]) {
				return a.ID, nil
			}
		}
		return false, nil
	}
	return nil, orm.Errorf("Exception", "Method not found: %s", c.method)
}

func (s *Server) databases(c call) (any, error) {
	switch c.method {
	case "list":
		return []string{s.config.Database}, nil
	case "server_version":
		return s.dialect.ServerVersion, nil
	case "db_exist":
		return len(c.params) > 0 && c.params[0] == s.config.Database, nil
	}
	return nil, orm.AccessDenied()
}

// object calls a method of a model, after looking at the database, the user and the password, in this
// order.
func (s *Server) object(c call) (any, error) {
	if c.method != "execute_kw" && c.method != "execute" {
		return nil, orm.Errorf("NameError", "Method not available %s", c.method)
	}
	if len(c.params) < 5 {
		return nil, orm.Errorf("TypeError", "%s() missing required positional arguments", c.method)
	}
	if err := s.checkDatabase(c.params[0]); err != nil {
		return nil, err
	}
	user, err := s.login(c.params[1], c.params[2])
	if err != nil {
		return nil, err
	}
	model, method := c.target()
	q := orm.Request{User: user, Model: model, Method: method, Stamp: c.stamp}
	if c.method == "execute" {
		q.Args = c.params[5:]
	} else {
		if len(c.params) > 5 {
			q.Args, _ = c.params[5].([]any)
		}
		if len(c.params) > 6 {
			q.Kwargs, _ = c.params[6].(map[string]any)
		}
	}
	result, tally, err := s.db.Call(q)
	if err != nil {
		return nil, err
	}
	s.stats.wrote(tally)
	return result, nil
}

// checkDatabase refuses another database. The empty name means, before 18, the one named after the
// user that PostgreSQL is contacted as.
func (s *Server) checkDatabase(v any) error {
	name, _ := v.(string)
	if name == s.config.Database {
		return nil
	}
	if name == "" {
		if s.dialect.NamesDatabase {
			return orm.Errorf("AssertionError", "Missing database name")
		}
		name = "odoo"
		if name == s.config.Database {
			return nil
		}
	}
	return orm.Errorf("psycopg2.OperationalError",
		"connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  database \"%s\" does not exist", name)
}

// login returns the account of a user id, if the password or one of the keys is right.
func (s *Server) login(uid, password any) (*orm.Account, error) {
	id := int64(0)
	switch x := uid.(type) {
	case int64:
		id = x
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(x), 10, 64)
		if err != nil {
			return nil, orm.Errorf("ValueError", "invalid literal for int() with base 10: %s", orm.Repr(x))
		}
		id = n
	}
	if id == 0 || password == nil || password == "" || password == false {
		return nil, orm.AccessDenied()
	}
	accounts := s.db.Accounts()
	at := slices.IndexFunc(accounts, func(a *orm.Account) bool { return a.ID == id })
	if at < 0 {
		return nil, orm.MissingRecord("res.users", []int64{id}, id)
	}
	if !s.accepts(accounts[at], password) {
		return nil, orm.AccessDenied()
	}
	return accounts[at], nil
}

// accepts tells whether an account that is not archived has that password or key.
func (s *Server) accepts(a *orm.Account, password any) bool {
	given, _ := password.(string)
	if given == "" || given != a.Password && !slices.Contains(a.Keys, given) {
		return false
	}
	active := false
	err := s.db.View(a, nil, func(e *orm.Env) error {
		r := e.Model("res.users").Fetch(a.ID)
		active = r != nil && r.Active()
		return nil
	})
	return err == nil && active
}
