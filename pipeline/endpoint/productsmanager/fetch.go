package productsmanager

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// Fetch reads the products one by one, several at once: PM has no request for several.
func (e *endpoint) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	paths, err := product.ParsePaths(e.schema, fields)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	records, absent := make([]pipeline.Record, 0, len(keys)), false
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(e.settings.Workers)
	for _, key := range keys {
		group.Go(func() error {
			record, err := e.fetch(within, key, paths)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if record == nil {
				absent = true
			} else {
				records = append(records, *record)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if absent {
		if err := e.alive(ctx); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// fetch reads one product; nil if PM says that there is none.
func (e *endpoint) fetch(ctx context.Context, key pipeline.Key, paths []product.Path) (*pipeline.Record, error) {
	read, err := e.read(ctx, key)
	if isGone(err) {
		return nil, nil
	}
	if err != nil || read.product == nil {
		return nil, err
	}
	return e.record(read.product, paths, read.start), nil
}

// alive asks for the list after PM answered that a product does not exist: when the whole module is off
// or the address is wrong, every product seems to be gone.
func (e *endpoint) alive(ctx context.Context) error {
	l := &listing{endpoint: e, order: newestFirst}
	_, err := l.fetch(ctx, 1, 1)
	return err
}

// Find finds by the key alone, the id or the EAN. There may be a search in texts, but which fields it looks
// at is not documented: it can show that a product is there, never that it is not.
func (e *endpoint) Find(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
	byEAN := e.surface.can().byEAN
	if (byEAN && field != "ean") || (!byEAN && field != "id") {
		return nil, pipeline.ErrCannotFind
	}
	keys := make([]pipeline.Key, 0, len(values))
	for _, v := range values {
		if id := v.String(); id != "" {
			if byEAN {
				id = product.NormalEAN(id)
			}
			keys = append(keys, pipeline.Key(id))
		}
	}
	return e.Fetch(ctx, keys, fields)
}

func isGone(err error) bool {
	e := pipeline.AsError(err)
	return e != nil && e.Code == pipeline.CodeRecordGone
}

// reading is one product as a GET gave it.
type reading struct {
	product product.Product // nil: it is in the trash, or no more
	start   time.Time       // PM's clock before it was read; zero when a cache answered, from an earlier time
}

// read gets one product. An answer that is older than what this process wrote gives what it wrote.
func (e *endpoint) read(ctx context.Context, key pipeline.Key) (reading, error) {
	answer, err := e.client.Do(ctx, e.surface.get(key))
	if err != nil {
		return reading{}, err
	}
	found, ok := wire.ReadOne(answer.JSON)
	p := product.Product(found)
	switch {
	case !ok:
		return reading{}, e.client.Unknown(client.Get, fmt.Errorf("a product was expected, but the answer is %s", wire.Shape(answer.JSON)))
	case e.surface.key(p) != key && e.surface.can().byEAN:
		return reading{}, nil // another product has that text as its reference
	case e.surface.key(p) != key:
		return reading{}, e.client.Unknown(client.Get, fmt.Errorf("the product %s was asked for, and another one came", key))
	case p.Trashed():
		return reading{}, nil
	}
	if now, stale := e.wrote.correct(key, p); stale {
		return reading{product: now}, nil
	}
	return reading{product: p, start: answer.Start}, nil
}
