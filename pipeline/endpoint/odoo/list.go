package odoo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// listPage is how many records a full pass reads at once.
const listPage = 1000

// List implements pipeline.Endpoint. It walks through the ids upwards, each page beginning where the last
// ended, so that records that are made or deleted meanwhile move nothing.
func (e *Endpoint) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	s, err := e.session(ctx)
	if err != nil {
		return "", err
	}
	if err := s.checkFields(fields); err != nil {
		return "", err
	}
	e.forgetTree()
	var next cursor
	var proof completeness
	for last := int64(0); ; {
		ids, a, err := e.search(ctx, s, rpc.OpSearch, domain{where("id", ">", last)}, window{order: "id", limit: listPage})
		if err != nil {
			return "", err
		}
		if last == 0 {
			next = cursor{since: e.since(a)}
			proof.before = next.since
		}
		products, err := e.read(ctx, s, ids, fields)
		if err != nil {
			return "", err
		}
		changes := make([]pipeline.Change, len(products))
		for i := range products {
			proof.add(products[i])
			changes[i] = pipeline.Change{Key: products[i].Key, Stamp: products[i].Stamp, Record: &products[i].Record}
		}
		if len(changes) > 0 {
			if err := yield(changes); err != nil {
				return "", err
			}
		}
		if err := e.listMembers(ctx, s, products, fields, yield); err != nil {
			return "", err
		}
		if len(ids) < listPage { // what is made from now on is the next poll's
			break
		}
		last = ids[len(ids)-1]
	}
	if err := e.prove(ctx, s, proof); err != nil {
		return "", err
	}
	return next.String(), nil
}

// listMembers yields the variants of the families among products.
func (e *Endpoint) listMembers(ctx context.Context, s *session, products []product, fields []string, yield func([]pipeline.Change) error) error {
	var ids []int64
	for _, p := range products {
		if p.family == nil || p.variants == nil {
			continue
		}
		for _, m := range p.variants.members {
			if len(m.values) > 0 {
				ids = append(ids, m.id)
			}
		}
	}
	for some := range slices.Chunk(ids, listPage) {
		members, err := e.readMembers(ctx, s, some, fields)
		if err != nil {
			return err
		}
		if len(members) < len(some) && ctx.Err() == nil {
			// Invariant 5: a variant that went in this moment is the next listing's matter.
			return &pipeline.Error{
				Code: pipeline.CodeListingIncomplete, Class: pipeline.Transient,
				Message: fmt.Sprintf("Odoo at %s gave %d of %d variants that it had listed", e.client.Host(), len(members), len(some)),
			}
		}
		changes := make([]pipeline.Change, len(members))
		for i := range members {
			changes[i] = pipeline.Change{Key: members[i].Key, Stamp: members[i].Stamp, Record: &members[i].Record}
		}
		if err := yield(changes); err != nil {
			return err
		}
	}
	return nil
}

// completeness counts what a listing gave, to prove that it left nothing out.
type completeness struct {
	before time.Time // records made before it cannot have appeared while the listing went on
	listed int
}

func (c *completeness) add(p product) {
	if p.created != "" && p.created < c.before.Format(dateTime) {
		c.listed++
	}
}

// prove compares a listing with Odoo's own count of the records that were there all the time.
//
// Invariant 5: a short listing is an error, so that nothing is ever taken for deleted by it.
func (e *Endpoint) prove(ctx context.Context, s *session, c completeness) error {
	want, err := e.count(ctx, s, domain{where("create_date", "<", c.before.Format(dateTime))})
	if err != nil {
		return err
	}
	if c.listed < want {
		return &pipeline.Error{
			Code: pipeline.CodeListingIncomplete, Class: pipeline.Transient,
			Message: fmt.Sprintf("Odoo at %s listed %d of its %d older products", e.client.Host(), c.listed, want),
		}
	}
	return nil
}

// since returns the moment from which on the next poll must look: before the call began, less the
// overlap.
//
// Invariant 4: what was committed before the call was seen by it, and what is committed later has a
// date after this, unless its transaction takes longer than the overlap.
func (e *Endpoint) since(a rpc.Answer) time.Time {
	began := a.Began
	if began.IsZero() { // a server that hides its clock: ours, and twice the margin
		began = e.deps.Now().Add(-e.settings.Timeout - e.settings.Overlap)
	}
	return began.Add(-e.settings.Overlap).UTC().Truncate(time.Second)
}
