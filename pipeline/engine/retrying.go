package engine

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/tandem-sync/tandem/pipeline"
)

// RetryConfig is how an endpoint is retried.
type RetryConfig struct {
	Source   string
	Logger   *slog.Logger
	Metrics  *Metrics // may be nil
	Trace    Trace    // may be nil
	Attempts int      // at most; 0 is 5
	// Wait sleeps, or returns the context's error; nil sleeps on the real clock.
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter returns a number in [0, 1) that spreads the pauses; nil is a random one.
	Jitter func() float64
	// Described is told of every description; may be nil.
	Described func(pipeline.Description)
}

// NewRetrying returns end with its reads split into batches of the size that the system takes (one that
// was never described gets them one by one), and retried: errors that may pass are tried again after a
// jittered, growing pause, rate limits after as long as the server asks. Writes go through as they are,
// since the write stage looks before it repeats one.
func NewRetrying(end pipeline.Endpoint, cfg RetryConfig) pipeline.Endpoint {
	if cfg.Attempts == 0 {
		cfg.Attempts = 5
	}
	if cfg.Wait == nil {
		cfg.Wait = Wait
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	r := &retrying{Endpoint: end, cfg: cfg}
	if cfg.Trace != nil {
		return &traced{retrying: r, trace: cfg.Trace}
	}
	return r
}

// Wait sleeps for d, or until ctx ends.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retrying wraps an endpoint.
type retrying struct {
	pipeline.Endpoint
	cfg  RetryConfig
	size atomic.Int64 // BatchSize of the last description
}

// inBatches calls f with as many of the arguments at a time as the system takes.
func inBatches[A, R any](r *retrying, args []A, f func([]A) ([]R, error)) ([]R, error) {
	size := int(max(r.size.Load(), 1))
	if len(args) <= size {
		return f(args)
	}
	all := make([]R, 0, len(args))
	for some := range slices.Chunk(args, size) {
		got, err := f(some)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	return all, nil
}

// retry calls f until it succeeds or its error is not worth another try.
func retry[T any](ctx context.Context, r *retrying, operation string, f func() (T, error)) (T, error) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval, pauses.RandomizationFactor = time.Second, time.Minute, 0
	for attempt := 1; ; attempt++ {
		v, err := f()
		var failure *pipeline.Error
		if !errors.As(err, &failure) { // success, or not the endpoint's error: ours, or the context's
			if err == nil {
				r.cfg.Metrics.sourceUp(r.cfg.Source, true)
			}
			return v, err
		}
		passing := failure.Class == pipeline.Transient || failure.Class == pipeline.RateLimited
		if passing || failure.Class == pipeline.Auth {
			r.cfg.Metrics.sourceUp(r.cfg.Source, false)
		}
		if !passing || attempt >= r.cfg.Attempts || ctx.Err() != nil {
			return v, err
		}
		jittered := time.Duration(float64(pauses.NextBackOff()) * (0.5 + r.cfg.Jitter()))
		pause := max(jittered, failure.RetryAfter)
		r.cfg.Logger.Info("trying again", "source", r.cfg.Source, "operation", operation,
			"attempt", attempt, "pause", pause.Round(time.Millisecond), "code", failure.Code, "error", failure.Error())
		if err := r.cfg.Wait(ctx, pause); err != nil {
			return v, err
		}
	}
}

func (r *retrying) Describe(ctx context.Context) (pipeline.Description, error) {
	about, err := retry(ctx, r, "describe", func() (pipeline.Description, error) { return r.Endpoint.Describe(ctx) })
	if err == nil {
		r.size.Store(int64(about.BatchSize))
		if r.cfg.Described != nil {
			r.cfg.Described(about)
		}
	}
	return about, err
}

// Changes starts over after an error, which a listing may: it may repeat.
func (r *retrying) Changes(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return r.listing(ctx, "changes", yield, func(y func([]pipeline.Change) error) (string, error) {
		return r.Endpoint.Changes(ctx, cursor, fields, y)
	})
}

func (r *retrying) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return r.listing(ctx, "list", yield, func(y func([]pipeline.Change) error) (string, error) {
		return r.Endpoint.List(ctx, fields, y)
	})
}

// Hinted asks for as many at a time as the system takes, and starts over as Changes does.
func (r *retrying) Hinted(ctx context.Context, hints []pipeline.Hint, fields []string, yield func([]pipeline.Change) error) (bool, error) {
	all := true
	for some := range slices.Chunk(hints, int(max(r.size.Load(), 1))) {
		found := false
		_, err := r.listing(ctx, "hinted", yield, func(y func([]pipeline.Change) error) (_ string, err error) {
			found, err = r.Endpoint.Hinted(ctx, some, fields, y)
			return "", err
		})
		if err != nil {
			return false, err
		}
		all = all && found
	}
	return all, nil
}

// listing keeps an error of yield from being taken for the endpoint's.
func (r *retrying) listing(ctx context.Context, operation string, yield func([]pipeline.Change) error,
	list func(func([]pipeline.Change) error) (string, error),
) (string, error) {
	var ours error
	next, err := retry(ctx, r, operation, func() (string, error) {
		next, err := list(func(c []pipeline.Change) error {
			ours = yield(c)
			return ours
		})
		if ours != nil {
			return "", nil
		}
		return next, err
	})
	if ours != nil {
		return "", ours
	}
	return next, err
}

// unreadable is how many records of one Fetch may fail by themselves; more mean that the side is ill.
const unreadable = 3

// Fetch reads on when single records cannot be read (a server that fails over one product): they come
// back with their Err, the others as they are.
func (r *retrying) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	return inBatches(r, keys, func(keys []pipeline.Key) ([]pipeline.Record, error) { return r.fetch(ctx, keys, fields) })
}

func (r *retrying) fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	records, err := retry(ctx, r, "fetch", func() ([]pipeline.Record, error) { return r.Endpoint.Fetch(ctx, keys, fields) })
	if err == nil || len(keys) == 1 || !ofOneRecord(err) || ctx.Err() != nil {
		return records, err
	}
	failed := 0
	records, ok := r.fetchHalves(ctx, keys, fields, &failed)
	if !ok {
		return nil, err
	}
	return records, nil
}

// ofOneRecord tells whether an error may be about one record only: the server answered, but badly.
func ofOneRecord(err error) bool {
	switch pipeline.AsError(err).Code {
	case pipeline.CodeServerError, pipeline.CodeBadAnswer, pipeline.CodeAnswerTooLarge, pipeline.CodeRecordRejected:
		return true
	}
	return false
}

// fetchHalves halves until the culprits stand alone; false when they are too many.
func (r *retrying) fetchHalves(ctx context.Context, keys []pipeline.Key, fields []string, failed *int) ([]pipeline.Record, bool) {
	var records []pipeline.Record
	middle := (len(keys) + 1) / 2
	for _, half := range [][]pipeline.Key{keys[:middle], keys[middle:]} {
		if len(half) == 0 {
			continue
		}
		found, err := r.Endpoint.Fetch(ctx, half, fields)
		switch {
		case err == nil:
			records = append(records, found...)
		case !ofOneRecord(err) || ctx.Err() != nil:
			return nil, false
		case len(half) == 1:
			if *failed++; *failed > unreadable {
				return nil, false
			}
			records = append(records, pipeline.Record{Key: half[0], Err: pipeline.AsError(err)})
		default:
			more, ok := r.fetchHalves(ctx, half, fields, failed)
			if !ok {
				return nil, false
			}
			records = append(records, more...)
		}
	}
	return records, true
}

func (r *retrying) Find(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
	return inBatches(r, values, func(values []pipeline.Value) ([]pipeline.Record, error) {
		return retry(ctx, r, "find", func() ([]pipeline.Record, error) { return r.Endpoint.Find(ctx, field, values, fields) })
	})
}

func (r *retrying) Settle(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	return inBatches(r, drafts, func(drafts []pipeline.Draft) ([]pipeline.Key, error) {
		return retry(ctx, r, "settle", func() ([]pipeline.Key, error) { return r.Endpoint.Settle(ctx, drafts) })
	})
}

// Recognised implements pipeline.Recogniser for endpoints that do.
func (r *retrying) Recognised(key pipeline.Key) bool {
	known, ok := r.Endpoint.(pipeline.Recogniser)
	return ok && known.Recognised(key)
}

// JudgeImage implements pipeline.ImageJudge for endpoints that do.
func (r *retrying) JudgeImage(field string, ref pipeline.Value) error {
	if judge, ok := r.Endpoint.(pipeline.ImageJudge); ok {
		return judge.JudgeImage(field, ref)
	}
	return nil
}

// ReadImage implements pipeline.ImageReader for endpoints that do.
func (r *retrying) ReadImage(ctx context.Context, key pipeline.Key, field string, ref pipeline.Value) ([]byte, error) {
	reader, ok := r.Endpoint.(pipeline.ImageReader)
	if !ok {
		return nil, &pipeline.Error{
			Code: pipeline.CodeImageSync, Message: r.cfg.Source + " gives no images", Remedy: "Take the field out of the mapping.",
		}
	}
	return retry(ctx, r, "image", func() ([]byte, error) { return reader.ReadImage(ctx, key, field, ref) })
}

// CanRename implements pipeline.CategoryRenamer; endpoints that do not cannot rename.
func (r *retrying) CanRename(ctx context.Context, c pipeline.CategoryRename) (string, error) {
	renamer, ok := r.Endpoint.(pipeline.CategoryRenamer)
	if !ok {
		return noRenames(r.cfg.Source), nil
	}
	return retry(ctx, r, "categories", func() (string, error) { return renamer.CanRename(ctx, c) })
}

// Rename implements pipeline.CategoryRenamer.
func (r *retrying) Rename(ctx context.Context, c pipeline.CategoryRename) error {
	return r.Endpoint.(pipeline.CategoryRenamer).Rename(ctx, c) // CanRename said so
}
