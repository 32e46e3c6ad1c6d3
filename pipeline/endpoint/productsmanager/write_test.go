package productsmanager_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// draft is a product that nobody has yet.
func (s *shop) draft(n int) pipeline.Draft {
	sku, ean := fmt.Sprint("D-", n), fmt.Sprintf("%013d", 2_000_000_000_000+n)
	return pipeline.Draft{Token: fmt.Sprint("token_", n), Since: s.clock.now(), Match: []string{"sku", "ean"}, Fields: pipeline.Values{
		"title": pipeline.Text(fmt.Sprint("Draft ", n)), "sku": pipeline.Text(sku), "ean": pipeline.Text(ean),
	}}
}

// create makes one product, which must succeed.
func create(t *testing.T, end pipeline.Endpoint, d pipeline.Draft) pipeline.Receipt {
	t.Helper()
	r := end.Create(t.Context(), []pipeline.Draft{d})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	return r
}

// What PM gets is the canonical record, under the names that old and new servers keep.
func TestCreateSends(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, nil)
	d := s.draft(1)
	price, _ := pipeline.ParseNumber("19.990")
	d.Fields["price"], d.Fields["attributes.color"], d.Fields["brand"] = price, pipeline.Text("red"), pipeline.Text("B")
	r := create(t, end, d)
	p, _ := s.Get(string(r.Key))
	got, _ := json.Marshal(p.Fields)
	const want = `{"attributes":{"color":"red"},"brand":"B","ean":"2000000000001","external_id":"tandem:token_1","images":[],"is_active":true,"price":19.99,"sku":"D-1","status":"active","stock_quantity":0,"tax_rate":20,"title":"Draft 1"}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !r.Alone {
		t.Error("the answer to a creation is the record as it was made: nobody can have edited it")
	}
	if diff := cmp.Diff(map[string]int{"create": 1}, s.requests()); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// Invariant 3: a creation whose answer was lost is found, and never made twice.
func TestLostCreationIsFound(t *testing.T) {
	for name, kind := range map[string]pmsim.FaultKind{
		"reset after it was made": pmsim.FaultResetAfter, "answer cut off": pmsim.FaultCut, "answer truncated": pmsim.FaultTruncated,
		"reset before": pmsim.FaultResetBefore,
	} {
		for _, another := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", another process: ", another), func(t *testing.T) {
				s := newShop(t, pmsim.Config{})
				s.fill(t, 150)
				s.clock.advance(5 * time.Second)
				end := s.open(t, nil)
				drafts := []pipeline.Draft{s.draft(1), s.draft(2), s.draft(3)}
				s.Inject(pmsim.Fault{Kind: kind, Method: http.MethodPost, Nth: 2})
				lost := -1
				for i, r := range end.Create(t.Context(), drafts) {
					if r.Err == nil {
						continue
					}
					if e := pipeline.AsError(r.Err); lost >= 0 || !e.MaybeDone || e.Class != pipeline.Transient {
						t.Fatalf("receipt %d: %+v", i, e)
					}
					lost = i
				}
				if lost < 0 {
					t.Fatal("nothing was lost")
				}
				s.clock.advance(time.Minute)
				s.ClearFaults()
				if another {
					end = s.open(t, nil)
				}
				made := s.Len() - 150
				keys, err := end.Settle(t.Context(), drafts)
				if err != nil {
					t.Fatal(err)
				}
				for i, key := range keys {
					if (key == "") != (i == lost && kind == pmsim.FaultResetBefore) {
						t.Errorf("draft %d (lost: %d) settled as %q", i, lost, key)
					}
				}
				if s.Len()-150 != made {
					t.Error("Settle wrote something")
				}
				for i, r := range end.Create(t.Context(), drafts) {
					if r.Err != nil || (keys[i] != "" && r.Key != keys[i]) || r.Record == nil {
						t.Errorf("the repeated draft %d: %+v", i, r)
					}
				}
				if n := s.Len() - 150; n != 3 {
					t.Errorf("three drafts made %d products", n)
				}
			})
		}
	}
}

// forgetful is a server that keeps no external_id, or does not show it in lists.
func (s *shop) forgetful(t *testing.T, keep bool) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if keep && !strings.HasSuffix(r.URL.Path, "/products") {
			s.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, r)
		w.Header().Set("Date", recorder.Header().Get("Date"))
		w.WriteHeader(recorder.Code)
		_, _ = w.Write([]byte(strings.ReplaceAll(recorder.Body.String(), `"external_id"`, `"something_else"`)))
	}))
	t.Cleanup(server.Close)
	return server.URL + pmsim.BasePath
}

func TestSettleWithoutExternalID(t *testing.T) {
	for name, keep := range map[string]bool{"the list does not show it": true, "the server does not keep it": false} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, pmsim.Config{})
			address := s.forgetful(t, keep)
			end := s.open(t, func(set *productsmanager.Settings) { set.URL = address })
			s.clock.advance(time.Minute)
			drafts := []pipeline.Draft{s.draft(1), s.draft(2), s.draft(3)}
			r := create(t, end, drafts[1])
			if _, err := s.Create(catalogue.Fields{"title": "Somebody's", "sku": "D-1", "ean": "4006381333931"}); err != nil {
				t.Fatal(err)
			}
			keys, err := s.open(t, func(set *productsmanager.Settings) { set.URL = address }).Settle(t.Context(), drafts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]pipeline.Key{"", r.Key, ""}, keys); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The clocks differ: what was made since the intent is found all the same.
func TestSettleAcrossClocks(t *testing.T) {
	for _, offset := range []time.Duration{-time.Hour, time.Hour} {
		s := newShop(t, pmsim.Config{})
		d := s.draft(1)
		d.Since = d.Since.Add(offset) // the process's clock shows another time than the server's
		kind := productsmanager.Kind()
		set := kind.Settings().(*productsmanager.Settings)
		set.URL, set.APIKey = s.url, pipeline.NewSecret(pmsim.DefaultAPIKey)
		open := func() pipeline.Endpoint {
			end, err := kind.Open(set, pipeline.Deps{
				Logger: quiet(), Observe: func(string, time.Duration, error) {},
				Now: func() time.Time { return s.clock.now().Add(offset) },
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = end.Close() })
			return end
		}
		made := create(t, open(), d)
		if off := made.Record.Modified.Sub(d.Since).Abs(); off > 2*time.Second {
			t.Errorf("offset %v: the record was modified %v away from now", offset, off)
		}
		keys, err := open().Settle(t.Context(), []pipeline.Draft{d})
		if err != nil || keys[0] != made.Key {
			t.Errorf("offset %v: settled as %q (%v), want %q", offset, keys, err, made.Key)
		}
	}
}

func TestDuplicateEAN(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, s *shop) string
		class   pipeline.Class
		says    string
	}{
		"there before": {func(t *testing.T, s *shop) string {
			p, err := s.Create(catalogue.Fields{"title": "Other", "ean": "2000000000001"})
			if err != nil {
				t.Fatal(err)
			}
			s.clock.advance(time.Minute)
			return p.ID
		}, pipeline.Permanent, "2000000000001"},
		"in the trash": {func(t *testing.T, s *shop) string {
			p, err := s.Create(catalogue.Fields{"title": "Other", "ean": "2000000000001"})
			if err != nil {
				t.Fatal(err)
			}
			_ = s.Trash(p.ID)
			return ""
		}, pipeline.Permanent, "trash"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, pmsim.Config{})
			id := c.prepare(t, s)
			e := pipeline.AsError(s.open(t, nil).Create(t.Context(), []pipeline.Draft{s.draft(1)})[0].Err)
			if e == nil || e.Code != pipeline.CodeDuplicate || e.Class != c.class || !strings.Contains(e.Message, c.says) || !strings.Contains(e.Message, id) {
				t.Errorf("got %+v", e)
			}
		})
	}
	t.Run("the draft's own product", func(t *testing.T) {
		s := newShop(t, pmsim.Config{})
		one, other := s.open(t, nil), s.open(t, nil)
		s.clock.advance(time.Minute)
		d := s.draft(1)
		made := create(t, one, d)
		if r := create(t, other, d); r.Key != made.Key || s.Len() != 1 { // it knows nothing of the first attempt
			t.Errorf("the repeated draft gave %q, want %q; %d products", r.Key, made.Key, s.Len())
		}
	})
	t.Run("made in the meantime", func(t *testing.T) {
		s := newShop(t, pmsim.Config{})
		d := s.draft(1)
		s.clock.advance(5 * time.Second)
		if _, err := s.Create(catalogue.Fields{"title": "Other", "ean": "2000000000001"}); err != nil {
			t.Fatal(err)
		}
		e := pipeline.AsError(s.open(t, nil).Create(t.Context(), []pipeline.Draft{d})[0].Err)
		if e == nil || e.Code != pipeline.CodeDuplicate || e.Class != pipeline.Stale {
			t.Errorf("got %+v, want a stale draft: the next cycle pairs it", e)
		}
	})
}

// One attribute is written; all others, and whatever else the object holds, stay.
func TestAttributesAreMerged(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	id := s.fill(t, 1)[0]
	if _, err := s.Edit(id, catalogue.Fields{"attributes": map[string]any{"color": "red", "size": "L", "deep": map[string]any{"x": json.Number("1.50")}}}); err != nil {
		t.Fatal(err)
	}
	end := s.open(t, nil)
	r := end.Update(t.Context(), []pipeline.Patch{{Key: pipeline.Key(id), Fields: pipeline.Values{"attributes.color": pipeline.Text("blue")}}})[0]
	if r.Err != nil || r.Record.Fields["attributes.color"].AsText() != "blue" {
		t.Fatalf("%+v", r)
	}
	p, _ := s.Get(id)
	got, _ := json.Marshal(p.Fields["attributes"])
	if diff := cmp.Diff(`{"color":"blue","deep":{"x":1.50},"size":"L"}`, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestActiveAndStatus(t *testing.T) {
	for name, c := range map[string]struct {
		before catalogue.Fields
		active bool
		want   string
	}{
		"deactivated":        {catalogue.Fields{"status": "active", "is_active": true}, false, "inactive/false"},
		"activated":          {catalogue.Fields{"status": "inactive", "is_active": false}, true, "active/true"},
		"a draft published":  {catalogue.Fields{"status": "draft", "is_active": false}, true, "active/true"},
		"a draft stays one":  {catalogue.Fields{"status": "draft", "is_active": true}, false, "draft/false"},
		"nothing to publish": {catalogue.Fields{"status": "draft", "is_active": true}, true, "draft/true"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, pmsim.Config{})
			id := s.fill(t, 1)[0]
			if _, err := s.Edit(id, c.before); err != nil {
				t.Fatal(err)
			}
			r := s.open(t, nil).Update(t.Context(), []pipeline.Patch{{Key: pipeline.Key(id), Fields: pipeline.Values{"is_active": pipeline.Bool(c.active)}}})[0]
			p, _ := s.Get(id)
			if got := fmt.Sprint(p.Fields["status"], "/", p.Fields["is_active"]); r.Err != nil || got != c.want {
				t.Errorf("got %s (%v), want %s", got, r.Err, c.want)
			}
		})
	}
}

func TestUpdateIsOneRequest(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	id := pipeline.Key(s.fill(t, 1)[0])
	end := s.open(t, nil)
	price, _ := pipeline.ParseNumber("1.005")
	r := end.Update(t.Context(), []pipeline.Patch{{Key: id, Fields: pipeline.Values{"price": price, "title": pipeline.Text("New")}}})[0]
	if r.Err != nil || !r.Alone || !r.Record.Fields["price"].Equal(price) {
		t.Fatalf("%+v", r)
	}
	if diff := cmp.Diff(map[string]int{"update": 1}, s.requests()); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// After an error that concerns the whole source, the rest of a batch is not sent.
func TestRefusedKeyStopsTheBatch(t *testing.T) {
	s := newShop(t, pmsim.Config{APIKeys: []pmsim.APIKey{{Key: "reader", Role: pmsim.Reader}}})
	end := s.open(t, func(set *productsmanager.Settings) { set.APIKey, set.Workers = pipeline.NewSecret("reader"), 2 })
	var drafts []pipeline.Draft
	for i := range 50 {
		drafts = append(drafts, s.draft(i))
	}
	for _, r := range end.Create(t.Context(), drafts) {
		if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeAccessDenied || e.Class != pipeline.Auth || !strings.Contains(e.Message, "create a product") {
			t.Fatalf("got %+v", e)
		}
	}
	if n := s.requests()["create"]; n > 4 {
		t.Errorf("%d creations were sent with a key that may not", n)
	}
}

func TestRemove(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	ids := s.fill(t, 3)
	end := s.open(t, nil)
	r := end.Remove(t.Context(), []pipeline.Key{pipeline.Key(ids[0])}, pipeline.Archive)[0]
	if r.Err != nil || r.Record == nil || r.Record.Fields["is_active"].AsBool() {
		t.Fatalf("%+v", r)
	}
	if p, _ := s.Get(ids[0]); p.Fields["status"] != "inactive" || p.Fields["is_active"] != false {
		t.Errorf("archived as %v, %v", p.Fields["status"], p.Fields["is_active"])
	}
	for range 2 { // what is gone already is gone
		if r := end.Remove(t.Context(), []pipeline.Key{pipeline.Key(ids[1])}, pipeline.Delete)[0]; r.Err != nil || r.Record != nil {
			t.Fatalf("%+v", r)
		}
	}
	if r := end.Remove(t.Context(), []pipeline.Key{pipeline.Key(ids[1])}, pipeline.Archive)[0]; r.Err != nil {
		t.Errorf("archiving what is gone: %+v", r)
	}
	if s.Len() != 2 || len(s.Trashed()) != 1 {
		t.Errorf("%d products and %d in the trash", s.Len(), len(s.Trashed()))
	}
}

// Invariant 5: when the module is off, every product seems to be gone; it is not.
func TestModuleOffIsNoDeletion(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusForbidden} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			s := newShop(t, pmsim.Config{})
			key := pipeline.Key(s.fill(t, 1)[0])
			end := s.open(t, nil)
			s.Inject(pmsim.Fault{Kind: pmsim.FaultStatus, Status: status, Times: pmsim.Always})
			_, fetch := end.Fetch(t.Context(), []pipeline.Key{key}, []string{"title"})
			removal := end.Remove(t.Context(), []pipeline.Key{key}, pipeline.Delete)[0].Err
			_, list := end.List(t.Context(), []string{"title"}, func([]pipeline.Change) error { return nil })
			for what, err := range map[string]error{"Fetch": fetch, "Remove": removal, "List": list} {
				e := pipeline.AsError(err)
				if e == nil || e.Class != pipeline.Auth || (e.Code != pipeline.CodeModuleOff && e.Code != pipeline.CodeAccessDenied) {
					t.Errorf("%s: got %+v", what, e)
				}
			}
			if pipeline.AsError(list).Code != pipeline.CodeModuleOff {
				t.Errorf("List: got %v", list)
			}
		})
	}
}
