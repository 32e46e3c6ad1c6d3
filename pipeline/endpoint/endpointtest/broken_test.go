package endpointtest_test

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// end is a memory endpoint whose calls can be replaced; nil is the real one.
type end struct {
	*memory.System
	describe func(context.Context) (pipeline.Description, error)
	changes  func(context.Context, string, []string, func([]pipeline.Change) error) (string, error)
	list     func(context.Context, []string, func([]pipeline.Change) error) (string, error)
	fetch    func(context.Context, []pipeline.Key, []string) ([]pipeline.Record, error)
	find     func(context.Context, string, []pipeline.Value, []string) ([]pipeline.Record, error)
	create   func(context.Context, []pipeline.Draft) []pipeline.Receipt
	update   func(context.Context, []pipeline.Patch) []pipeline.Receipt
	remove   func(context.Context, []pipeline.Key, pipeline.Removal) []pipeline.Receipt
	settle   func(context.Context, []pipeline.Draft) ([]pipeline.Key, error)
}

func newEnd(s *memory.System) *end {
	return &end{
		System: s, describe: s.Describe, changes: s.Changes, list: s.List, fetch: s.Fetch, find: s.Find,
		create: s.Create, update: s.Update, remove: s.Remove, settle: s.Settle,
	}
}

func (e *end) Describe(ctx context.Context) (pipeline.Description, error) { return e.describe(ctx) }

func (e *end) Changes(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return e.changes(ctx, cursor, fields, yield)
}

func (e *end) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return e.list(ctx, fields, yield)
}

func (e *end) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	return e.fetch(ctx, keys, fields)
}

func (e *end) Find(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
	return e.find(ctx, field, values, fields)
}

func (e *end) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	return e.create(ctx, drafts)
}

func (e *end) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	return e.update(ctx, patches)
}

func (e *end) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	return e.remove(ctx, keys, how)
}

func (e *end) Settle(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	return e.settle(ctx, drafts)
}

// eachRead changes every record that is read, by Fetch or in a receipt.
func (e *end) eachRead(change func(*pipeline.Record)) {
	e.fetch = func(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
		records, err := e.System.Fetch(ctx, keys, fields)
		for i := range records {
			change(&records[i])
		}
		return records, err
	}
}

// eachWritten changes the values of every draft and patch before they are written.
func (e *end) eachWritten(change func(name string, v pipeline.Value) pipeline.Value) {
	changed := func(values pipeline.Values) pipeline.Values {
		out := pipeline.Values{}
		for name, v := range values {
			out[name] = change(name, v)
		}
		return out
	}
	e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
		drafts = slices.Clone(drafts)
		for i := range drafts {
			drafts[i].Fields = changed(drafts[i].Fields)
		}
		return e.System.Create(ctx, drafts)
	}
	e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
		patches = slices.Clone(patches)
		for i := range patches {
			patches[i].Fields = changed(patches[i].Fields)
		}
		return e.System.Update(ctx, patches)
	}
}

// without leaves out of a listing the changes for which drop says so.
func (e *end) without(drop func(pipeline.Change) bool) {
	filter := func(yield func([]pipeline.Change) error) func([]pipeline.Change) error {
		return func(batch []pipeline.Change) error {
			return yield(slices.DeleteFunc(slices.Clone(batch), drop))
		}
	}
	e.list = func(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
		return e.System.List(ctx, fields, filter(yield))
	}
	e.changes = func(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
		return e.System.Changes(ctx, cursor, fields, filter(yield))
	}
}

func archived(fields pipeline.Values) bool {
	v, ok := fields["active"]
	return ok && !v.AsBool()
}

// wholeBatch gives every receipt of a batch the error of one.
func wholeBatch(receipts []pipeline.Receipt) []pipeline.Receipt {
	for _, r := range receipts {
		if r.Err != nil {
			for i := range receipts {
				receipts[i] = pipeline.Receipt{Err: r.Err}
			}
			break
		}
	}
	return receipts
}

// unclassed loses what an error says beside its text.
func unclassed(receipts []pipeline.Receipt) []pipeline.Receipt {
	for i, r := range receipts {
		if r.Err != nil {
			receipts[i].Err = errors.New(strings.ToUpper(r.Err.Error()))
		}
	}
	return receipts
}
