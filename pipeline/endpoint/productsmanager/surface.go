package productsmanager

import (
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
)

// surface is one of the product APIs that Products Manager serves on the same host: it says which
// requests there are and what they are called, nothing else.
type surface interface {
	can() capabilities
	list(o order, page, size int) client.Request
	// search asks for the products in which text occurs; which fields are looked at is PM's business, so
	// that what is not found may exist all the same.
	search(text string) client.Request
	get(key pipeline.Key) client.Request
	create(body map[string]any) client.Request
	update(key pipeline.Key, body map[string]any) client.Request
	remove(key pipeline.Key) client.Request
	// names returns the keys under which a canonical field is written.
	names(field string) []string
}

// capabilities are what a surface can do beyond reading and writing products.
type capabilities struct {
	changes bool // lists can be sorted by the last change; without it every poll reads everything
	search  bool
}

// order is how a list is sorted.
type order uint8

const (
	oldestFirst order = iota // by creation: new products come last, and move nothing
	newestFirst              // by creation
	lastChanged              // by the last change, latest first
)

// surfaces returns the names that `api` can have, and what stands behind each; nil is not there yet.
func surfaces() map[string]surface {
	return map[string]surface{"app": app{}, "public": nil, "windev": nil}
}
