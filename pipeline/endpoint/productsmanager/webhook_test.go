package productsmanager

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

const hookSecret = "hook-secret"

func hookAt() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

func hook(signature, body string) pipeline.HookCall {
	return pipeline.HookCall{
		Header: func(name string) string {
			if name == signatureHeader {
				return signature
			}
			return ""
		},
		Body: []byte(body), At: hookAt(),
	}
}

func signature(body string) string {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestHookSignature(t *testing.T) {
	w := webhook(&Settings{Webhook: &Webhook{Secret: pipeline.NewSecret(hookSecret)}})
	body := `{"event": "test"}`
	for _, c := range []struct {
		name, signature string
		want            bool
	}{
		{"right", signature(body), true},
		{"upper case", "sha256=" + strings.ToUpper(strings.TrimPrefix(signature(body), "sha256=")), true},
		{"of other bytes", signature(body + " "), false},
		{"none", "", false},
		{"no algorithm", strings.TrimPrefix(signature(body), "sha256="), false},
		{"another algorithm", strings.Replace(signature(body), "sha256", "sha1", 1), false},
		{"cut off", signature(body)[:20], false},
		{"empty", "sha256=", false},
	} {
		if got := w.Authentic(hook(c.signature, body)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if webhook(&Settings{}) != nil {
		t.Error("a source without a webhook block has a webhook")
	}
	none := webhook(&Settings{Webhook: &Webhook{}})
	empty := hmac.New(sha256.New, nil)
	empty.Write([]byte(body))
	if none.Authentic(hook("sha256="+hex.EncodeToString(empty.Sum(nil)), body)) {
		t.Error("an empty secret lets everybody in")
	}
}

// TestHookBodies: every variant that the documentation shows.
func TestHookBodies(t *testing.T) {
	all := []pipeline.Hint{pipeline.AnyRecord}
	for _, c := range []struct {
		name, body string
		want       []pipeline.Hint
		test       bool
	}{
		{"a", `{"id":"evt_1","event":"product.updated","timestamp":"2026-11-29T11:00:00Z","data":{"ean":"4006381333931","title":"x","updated_fields":["price"]}}`, []pipeline.Hint{"ean:4006381333931"}, false},
		{"b", `{"event":"price.updated","timestamp":"2026-11-29T11:00:00Z","webhook_id":"wh_1","data":{"product_id":17,"sku":"A","changes":{"price":{"old":1,"new":2}}}}`, []pipeline.Hint{"id:17"}, false},
		{"b with a uuid", `{"event":"product.created","data":{"product_id":"0b9c-1","ean":"12345678"}}`, []pipeline.Hint{"id:0b9c-1", "ean:12345678"}, false},
		{"a sku alone", `{"event":"product.updated","data":{"sku":"A-1"}}`, []pipeline.Hint{"sku:A-1"}, false},
		{"c", `{"event":"stock.updated","data":{"source":"windev","updated_count":2,"eans":["1","2","1"]}}`, []pipeline.Hint{"ean:1", "ean:2"}, false},
		{"c without a list", `{"event":"product.batch_sync","data":{"source":"windev","created":3,"updated":1,"errors":0,"total":4}}`, all, false},
		{"more than is worth it", `{"event":"stock.updated","data":{"eans":["0"` + strings.Repeat(`,"1"`, manyHints) + `]}}`, all, false},
		{"nothing named", `{"event":"product.updated","data":{}}`, all, false},
		{"deleted", `{"event":"product.deleted","data":{"product_id":17}}`, all, false},
		{"an import", `{"event":"import.completed"}`, all, false},
		{"unknown", `{"event":"supplier.created","data":{"product_id":17}}`, nil, false},
		{"no object inside", `{"event":"product.updated","data":null}`, all, false},
		{"test", `{"event":"test"}`, nil, true},
		{"the other test", `{"event":"webhook.test"}`, nil, true},
		{"a day old, almost", `{"event":"product.updated","timestamp":"2026-11-28T12:00:01+00:00","data":{"product_id":1}}`, []pipeline.Hint{"id:1"}, false},
		{"no zone", `{"event":"product.updated","timestamp":"2026-11-29T10:00:00.123456","data":{"product_id":1}}`, []pipeline.Hint{"id:1"}, false},
		{"an id too long to be one", `{"event":"product.updated","data":{"product_id":"` + strings.Repeat("x", 1000) + `"}}`, all, false},
	} {
		got, err := readHook(hook("", c.body))
		if err != nil || got.Test != c.test {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
		if diff := cmp.Diff(c.want, got.Hints); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	for _, body := range []string{``, `[]`, `"x"`, `{}`, `{"event":1}`, `{"event":"product.updated","timestamp":"2026-11-28T11:59:59Z","data":{"product_id":1}}`} {
		if _, err := readHook(hook("", body)); err == nil || pipeline.AsError(err).Code != pipeline.CodeWebhookRefused {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestHookDeliveries: webhook_id names the registration, so it must not make two deliveries one.
func TestHookDeliveries(t *testing.T) {
	id := func(body string) string {
		h, err := readHook(hook("", body))
		if err != nil {
			t.Fatal(err)
		}
		return h.ID
	}
	one, two := `{"event":"price.updated","webhook_id":"wh_1","data":{"product_id":1}}`, `{"event":"price.updated","webhook_id":"wh_1","data":{"product_id":2}}`
	if id(one) == id(two) {
		t.Error("two deliveries of one registration are taken for one")
	}
	if again := id(one); again != id(one) {
		t.Errorf("a repetition has another id, %q", again)
	}
	if got := id(`{"id":"evt_7","event":"test"}`); got != "evt_7" {
		t.Errorf("an event has the id %q", got)
	}
}

func FuzzHook(f *testing.F) {
	f.Add(`{"id":"evt_1","event":"stock.updated","timestamp":"2026-11-29T11:00:00Z","data":{"eans":["1"],"product_id":1}}`)
	f.Fuzz(func(t *testing.T, body string) {
		h, err := readHook(hook("", body))
		if err != nil && pipeline.AsError(err).Code != pipeline.CodeWebhookRefused {
			t.Error(err)
		}
		if len(h.Hints) > manyHints+2 {
			t.Errorf("%d hints", len(h.Hints))
		}
		for _, hint := range h.Hints {
			if len(hint) > longestHint+len(hintEAN) {
				t.Errorf("a hint of %d bytes", len(hint))
			}
		}
	})
}
