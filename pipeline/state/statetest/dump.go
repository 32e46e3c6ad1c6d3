package statetest

import (
	"context"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Universe is what Read asks a store about, where the contract has no listing.
type Universe struct {
	Keys  []pipeline.Key
	Links []pipeline.LinkID
	Match []string // match fields
	Texts []string // values of match fields
	Now   time.Time
}

// Dump is all that a store tells.
type Dump struct {
	Links       map[pipeline.LinkID]*pipeline.Link // from EachLink
	Count       int
	ByID        map[pipeline.LinkID]*pipeline.Link
	ByKey       [2]map[pipeline.Key]*pipeline.Link
	Unlinked    [2]map[pipeline.Key]pipeline.Unlinked
	Owners      [2]map[string]map[string][]pipeline.Key // by field and value
	Intents     []pipeline.Intent
	Conflicts   []pipeline.Conflict
	ConflictsOf map[pipeline.LinkID][]pipeline.Conflict
	Quarantined []pipeline.Quarantined
	Due         []pipeline.Quarantined
	FailedByKey [2]map[pipeline.Key]pipeline.Quarantined
	Position    pipeline.Position
	Brake       *pipeline.Brake
	BrakedPlan  pipeline.Fingerprints
	Pause       *pipeline.Pause
	Past        pipeline.Past
	Identities  [2]string
	Reports     []pipeline.Report
	History     []pipeline.Event // without numbers
	HistoryOf   map[pipeline.LinkID][]pipeline.Event
}

// many is more than a test stores.
const many = 10_000

// Read reads all that a store tells of a universe.
func Read(ctx context.Context, s pipeline.Store, u Universe) (Dump, error) {
	var d Dump
	for _, read := range []func(context.Context, pipeline.Store, Universe, *Dump) error{
		readLinks, readMatch, readDecisions, readQuarantine, readCycles,
	} {
		if err := read(ctx, s, u, &d); err != nil {
			return Dump{}, err
		}
	}
	return d, nil
}

func readLinks(ctx context.Context, s pipeline.Store, u Universe, d *Dump) (err error) {
	d.Links = map[pipeline.LinkID]*pipeline.Link{}
	err = s.EachLink(ctx, func(l *pipeline.Link) error {
		d.Links[l.ID] = l
		return nil
	})
	if err != nil {
		return err
	}
	if d.Count, err = s.CountLinks(ctx); err != nil {
		return err
	}
	if d.ByID, err = s.LinksByID(ctx, u.Links); err != nil {
		return err
	}
	for _, side := range pipeline.Sides() {
		if d.ByKey[side], err = s.LinksByKey(ctx, side, u.Keys); err != nil {
			return err
		}
	}
	return nil
}

func readMatch(ctx context.Context, s pipeline.Store, u Universe, d *Dump) (err error) {
	for _, side := range pipeline.Sides() {
		if d.Unlinked[side], err = s.UnlinkedByKey(ctx, side, u.Keys); err != nil {
			return err
		}
		for _, field := range u.Match {
			owners, err := s.Owners(ctx, side, field, u.Texts)
			if err != nil {
				return err
			}
			if len(owners) == 0 {
				continue
			}
			for _, keys := range owners {
				slices.Sort(keys)
			}
			if d.Owners[side] == nil {
				d.Owners[side] = map[string]map[string][]pipeline.Key{}
			}
			d.Owners[side][field] = owners
		}
	}
	return nil
}

func readDecisions(ctx context.Context, s pipeline.Store, u Universe, d *Dump) (err error) {
	if d.Intents, err = s.PendingIntents(ctx); err != nil {
		return err
	}
	if d.Conflicts, err = s.Conflicts(ctx); err != nil {
		return err
	}
	d.ConflictsOf, err = s.ConflictsOf(ctx, u.Links)
	return err
}

func readQuarantine(ctx context.Context, s pipeline.Store, u Universe, d *Dump) (err error) {
	if d.Quarantined, err = s.Quarantined(ctx); err != nil {
		return err
	}
	if d.Due, err = s.Due(ctx, u.Now); err != nil {
		return err
	}
	for _, side := range pipeline.Sides() {
		if d.FailedByKey[side], err = s.QuarantineOf(ctx, side, u.Keys); err != nil {
			return err
		}
	}
	return nil
}

func readCycles(ctx context.Context, s pipeline.Store, u Universe, d *Dump) (err error) {
	if d.Position, err = s.Position(ctx); err != nil {
		return err
	}
	if d.Identities, err = s.Identities(ctx); err != nil {
		return err
	}
	if d.Brake, err = s.Brake(ctx); err != nil {
		return err
	}
	if d.BrakedPlan, err = s.BrakedPlan(ctx); err != nil {
		return err
	}
	if d.Pause, err = s.Paused(ctx); err != nil {
		return err
	}
	if d.Past, err = s.Past(ctx); err != nil {
		return err
	}
	if d.Reports, err = s.Reports(ctx, many); err != nil {
		return err
	}
	d.History, err = s.History(ctx, "", many)
	if err = withoutNumbers(d.History, err); err != nil {
		return err
	}
	for _, id := range u.Links {
		events, err := s.History(ctx, id, many)
		if err = withoutNumbers(events, err); err != nil {
			return err
		}
		if len(events) > 0 {
			if d.HistoryOf == nil {
				d.HistoryOf = map[pipeline.LinkID][]pipeline.Event{}
			}
			d.HistoryOf[id] = events
		}
	}
	return nil
}
