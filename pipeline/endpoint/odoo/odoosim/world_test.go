package odoosim_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// both are the versions that were measured.
var both = []int{16, 18}

// world is a server with a clock that stands still until it is told to tick.
type world struct {
	t *testing.T
	*odoosim.Server
	admin, shop *odoosim.Session

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T, version int, change ...func(*odoosim.Config)) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 24, 15, 0, 0, 250_000_000, time.UTC)}
	config := odoosim.Config{Version: version, Now: w.time}
	for _, f := range change {
		f(&config)
	}
	server, err := odoosim.New(config)
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	w.Server = server
	w.admin, w.shop = server.As(odoosim.AdminLogin), server.As(odoosim.ShopLogin)
	return w
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// tick lets some time pass and returns the time then.
func (w *world) tick(d time.Duration) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	return w.now
}

// create makes a product and returns the ids of its template and of its first variant.
func (w *world) create(values odoosim.Values) (template, variant int64) {
	w.t.Helper()
	if values["name"] == nil {
		values["name"] = "Mug"
	}
	template, err := w.admin.Create("product.template", values)
	must(w.t, err)
	for _, p := range w.Products() {
		if p.ID == template && len(p.Variants) > 0 {
			variant = p.Variants[0]
		}
	}
	return template, variant
}

// read returns one field of one record.
func (w *world) read(s *odoosim.Session, model string, id int64, field string) any {
	w.t.Helper()
	records, err := s.Read(model, []int64{id}, field)
	must(w.t, err)
	if len(records) != 1 {
		w.t.Fatalf("%s %d: %d records, want 1", model, id, len(records))
	}
	return records[0][field]
}

// client calls the server over HTTP.
type client struct {
	url  string
	http http.Client
}

func (w *world) serve() *client {
	w.t.Helper()
	url, err := w.Start()
	must(w.t, err)
	c := &client{url: url}
	w.t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// call calls a method of a model as the bot.
func (c *client) call(ctx context.Context, model, method string, args []any, kwargs map[string]any) (any, error) {
	if kwargs == nil {
		kwargs = map[string]any{}
	}
	return c.raw(ctx, "/xmlrpc/2/object", "execute_kw", "odoo", 6, odoosim.BotKey, model, method, args, kwargs)
}

func (c *client) raw(ctx context.Context, path, method string, args ...any) (any, error) {
	body, err := xmlrpc.EncodeCall(method, args...)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "text/xml")
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	return xmlrpc.DecodeResponse(answer.Body, xmlrpc.Limits{Bytes: 8 << 20})
}
