package productsmanager

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// describedFor is how long the answer to Describe is good.
const describedFor = 10 * time.Minute

// Describe proves the credentials by reading one product.
func (e *endpoint) Describe(ctx context.Context) (pipeline.Description, error) {
	select {
	case e.describing <- struct{}{}:
		defer func() { <-e.describing }()
	case <-ctx.Done():
		return pipeline.Description{}, e.client.Stopped(ctx)
	}
	e.mu.Lock()
	about, at := e.about, e.aboutAt
	e.mu.Unlock()
	if about == nil || e.now().Sub(at) > describedFor {
		asked, err := e.ask(ctx)
		if err != nil {
			return pipeline.Description{}, err
		}
		about = &asked
		e.mu.Lock()
		e.about, e.aboutAt = about, e.now()
		e.mu.Unlock()
	}
	described := *about
	described.Records, described.Time = int(e.total.Load()), e.client.Now()
	return described, nil
}

func (e *endpoint) ask(ctx context.Context) (pipeline.Description, error) {
	l := &listing{endpoint: e, order: newestFirst}
	if _, err := l.fetch(ctx, 1, 1); err != nil {
		return pipeline.Description{}, err
	}
	version, advice := e.version(ctx), e.advice(ctx)
	if e.settings.API != "app" {
		version += " (API " + e.settings.API + ")"
	}
	return pipeline.Description{
		Identity: e.identity(), Product: "Products Manager", Version: version, User: e.client.User(),
		Schema: e.schema, BatchSize: e.surface.can().batch, Advice: advice, HidesArchived: e.surface.can().hides,
	}, nil
}

// identity is the server's address and the account, as far as PM tells: an API key does not say whose
// it is, and must not be part of the identity, or a new key would be another system.
func (e *endpoint) identity() string {
	identity := strings.ToLower(e.client.Host()) + strings.TrimSuffix(e.client.BasePath(), "/api/v1")
	if tenant := e.client.Tenant(); tenant != "" {
		identity += "#" + tenant
	}
	if e.surface.can().byEAN {
		identity += "#ean" // products have other keys
	}
	return identity
}

// version is what the server's health page says; whoever may not see it does not need it.
func (e *endpoint) version(ctx context.Context) string {
	answer, err := e.client.Do(ctx, client.Request{Op: client.Status, Method: http.MethodGet, Path: "/health", Root: true})
	if object, ok := answer.JSON.(map[string]any); ok && err == nil {
		if v, ok := object["version"].(string); ok && v != "" {
			return wire.Clip(v, 40)
		}
	}
	return "unknown"
}

// advice warns of PM's own synchronization with Odoo: two engines on one catalogue undo each other's work.
func (e *endpoint) advice(ctx context.Context) []string {
	var advice []string
	_, feeds := e.surface.(feeder)
	if !feeds && !e.surface.can().sorts {
		advice = append(advice, fmt.Sprintf("The API %q of Products Manager does not tell what changed: every cycle lists all products, %d a request. With a large catalogue, raise `every` in the pipeline.", e.settings.API, pageSize))
	}
	answer, err := e.client.Do(ctx, client.Request{Op: client.Status, Method: http.MethodGet, Path: "/odoo/status"})
	if err != nil || !odooSyncOn(answer.JSON) {
		return advice // not permitted, or no such module
	}
	return append(advice, "Products Manager's own synchronization with Odoo is on. Switch it off before Tandem runs: two engines on one catalogue undo each other's changes.")
}

// odooSyncOn reads an answer whose shape is not documented: any of the usual words for "on".
func odooSyncOn(raw any) bool {
	object, ok := raw.(map[string]any)
	if !ok {
		return false
	}
	if inner, ok := object["data"].(map[string]any); ok {
		object = inner
	}
	for _, key := range []string{"is_active", "active", "enabled", "is_enabled", "sync_enabled", "auto_sync", "auto_sync_enabled"} {
		if on, ok := object[key].(bool); ok && on {
			return true
		}
	}
	status, _ := object["status"].(string)
	return slices.Contains([]string{"active", "enabled", "running", "syncing"}, strings.ToLower(status))
}
