package odoo

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// Odoo calls up to version 18 before the transaction commits, and calls often about one record: a new product
// makes a dozen calls. So it is read a moment after the last of them, and once more later, for what committed late.
const (
	hookSettle  = 2 * time.Second
	hookLongest = 10 * time.Second
	hookAgain   = 30 * time.Second
)

// webhook returns how Odoo's action "Send Webhook Notification" calls.
func webhook(settings any) *pipeline.Webhook {
	s := settings.(*Settings)
	if s.Webhook == nil {
		return nil
	}
	secret := s.Webhook.Secret
	return &pipeline.Webhook{
		Authentic: func(c pipeline.HookCall) bool {
			given := c.Secret
			if bearer, ok := strings.CutPrefix(c.Header("Authorization"), "Bearer "); ok {
				given = bearer
			}
			return secret.Matches(given)
		},
		Read:   readHook,
		Settle: hookSettle, Longest: hookLongest, Again: hookAgain,
		Place: func(address string) string {
			return fmt.Sprintf("in Odoo 17 or later, in automation rules with the action \"Send Webhook Notification\", enter %s/SECRET, with the secret of the webhook block in the place of SECRET; see docs/webhooks.md", address)
		},
	}
}

// hookModels are the models whose records lead to products.
func hookModels() []string {
	return []string{templateModel, variantModel, moveLineModel, quantModel}
}

// readHook reads the body that Odoo sends: {"_action", "_id", "_model"} and the fields chosen in the rule, which are
// not looked at. Creation, change and deletion look alike.
func readHook(c pipeline.HookCall) (pipeline.Hooked, error) {
	var body struct {
		ID    int64  `json:"_id"`
		Model string `json:"_model"`
	}
	if err := json.Unmarshal(c.Body, &body); err != nil || body.Model == "" || body.ID <= 0 {
		return pipeline.Hooked{}, &pipeline.Error{
			Code: pipeline.CodeWebhookRefused, Message: "the body is not what Odoo's webhook action sends: an object with _model and _id", Cause: err,
		}
	}
	h := pipeline.Hooked{Event: body.Model}
	if slices.Contains(hookModels(), body.Model) {
		h.Hints = []pipeline.Hint{pipeline.Hint(body.Model + ":" + strconv.FormatInt(body.ID, 10))}
	}
	return h, nil
}

// Hinted implements pipeline.Endpoint: whatever of a product was named, its template's record and those of its
// variants are meant.
func (e *Endpoint) Hinted(ctx context.Context, hints []pipeline.Hint, fields []string, yield func([]pipeline.Change) error) (bool, error) {
	s, err := e.session(ctx)
	if err != nil {
		return false, err
	}
	if err := s.checkFields(fields); err != nil {
		return false, err
	}
	e.forgetTree()
	p := &poll{Endpoint: e, s: s, stocked: s.stocked(fields), yield: yield}
	templates, err := p.templatesOfHints(ctx, hints)
	if err != nil || len(templates) == 0 {
		return true, err
	}
	return true, p.takeProducts(ctx, templates)
}

// templatesOfHints returns the templates that hints lead to, as far as there is anything of that id.
func (p *poll) templatesOfHints(ctx context.Context, hints []pipeline.Hint) ([]int64, error) {
	named := map[string][]int64{} // ids by model
	for _, h := range hints {
		model, text, _ := strings.Cut(string(h), ":")
		if id, err := strconv.ParseInt(text, 10, 32); err == nil && id > 0 && slices.Contains(hookModels(), model) {
			named[model] = append(named[model], id)
		}
	}
	for _, model := range []string{moveLineModel, quantModel} {
		if !p.stocked {
			break
		}
		rows, err := p.named(ctx, model, named[model], "product_id")
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			named[variantModel] = append(named[variantModel], r.reference("product_id"))
		}
	}
	rows, err := p.named(ctx, variantModel, named[variantModel], "product_tmpl_id")
	if err != nil {
		return nil, err
	}
	templates := map[int64]bool{}
	for _, id := range append(named[templateModel], templatesOf(rows)...) {
		templates[id] = true
	}
	return slices.Sorted(maps.Keys(templates)), nil
}

// named reads one field of the records of those ids that exist.
func (p *poll) named(ctx context.Context, model string, ids []int64, field string) ([]row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, _, err := p.searchRead(ctx, p.s, rpc.OpSearch, model, domain{where("id", "in", anyOf(ids))}, []string{field}, window{order: "id"})
	return rows, err
}
