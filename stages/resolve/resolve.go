package resolve

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// Stage is the stage.
type Stage struct{}

// New returns the stage.
func New() Stage { return Stage{} }

// Name implements pipeline.Stage.
func (Stage) Name() pipeline.StageName { return pipeline.StageResolve }

// Process implements pipeline.Stage. It never returns an error.
func (Stage) Process(_ context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	for _, it := range items {
		if it.Err == nil && it.LeftOut == "" {
			Resolve(c, it)
		}
	}
	return nil
}

// Resolve decides one item: it sets Decisions and Mutations, or LeftOut, or Err.
func Resolve(c *pipeline.Cycle, it *pipeline.Item) {
	left, right := it.Records[pipeline.Left] != nil, it.Records[pipeline.Right] != nil
	switch {
	case left && right:
		mergeFields(c, it)
	case it.Link == nil:
		pairless(c, it)
	default:
		oneSided(c, it)
	}
	if it.Err == nil {
		mutate(c, it)
	}
}
