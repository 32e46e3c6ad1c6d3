package odoo

import (
	"context"
	"fmt"
	"sync"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// The models that are called.
const (
	templateModel = "product.template"
	variantModel  = "product.product"
	categoryModel = "product.category"
)

// batchSize is the most records of one Fetch, Create or Update: half a second of reading.
const batchSize = 500

// Endpoint is one Odoo database. It implements pipeline.Endpoint.
type Endpoint struct {
	settings   Settings
	deps       pipeline.Deps
	connection rpc.Config
	client     *rpc.Client

	connecting   chan struct{} // held by the goroutine that asks what the server is
	categorizing chan struct{} // held by the goroutine that makes categories
	mu           sync.Mutex
	known        *session          // nil before the first call
	categories   *tree             // nil when they are to be read
	told         map[string]string // ids of the categories of a path that were told to be several
}

// Close implements pipeline.Endpoint.
func (e *Endpoint) Close() error {
	e.client.Close()
	return nil
}

// domain is a search domain: a list of triples and operators in Odoo's own notation.
type domain []any

func where(field, operator string, value any) []any { return []any{field, operator, value} }

// order and limit of a search; the zero value is everything in the model's own order.
type window struct {
	order string
	limit int
}

func (w window) options(values map[string]any) map[string]any {
	options := map[string]any{"context": values}
	if w.order != "" {
		options["order"] = w.order
	}
	if w.limit > 0 {
		options["limit"] = w.limit
	}
	return options
}

// search returns the ids of the templates that match.
func (e *Endpoint) search(ctx context.Context, s *session, op string, d domain, w window) ([]int64, rpc.Answer, error) {
	return e.searchIn(ctx, s, op, templateModel, d, w)
}

// searchIn returns the ids of a model's records that match.
func (e *Endpoint) searchIn(ctx context.Context, s *session, op, model string, d domain, w window) ([]int64, rpc.Answer, error) {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: op, Model: model, Method: "search", Args: []any{[]any(d)}, Options: w.options(s.context(archivedToo)),
	})
	if err != nil {
		return nil, a, err
	}
	ids, err := e.ids(a.Value)
	return ids, a, err
}

// searchRead returns the rows that match, archived ones included. Its fields are read without the
// archived records that they may point at, so it is for fields of the rows themselves.
func (e *Endpoint) searchRead(ctx context.Context, s *session, op, model string, d domain, fields []string, w window) ([]row, rpc.Answer, error) {
	options := w.options(s.context(archivedToo))
	options["fields"] = anyOf(fields)
	a, err := e.client.Call(ctx, rpc.Call{Operation: op, Model: model, Method: "search_read", Args: []any{[]any(d)}, Options: options})
	if err != nil {
		return nil, a, err
	}
	rows, err := e.rows(a.Value)
	return rows, a, err
}

// row is one record as Odoo returns it.
type row map[string]any

func (r row) id() int64 {
	id, _ := r["id"].(int64)
	return id
}

// reference returns the id of a many2one field, 0 if it is empty.
func (r row) reference(field string) int64 {
	switch v := r[field].(type) {
	case []any:
		if len(v) > 0 {
			id, _ := v[0].(int64)
			return id
		}
	case int64:
		return v
	}
	return 0
}

// text returns a text or a date, "" if it is empty.
func (r row) text(field string) string {
	text, _ := r[field].(string)
	return text
}

func (r row) isTrue(field string) bool {
	b, _ := r[field].(bool)
	return b
}

func (e *Endpoint) ids(answer any) ([]int64, error) {
	list, ok := answer.([]any)
	ids := make([]int64, len(list))
	for i, v := range list {
		if ids[i], ok = v.(int64); !ok {
			break
		}
	}
	if !ok {
		return nil, e.strange("a list of ids", answer)
	}
	return ids, nil
}

func (e *Endpoint) rows(answer any) ([]row, error) {
	list, ok := answer.([]any)
	rows := make([]row, len(list))
	for i, v := range list {
		var r map[string]any
		if r, ok = v.(map[string]any); !ok || row(r).id() == 0 {
			ok = false
			break
		}
		rows[i] = r
	}
	if !ok {
		return nil, e.strange("a list of records", answer)
	}
	return rows, nil
}

// strange is the error of an answer that Odoo never gives.
func (e *Endpoint) strange(want string, got any) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeBadAnswer, Class: pipeline.Transient,
		Message: fmt.Sprintf("Odoo at %s answered with a %T instead of %s", e.client.Host(), got, want),
	}
}

func anyOf[E any](list []E) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
