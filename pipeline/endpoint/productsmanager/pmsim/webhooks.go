package pmsim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// hookTimeout is how long PM waits for an answer.
const hookTimeout = 30 * time.Second

// hookRetries are the pauses after which PM calls again; after the last one it switches the webhook off.
func hookRetries() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour}
}

// Webhook is one registration.
type Webhook struct {
	ID, URL, Secret string
	Events          []string
	Active          bool
	Sent, Failed    int // calls that were answered well, and that were given up or refused
}

func (w *Webhook) shown() map[string]any {
	return map[string]any{"id": w.ID, "url": w.URL, "events": w.Events, "active": w.Active}
}

// webhooks are the registrations and the calls that are due.
type webhooks struct {
	server *Server
	client *http.Client

	mu      sync.Mutex
	list    []*Webhook
	calling sync.WaitGroup
	slots   chan struct{}
}

func newWebhooks(s *Server) *webhooks {
	return &webhooks{server: s, client: &http.Client{Timeout: hookTimeout}, slots: make(chan struct{}, 16)}
}

// Webhooks returns the registrations.
func (s *Server) Webhooks() []Webhook {
	s.hooks.mu.Lock()
	defer s.hooks.mu.Unlock()
	all := make([]Webhook, len(s.hooks.list))
	for i, w := range s.hooks.list {
		all[i] = *w
	}
	return all
}

// SwitchWebhook switches a registration on or off, as staff do, or PM by itself.
func (s *Server) SwitchWebhook(id string, on bool) {
	s.hooks.mu.Lock()
	defer s.hooks.mu.Unlock()
	for _, w := range s.hooks.list {
		if w.ID == id {
			w.Active = on
		}
	}
}

// changed is told of every version of a product that the default account publishes.
func (h *webhooks) changed(c catalogue.Change) {
	data := map[string]any{"product_id": c.ID, "sku": c.SKU, "ean": c.EAN}
	if h.server.config.EventHooks {
		data = map[string]any{"ean": c.EAN, "title": c.Title, "updated_fields": c.Fields}
	}
	h.fire(c.Event, data)
}

// fire sends an event to whoever wants it, in the background.
func (h *webhooks) fire(event string, data map[string]any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.list {
		if !w.Active || len(w.Events) > 0 && !slices.Contains(w.Events, event) {
			continue
		}
		told := map[string]any{"event": event, "timestamp": h.server.config.Now().UTC().Format(time.RFC3339Nano), "data": data}
		if h.server.config.EventHooks {
			told["id"] = "evt_" + uuid.NewString()
		} else {
			told["webhook_id"] = w.ID
		}
		body, err := json.Marshal(told)
		if err != nil {
			panic("pmsim: " + err.Error()) // texts alone
		}
		h.calling.Go(func() { h.deliver(w, body) })
	}
}

// deliver calls until it is answered well, refused, or given up, which switches the webhook off.
func (h *webhooks) deliver(w *Webhook, body []byte) {
	retries := h.server.config.HookRetries
	for attempt := 0; ; attempt++ {
		status := h.call(w, body)
		final := status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests
		if status >= 200 && status < 300 || final || attempt == len(retries) {
			h.mu.Lock()
			defer h.mu.Unlock()
			if status >= 200 && status < 300 {
				w.Sent++
				return
			}
			w.Failed++
			w.Active = w.Active && final
			return
		}
		select {
		case <-time.After(retries[attempt]):
		case <-h.server.closing:
			return
		}
	}
}

// call makes one call and returns its status, 0 for no answer.
func (h *webhooks) call(w *Webhook, body []byte) int {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-h.server.closing:
		return 0
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-h.server.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	h.mu.Lock()
	url, secret := w.URL, w.Secret
	h.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-PM-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := h.client.Do(req)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// close waits for the calls under way, which end as the server closes.
func (h *webhooks) close() {
	h.calling.Wait()
	h.client.CloseIdleConnections()
}

// webhookRoutes are those of PM's pages.
func webhookRoutes() []route {
	return []route{
		{method: "GET", path: "/webhooks/{$}", tier: tierRead, needs: toRead, serve: listWebhooks},
		{method: "POST", path: "/webhooks/{$}", tier: tierWrite, needs: toWrite, serve: createWebhook},
		{method: "PATCH", path: "/webhooks/{id}", tier: tierWrite, needs: toWrite, serve: changeWebhook},
		{method: "POST", path: "/webhooks/{id}/test", tier: tierWrite, needs: toWrite, serve: testWebhook},
	}
}

func listWebhooks(c *call) (answer, error) {
	h := c.server.hooks
	h.mu.Lock()
	defer h.mu.Unlock()
	list := []any{}
	for _, w := range h.list {
		list = append(list, w.shown())
	}
	return ok(map[string]any{"status": "success", "data": map[string]any{"webhooks": list}}), nil
}

func createWebhook(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	w := &Webhook{ID: "wh_" + uuid.NewString()[:8]}
	if err := w.set(body); err != nil {
		return answer{}, err
	}
	h := c.server.hooks
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, w)
	return answer{status: http.StatusCreated, body: map[string]any{"status": "success", "data": w.shown()}}, nil
}

func changeWebhook(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	w, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	c.server.hooks.mu.Lock()
	defer c.server.hooks.mu.Unlock()
	if err := w.set(body); err != nil {
		return answer{}, err
	}
	return ok(map[string]any{"status": "success", "data": w.shown()}), nil
}

func testWebhook(c *call) (answer, error) {
	w, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	body, err := json.Marshal(map[string]any{"event": "webhook.test", "webhook_id": w.ID, "timestamp": c.now.UTC().Format(time.RFC3339)})
	if err != nil {
		return answer{}, err
	}
	status := c.server.hooks.call(w, body)
	return ok(map[string]any{"status": "success", "data": map[string]any{"http_status": status}}), nil
}

func (c *call) webhook() (*Webhook, error) {
	h := c.server.hooks
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.list, func(w *Webhook) bool { return w.ID == c.PathValue("id") })
	if i < 0 {
		return nil, notFound("Webhook not found")
	}
	return h.list[i], nil
}

// set takes over what a request says.
func (w *Webhook) set(body map[string]any) error {
	if url, given := body["url"].(string); given {
		w.URL = url
	}
	if w.URL == "" {
		return unprocessable(catalogue.Problem{Type: "missing", Message: "url: Field required"})
	}
	if secret, given := body["secret"].(string); given {
		w.Secret = secret
	}
	if events, given := body["events"].([]any); given {
		w.Events = nil
		for _, e := range events {
			w.Events = append(w.Events, fmt.Sprint(e))
		}
	}
	if active, given := body["active"].(bool); given {
		w.Active = active
	}
	return nil
}
