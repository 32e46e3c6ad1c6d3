package odoosim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHTTP(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		c := w.serve()
		for _, r := range []struct {
			method, path, body string
			status             int
			contains           string
		}{
			{"GET", "/xmlrpc/2/common", "", 405, "<title>405 Method Not Allowed</title>"},
			{"POST", "/xmlrpc/3/common", "x", 404, "<title>404 Not Found</title>"},
			{"POST", "/json/2/product.template/search", "{}", 404, "404"},
			{"POST", "/xmlrpc/2/common", "", 200, "no element found: line 1, column 0"},
			{"POST", "/xmlrpc/2/common", "<methodCall><methodName>a\x01</methodName></methodCall>", 200, "xml.parsers.expat.ExpatError: not well-formed"},
			{"POST", "/xmlrpc/2/common", "<methodCall><methodName>nope</methodName></methodCall>", 200, "Method not found: nope"},
		} {
			request, err := http.NewRequest(r.method, c.url+r.path, strings.NewReader(r.body))
			must(t, err)
			answer, err := c.http.Do(request)
			must(t, err)
			body, err := io.ReadAll(answer.Body)
			must(t, err)
			must(t, answer.Body.Close())
			if answer.StatusCode != r.status || !strings.Contains(string(body), r.contains) {
				t.Errorf("Odoo %d: %s %s: HTTP %d %s", version, r.method, r.path, answer.StatusCode, body)
			}
			if date := answer.Header.Get("Date"); date != w.time().Format(http.TimeFormat) {
				t.Errorf("Odoo %d: the date is %s", version, date)
			}
			if !answer.Close {
				t.Errorf("Odoo %d: the connection stays open", version)
			}
		}
	}
}

func TestOversizedRequests(t *testing.T) {
	w := newWorld(t, 18)
	request := httptest.NewRequest(http.MethodPost, "/xmlrpc/2/common", strings.NewReader(""))
	request.ContentLength = 129 << 20
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, request)
	if answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("HTTP %d", answer.Code)
	}
}

// TestLineEnds: a bare carriage return does not survive XML, one written as a reference does.
func TestLineEnds(t *testing.T) {
	w := newWorld(t, 18)
	for sent, want := range map[string]string{"a\r\nb\rc": "a\nb\nc", "a&#xD;&#xA;b": "a\r\nb"} {
		body := "<methodCall><methodName>execute_kw</methodName><params>" +
			"<param><value>odoo</value></param><param><value><int>2</int></value></param><param><value>admin</value></param>" +
			"<param><value>product.template</value></param><param><value>create</value></param><param><value><array><data>" +
			"<value><struct><member><name>name</name><value><string>" + sent + "</string></value></member></struct></value>" +
			"</data></array></value></param></params></methodCall>"
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/xmlrpc/2/object", strings.NewReader(body)))
		products := w.Products()
		if len(products) == 0 || products[len(products)-1].Name != want {
			t.Errorf("%q became %+v: %s", sent, products, answer.Body)
		}
	}
}

func TestLoggingIn(t *testing.T) {
	ctx := context.Background()
	for _, version := range both {
		w := newWorld(t, version)
		c := w.serve()
		authenticate := func(db, login, password any) any {
			v, err := c.raw(ctx, "/xmlrpc/2/common", "authenticate", db, login, password, map[string]any{})
			var fault *xmlrpc.Fault
			if errors.As(err, &fault) {
				return fault.Error()
			}
			must(t, err)
			return v
		}
		search := func(uid, password any) any {
			v, err := c.raw(ctx, "/xmlrpc/2/object", "execute", "odoo", uid, password, templateModel, "search_count", []any{})
			var fault *xmlrpc.Fault
			if errors.As(err, &fault) {
				return fault.Error()
			}
			must(t, err)
			return v
		}
		empty := map[int]any{16: int64(2), 18: "fault 1: AssertionError: Missing database name"}[version]
		got := []any{
			authenticate("odoo", odoosim.AdminLogin, odoosim.AdminPassword), authenticate("odoo", odoosim.BotLogin, odoosim.BotKey),
			authenticate("odoo", odoosim.BotLogin, ""), authenticate("odoo", "nobody", "x"), authenticate("", odoosim.AdminLogin, odoosim.AdminPassword),
			search(2, odoosim.AdminPassword), search("2", odoosim.AdminPassword), search(2, "x"), search(false, "x"), search(9999, "x"),
		}
		want := []any{
			int64(2), int64(6), false, false, empty,
			int64(0), int64(0), "fault 3: Access Denied", "fault 3: Access Denied", "fault 2: (Record: res.users(9999,), User: 9999)",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Odoo %d (-want +got):\n%s", version, diff)
		}
		must(t, w.admin.Archive("res.users", 6))
		if got := authenticate("odoo", odoosim.BotLogin, odoosim.BotKey); got != false {
			t.Errorf("Odoo %d: an archived user logs in as %v", version, got)
		}
		databases, err := c.raw(ctx, "/xmlrpc/2/db", "list")
		must(t, err)
		if diff := cmp.Diff([]any{"odoo"}, databases); diff != "" {
			t.Errorf("Odoo %d: %s", version, diff)
		}
	}
}

func TestTroubles(t *testing.T) {
	type seen struct {
		Err      string // a word of the error, "" for none
		Products int    // afterwards
	}
	for effect, want := range map[odoosim.Effect]seen{
		odoosim.DropBefore:  {"EOF", 0},
		odoosim.DropAfter:   {"EOF", 1},
		odoosim.Hang:        {"deadline", 0},
		odoosim.HangAfter:   {"deadline", 1},
		odoosim.BadGateway:  {"HTTP 502", 0},
		odoosim.ServerError: {"HTTP 500", 0},
		odoosim.Truncate:    {"ends early", 1},
		odoosim.Oversize:    {"too large", 1},
		odoosim.Conflict:    {"psycopg2.errors.SerializationFailure: could not serialize access due to concurrent update", 0},
		odoosim.Refuse:      {"fault 2: no", 0},
		odoosim.Delay:       {"", 1},
	} {
		t.Run(string(effect), func(t *testing.T) {
			w := newWorld(t, 18)
			c := w.serve()
			w.Order(odoosim.Rule{Model: templateModel, Method: "create", Effect: effect, Times: 1, Size: 9 << 20, Code: 2, Text: "no", Delay: time.Millisecond})
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if effect == odoosim.Hang || effect == odoosim.HangAfter {
				ctx, cancel = context.WithTimeout(context.Background(), 2*time.Second)
				defer cancel()
			}
			create := func(ctx context.Context) error {
				_, err := c.call(ctx, templateModel, "create", []any{odoosim.Values{"name": "x"}}, nil)
				return err
			}
			err := create(ctx)
			if (err == nil) != (want.Err == "") || err != nil && !strings.Contains(err.Error(), want.Err) {
				t.Errorf("the error is %v, want %q", err, want.Err)
			}
			if n := len(w.Products()); n != want.Products {
				t.Errorf("%d products afterwards, want %d", n, want.Products)
			}
			if diff := cmp.Diff(map[odoosim.Effect]int{effect: 1}, w.Met()); diff != "" {
				t.Error(diff)
			}
			must(t, create(context.Background()))
		})
	}
}

func TestTroublesChooseTheirCalls(t *testing.T) {
	w := newWorld(t, 18, func(c *odoosim.Config) { c.Seed = 7 })
	c := w.serve()
	fails := func(name string) bool {
		_, err := c.call(context.Background(), templateModel, "create", []any{[]any{odoosim.Values{"name": name}}}, nil)
		return err != nil
	}
	cancel := w.Order(odoosim.Rule{Containing: "bad", Effect: odoosim.Refuse, Code: 2})
	if fails("good") || !fails("a bad one") {
		t.Error("the rule does not look at the arguments")
	}
	cancel()
	cancel = w.Order(odoosim.Rule{Writes: true, After: 1, Times: 2, Effect: odoosim.BadGateway})
	if _, err := c.call(context.Background(), templateModel, "search", []any{[]any{}}, nil); err != nil {
		t.Error("a reading call met a rule for writes")
	}
	if got := []bool{fails("1"), fails("2"), fails("3"), fails("4")}; !cmp.Equal(got, []bool{false, true, true, false}) {
		t.Errorf("after one, two times: %v", got)
	}
	cancel()
	pattern := func() (s string) {
		w := newWorld(t, 18, func(c *odoosim.Config) { c.Seed = 7 })
		c := w.serve()
		w.Order(odoosim.Rule{Probability: 0.5, Effect: odoosim.BadGateway})
		for range 20 {
			_, err := c.call(context.Background(), templateModel, "search", []any{[]any{}}, nil)
			s += map[bool]string{true: "x", false: "."}[err != nil]
		}
		return s
	}
	if a, b := pattern(), pattern(); a != b || !strings.Contains(a, "x") || !strings.Contains(a, ".") {
		t.Errorf("with one seed the troubles came as %s and %s", a, b)
	}
}

func TestLatencyAndStats(t *testing.T) {
	w := newWorld(t, 18, func(c *odoosim.Config) {
		c.Latency = func(model, method string) time.Duration {
			if model == "" && method == "version" {
				return 20 * time.Millisecond
			}
			return 0
		}
	})
	c := w.serve()
	began := time.Now()
	_, err := c.raw(context.Background(), "/xmlrpc/2/common", "version")
	must(t, err)
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("version took %v", took)
	}
	ctx := context.Background()
	_, err = c.call(ctx, templateModel, "load", []any{[]any{"id", "name"}, []any{[]any{"x.a", "A"}, []any{"x.b", "B"}}}, nil)
	must(t, err)
	_, err = c.call(ctx, templateModel, "load", []any{[]any{"id", "name"}, []any{[]any{"x.a", "A2"}}}, nil)
	must(t, err)
	_, err = c.call(ctx, templateModel, "load", []any{[]any{"id", "list_price"}, []any{[]any{"x.a", "abc"}}}, nil)
	must(t, err)
	_, err = c.call(ctx, templateModel, "write", []any{[]any{1, 2}, odoosim.Values{"name": "C"}}, nil)
	must(t, err)
	if _, err = c.call(ctx, templateModel, "write", []any{[]any{1, 99}, odoosim.Values{"name": "C"}}, nil); err == nil {
		t.Error("a missing record was written")
	}
	_, err = c.call(ctx, templateModel, "unlink", []any{[]any{2}}, nil)
	must(t, err)
	w.create(odoosim.Values{}) // from inside: does not count
	want := odoosim.Stats{
		Requests: map[string]int{"version": 1, "product.template.load": 3, "product.template.write": 2, "product.template.unlink": 1},
		Created:  map[string]int{templateModel: 2}, Written: map[string]int{templateModel: 3}, Unlinked: map[string]int{templateModel: 1},
	}
	if diff := cmp.Diff(want, w.Stats()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.Stats().Total() != 7 || w.Stats().Changes() != 6 {
		t.Errorf("%d requests, %d changes", w.Stats().Total(), w.Stats().Changes())
	}
	w.ResetStats()
	if w.Stats().Total() != 0 {
		t.Error("the counts stayed")
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	w := newWorld(t, 18)
	c := w.serve()
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 10 {
				row := []any{fmt.Sprintf("x.n%d_%d", n, i%5), fmt.Sprint(n, i)}
				if _, err := c.call(context.Background(), templateModel, "load", []any{[]any{"id", "name"}, []any{row}}, nil); err != nil {
					t.Error(err)
				}
				if _, err := c.call(context.Background(), templateModel, "search_read", []any{[]any{}, []any{"name", "qty_available"}}, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(w.Products()); n != 40 {
		t.Errorf("%d products, want 40", n)
	}
}

func TestCloseEndsHangingCalls(t *testing.T) {
	arrived := make(chan struct{}, 1)
	w := newWorld(t, 18, func(c *odoosim.Config) {
		clock := c.Now
		c.Now = func() time.Time {
			select {
			case arrived <- struct{}{}:
			default:
			}
			return clock()
		}
	})
	<-arrived // while the database was made
	c := w.serve()
	w.Order(odoosim.Rule{Method: "version", Effect: odoosim.Hang})
	ended := make(chan error, 1)
	go func() {
		_, err := c.raw(context.Background(), "/xmlrpc/2/common", "version")
		ended <- err
	}()
	<-arrived
	must(t, w.Close())
	if err := <-ended; err == nil {
		t.Error("the call was answered")
	}
}
