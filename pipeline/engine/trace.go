package engine

import (
	"context"
	"log/slog"

	"github.com/tandem-sync/tandem/pipeline"
)

// Trace begins a span, within the one that ctx belongs to if there is one: what happens in it gets the context
// that Trace returns. end is called once, with the error that it ended with and with what is known by then. The
// attributes are names, counts and codes: never what a record holds. It must not block. nil traces nothing.
type Trace func(ctx context.Context, span string, about ...slog.Attr) (_ context.Context, end func(err error, about ...slog.Attr))

// begin begins a span, or nothing.
func (t Trace) begin(ctx context.Context, span string, about ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
	if t == nil {
		return ctx, func(error, ...slog.Attr) {}
	}
	return t(ctx, span, about...)
}

// spanned runs a cycle in its span. work fills the report in.
func (r *run) spanned(ctx context.Context, work func(context.Context) error) error {
	if r.Trace == nil {
		return work(ctx)
	}
	ctx, end := r.Trace(ctx, "cycle", slog.String("pipeline", r.Definition.Name))
	err := work(ctx)
	about := []slog.Attr{
		slog.String("cycle", string(r.report.Cycle)), slog.String("kind", string(r.report.Kind)),
		slog.Bool("full", r.report.Full), slog.String("result", string(r.result(err))),
	}
	for _, s := range r.Definition.Sources {
		about = append(about, slog.Int("seen."+s, r.report.Seen[s]), slog.Int("writes."+s, r.report.Writes[s].Total()))
	}
	end(err, about...)
	return err
}

// traced is an endpoint whose calls are spans.
type traced struct {
	*retrying
	trace Trace
}

// call begins the span of one call.
func (t *traced) call(ctx context.Context, operation string, about ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
	return t.trace(ctx, t.cfg.Source+" "+operation, append(about, slog.String("source", t.cfg.Source), slog.String("operation", operation))...)
}

func records(n int) slog.Attr { return slog.Int("records", n) }

func (t *traced) Describe(ctx context.Context) (pipeline.Description, error) {
	ctx, end := t.call(ctx, "describe")
	about, err := t.retrying.Describe(ctx)
	end(err)
	return about, err
}

func (t *traced) Changes(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return t.listing(ctx, "changes", yield, func(ctx context.Context, y func([]pipeline.Change) error) (string, error) {
		return t.retrying.Changes(ctx, cursor, fields, y)
	})
}

func (t *traced) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return t.listing(ctx, "list", yield, func(ctx context.Context, y func([]pipeline.Change) error) (string, error) {
		return t.retrying.List(ctx, fields, y)
	})
}

func (t *traced) listing(ctx context.Context, operation string, yield func([]pipeline.Change) error,
	list func(context.Context, func([]pipeline.Change) error) (string, error),
) (string, error) {
	ctx, end := t.call(ctx, operation)
	n := 0
	next, err := list(ctx, func(c []pipeline.Change) error {
		n += len(c)
		return yield(c)
	})
	end(err, records(n))
	return next, err
}

func (t *traced) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	ctx, end := t.call(ctx, "fetch", records(len(keys)))
	got, err := t.retrying.Fetch(ctx, keys, fields)
	end(err)
	return got, err
}

func (t *traced) Find(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
	ctx, end := t.call(ctx, "find", records(len(values)))
	got, err := t.retrying.Find(ctx, field, values, fields)
	end(err)
	return got, err
}

func (t *traced) Settle(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	ctx, end := t.call(ctx, "settle", records(len(drafts)))
	keys, err := t.retrying.Settle(ctx, drafts)
	end(err)
	return keys, err
}

func (t *traced) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	return t.write(ctx, "create", len(drafts), func(ctx context.Context) []pipeline.Receipt { return t.retrying.Create(ctx, drafts) })
}

func (t *traced) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	return t.write(ctx, "update", len(patches), func(ctx context.Context) []pipeline.Receipt { return t.retrying.Update(ctx, patches) })
}

func (t *traced) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	return t.write(ctx, "remove", len(keys), func(ctx context.Context) []pipeline.Receipt { return t.retrying.Remove(ctx, keys, how) })
}

// write tells the first error of its receipts, and how many have one.
func (t *traced) write(ctx context.Context, operation string, n int, call func(context.Context) []pipeline.Receipt) []pipeline.Receipt {
	ctx, end := t.call(ctx, operation, records(n))
	receipts := call(ctx)
	var first error
	failed := 0
	for _, r := range receipts {
		if r.Err == nil {
			continue
		}
		if failed++; first == nil {
			first = r.Err
		}
	}
	end(first, slog.Int("failed", failed))
	return receipts
}
