package engine

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// Approve lets what the engaged brake stopped pass the brakes, once, and returns that brake. What is due
// on top of it is held against the limits as ever. It returns an *Error of code not_braked when there is
// nothing to approve.
func (e *Engine) Approve(ctx context.Context, by string) (*pipeline.Brake, error) {
	b, err := e.Store.Brake(ctx)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, b.Approvable("")
	}
	a := pipeline.Approval{By: by, At: e.Now()}
	err = e.Store.Approve(ctx, b.Cycle, a, pipeline.Event{
		At: a.At, Cycle: b.Cycle, Kind: "approve", Rule: b.Name, By: by, Note: b.Due.String(),
	})
	if err != nil {
		return nil, err
	}
	b.Approved = &a
	return b, nil
}
