package productsmanager

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

// surface is one of the product APIs that Products Manager serves on the same host: it says which
// requests there are, what they are called and which fields they know, nothing else.
type surface interface {
	can() capabilities
	schema(separator string) pipeline.Schema
	// key is what a product is called on this surface; "" if it cannot be called at all.
	key(p product.Product) pipeline.Key
	list(o order, page, size int) client.Request
	get(key pipeline.Key) client.Request
	create(body map[string]any) client.Request
	update(key pipeline.Key, body map[string]any) client.Request
	// names returns the keys under which a canonical field is written.
	names(field string) []string
	// rights words what the credentials must be allowed for writing.
	rights(n pipeline.Needs) []string
}

// searcher is a surface that searches.
type searcher interface {
	// search asks for the products in which text occurs; which fields are looked at is PM's business, so
	// that what is not found may exist all the same.
	search(text string) client.Request
}

// remover is a surface that moves products to PM's trash.
type remover interface {
	remove(key pipeline.Key) client.Request
}

// feeder is a surface that lists what changed since a time.
type feeder interface {
	since(t time.Time, page, size int) client.Request
}

// batcher is a surface that writes many products with one request, and that switches them on and off.
type batcher interface {
	// sync makes products, or writes to those that have the same EAN or reference.
	sync(items []any) client.Request
	// column writes one field of products that are there; nil if there is no request for that field.
	column(field string, items []any) *client.Request
	turn(key pipeline.Key, on bool) client.Request
}

// fallback is a surface on which another request takes the place of one that the server does not know.
type fallback interface {
	// instead is told that the server does not know an update so, and returns another one; false if there is none.
	instead(update client.Request) (client.Request, bool)
}

// capabilities are what a surface can do beyond reading and writing products.
type capabilities struct {
	sorts     bool // lists can be sorted by the last change
	byEAN     bool // the EAN is the key: get finds it, and it cannot be changed
	keyHeader bool // the API key goes in a header of its own
	hides     bool // lists leave inactive products out
	login     bool // e-mail and password will do
	batch     int  // records that one call takes
}

// order is how a list is sorted.
type order uint8

const (
	oldestFirst order = iota // by creation: new products come last, and move nothing
	newestFirst              // by creation
	lastChanged              // by the last change, latest first
)

// apis are the names of the surfaces.
func apis() []string { return []string{"app", "public", "windev"} }

// surfaceOf returns a new surface of that name; nil if there is none.
func surfaceOf(api string) surface {
	switch api {
	case "app":
		return app{}
	case "public":
		return &public{}
	case "windev":
		return windev{}
	}
	return nil
}
