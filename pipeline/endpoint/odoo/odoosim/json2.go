package odoosim

import (
	"cmp"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/json2"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// serveJSON answers what belongs to JSON-2, and tells whether that was it.
func (s *Server) serveJSON(w http.ResponseWriter, r *http.Request, stamp time.Time) bool {
	switch path := r.URL.Path; {
	case path == "/web/version", path == "/json/version":
		s.perform(w, r, job{"", "version", nil, jsonVoice{s}, func() (any, error) { return s.webVersion(), nil }})
	case path == "/json/2", strings.HasPrefix(path, "/json/2/"):
		s.serveJSON2(w, r, stamp)
	default:
		return false
	}
	return true
}

func (s *Server) webVersion() any {
	return xmlrpc.Struct{
		{Name: "version_info", Value: []any{int64(s.dialect.Version), int64(0), int64(0), "final", int64(0), ""}},
		{Name: "version", Value: s.dialect.ServerVersion},
	}
}

// serveJSON2 answers one call. What is wrong is looked for in Odoo's own order: the database, the form
// of the body, the key, and then the call itself.
func (s *Server) serveJSON2(w http.ResponseWriter, r *http.Request, stamp time.Time) {
	words := jsonVoice{s}
	if r.Header.Get(s.databaseHeader()) != s.config.Database {
		noDatabase(w, s.databaseHeader())
		return
	}
	model, method, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/json/2/"), "/")
	if !found || strings.Contains(method, "/") || r.Method != http.MethodPost {
		write(w, words.say(nil, &orm.Fault{Class: orm.NotFound, Text: "Did you mean POST /json/2/<model>/<method>?"}))
		return
	}
	body, err := s.body(w, r)
	if err != nil {
		return // answered, or the client is gone
	}
	// A body that comes in chunks has no length, and is taken for none at all.
	if r.ContentLength < 0 {
		body = nil
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" && len(body) > 0 {
		w.Header().Set("Accept", "application/json")
		page(w, http.StatusUnsupportedMediaType, "Request inferred type is compatible with [&#39;http&#39;] but "+
			"&#39;/json/2/&lt;__model__&gt;/&lt;__method__&gt;&#39; is type=&#39;json2&#39;.<br><br>Please verify the Content-Type request header and try again.")
		return
	}
	user, err := s.bearer(r.Header.Get("Authorization"))
	if err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer ")
		write(w, words.say(nil, err))
		return
	}
	arguments, err := argumentsOf(body)
	if err != nil {
		write(w, words.say(nil, err))
		return
	}
	s.perform(w, r, job{model, method, []any{arguments}, words, func() (any, error) {
		return s.call2(user, model, method, arguments, stamp)
	}})
}

func (s *Server) databaseHeader() string { return cmp.Or(s.config.DatabaseHeader, "X-Odoo-Database") }

// noDatabase is the page of a server that does not know which database is meant.
func noDatabase(w http.ResponseWriter, header string) {
	write(w, reply{http.StatusNotFound, htmlType, fmt.Appendf(nil, "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"+
		"<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>\n"+
		"<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>\n\n"+
		"<!-- Alternatively, use the %s header. -->\n", header)})
}

// bearer returns who has a key. A password is none.
func (s *Server) bearer(authorization string) (*orm.Account, error) {
	scheme, key, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "bearer") || key == "" {
		return nil, &orm.Fault{Class: orm.Denied, Text: "User not authenticated, use an API Key with a Bearer Authorization header."}
	}
	for _, a := range s.db.Accounts() {
		if slices.Contains(a.Keys, key) && s.accepts(a, key) {
			return a, nil
		}
	}
	return nil, &orm.Fault{Class: orm.Denied, Text: "Invalid apikey"}
}

// argumentsOf reads a body. One that is no object counts as one without members.
func argumentsOf(body []byte) (map[string]any, error) {
	if len(body) == 0 {
		return map[string]any{}, nil
	}
	v, err := json2.Decode(body)
	if err != nil {
		return nil, &orm.Fault{Class: orm.Garbled, Text: "could not parse the body as json: " + err.Error()}
	}
	arguments, ok := v.(map[string]any)
	if !ok {
		return map[string]any{}, nil
	}
	return arguments, nil
}

func (s *Server) call2(user *orm.Account, model, method string, arguments map[string]any, stamp time.Time) (any, error) {
	q := orm.Request{User: user, Model: model, Method: method, Stamp: stamp, Named: true, IDs: arguments["ids"], Kwargs: arguments}
	delete(q.Kwargs, "ids")
	result, tally, err := s.db.Call(q)
	if err != nil {
		return nil, err
	}
	s.stats.wrote(tally)
	if id, one := result.(int64); one && method == "create" { // records become lists of ids
		return []any{id}, nil
	}
	return result, nil
}

// jsonVoice is how JSON-2 words what came of a call.
type jsonVoice struct{ s *Server }

const jsonType = "application/json; charset=utf-8"

func (j jsonVoice) say(v any, err error) reply {
	status := http.StatusOK
	if err != nil {
		status, v = j.named(faultOf(err))
	}
	body, err := json2.EncodeAnswer(v)
	if err != nil {
		status, v = j.named(orm.Errorf("TypeError", "%v", err))
		body, _ = json2.EncodeAnswer(v) // texts and numbers alone
	}
	return reply{status, jsonType, body}
}

// refuse takes a fault of XML-RPC for the exception that it stands for.
func (j jsonVoice) refuse(rule *Rule) reply {
	fault := &xmlrpc.Fault{Code: rule.Code, String: rule.Text}
	class := map[int]orm.Class{xmlrpc.FaultWarning: orm.User, xmlrpc.FaultDenied: orm.Denied, xmlrpc.FaultAccess: orm.Access}[rule.Code]
	text := rule.Text
	if class == orm.Other {
		text = fault.LastLine()
	}
	return j.say(nil, &orm.Fault{Class: class, Text: text})
}

func (j jsonVoice) around() (kind, before, after string) { return jsonType, `"`, `"` }

// named returns the status and the object that names an exception. Its traceback differs from server to
// server, and nobody should read it.
func (j jsonVoice) named(f *orm.Fault) (status int, body any) {
	var name string
	status, text := http.StatusInternalServerError, f.Text
	switch f.Class {
	case orm.User:
		status, name = http.StatusUnprocessableEntity, "odoo.exceptions.UserError"
	case orm.Invalid:
		status, name = http.StatusUnprocessableEntity, "odoo.exceptions.ValidationError"
	case orm.Missing:
		status, name = http.StatusNotFound, "odoo.exceptions.MissingError"
	case orm.Access:
		status, name = http.StatusForbidden, "odoo.exceptions.AccessError"
	case orm.Denied:
		status, name = http.StatusUnauthorized, "werkzeug.exceptions.Unauthorized"
	case orm.NotFound:
		status, name = http.StatusNotFound, "werkzeug.exceptions.NotFound"
	case orm.Unprocessable:
		status, name = http.StatusUnprocessableEntity, "werkzeug.exceptions.UnprocessableEntity"
	case orm.Garbled:
		status, name = http.StatusBadRequest, "werkzeug.exceptions.BadRequest"
	default:
		name, text, _ = strings.Cut(f.Text, ": ")
		if !strings.Contains(name, ".") {
			name = "builtins." + name
		}
	}
	return status, xmlrpc.Struct{
		{Name: "name", Value: name},
		{Name: "message", Value: text},
		{Name: "arguments", Value: []any{text}},
		{Name: "context", Value: xmlrpc.Struct{}},
		{Name: "debug", Value: "Traceback (most recent call last):\n  File \"/usr/lib/python3/dist-packages/odoo/http.py\", line 2273, in _serve_db\n" + name + ": " + text + "\n"},
	}
}
