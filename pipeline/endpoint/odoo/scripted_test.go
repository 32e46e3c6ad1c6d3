package odoo

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// script answers calls of "model.method" in ways that no well-behaved server does. An *xmlrpc.Fault is
// sent as a fault.
type script map[string]func(args []any) any

// scripted is an endpoint of an Odoo 16 with two products, but for what the script says.
func scripted(t *testing.T, s script, headers ...func(http.Header)) *Endpoint {
	t.Helper()
	product := func(id int64) map[string]any {
		return map[string]any{
			"id": id, "name": fmt.Sprint("Product ", id), "barcode": fmt.Sprint("bar", id), "active": true,
			"create_date": "2026-11-01 10:00:00", "write_date": "2026-11-01 10:00:00", "write_uid": []any{int64(7), "Bot"},
		}
	}
	answers := script{
		"version":                              always(map[string]any{"server_version": "16.0", "server_version_info": []any{int64(16)}}),
		"authenticate":                         always(int64(7)),
		"res.users.read":                       always([]any{map[string]any{"id": int64(7), "name": "Bot", "lang": false, "company_ids": []any{int64(1)}}}),
		"ir.config_parameter.get_param":        always(&xmlrpc.Fault{Code: xmlrpc.FaultAccess, String: "no"}),
		"ir.attachment.search_read":            always([]any{}),
		"res.users.has_group":                  always(false),
		"product.template.check_access_rights": always(true),
		"product.category.check_access_rights": always(true),
		"product.category.search_read":         always([]any{}),
		"product.template.search_count":        always(int64(2)),
		"product.template.search":              func(args []any) any { return []any{int64(1), int64(2)} },
		"product.product.search_read": always([]any{
			map[string]any{"id": int64(11), "product_tmpl_id": []any{int64(1), "A"}, "active": true, "write_date": "2026-11-01 10:00:00", "write_uid": []any{int64(7), "Bot"}},
			map[string]any{"id": int64(12), "product_tmpl_id": []any{int64(2), "B"}, "active": true, "write_date": "2026-11-01 10:00:00", "write_uid": []any{int64(7), "Bot"}},
		}),
		"product.template.read": func(args []any) any {
			var rows []any
			for _, id := range args[0].([]any) {
				rows = append(rows, product(id.(int64)))
			}
			return rows
		},
		"product.template.fields_get": always(map[string]any{
			"name":    map[string]any{"type": "char", "string": "Name", "searchable": true},
			"barcode": map[string]any{"type": "char", "string": "Barcode", "searchable": true},
			"active":  map[string]any{"type": "boolean", "string": "Active", "searchable": true},
		}),
		"product.template.write": always(true),
	}
	for name, answer := range s {
		answers[name] = answer
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, change := range headers {
			change(w.Header())
		}
		body, _ := io.ReadAll(r.Body)
		name, params, err := xmlrpc.DecodeCall(body, xmlrpc.Limits{})
		if err != nil {
			t.Error(err)
		}
		var args []any
		if name == "execute_kw" {
			name = params[3].(string) + "." + params[4].(string)
			args = params[5].([]any)
		}
		answer, ok := answers[name]
		if !ok {
			t.Errorf("unexpected call of %s", name)
			return
		}
		switch v := answer(args).(type) {
		case *xmlrpc.Fault:
			_, _ = w.Write(xmlrpc.EncodeFault(v.Code, v.String, xmlrpc.Style16))
		default:
			b, err := xmlrpc.EncodeResponse(v, xmlrpc.Style16)
			if err != nil {
				t.Error(err)
			}
			_, _ = w.Write(b)
		}
	}))
	t.Cleanup(server.Close)
	settings := defaults()
	settings.Protocol = rpc.XMLRPC // the script knows nothing else
	settings.URL, settings.Database, settings.Login, settings.APIKey = server.URL, "shop", "bot", pipeline.NewSecret("k")
	e, err := open(settings, pipeline.Deps{Source: "erp", Logger: slog.New(slog.DiscardHandler), Observe: func(string, time.Duration, error) {}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e.(*Endpoint)
}

func always(v any) func([]any) any { return func([]any) any { return v } }

// Odoo 16 leaves out a record that was just deleted, and gives all others no barcode.
func TestReadsAgainWhenARecordVanished(t *testing.T) {
	reads := 0
	e := scripted(t, script{"product.template.read": func(args []any) any {
		reads++
		row := map[string]any{"id": int64(2), "name": "B", "barcode": false, "active": true, "write_date": "2026-11-01 10:00:00", "write_uid": false, "create_date": false}
		if len(args[0].([]any)) == 1 {
			row["barcode"] = "222"
		}
		return []any{row}
	}})
	records, err := e.Fetch(t.Context(), []pipeline.Key{"1", "2"}, []string{"barcode"})
	if err != nil || len(records) != 1 || records[0].Fields["barcode"].AsText() != "222" || reads != 2 {
		t.Errorf("after %d reads: %+v, %v", reads, records, err)
	}
}

// Invariant 5: a listing that lacks records is an error, and gives no cursor.
func TestShortListingIsAnError(t *testing.T) {
	e := scripted(t, script{"product.template.search_count": always(int64(3))})
	next, err := e.List(t.Context(), []string{"name"}, func([]pipeline.Change) error { return nil })
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeListingIncomplete || e.Class != pipeline.Transient || next != "" {
		t.Errorf("%q, %+v", next, e)
	}
}

func TestServerThatHidesItsClock(t *testing.T) {
	e := scripted(t, nil, func(h http.Header) { h["Date"] = nil })
	records, err := e.Fetch(t.Context(), []pipeline.Key{"1"}, []string{"name"})
	if err != nil || len(records) == 0 {
		t.Fatal(records, err)
	}
	if records[0].Settled || !records[0].Modified.IsZero() {
		t.Errorf("trusted without a clock: %+v", records[0])
	}
	about, err := e.Describe(t.Context())
	if err != nil || !about.Time.IsZero() {
		t.Errorf("%+v, %v", about, err)
	}
	next, err := e.List(t.Context(), []string{"name"}, func([]pipeline.Change) error { return nil })
	c, ok := parseCursor(next)
	if err != nil || !ok || time.Since(c.since) < e.settings.Overlap {
		t.Errorf("cursor %q, %v", next, err)
	}
}

// A rule that hides one record from the user is that record's trouble; the right itself is there.
func TestRecordRuleFailsOneRecord(t *testing.T) {
	e := scripted(t, script{"product.template.write": func(args []any) any {
		for _, id := range args[0].([]any) {
			if id == int64(1) {
				return &xmlrpc.Fault{Code: xmlrpc.FaultAccess, String: "Uh-oh! Looks like you have stumbled upon some top-secret records."}
			}
		}
		return true
	}})
	name := pipeline.Values{"name": pipeline.Text("Same")}
	receipts := e.Update(t.Context(), []pipeline.Patch{{Key: "1", Fields: name}, {Key: "2", Fields: name}})
	if e := pipeline.AsError(receipts[0].Err); e == nil || e.Class != pipeline.Permanent || e.Code != pipeline.CodeRecordRejected || !strings.Contains(e.Message, "top-secret") {
		t.Errorf("the hidden record: %+v", e)
	}
	if receipts[1].Err != nil || !receipts[1].Alone {
		t.Errorf("the other record: %+v", receipts[1])
	}
}

// What was written but could not be read back may be done: it is to be looked at, not repeated.
func TestLostReadBack(t *testing.T) {
	written := false
	e := scripted(t, script{
		"product.template.load": func([]any) any {
			written = true
			return map[string]any{"ids": []any{int64(1)}, "messages": []any{}, "nextrow": int64(0)}
		},
		"product.product.search_read": func([]any) any {
			if written {
				return &xmlrpc.Fault{Code: xmlrpc.FaultApplication, String: "psycopg2.OperationalError: server closed the connection"}
			}
			return []any{}
		},
	})
	r := e.Create(t.Context(), []pipeline.Draft{{Token: "a", Fields: pipeline.Values{"name": pipeline.Text("A")}}})[0]
	if e := pipeline.AsError(r.Err); e == nil || !e.MaybeDone || e.Class != pipeline.Transient || r.Record != nil {
		t.Errorf("got %+v", r)
	}
}

func TestLoadThatSaysNothing(t *testing.T) {
	for name, answer := range map[string]any{
		"a text": "fine", "no ids": map[string]any{"messages": []any{}}, "too few ids": map[string]any{"ids": []any{}, "messages": []any{}},
	} {
		e := scripted(t, script{"product.template.load": always(answer)})
		r := e.Create(t.Context(), []pipeline.Draft{{Token: "a", Fields: pipeline.Values{"name": pipeline.Text("A")}}})[0]
		if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeBadAnswer || !e.MaybeDone {
			t.Errorf("%s: %+v", name, r.Err)
		}
	}
}

// A conflict that load wraps into a message is no record's fault.
func TestConflictInsideOfLoad(t *testing.T) {
	e := scripted(t, script{"product.template.load": always(map[string]any{"ids": false, "messages": []any{map[string]any{
		"type": "error", "message": "could not serialize access due to concurrent update", "rows": map[string]any{"from": int64(0), "to": int64(0)},
	}}})})
	r := e.Create(t.Context(), []pipeline.Draft{{Token: "a", Fields: pipeline.Values{"name": pipeline.Text("A")}}})[0]
	if e := pipeline.AsError(r.Err); e == nil || e.Class != pipeline.Transient || e.MaybeDone {
		t.Errorf("got %+v", e)
	}
}
