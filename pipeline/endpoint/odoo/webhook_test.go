package odoo

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

func odooHook(path, bearer, body string) pipeline.HookCall {
	return pipeline.HookCall{
		Header: func(name string) string {
			if name == "Authorization" {
				return bearer
			}
			return ""
		},
		Secret: path, Body: []byte(body),
	}
}

func TestHookSecret(t *testing.T) {
	w := webhook(&Settings{Webhook: &Webhook{Secret: pipeline.NewSecret("s3cret")}})
	for _, c := range []struct {
		name, path, bearer string
		want               bool
	}{
		{"in the path", "s3cret", "", true},
		{"in the header", "", "Bearer s3cret", true},
		{"the header counts", "s3cret", "Bearer other", false},
		{"none", "", "", false},
		{"an empty header", "", "Bearer ", false},
		{"a part of it", "s3cre", "", false},
		{"more", "s3crets", "", false},
	} {
		if got := w.Authentic(odooHook(c.path, c.bearer, "")); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if webhook(&Settings{Webhook: &Webhook{}}).Authentic(odooHook("", "", "")) {
		t.Error("an empty secret lets everybody in")
	}
}

// TestHookBody: bodies as Odoo 18 and 19 were seen to send them.
func TestHookBody(t *testing.T) {
	for body, want := range map[string][]pipeline.Hint{
		`{"_action": "Send Webhook Notification(#449)", "_id": 1, "_model": "product.template"}`:                                                 {"product.template:1"},
		`{"_action": "Envoyer une notification webhook(#449)", "_id": 2073, "_model": "product.product", "barcode": false, "name": "\u00e9\"q"}`: {"product.product:2073"},
		`{"_action": "x", "_id": 5, "_model": "stock.move.line", "product_id": 9}`:                                                               {"stock.move.line:5"},
		`{"_action": "x", "_id": 5, "_model": "res.partner"}`:                                                                                    nil,
	} {
		got, err := readHook(odooHook("", "", body))
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, got.Hints); diff != "" || got.ID != "" {
			t.Errorf("%s: %+v\n%s", body, got, diff)
		}
	}
	for _, body := range []string{``, `[]`, `{}`, `{"_id": 1}`, `{"_id": "1", "_model": "product.template"}`, `{"_id": -1, "_model": "product.template"}`, `{"_id": 1e99, "_model": "product.template"}`} {
		if _, err := readHook(odooHook("", "", body)); err == nil || pipeline.AsError(err).Code != pipeline.CodeWebhookRefused {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// FuzzHook: a body from anywhere gives at most one hint, of a model and a number, or is refused.
func FuzzHook(f *testing.F) {
	f.Add("s", "Bearer s", `{"_action":"x","_id":7,"_model":"product.template"}`)
	f.Add("", "", `{"_id":-1,"_model":"product.product"}`)
	f.Add("s3cret", "bearer", `{"_id":1e400,"_model":["stock.quant"]}`)
	w := webhook(&Settings{Webhook: &Webhook{Secret: pipeline.NewSecret("s3cret")}})
	form := regexp.MustCompile(`^(product\.template|product\.product|stock\.move\.line|stock\.quant):[1-9][0-9]*$`)
	f.Fuzz(func(t *testing.T, path, bearer, body string) {
		c := odooHook(path, bearer, body)
		if w.Authentic(c) && path != "s3cret" && bearer != "Bearer s3cret" {
			t.Errorf("%q and %q let it in", path, bearer)
		}
		h, err := w.Read(c)
		if err != nil && pipeline.AsError(err).Code != pipeline.CodeWebhookRefused {
			t.Error(err)
		}
		if len(h.Hints) > 1 || len(h.Hints) == 1 && !form.MatchString(string(h.Hints[0])) {
			t.Errorf("hints %q", h.Hints)
		}
	})
}
