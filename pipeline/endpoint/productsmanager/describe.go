package productsmanager

import (
	"context"
	"net/http"
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
	version := e.version(ctx)
	if e.settings.API != "app" {
		version += " (API " + e.settings.API + ")"
	}
	return pipeline.Description{
		Identity: e.identity(), Product: "Products Manager", Version: version, User: e.client.User(),
		Schema: e.schema, BatchSize: e.surface.can().batch, HidesArchived: e.surface.can().hides,
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
