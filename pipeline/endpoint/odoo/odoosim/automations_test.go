package odoosim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// receiver notes calls.
type receiver struct {
	mu     sync.Mutex
	bodies []string
	status int
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil || q.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies = append(r.bodies, string(body))
	w.WriteHeader(r.status)
}

// count takes what came and counts it by model.
func (r *receiver) count() (templates, variants int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.bodies {
		switch {
		case strings.Contains(b, `"_model": "product.template"`):
			templates++
		case strings.Contains(b, `"_model": "product.product"`):
			variants++
		}
	}
	r.bodies = nil
	return templates, variants
}

// Each edit makes the calls that it made on real servers, with rules that watch fields and with ones that do not.
func TestAutomationsCallAsCounted(t *testing.T) {
	for _, version := range []int{18, 19} {
		s, err := odoosim.New(odoosim.Config{Version: version})
		if err != nil {
			t.Fatal(err)
		}
		to := &receiver{status: 200}
		server := httptest.NewServer(to)
		t.Cleanup(server.Close)
		work := s.As(odoosim.AdminLogin)
		var id int64
		edit := func(values odoosim.Values) func() error {
			return func() error { return work.Write("product.template", values, id) }
		}
		for _, c := range []struct {
			name                              string
			do                                func() error
			templates, variants, wildT, wildP int
		}{
			{"create", func() (err error) {
				id, err = work.Create("product.template", odoosim.Values{"name": "Mug", "default_code": "M"})
				return err
			}, 1, 2, 14, 9},
			{"name", edit(odoosim.Values{"name": "Cup"}), 1, 0, 1, 1},
			{"price", edit(odoosim.Values{"list_price": 3.5}), 1, 0, 1, 1},
			{"an equal value", edit(odoosim.Values{"list_price": 3.5}), 0, 0, 1, 1},
			{"a field that nobody watches", edit(odoosim.Values{"description": "x"}), 0, 0, 1, 1},
			{"SKU", edit(odoosim.Values{"default_code": "C"}), 0, 1, 1, 1},
			{"archive", edit(odoosim.Values{"active": false}), 1, 1, 1, 1},
		} {
			for _, wild := range []bool{false, true} {
				rules, wantT, wantP := odoosim.Automations(server.URL), c.templates, c.variants
				if wild {
					rules, wantT, wantP = []odoosim.Automation{{Model: "product.template", URL: server.URL}, {Model: "product.product", URL: server.URL}}, c.wildT, c.wildP
					if c.name != "create" && c.name != "an equal value" {
						continue // it is done already
					}
				}
				s.Automate(rules...)
				if err := c.do(); err != nil {
					t.Fatalf("%d, %s: %v", version, c.name, err)
				}
				if gotT, gotP := to.count(); gotT != wantT || gotP != wantP {
					t.Errorf("%d, %s, watching nothing %v: %d calls of the template and %d of the variant, want %d and %d", version, c.name, wild, gotT, gotP, wantT, wantP)
				}
			}
		}
	}
}

// Up to 18 a transaction that is rolled back has called, from 19 on it has not; an answer that fails changes nothing
// for the user, and is never called again; one that does not come costs a second.
func TestAutomationsCallOnce(t *testing.T) {
	for version, want := range map[int]int{16: 0, 18: 3, 19: 0} {
		s, err := odoosim.New(odoosim.Config{Version: version})
		if err != nil {
			t.Fatal(err)
		}
		to := &receiver{status: 500}
		server := httptest.NewServer(to)
		t.Cleanup(server.Close)
		s.Automate(odoosim.Automations(server.URL)...)
		work := s.As(odoosim.AdminLogin)
		tx := work.Begin()
		tx.Create("product.template", odoosim.Values{"name": "never"})
		tx.Write("product.template", odoosim.Values{"name": "no such record"}, 4711)
		if err := tx.Commit(); err == nil {
			t.Fatal("the transaction was committed")
		}
		templates, variants := to.count()
		if templates+variants != want {
			t.Errorf("%d: rolled back, it called %d times, want %d", version, templates+variants, want)
		}
		if version < 17 {
			continue
		}
		if _, err := work.Create("product.template", odoosim.Values{"name": "Mug"}); err != nil {
			t.Errorf("%d: the creation failed with its calls: %v", version, err)
		}
		if templates, variants := to.count(); templates+variants != 3 {
			t.Errorf("%d: %d calls of an answer that fails, want 3 and no repetition", version, templates+variants)
		}
		if sent, failed := s.Called(); sent != 0 || failed != want+3 {
			t.Errorf("%d: %d calls went well and %d did not", version, sent, failed)
		}
	}
	slow := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-slow }))
	t.Cleanup(func() { close(slow); server.Close() })
	s, err := odoosim.New(odoosim.Config{Version: 18})
	if err != nil {
		t.Fatal(err)
	}
	s.Automate(odoosim.Automation{Model: "product.template", Watched: []string{"name"}, URL: server.URL})
	start := time.Now()
	if _, err := s.As(odoosim.AdminLogin).Create("product.template", odoosim.Values{"name": "Mug"}); err != nil || time.Since(start) < time.Second {
		t.Errorf("the user waited for %v, %v", time.Since(start), err)
	}
}
