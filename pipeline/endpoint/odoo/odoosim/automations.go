package odoosim

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Automation is an automation rule with the action "Send Webhook Notification", as Odoo has it from 17 on: a call for each
// record, in the user's request, before the transaction commits (and also when it is rolled back then), from 19 on
// after it. A call is never repeated.
type Automation struct {
	Model string
	// Watched are the fields whose changes call. With none every write does, and a creation a dozen times.
	Watched []string
	// Deleted: it calls when a record is deleted, not when it is created or written.
	Deleted bool
	URL     string
}

// hookTimeout is how long Odoo waits for an answer, and whoever saves with it.
const hookTimeout = time.Second

// Automations are those of docs/webhooks.md, for the address with the secret.
func Automations(url string) []Automation {
	return []Automation{
		{Model: "product.template", Watched: []string{"name", "list_price", "categ_id", "description_sale", "image_1920", "active"}, URL: url},
		{Model: "product.product", Watched: []string{"default_code", "barcode", "standard_price", "weight", "active", "image_variant_1920"}, URL: url},
		{Model: "product.template", Deleted: true, URL: url},
		{Model: "product.product", Deleted: true, URL: url},
		{Model: "stock.move.line", Watched: []string{"quantity"}, URL: url}, // all moves here are done
	}
}

// automations are the rules of a server, and what became of their calls.
type automations struct {
	mu           sync.Mutex
	list         []Automation
	sent, failed int
	timeout      time.Duration // 0: hookTimeout
}

// WaitForHooks has the calls of automation rules wait for so long, for tests on machines that are busy.
func (s *Server) WaitForHooks(timeout time.Duration) {
	s.automations.mu.Lock()
	defer s.automations.mu.Unlock()
	s.automations.timeout = timeout
}

// Automate replaces the automation rules.
func (s *Server) Automate(list ...Automation) {
	s.automations.mu.Lock()
	defer s.automations.mu.Unlock()
	s.automations.list = list
}

// Called tells how many calls of the rules were answered with a status below 400, and how many were not.
func (s *Server) Called() (sent, failed int) {
	s.automations.mu.Lock()
	defer s.automations.mu.Unlock()
	return s.automations.sent, s.automations.failed
}

// run makes the calls that a transaction is worth, one after the other.
func (r *automations) run(changes []orm.Change) {
	r.mu.Lock()
	list, timeout := slices.Clone(r.list), cmp.Or(r.timeout, hookTimeout)
	r.mu.Unlock()
	if len(list) == 0 || len(changes) == 0 {
		return
	}
	// A new connection for each call, as python-requests has it.
	client := &http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true}}
	for _, c := range changes {
		row := c.Now
		if row == nil {
			row = c.Was
		}
		for _, rule := range list {
			if rule.Model != row.Model().Name {
				continue
			}
			for range rule.calls(c) {
				r.call(client, rule.URL, row)
			}
		}
	}
}

// calls is how often the rule calls about a change, as it was counted on 18 and 19.
func (r Automation) calls(c orm.Change) int {
	variant := r.Model == "product.product"
	switch {
	case r.Deleted != (c.Now == nil):
		return 0
	case r.Deleted:
		return 1
	case c.Was == nil && len(r.Watched) == 0 && r.Model == "product.template":
		return 14
	case c.Was == nil && len(r.Watched) == 0 && variant:
		return 9
	case c.Was == nil && variant:
		return 2
	case c.Was == nil || len(r.Watched) == 0 || slices.ContainsFunc(r.Watched, func(f string) bool {
		return !reflect.DeepEqual(c.Was.Get(f), c.Now.Get(f))
	}):
		return 1
	}
	return 0
}

func (r *automations) call(client *http.Client, url string, row *orm.Row) {
	body := fmt.Appendf(nil, `{"_action": "Send Webhook Notification(#449)", "_id": %d, "_model": %q}`, row.ID, row.Model().Name)
	ok := false
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err == nil && strings.HasPrefix(url, "http") {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("User-Agent", "python-requests/2.28.1")
		var answer *http.Response
		if answer, err = client.Do(request); err == nil {
			ok = answer.StatusCode < 400
			_ = answer.Body.Close()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if ok {
		r.sent++
	} else {
		r.failed++
	}
}
