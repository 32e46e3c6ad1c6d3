package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Quarantine implements web.Backend.
func (a *App) Quarantine(ctx context.Context) ([]view.Quarantined, error) {
	l := a.hold()
	defer a.drop(l)
	views := []view.Quarantined{}
	for _, r := range l.runners {
		entries, err := r.store.Quarantined(ctx)
		if err != nil {
			return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		for _, q := range entries {
			views = append(views, quarantinedView(r.definition, q))
		}
	}
	return views, nil
}

func quarantinedView(d *pipeline.Definition, q pipeline.Quarantined) view.Quarantined {
	return view.Quarantined{
		ID: q.ID, Pipeline: d.Name, Keys: keysByLabel(d, q.Keys), Match: values(q.Match),
		Code: q.Code, Message: q.Message, Remedy: q.Remedy,
		Attempts: q.Attempts, Since: q.Since, Last: q.Last, NextTry: q.NextTry,
	}
}

// QuarantinedRecord implements web.Backend.
func (a *App) QuarantinedRecord(ctx context.Context, id string) (view.Quarantined, error) {
	entries, err := a.Quarantine(ctx)
	if err != nil {
		return view.Quarantined{}, err
	}
	for _, q := range entries {
		if q.ID == id {
			return q, nil
		}
	}
	return view.Quarantined{}, notQuarantined(id)
}

func notQuarantined(ids ...string) error {
	return &pipeline.Error{
		Code:    pipeline.CodeRecordUnknown,
		Message: "not in quarantine: " + strings.Join(ids, ", "),
		Remedy:  "`tandem quarantine` lists the ids; a record that is no longer there has been written.",
	}
}

// Retry implements web.Backend. It does nothing when one of the ids is unknown.
func (a *App) Retry(ctx context.Context, ids []string) (view.Retried, error) {
	defer a.bell.ring(false)
	entries, err := a.Quarantine(ctx)
	if err != nil {
		return view.Retried{}, err
	}
	missing := map[string]bool{}
	for _, id := range ids {
		missing[id] = true
	}
	chosen := map[string][]string{} // ids by pipeline
	for _, q := range entries {
		if len(ids) == 0 || missing[q.ID] {
			chosen[q.Pipeline] = append(chosen[q.Pipeline], q.ID)
		}
		delete(missing, q.ID)
	}
	if len(missing) > 0 {
		return view.Retried{}, notQuarantined(slices.Sorted(maps.Keys(missing))...)
	}
	l := a.hold()
	defer a.drop(l)
	var done view.Retried
	for _, r := range l.runners {
		if len(chosen[r.definition.Name]) == 0 {
			continue
		}
		n, err := r.store.RetryNow(ctx, chosen[r.definition.Name], a.clock.Now())
		if err != nil {
			return done, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		if n > 0 {
			r.decided()
		}
		done.Count += n
	}
	return done, nil
}
