package engine

import (
	"context"
	"errors"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Standing is how a pipeline stands between two cycles.
type Standing struct {
	Linked      int
	Conflicts   int       // fields that wait for a person
	Conflicted  int       // records with such fields
	Oldest      time.Time // since when the oldest of them waits; zero if none does
	Quarantined int
	Braked      bool
	LastSuccess time.Time // when the last ordinary cycle ended that was done or partial; zero if none was
}

// Stand reads from the state how a pipeline stands, LastSuccess apart. After an error the rest is told.
func Stand(ctx context.Context, store pipeline.Store) (s Standing, err error) {
	var errs [4]error
	s.Linked, errs[0] = store.CountLinks(ctx)
	conflicts, err := store.Conflicts(ctx)
	errs[1] = err
	records := map[pipeline.LinkID]bool{}
	for _, c := range conflicts {
		if c.Resolution != nil {
			continue
		}
		s.Conflicts++
		records[c.Link] = true
		if s.Oldest.IsZero() || c.Since.Before(s.Oldest) {
			s.Oldest = c.Since
		}
	}
	s.Conflicted = len(records)
	quarantined, err := store.Quarantined(ctx)
	s.Quarantined, errs[2] = len(quarantined), err
	brake, err := store.Brake(ctx)
	s.Braked, errs[3] = brake != nil, err
	return s, errors.Join(errs[:]...)
}
