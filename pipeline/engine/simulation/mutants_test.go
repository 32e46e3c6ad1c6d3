package simulation_test

import (
	"context"
	"slices"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine/simulation"
)

// Each mutant breaks the engine in one place. The simulation must notice, and name the invariant.
func mutants() map[string]struct {
	invariants []int // any of these is a catch
	mutant     simulation.Mutant
	from       uint64 // where the worlds begin that it is played in
} {
	type m = struct {
		invariants []int
		mutant     simulation.Mutant
		from       uint64
	}
	endpoint := func(f func(pipeline.Endpoint) pipeline.Endpoint) simulation.Mutant {
		return simulation.Mutant{Endpoint: f}
	}
	store := func(f func(pipeline.Store) pipeline.Store) simulation.Mutant { return simulation.Mutant{Store: f} }
	return map[string]m{
		"Invariant1 half of a patch is written":        {[]int{1}, endpoint(func(e pipeline.Endpoint) pipeline.Endpoint { return halfPatch{e} }), 0},
		"Invariant2 a failed write counts as done":     {[]int{2}, endpoint(func(e pipeline.Endpoint) pipeline.Endpoint { return believer{e} }), 0},
		"Invariant3 intents are not stored":            {[]int{3}, store(func(s pipeline.Store) pipeline.Store { return noIntents{s} }), 0},
		"Invariant4 the cursor moves past the overlap": {[]int{4}, endpoint(func(e pipeline.Endpoint) pipeline.Endpoint { return noOverlap{e} }), 0},
		"Invariant5 the first listing proves":          {[]int{5}, simulation.Mutant{Detector: func(d pipeline.Detector) pipeline.Detector { return hasty{d} }, Endpoint: func(e pipeline.Endpoint) pipeline.Endpoint { return &shortListing{Endpoint: e} }, Stages: blind}, 0},
		"Invariant6 the history forgets":               {[]int{6}, store(func(s pipeline.Store) pipeline.Store { return noHistory{s} }), 0},
		"Invariant7 equal values are written":          {[]int{7}, simulation.Mutant{Stages: echo}, 0},
		"Invariant8 an item comes twice":               {[]int{8}, simulation.Mutant{Detector: func(d pipeline.Detector) pipeline.Detector { return twice{d} }}, 0},
		"Invariant9 the brakes are off":                {[]int{9}, simulation.Mutant{Brakes: func(pipeline.Limits) pipeline.Limits { return pipeline.Limits{} }}, 0},
		"Invariant10 a plan writes":                    {[]int{10}, simulation.Mutant{Detector: func(d pipeline.Detector) pipeline.Detector { return &scribbler{Detector: d} }, Store: nil}, 0},
		"Invariant4 computed fields do not follow":     {[]int{4}, simulation.Mutant{Stages: deaf}, simulation.ComputedFrom},
		"Invariant7 what was written is computed from": {[]int{4, 7}, store(func(s pipeline.Store) pipeline.Store { return forgetful{s} }), simulation.ComputedFrom},
	}
}

// TestMutants proves that the simulation can fail: one test an invariant.
func TestMutants(t *testing.T) {
	for name, m := range mutants() {
		t.Run(name, func(t *testing.T) {
			const most = 400
			for seed := m.from + 1; seed <= m.from+most; seed++ {
				_, err := simulation.Run(t.Context(), seed, m.mutant)
				for _, n := range simulation.BrokenInvariants(err) {
					if slices.Contains(m.invariants, n) {
						t.Logf("caught by seed %d", seed)
						return
					}
				}
			}
			t.Errorf("%d seeds did not notice", most)
		})
	}
}

// halfPatch writes only the first field of each patch and says that all is well.
type halfPatch struct{ pipeline.Endpoint }

func (e halfPatch) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	halved := slices.Clone(patches)
	for i, p := range patches {
		for name, v := range p.Fields {
			halved[i].Fields = pipeline.Values{name: v}
			break
		}
	}
	return e.Endpoint.Update(ctx, halved)
}

// believer takes every failed update for done.
type believer struct{ pipeline.Endpoint }

func (e believer) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	receipts := e.Endpoint.Update(ctx, patches)
	for i := range receipts {
		if receipts[i].Err != nil {
			receipts[i] = pipeline.Receipt{Key: patches[i].Key, Record: &pipeline.Record{Key: patches[i].Key, Fields: patches[i].Fields}}
		}
	}
	return receipts
}

// noIntents forgets intents.
type noIntents struct{ pipeline.Store }

func (noIntents) Intend(context.Context, []pipeline.Intent) error { return nil }

// noOverlap takes its next cursor after it has read, without any overlap.
type noOverlap struct{ pipeline.Endpoint }

func (e noOverlap) Changes(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	if _, err := e.Endpoint.Changes(ctx, cursor, fields, yield); err != nil {
		return "", err
	}
	return simulation.CursorNow(ctx, e.Endpoint)
}

func (e noOverlap) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	if _, err := e.Endpoint.List(ctx, fields, yield); err != nil {
		return "", err
	}
	return simulation.CursorNow(ctx, e.Endpoint)
}

// shortListing leaves a batch out of every second listing and says that it was whole.
type shortListing struct {
	pipeline.Endpoint
	listings int
}

func (e *shortListing) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	e.listings++
	batches := 0
	return e.Endpoint.List(ctx, fields, func(c []pipeline.Change) error {
		if batches++; batches == 1 && e.listings%2 == 0 {
			return nil
		}
		return yield(c)
	})
}

// blind does not look at the records that a listing did not hold.
func blind(stages []pipeline.Stage) []pipeline.Stage {
	return slices.Insert(stages, 1, pipeline.Stage(blinding{}))
}

type blinding struct{}

func (blinding) Name() pipeline.StageName { return pipeline.StageFetch }

func (blinding) Process(_ context.Context, _ *pipeline.Cycle, items []*pipeline.Item) error {
	for _, it := range items {
		for _, s := range pipeline.Sides() {
			if it.Absent[s] {
				it.Records[s] = nil
			}
		}
	}
	return nil
}

// hasty takes what one listing does not hold for gone.
type hasty struct{ pipeline.Detector }

func (d hasty) Detect(ctx context.Context, c *pipeline.Cycle, yield func([]*pipeline.Item) error) (pipeline.Detected, error) {
	return d.Detector.Detect(ctx, c, func(items []*pipeline.Item) error {
		for _, it := range items {
			it.Proven = it.Absent
		}
		return yield(items)
	})
}

// noHistory stores no history.
type noHistory struct{ pipeline.Store }

func (s noHistory) Commit(ctx context.Context, c pipeline.Commit) error {
	c.History = nil
	return s.Store.Commit(ctx, c)
}

// echo writes every pair's left title to the right, whether it is needed or not.
func echo(stages []pipeline.Stage) []pipeline.Stage { return append(stages, echoing{}) }

type echoing struct{}

func (echoing) Name() pipeline.StageName { return pipeline.StageResolve }

func (echoing) Process(_ context.Context, _ *pipeline.Cycle, items []*pipeline.Item) error {
	for _, it := range items {
		if it.Link != nil && it.Records[0] != nil && it.Records[1] != nil && it.Mutations[1] == nil && it.Err == nil {
			title := it.Records[1].Fields["title"]
			it.Mutations[1] = &pipeline.Mutation{Kind: pipeline.Update, Fields: pipeline.Values{"title": title}, Before: pipeline.Values{"title": title}}
			it.Decisions = append(it.Decisions, pipeline.Decision{Field: "title", Verdict: pipeline.TakeLeft, Writes: [2]bool{false, true}, Values: [2]pipeline.Value{it.Records[0].Fields["title"], title}, After: [2]pipeline.Value{{}, title}})
		}
	}
	return nil
}

// deaf hears nothing of what expressions read.
func deaf(stages []pipeline.Stage) []pipeline.Stage {
	return slices.Insert(stages, len(stages)-1, pipeline.Stage(deafening{}))
}

type deafening struct{}

func (deafening) Name() pipeline.StageName { return pipeline.StageTransform }

func (deafening) Process(_ context.Context, _ *pipeline.Cycle, items []*pipeline.Item) error {
	for _, it := range items {
		it.Follows = [2]map[string][]string{}
	}
	return nil
}

// forgetful keeps what expressions read as they were first given it.
type forgetful struct{ pipeline.Store }

func (s forgetful) Commit(ctx context.Context, c pipeline.Commit) error {
	ids := make([]pipeline.LinkID, len(c.Links))
	for i, l := range c.Links {
		ids[i] = l.ID
	}
	known, err := s.LinksByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, l := range c.Links {
		if before := known[l.ID]; before != nil {
			l.Read = before.Read
		}
	}
	return s.Store.Commit(ctx, c)
}

// twice yields every batch twice, in the same cycle.
type twice struct{ pipeline.Detector }

func (d twice) Detect(ctx context.Context, c *pipeline.Cycle, yield func([]*pipeline.Item) error) (pipeline.Detected, error) {
	return d.Detector.Detect(ctx, c, func(items []*pipeline.Item) error {
		again := make([]*pipeline.Item, len(items))
		for i, it := range items {
			copied := *it
			again[i] = &copied
		}
		if err := yield(items); err != nil {
			return err
		}
		return yield(again)
	})
}

// scribbler edits a record while it makes a plan.
type scribbler struct{ pipeline.Detector }

func (d *scribbler) Detect(ctx context.Context, c *pipeline.Cycle, yield func([]*pipeline.Item) error) (pipeline.Detected, error) {
	return d.Detector.Detect(ctx, c, func(items []*pipeline.Item) error {
		if c.DryRun {
			for _, it := range items {
				for _, s := range pipeline.Sides() {
					if it.Keys[s] != "" {
						c.Endpoints[s].Update(ctx, []pipeline.Patch{{Key: it.Keys[s], Fields: pipeline.Values{"note": pipeline.Text("scribbled")}}})
					}
				}
			}
		}
		return yield(items)
	})
}
