package productsmanager

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

// batchSize is how many records one call takes where there are no batches: each is a request of its own,
// so larger batches would only lengthen the time between the look at a record and its write.
const batchSize = 20

// endpoint is one configured Products Manager.
type endpoint struct {
	settings *Settings
	deps     pipeline.Deps
	surface  surface
	client   *client.Client
	schema   pipeline.Schema
	writer   product.Writer
	images   *download.Downloader
	readers  chan struct{} // held while an image is read, so that their bytes stay few
	observe  pipeline.Observer
	log      *slog.Logger
	now      func() time.Time
	opened   time.Time

	total  atomic.Int64 // products, as PM last said; -1 if it never did
	tokens *tokens
	wrote  *writes
	// recognised are the records, by key, that Settle knew by their token.
	recognised sync.Map

	describing chan struct{} // held while PM is asked, so that pipelines that start together ask once
	mu         sync.Mutex
	about      *pipeline.Description
	aboutAt    time.Time
}

// open makes the endpoint of a source whose settings were validated.
func open(s *Settings, deps pipeline.Deps) (*endpoint, error) {
	base, err := url.Parse(strings.TrimRight(s.URL, "/"))
	if err != nil {
		return nil, &pipeline.Error{Code: pipeline.CodeConfiguration, Message: fmt.Sprintf("%q is not an address", s.URL), Cause: err}
	}
	surface := surfaceOf(s.API)
	if surface == nil {
		return nil, &pipeline.Error{Code: pipeline.CodeConfiguration, Message: fmt.Sprintf("Products Manager has no API %q", s.API)}
	}
	rate := Rate{}
	if s.Rate != nil {
		rate = *s.Rate
	}
	schema := surface.schema(s.separator())
	e := &endpoint{
		settings: s, deps: deps, surface: surface, schema: schema,
		writer: product.Writer{Schema: schema, Names: surface.names},
		client: client.New(client.Config{
			Base: base, APIKey: s.APIKey, KeyHeader: surface.can().keyHeader, Email: s.Email, Password: s.Password, Tenant: s.Tenant,
			Timeout: s.Timeout, Workers: s.Workers, Reads: rate.Read, Writes: rate.Write,
			Now: deps.Now, Observe: deps.Observe, TLS: s.TLS,
		}),
		images: download.New(s.downloads(base.Hostname(), deps)), readers: make(chan struct{}, s.Workers), observe: deps.Observe,
		log: deps.Logger, now: deps.Now, opened: deps.Now(),
		tokens: newTokens(), wrote: newWrites(deps.Now), describing: make(chan struct{}, 1),
	}
	e.total.Store(-1)
	return e, nil
}

// Close frees the connections.
func (e *endpoint) Close() error {
	e.client.Close()
	e.images.Close()
	return nil
}

// fanOut carries out n writes, several at once, and returns their receipts in order. After an error that
// concerns the whole source the rest is not sent.
func (e *endpoint) fanOut(n int, write func(i int) pipeline.Receipt) []pipeline.Receipt {
	receipts := make([]pipeline.Receipt, n)
	var stop atomic.Pointer[pipeline.Error]
	var group errgroup.Group
	group.SetLimit(e.settings.Workers)
	for i := range n {
		group.Go(func() error {
			if err := stop.Load(); err != nil {
				receipts[i] = pipeline.Receipt{Err: err}
				return nil
			}
			receipts[i] = write(i)
			if err := pipeline.AsError(receipts[i].Err); err != nil && !err.MaybeDone &&
				(err.Class == pipeline.Auth || err.Class == pipeline.RateLimited) {
				stop.Store(err)
			}
			return nil
		})
	}
	_ = group.Wait() // each failure is in its receipt
	return receipts
}

// record makes the record of a product that was read by a request that the server cannot have seen
// before start. The product must hold all paths.
func (e *endpoint) record(p product.Product, paths []product.Path, start time.Time) *pipeline.Record {
	r := &pipeline.Record{Key: e.surface.key(p), Fields: p.Values(paths), Stamp: p.Stamp()}
	if updated := p.Updated(); !updated.IsZero() {
		r.Modified = e.client.Local(updated)
		r.Settled = !start.IsZero() && !start.Before(updated.Add(stampDoubt))
	}
	return r
}

// stampDoubt is how long after a stamp another edit may still get the same one: the second that the
// stamp stands for, and one for a transaction that took its time between stamp and commit.
const stampDoubt = 2 * time.Second
