package productsmanager

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

const (
	// signatureHeader holds sha256= and the HMAC of the body in hexadecimal digits.
	signatureHeader = "X-PM-Signature"
	// hookAge is how old a call may be by its own account. PM repeats a call for seven hours and a bit, and a
	// repetition does no harm: it leads to a reading. What is older was kept by somebody else.
	hookAge = 24 * time.Hour
	// manyHints in one call are as good as none: the list of changes is shorter than so many readings.
	manyHints   = 500
	longestHint = 128

	hookSettle  = time.Second
	hookLongest = 10 * time.Second
)

// The ways in which calls name products: a prefix of hints.
const (
	hintID  = "id:"
	hintEAN = "ean:"
	hintSKU = "sku:"
)

// webhook returns how Products Manager calls: signed, some time after the change was committed, and again if the
// answer is not what it wants.
func webhook(settings any) *pipeline.Webhook {
	s, ok := settings.(*Settings)
	if !ok || s.Webhook == nil {
		return nil
	}
	secret := s.Webhook.Secret
	return &pipeline.Webhook{
		Authentic: func(c pipeline.HookCall) bool { return signed(secret, c.Header(signatureHeader), c.Body) },
		Read:      readHook,
		Settle:    hookSettle, Longest: hookLongest,
		Place: func(address string) string {
			return fmt.Sprintf("`tandem webhook register` enters %s in Products Manager; by hand, enter it with the secret of the webhook block and the events of products", address)
		},
	}
}

func signed(secret pipeline.Secret, header string, body []byte) bool {
	digits, ok := strings.CutPrefix(strings.TrimSpace(header), "sha256=")
	given, err := hex.DecodeString(digits)
	if !ok || err != nil || secret.IsZero() {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), given)
}

// hookBody is what the documentation's variants of a call have in common.
type hookBody struct {
	ID        text   `json:"id"`
	Event     string `json:"event"`
	Timestamp text   `json:"timestamp"`
	Data      struct {
		ProductID text   `json:"product_id"`
		EAN       text   `json:"ean"`
		SKU       text   `json:"sku"`
		EANs      []text `json:"eans"`
	} `json:"data"`
}

// text is a JSON string or number.
type text string

// UnmarshalJSON takes everything else for no text.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	var n json.Number
	switch {
	case json.Unmarshal(b, &s) == nil:
		*t = text(strings.TrimSpace(s))
	case json.Unmarshal(b, &n) == nil:
		*t = text(n)
	}
	return nil
}

func readHook(c pipeline.HookCall) (pipeline.Hooked, error) {
	var body hookBody
	if err := json.Unmarshal(bytes.TrimSpace(c.Body), &body); err != nil || body.Event == "" {
		return pipeline.Hooked{}, refusedHook("the body is not what Products Manager sends: an object with event, timestamp and data", err)
	}
	if at, ok := hookTime(string(body.Timestamp)); ok && c.At.Sub(at) > hookAge {
		return pipeline.Hooked{}, refusedHook(fmt.Sprintf("the call is of %s, more than %s ago", at.UTC().Format(time.RFC3339), hookAge), nil)
	}
	h := pipeline.Hooked{ID: deliveryOf(body, c.Body), Event: clip(body.Event)}
	switch body.Event {
	case "test", "webhook.test":
		h.Test = true
	case "product.created", "product.updated", "stock.updated", "price.updated":
		h.Hints = body.hints()
	case "product.batch_sync", "import.completed", "import.failed", "ean.resolved", "connector.sync_completed":
		h.Hints = []pipeline.Hint{pipeline.AnyRecord} // many products changed, and the call does not say which
	case "product.deleted":
		// Invariant 5: that a product cannot be read proves nothing; the list of changes may have a tombstone.
		h.Hints = []pipeline.Hint{pipeline.AnyRecord}
	}
	return h, nil
}

func refusedHook(message string, cause error) error {
	return &pipeline.Error{Code: pipeline.CodeWebhookRefused, Message: message, Cause: cause}
}

// deliveryOf tells one delivery from another. webhook_id does not: it names the registration.
func deliveryOf(body hookBody, raw []byte) string {
	if strings.HasPrefix(string(body.ID), "evt_") {
		return clip(string(body.ID))
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), longestHint)], "") }

// hookTime reads the time in a call; what cannot be read says nothing.
func hookTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999", time.DateTime} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// hints returns what the call names, best known first; anything where it names nothing.
func (b *hookBody) hints() []pipeline.Hint {
	d := b.Data
	var hints []pipeline.Hint
	add := func(prefix string, id text) bool {
		if id == "" || len(id) > longestHint {
			return false
		}
		if h := pipeline.Hint(prefix + string(id)); !slices.Contains(hints, h) {
			hints = append(hints, h)
		}
		return true
	}
	if len(d.EANs) > manyHints {
		return []pipeline.Hint{pipeline.AnyRecord}
	}
	for _, ean := range d.EANs {
		add(hintEAN, ean)
	}
	// One of them names the product; which of them can be asked for depends on the API, so two of them may go.
	id := add(hintID, d.ProductID)
	if !add(hintEAN, d.EAN) && !id {
		add(hintSKU, d.SKU)
	}
	if len(hints) == 0 {
		return []pipeline.Hint{pipeline.AnyRecord}
	}
	return hints
}
