package productsmanager

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// tokenPrefix marks an external_id as a creation of Tandem's.
const tokenPrefix = "tandem:"

// Create makes the products one by one, several at once, where there is no batch that tells of each item
// what became of it: of PM's bulk request that is not documented.
func (e *endpoint) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	made, err := e.repeated(ctx, drafts)
	if b, ok := e.surface.(batcher); ok && err == nil {
		return e.createTogether(ctx, b, drafts, made)
	}
	return e.fanOut(len(drafts), func(i int) pipeline.Receipt {
		switch {
		case err != nil:
			return pipeline.Receipt{Err: err}
		case made[i] != "":
			return e.adopt(ctx, made[i], drafts[i])
		}
		return e.create(ctx, drafts[i])
	})
}

// repeated returns the keys of the drafts that were made already. It asks PM only about those that can
// have been sent: by this process, or by one before it.
func (e *endpoint) repeated(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	made := make([]pipeline.Key, len(drafts))
	var doubtful []pipeline.Draft
	var at []int
	for i, d := range drafts {
		key, sent := e.tokens.lookup(d.Token)
		made[i] = key
		if key == "" && (sent || (!d.Since.IsZero() && d.Since.Before(e.opened))) {
			doubtful, at = append(doubtful, d), append(at, i)
		}
	}
	found, err := e.Settle(ctx, doubtful) // Invariant 3: look, do not guess
	if err != nil {
		return nil, err
	}
	for j, key := range found {
		made[at[j]] = key
	}
	return made, nil
}

// adopt returns the receipt of a draft that had been made already, with what the product is by now.
func (e *endpoint) adopt(ctx context.Context, key pipeline.Key, d pipeline.Draft) pipeline.Receipt {
	e.tokens.note(d.Token, key)
	read, err := e.read(ctx, key)
	if err == nil && read.product == nil {
		err = inTrash(key)
	}
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	paths, err := product.ParsePaths(e.schema, slices.Sorted(maps.Keys(d.Fields)))
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	return pipeline.Receipt{Key: key, Record: e.record(read.product, paths, read.start)}
}

func (e *endpoint) create(ctx context.Context, d pipeline.Draft) pipeline.Receipt {
	fields, err := addressed(ctx, d.Fields, d.Images)
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	body, err := e.writer.Create(fields)
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	if _, mapped := body["external_id"]; !mapped {
		body["external_id"] = tokenPrefix + d.Token
	}
	e.tokens.note(d.Token, "")
	answer, err := e.client.Do(ctx, e.surface.create(body))
	if failed := pipeline.AsError(err); failed != nil {
		if failed.Code == pipeline.CodeDuplicate {
			return e.duplicate(ctx, d, failed)
		}
		if !failed.MaybeDone {
			e.tokens.forget(d.Token)
		}
		return judged(pipeline.Receipt{Err: err}, fields, nil)
	}
	found, _ := wire.ReadOne(answer.JSON)
	p := product.Product(found)
	key := e.surface.key(p)
	if key == "" { // made, but it does not say as what
		keys, err := e.Settle(ctx, []pipeline.Draft{d})
		if err != nil || keys[0] == "" {
			return pipeline.Receipt{Err: &pipeline.Error{
				Code: pipeline.CodeBadAnswer, Class: pipeline.Transient, MaybeDone: true, Cause: err,
				Message: fmt.Sprintf("the answer of %s to the creation of a product does not name it: it is %s", e.client.Host(), wire.Shape(answer.JSON)),
			}}
		}
		return e.adopt(ctx, keys[0], d)
	}
	e.tokens.note(d.Token, key)
	return judged(e.receipt(ctx, key, p, answer.Start, fields), fields, nil)
}

// duplicate looks who holds the unique value. If it is this very draft, an earlier attempt was lost on
// the way back. A product that came or changed after the decision will pair in the next cycle, so the
// draft is stale; one that was there before is a mistake in the data.
func (e *endpoint) duplicate(ctx context.Context, d pipeline.Draft, refused *pipeline.Error) pipeline.Receipt {
	refused.Message = "Products Manager already has a product with that unique value"
	ean := d.Fields["ean"].String()
	if ean == "" {
		return pipeline.Receipt{Err: refused}
	}
	refused.Message = fmt.Sprintf("Products Manager already has a product with the EAN %q", ean)
	holder, err := e.holder(ctx, ean)
	switch {
	case err != nil: // the refusal stands, whoever holds it
		e.log.Debug("the holder of an EAN cannot be looked for", "error", err)
	case holder == nil:
		refused.Message += "; it may be in the trash"
		refused.Remedy = "Look in the trash of Products Manager and restore the product or delete it for good; else correct the EAN."
	default:
		if id, known := holder.ExternalID(); known && id == tokenPrefix+d.Token {
			return e.adopt(ctx, e.surface.key(holder), d)
		}
		refused.Message += ": " + cmp.Or(holder.ID(), string(e.surface.key(holder)))
		if !d.Since.IsZero() && e.client.Server(d.Since).Before(latest(holder.Updated(), holder.Created())) {
			refused.Class = pipeline.Stale
		}
	}
	return pipeline.Receipt{Err: refused}
}

// holder looks for the product with that EAN; nil if it is not shown.
func (e *endpoint) holder(ctx context.Context, ean string) (product.Product, error) {
	if e.surface.can().byEAN {
		read, err := e.read(ctx, pipeline.Key(product.NormalEAN(ean)))
		if isGone(err) {
			return nil, nil
		}
		return read.product, err
	}
	s, ok := e.surface.(searcher)
	if !ok {
		return nil, nil
	}
	answer, err := e.client.Do(ctx, s.search(ean))
	if err != nil {
		return nil, err
	}
	page, err := wire.ReadList(answer.JSON)
	if err != nil {
		return nil, e.client.Unknown(client.List, err)
	}
	paths, err := product.ParsePaths(e.schema, []string{"ean"})
	if err != nil {
		return nil, err
	}
	for _, row := range page.Items {
		p := product.Product(row)
		if sameEAN(p.Get(paths[0]).String(), ean) && p.ID() != "" {
			return p, nil
		}
	}
	return nil, nil
}

// sameEAN compares as PM does, which pads EANs with zeros on the left.
func sameEAN(a, b string) bool { return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0") }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
