package rpc

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// modern is a server with JSON-2 that knows the key s3cr3t of user 7, and answers other calls as told.
func modern(t *testing.T, execute http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/web/version":
			say(w, http.StatusOK, `{"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"}`)
		case "/json/2/res.users/context_get":
			say(w, http.StatusOK, `{"lang": "en_US", "tz": false, "uid": 7}`)
		default:
			execute(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func auto(c *Config) { c.Protocol = Auto }

// raised answers with an exception, as Odoo does.
func raised(status int, name, message string) http.HandlerFunc {
	body, _ := json.Marshal(map[string]any{"name": name, "message": message, "arguments": []any{message}, "debug": "Traceback (most recent call last):\n"})
	return func(w http.ResponseWriter, _ *http.Request) { say(w, status, string(body)) }
}

func page(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func TestExceptionsOfJSON2(t *testing.T) {
	for name, tt := range map[string]struct {
		call    Call
		execute http.HandlerFunc
		want    pipeline.Code
		class   pipeline.Class
		maybe   bool
		message string
	}{
		"a key that is refused": {read, raised(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey"), pipeline.CodeAccessDenied, pipeline.Auth, false, `refuses the login "bot"`},
		"a proxy wants a key":   {read, page(401, "<title>Log in</title>"), pipeline.CodeAccessDenied, pipeline.Auth, false, "401"},
		"a right":               {write, raised(403, "fork.exceptions.AccessError", "You are not allowed to modify 'Product' (product.template) records.\n\nThis operation is allowed for the following groups:\n\t- Products/Create\n\nContact your administrator."), pipeline.CodeAccessDenied, pipeline.Auth, false, `"bot" may not write product.template`},
		"a record that is gone": {write, raised(404, "odoo.exceptions.MissingError", "Record does not exist or has been deleted.\n(Record: product.template(9,), User: 7)"), pipeline.CodeRecordRejected, pipeline.Permanent, false, "does not exist"},
		"the user is gone":      {read, raised(404, "odoo.exceptions.MissingError", "Record does not exist or has been deleted.\n(Record: res.users(7,), User: 7)"), pipeline.CodeAccessDenied, pipeline.Auth, false, `login "bot"`},
		"no products":           {read, raised(404, "werkzeug.exceptions.NotFound", "the model 'product.template' does not exist"), pipeline.CodeModuleOff, pipeline.Auth, false, `no model "product.template"`},
		"no such method":        {read, raised(404, "werkzeug.exceptions.NotFound", "The method 'product.template.read' does not exist"), pipeline.CodeServerError, pipeline.Transient, false, "does not understand product.template.read"},
		"no such database":      {read, page(404, "<h1>Not Found</h1>\n<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>"), pipeline.CodeDatabaseNotFound, pipeline.Auth, false, `no database "shop"`},
		"no such path":          {read, page(404, "<h1>Not Found</h1>"), pipeline.CodeBadAnswer, pipeline.Auth, false, "404"},
		"a rule of the shop":    {write, raised(422, "odoo.exceptions.ValidationError", "Barcode(s) already assigned:\n\n- Barcode \"5\" already assigned"), pipeline.CodeRecordRejected, pipeline.Permanent, false, `already assigned: - Barcode "5"`},
		"a language":            {read, raised(422, "odoo.exceptions.UserError", "Invalid language code: de_DE"), pipeline.CodeLanguageNotInstalled, pipeline.Auth, false, "de_DE"},
		"an argument":           {write, raised(422, "werkzeug.exceptions.UnprocessableEntity", "got an unexpected keyword argument 'x'"), pipeline.CodeServerError, pipeline.Transient, false, "unexpected keyword"},
		"no such field":         {read, raised(500, "builtins.ValueError", "Invalid field 'x_nope' on 'product.template'"), pipeline.CodeFieldNotFound, pipeline.Permanent, false, `no field "x_nope"`},
		"... in a write":        {write, raised(500, "builtins.ValueError", "Invalid field 'x_nope' in 'product.template'"), pipeline.CodeFieldNotFound, pipeline.Permanent, false, `no field "x_nope"`},
		"... in a domain":       {read, raised(500, "builtins.ValueError", "Invalid field product.template.x_nope in condition ('x_nope', '=', 1)"), pipeline.CodeFieldNotFound, pipeline.Permanent, false, `no field "x_nope"`},
		"a value":               {write, raised(500, "builtins.ValueError", "could not convert string to float: 'abc'"), pipeline.CodeRecordRejected, pipeline.Permanent, false, "could not convert"},
		"a number too wide":     {write, raised(500, "psycopg2.errors.NumericValueOutOfRange", "integer out of range\n"), pipeline.CodeRecordRejected, pipeline.Permanent, false, "out of range"},
		"a conflict that lasts": {write, raised(500, "psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update\n"), pipeline.CodeServerError, pipeline.Transient, false, "could not serialize"},
		"a lock":                {write, raised(409, "odoo.exceptions.LockError", "Cannot lock"), pipeline.CodeServerError, pipeline.Transient, false, "Cannot lock"},
		"a gateway's page":      {write, page(502, "<title>502</title>"), pipeline.CodeServerError, pipeline.Transient, true, "502 Bad Gateway"},
		"a gateway's JSON":      {write, func(w http.ResponseWriter, _ *http.Request) { say(w, 503, `{"error": "busy"}`) }, pipeline.CodeServerError, pipeline.Transient, true, "503"},
		"too many requests": {write, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "17")
			w.WriteHeader(http.StatusTooManyRequests)
		}, pipeline.CodeRateLimited, pipeline.RateLimited, false, "429"},
		"a page instead":        {write, page(200, "<html><title>Maintenance</title>"), pipeline.CodeBadAnswer, pipeline.Transient, true, `a page titled "Maintenance"`},
		"half of an answer":     {write, func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `[{"id": 5, "na`) }, pipeline.CodeConnectionLost, pipeline.Transient, true, "cut off"},
		"a write of no records": {Call{Operation: OpUpdate, Model: "product.template", Method: "write", Args: []any{[]any{}, map[string]any{}}, Writes: true}, nil, pipeline.CodeRecordRejected, pipeline.Permanent, false, "cannot be sent"},
		"a number that is none": {Call{Operation: OpUpdate, Model: "product.template", Method: "write", Args: []any{[]any{int64(1)}, map[string]any{"weight": math.NaN()}}, Writes: true}, nil, pipeline.CodeRecordRejected, pipeline.Permanent, false, "cannot be sent"},
		"a redirect": {write, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://shop.example.com/json/2/x/y")
			w.WriteHeader(http.StatusMovedPermanently)
		}, pipeline.CodeBadAnswer, pipeline.Auth, false, "another address"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.call.Method == "write" && tt.call.Args == nil {
				tt.call.Args = []any{[]any{int64(5)}, map[string]any{"name": "x"}}
			}
			c := connect(t, modern(t, tt.execute).URL, auto)
			_, err := c.Call(t.Context(), tt.call)
			e := pipeline.AsError(err)
			if e == nil || e.Code != tt.want || e.Class != tt.class || e.MaybeDone != tt.maybe {
				t.Fatalf("got %+v", e)
			}
			if !strings.Contains(err.Error(), tt.message) || strings.Contains(err.Error(), "Traceback") || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("message %q", err)
			}
			if e.Code == pipeline.CodeAccessDenied && strings.Contains(tt.message, "may not") && !strings.Contains(e.Remedy, "Products/Create") {
				t.Errorf("remedy %q", e.Remedy)
			}
		})
	}
}

// What is sent: the length, the key, the database, named arguments, and a context even when none is
// asked for, since JSON-2 knows no user's own.
func TestWhatJSON2IsSent(t *testing.T) {
	type sent struct{ Path, Auth, Kind, Database, Body string }
	var got sent
	s := modern(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.ContentLength != int64(len(body)) || len(r.TransferEncoding) > 0 {
			t.Errorf("a length of %d for %d bytes, encoded %v", r.ContentLength, len(body), r.TransferEncoding)
		}
		got = sent{r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), r.Header.Get("X-Fork-Database"), string(body)}
		say(w, 200, "[38]")
	})
	c := connect(t, s.URL, auto, func(cfg *Config) { cfg.DatabaseHeader = "X-Fork-Database" })
	one := Call{Operation: OpCreate, Model: "product.template", Method: "create", Args: []any{map[string]any{"name": "é<"}}, Writes: true}
	a, err := c.Call(t.Context(), one)
	if err != nil || a.Value != int64(38) || c.Protocol() != JSON2 {
		t.Errorf("the creation of one: %v, %v by %s", a.Value, err, c.Protocol())
	}
	want := sent{"/json/2/product.template/create", "bearer s3cr3t", "application/json; charset=utf-8", "shop", `{"context":{},"vals_list":{"name":"é<"}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	one.Args = []any{[]any{map[string]any{"name": "a"}}}
	if a, err = c.Call(t.Context(), one); err != nil || cmp.Diff([]any{int64(38)}, a.Value) != "" {
		t.Errorf("the creation of a list: %v, %v", a.Value, err)
	}
}

func TestProtocolIsChosenByTheVersion(t *testing.T) {
	var version atomic.Int32
	version.Store(18)
	blocked := false // a proxy lets nothing but the APIs through
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := version.Load()
		switch {
		case r.URL.Path == "/web/version" && n >= 19 && !blocked:
			say(w, 200, fmt.Sprintf(`{"version_info": [%d, 0, 0, "final", 0, ""], "version": "%d.0"}`, n, n))
		case r.URL.Path == "/json/2/res.users/context_get" && n >= 19:
			say(w, 200, `{"uid": 7}`)
		case strings.HasPrefix(r.URL.Path, "/json/2/") && n >= 19:
			say(w, 200, `"by JSON-2"`)
		case strings.HasPrefix(r.URL.Path, "/xmlrpc/2/"):
			body, _ := io.ReadAll(r.Body)
			switch method, _, _ := xmlrpc.DecodeCall(body, xmlrpc.Limits{}); method {
			case "version":
				answer(w, map[string]any{"server_version": fmt.Sprint(n, ".0"), "server_version_info": []any{int64(n)}})
			case "authenticate":
				answer(w, 8)
			default:
				answer(w, "by XML-RPC")
			}
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	asked := func(c *Client) any {
		t.Helper()
		if _, err := c.Version(t.Context()); err != nil {
			t.Fatal(err)
		}
		a, err := c.Call(t.Context(), read)
		if err != nil {
			t.Fatal(err)
		}
		return a.Value
	}
	c := connect(t, s.URL, auto)
	if got := asked(c); got != "by XML-RPC" {
		t.Errorf("18: %v", got)
	}
	version.Store(19)
	if got := asked(c); got != "by JSON-2" {
		t.Errorf("after an upgrade: %v", got)
	}
	if uid, err := c.Login(t.Context()); uid != 7 || err != nil {
		t.Errorf("the user is %d, %v", uid, err)
	}
	if got := asked(connect(t, s.URL, auto, func(cfg *Config) { cfg.Password = true })); got != "by XML-RPC" {
		t.Errorf("with a password: %v", got)
	}
	if got := asked(connect(t, s.URL)); got != "by XML-RPC" {
		t.Errorf("when told so: %v", got)
	}
	blocked = true
	if got := asked(connect(t, s.URL, auto)); got != "by JSON-2" {
		t.Errorf("behind a proxy: %v", got)
	}
	version.Store(16)
	_, err := connect(t, s.URL, func(cfg *Config) { cfg.Protocol = JSON2 }).Version(t.Context())
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeUnsupportedVersion || !strings.Contains(e.Message, "16") {
		t.Errorf("JSON-2 of 16: %v", err)
	}
}
