package engine

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// Adoption compares the systems that a pipeline's state belongs to with those that its sources are now.
type Adoption struct {
	Known, Now [2]string // identities by side; Known is "" where nothing is stored
	Products   [2]string // what the systems are: "Odoo"
	Links      int       // that adopting forgets
}

// Differs tells whether one of the systems is another one.
func (a Adoption) Differs() bool {
	for _, s := range pipeline.Sides() {
		if a.Known[s] != "" && a.Known[s] != a.Now[s] {
			return true
		}
	}
	return false
}

// Adoption asks both systems who they are.
func (e *Engine) Adoption(ctx context.Context) (a Adoption, err error) {
	if a.Known, err = e.Store.Identities(ctx); err != nil {
		return a, err
	}
	if a.Links, err = e.Store.CountLinks(ctx); err != nil {
		return a, err
	}
	for _, s := range pipeline.Sides() {
		about, err := e.Endpoints[s].Describe(ctx)
		if err != nil {
			return a, err
		}
		a.Now[s], a.Products[s] = about.Identity, about.Product
	}
	return a, nil
}

// Adopt makes the state belong to the systems that the sources are now; they must be those that whoever
// asks was shown. It writes to neither of them. The records of another system are other records even
// where their keys are the same numbers, so everything that is known of records is forgotten, on both
// sides, and the next cycle pairs all anew as a first one does: by `match`, deleting nothing
// (Invariant 5).
func (e *Engine) Adopt(ctx context.Context, shown [2]string, by string) error {
	if err := e.take(ctx); err != nil {
		return err
	}
	defer e.give()
	a, err := e.Adoption(ctx)
	if err != nil {
		return err
	}
	if a.Now != shown {
		return &pipeline.Error{
			Code: pipeline.CodeOtherSystem, Class: pipeline.Stale,
			Message: fmt.Sprintf("the sources of pipeline %s are the systems %q by now, not %q", e.Definition.Name, a.Now, shown),
			Remedy:  "Look at what is to be adopted again.",
		}
	}
	if !a.Differs() {
		return nil
	}
	note := ""
	for _, s := range pipeline.Sides() {
		if a.Known[s] != a.Now[s] {
			note += fmt.Sprintf("%s is %s, was %s; ", e.Definition.Sources[s], a.Now[s], a.Known[s])
		}
	}
	note += fmt.Sprintf("%d links forgotten", a.Links)
	e.Logger.Warn("another system is adopted", "by", by, "what", note)
	return e.Store.Adopt(ctx, a.Now, pipeline.Event{At: e.Now(), Kind: "adopt", By: by, Note: note})
}
