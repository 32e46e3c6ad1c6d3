package productsmanager

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

var _ pipeline.HookKeeper = (*endpoint)(nil)

const hooksPath = "/webhooks/"

// hookEvents are the events that tell of products, by all of PM's pages.
func hookEvents() []string {
	return []string{
		"product.created", "product.updated", "product.deleted", "product.batch_sync", "stock.updated", "price.updated",
		"import.completed",
	}
}

// registered is a webhook as PM lists it.
type registered struct {
	id string
	on bool
}

// HookAt implements pipeline.HookKeeper.
func (e *endpoint) HookAt(ctx context.Context, address string) (pipeline.HookState, error) {
	found, err := e.findHook(ctx, address)
	return found.state(), err
}

func (r *registered) state() pipeline.HookState {
	switch {
	case r == nil:
		return pipeline.HookAbsent
	case r.on:
		return pipeline.HookOn
	}
	return pipeline.HookOff
}

// KeepHook implements pipeline.HookKeeper. PM does not show the secret of a webhook, so one that is switched on again
// is given it anew.
func (e *endpoint) KeepHook(ctx context.Context, address string) (pipeline.HookState, error) {
	if e.settings.Webhook == nil {
		return pipeline.HookAbsent, &pipeline.Error{
			Code: pipeline.CodeConfiguration, Message: fmt.Sprintf("source %q has no webhook block", e.deps.Source),
			Remedy: "Write `webhook { secret = credential(\"pm_webhook\") }` into its block.",
		}
	}
	found, err := e.findHook(ctx, address)
	if err != nil || found.state() == pipeline.HookOn {
		return found.state(), err
	}
	body := map[string]any{"url": address, "events": hookEvents(), "secret": e.settings.Webhook.Secret.Reveal(), "active": true}
	if found == nil {
		_, err = e.client.Do(ctx, client.Request{Op: client.Hook, Method: http.MethodPost, Path: hooksPath, Body: body})
		return pipeline.HookAbsent, err
	}
	change := client.Request{Op: client.Hook, Method: http.MethodPatch, Path: path(hooksPath, found.id), Body: body}
	if _, err = e.client.Do(ctx, change); client.StatusOf(err) == http.StatusMethodNotAllowed {
		change.Method = http.MethodPut // as another page has it
		_, err = e.client.Do(ctx, change)
	}
	return pipeline.HookOff, err
}

// findHook returns the webhook that calls the address, one that is on if there are several; nil if there is none.
func (e *endpoint) findHook(ctx context.Context, address string) (*registered, error) {
	answer, err := e.client.Do(ctx, client.Request{Op: client.Hook, Method: http.MethodGet, Path: hooksPath})
	if err != nil {
		return nil, err
	}
	page, err := wire.ReadList(answer.JSON)
	if err != nil {
		return nil, e.client.Unknown(client.Hook, err)
	}
	var found *registered
	for _, row := range page.Items {
		if row["url"] != address {
			continue
		}
		id := product.Product(row).ID()
		if id == "" {
			return nil, e.client.Unknown(client.Hook, errors.New("a webhook without an id: "+wire.Shape(row)))
		}
		on, told := row["active"].(bool)
		if !told {
			on, _ = row["is_active"].(bool)
		}
		if found == nil || on {
			found = &registered{id: id, on: on}
		}
	}
	return found, nil
}
