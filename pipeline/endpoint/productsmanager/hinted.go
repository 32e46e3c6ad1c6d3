package productsmanager

import (
	"context"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// Hinted implements pipeline.Endpoint: the products are read one by one. They come without a stamp, since the
// batches of stock and prices need not move updated_at.
func (e *endpoint) Hinted(ctx context.Context, hints []pipeline.Hint, fields []string, yield func([]pipeline.Change) error) (bool, error) {
	if _, err := product.ParsePaths(e.schema, fields); err != nil {
		return false, err
	}
	all := true
	var keys []pipeline.Key
	for _, h := range hints {
		found, known, err := e.hinted(ctx, string(h))
		if err != nil {
			return false, err
		}
		all = all && known
		for _, k := range found {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	for some := range slices.Chunk(keys, batchSize) {
		records, err := e.Fetch(ctx, some, fields)
		if err != nil {
			return false, err
		}
		changes := make([]pipeline.Change, len(records))
		for i := range records {
			changes[i] = pipeline.Change{Key: records[i].Key, Record: &records[i]}
		}
		if len(changes) == 0 {
			continue
		}
		if err := yield(changes); err != nil {
			return false, err
		}
	}
	return all, nil
}

// hinted returns the keys that one hint leads to, and whether it leads anywhere: what names a product otherwise
// than this API calls it is searched for.
func (e *endpoint) hinted(ctx context.Context, hint string) (keys []pipeline.Key, known bool, err error) {
	id, isID := strings.CutPrefix(hint, hintID)
	ean, isEAN := strings.CutPrefix(hint, hintEAN)
	byEAN := e.surface.can().byEAN
	switch {
	case isID && id != "" && !byEAN:
		return []pipeline.Key{pipeline.Key(id)}, true, nil
	case isEAN && ean != "" && byEAN:
		return []pipeline.Key{pipeline.Key(product.NormalEAN(ean))}, true, nil
	case isEAN && ean != "":
		keys, err = e.searchEAN(ctx, ean)
	}
	return keys, len(keys) > 0, err
}

// searchEAN returns the products of that EAN that a search shows. PM does not say which fields it searches, so
// none need not mean that there is none.
func (e *endpoint) searchEAN(ctx context.Context, ean string) ([]pipeline.Key, error) {
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
	var keys []pipeline.Key
	for _, row := range page.Items {
		p := product.Product(row)
		if sameEAN(p.EAN(), ean) && e.surface.key(p) != "" {
			keys = append(keys, e.surface.key(p))
		}
	}
	return keys, nil
}
