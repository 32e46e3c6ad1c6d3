package productsmanager_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// TestKeepHook: a webhook is made once, found again, and switched on again with its secret; what PM then sends is
// authentic and names the product.
func TestKeepHook(t *testing.T) {
	calls := make(chan pipeline.HookCall, 10)
	status := make(chan int, 10)
	tandem := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- pipeline.HookCall{Header: r.Header.Get, Body: body, At: time.Date(2026, 11, 24, 16, 0, 0, 0, time.UTC)}
		w.WriteHeader(<-status)
	}))
	defer tandem.Close()
	s := newShop(t, pmsim.Config{HookRetries: []time.Duration{time.Millisecond, time.Millisecond}})
	secret := &productsmanager.Webhook{Secret: pipeline.NewSecret("hook-secret")}
	var settings *productsmanager.Settings
	end := s.open(t, func(set *productsmanager.Settings) { set.Webhook, settings = secret, set }).(pipeline.HookKeeper)
	address := tandem.URL + "/hooks/pm"
	for _, want := range []pipeline.HookState{pipeline.HookAbsent, pipeline.HookOn} {
		was, err := end.KeepHook(t.Context(), address)
		if err != nil || was != want {
			t.Fatalf("it was %s, %v; %s is right", was, err, want)
		}
	}
	if all := s.Webhooks(); len(all) != 1 || !all[0].Active {
		t.Fatalf("PM has %+v", all)
	}
	hook := productsmanager.Kind().Webhook(settings)
	next := func(answer int) pipeline.Hooked {
		t.Helper()
		status <- answer
		select {
		case c := <-calls:
			if !hook.Authentic(c) {
				t.Errorf("the call is not authentic: %s", c.Body)
			}
			told, err := hook.Read(c)
			if err != nil {
				t.Error(err)
			}
			return told
		case <-time.After(30 * time.Second):
			t.Fatal("PM did not call")
		}
		return pipeline.Hooked{}
	}
	p, err := s.Create(pmsim.Fields{"title": "Tea", "sku": "T-1", "price": "1"})
	if err != nil {
		t.Fatal(err)
	}
	told := next(http.StatusOK)
	if want := pipeline.Hint("id:" + p.ID); len(told.Hints) != 1 || told.Hints[0] != want || told.Event != "product.created" {
		t.Errorf("the call tells %+v, not of %s", told, want)
	}
	if _, err := s.Edit(p.ID, pmsim.Fields{"price": "2"}); err != nil {
		t.Fatal(err)
	}
	first := next(http.StatusServiceUnavailable)
	if again := next(http.StatusServiceUnavailable); again.ID != first.ID || first.Event != "price.updated" {
		t.Errorf("a repetition has the id %q, the first call %q (%s)", again.ID, first.ID, first.Event)
	}
	next(http.StatusServiceUnavailable) // the last of its tries
	for end := time.Now().Add(30 * time.Second); s.Webhooks()[0].Active; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("PM did not switch the webhook off")
		}
	}
	if state, err := end.HookAt(t.Context(), address); err != nil || state != pipeline.HookOff {
		t.Errorf("it is %s, %v", state, err)
	}
	if was, err := end.KeepHook(t.Context(), address); err != nil || was != pipeline.HookOff {
		t.Errorf("it was %s, %v", was, err)
	}
	if err := s.Trash(p.ID); err != nil {
		t.Fatal(err)
	}
	if told := next(http.StatusOK); told.Event != "product.deleted" || told.Hints[0] != pipeline.AnyRecord {
		t.Errorf("%+v", told)
	}
	if state, err := end.HookAt(t.Context(), "https://elsewhere.example.com/hooks/pm"); err != nil || state != pipeline.HookAbsent {
		t.Errorf("another address is %s, %v", state, err)
	}
}
