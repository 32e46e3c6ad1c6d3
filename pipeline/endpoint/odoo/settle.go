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
	open := make(map[string][]int, len(drafts))
	for i, d := range drafts {
		open[d.Token] = append(open[d.Token], i)
	}
	made := e.madeSince(s, drafts)
	for last := int64(0); len(open) > 0; {
		ids, _, err := e.search(ctx, s, rpc.OpSettle, append(domain{where("id", ">", last)}, made...), window{order: "id", limit: settlePage})
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			break
		}
		tokens, err := e.tokens(ctx, s, ids)
		if err != nil {
			return nil, err
		}
		for token, id := range tokens {
			for _, i := range open[token] {
				keys[i] = keyOf(id)
			}
			delete(open, token)
		}
		last = ids[len(ids)-1]
	}
	return keys, nil
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
func (e *Endpoint) tokens(ctx context.Context, s *session, ids []int64) (map[string]int64, error) {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpSettle, Model: templateModel, Method: "get_metadata", Args: []any{anyOf(ids)},
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
