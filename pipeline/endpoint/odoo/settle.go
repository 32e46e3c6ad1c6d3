package odoo

import (
	"context"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// settlePage is how many records are asked for their external ids at once.
const settlePage = 1000

// Settle implements pipeline.Endpoint. The table of external ids is closed to most users, but every user
// may ask a record for its own: so it goes through what this user made since the drafts were written.
//
// Invariant 3: an intent is settled by looking.
func (e *Endpoint) Settle(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	keys := make([]pipeline.Key, len(drafts))
	if len(drafts) == 0 {
		return keys, nil
	}
	s, err := e.session(ctx)
	if err != nil {
		return nil, err
	}
	for model, key := range map[string]func(int64) pipeline.Key{templateModel: keyOf, variantModel: memberKey} {
		open := map[string][]int{}
		for i, d := range drafts {
			if (model == variantModel) == !d.Fields[parentField].IsNull() {
				open[d.Token] = append(open[d.Token], i)
			}
		}
		if err := e.settle(ctx, s, model, e.madeSince(s, drafts), open, func(i int, id int64) { keys[i] = key(id) }); err != nil {
			return nil, err
		}
	}
	return keys, e.settleCodes(ctx, s, drafts, keys)
}

// settleCodes finds those variants that Odoo made of its own accord, and Tandem gave their codes: they have no
// external id.
func (e *Endpoint) settleCodes(ctx context.Context, s *session, drafts []pipeline.Draft, keys []pipeline.Key) error {
	for i, d := range drafts {
		template, ok := idOf(pipeline.Key(d.Fields[parentField].AsText()))
		if !ok || keys[i] != "" {
			continue
		}
		look := domain{where("product_tmpl_id", "=", template), where("create_uid", "=", s.uid)}
		switch code, barcode := d.Fields["default_code"].AsText(), d.Fields["barcode"].AsText(); {
		case code != "":
			look = append(look, where("default_code", "=", code))
		case barcode != "":
			look = append(look, where("barcode", "=", barcode))
		default:
			continue
		}
		ids, _, err := e.searchIn(ctx, s, rpc.OpSettle, variantModel, look, window{order: "id", limit: 1})
		if err != nil {
			return err
		}
		if len(ids) == 1 {
			keys[i] = memberKey(ids[0])
		}
	}
	return nil
}

// settle finds the records of a model whose tokens are open.
func (e *Endpoint) settle(ctx context.Context, s *session, model string, made domain, open map[string][]int, found func(i int, id int64)) error {
	for last := int64(0); len(open) > 0; {
		ids, _, err := e.searchIn(ctx, s, rpc.OpSettle, model, append(domain{where("id", ">", last)}, made...), window{order: "id", limit: settlePage})
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		tokens, err := e.tokens(ctx, s, model, ids)
		if err != nil {
			return err
		}
		for token, id := range tokens {
			for _, i := range open[token] {
				found(i, id)
			}
			delete(open, token)
		}
		last = ids[len(ids)-1]
	}
	return nil
}

// madeSince is the domain of what the user made since the earliest of the drafts, with the overlap as
// margin for clocks.
func (e *Endpoint) madeSince(s *session, drafts []pipeline.Draft) domain {
	d := domain{where("create_uid", "=", s.uid)}
	var since time.Time
	for i, draft := range drafts {
		if draft.Since.IsZero() {
			return d
		}
		if i == 0 || draft.Since.Before(since) {
			since = draft.Since
		}
	}
	ahead, known := e.client.Offset()
	if !known {
		return d
	}
	return append(d, where("create_date", ">=", since.Add(ahead-e.settings.Overlap).UTC().Format(dateTime)))
}

// tokens returns the records of those ids that have a token, by token.
func (e *Endpoint) tokens(ctx context.Context, s *session, model string, ids []int64) (map[string]int64, error) {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpSettle, Model: model, Method: "get_metadata", Args: []any{anyOf(ids)},
		Options: map[string]any{"context": s.context(archivedToo)},
	})
	if err != nil {
		return nil, err
	}
	rows, err := e.rows(a.Value)
	if err != nil {
		return nil, err
	}
	found := map[string]int64{}
	for _, r := range rows {
		for _, name := range externalIDs(r) {
			if token, ok := strings.CutPrefix(name, tokenModule+"."); ok {
				found[token] = r.id()
			}
		}
	}
	return found, nil
}

// externalIDs returns all external ids of a record; Odoo 14 tells one only.
func externalIDs(r row) []string {
	names := []string{r.text("xmlid")}
	list, _ := r["xmlids"].([]any)
	for _, entry := range list {
		if one, ok := entry.(map[string]any); ok {
			names = append(names, row(one).text("xmlid"))
		}
	}
	return names
}

// Recognised implements pipeline.Recogniser: Settle goes by external ids alone.
func (e *Endpoint) Recognised(pipeline.Key) bool { return true }
