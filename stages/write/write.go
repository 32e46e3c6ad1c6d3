package write

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// State is what the stage needs of a pipeline's state.
type State interface {
	pipeline.Links
	pipeline.Intents
	pipeline.Committer
}

// Config is what a Stage needs.
type Config struct {
	State State
	Now   func() time.Time
	// NewID returns an id never returned before: letters and digits.
	NewID  func() string
	Images pipeline.Images // nil where no image is mapped
	// Wait sleeps between two attempts, or returns the context's error.
	Wait func(ctx context.Context, d time.Duration) error
}

// Stage is the stage.
type Stage struct {
	Config
	// recent is per side what came since detection; one cycle runs at a time.
	recent [2]newcomers
}

// New returns the stage.
func New(cfg Config) *Stage { return &Stage{Config: cfg} }

// Name implements pipeline.Stage.
func (*Stage) Name() pipeline.StageName { return pipeline.StageWrite }

// job is one mutation on its way.
type job struct {
	item    *pipeline.Item
	side    pipeline.Side
	m       *pipeline.Mutation
	intent  pipeline.Intent
	receipt pipeline.Receipt
	done    bool
	err     *pipeline.Error // why it is not done
	unclear bool            // it may have taken effect, at least in part
	// lookalike is a creation that was found by its look, after its answer was lost.
	lookalike bool
	// images are what is sent, by the side's own field; held tells of which the record read back is known
	// to show the same.
	images map[string]pipeline.Image
	held   map[string]bool
}

// batch is what Process works on.
type batch struct {
	*Stage
	cycle *pipeline.Cycle
	items []*pipeline.Item
	jobs  [2][]*job
	moved []move // by renames of categories
}

// Process implements pipeline.Stage. It returns an error when a side cannot be written at all; what was
// written until then is in the state.
func (s *Stage) Process(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	if err := s.reload(ctx, items); err != nil {
		return err
	}
	roots, children := waves(items)
	if len(roots) > 0 || len(children) == 0 {
		if err := s.process(ctx, c, roots); err != nil {
			return err
		}
	}
	if len(children) == 0 {
		return nil
	}
	if err := s.relate(ctx, c, children); err != nil {
		return err
	}
	return s.process(ctx, c, children)
}

func (s *Stage) process(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	b := &batch{Stage: s, cycle: c, items: items}
	if err := b.renamed(ctx); err != nil {
		return err
	}
	for _, it := range items {
		for _, side := range pipeline.Sides() {
			if m := it.Mutations[side]; m != nil && it.Err == nil {
				b.jobs[side] = append(b.jobs[side], &job{item: it, side: side, m: m})
			}
		}
	}
	sent := b.each(func(side pipeline.Side) error { return b.send(ctx, side) })
	failpoint.Hit(failpoint.WriteBefore)
	// What took effect is stored even when the cycle is being stopped.
	err := errors.Join(sent, b.commit(context.WithoutCancel(ctx)))
	failpoint.Hit(failpoint.WriteCommitted)
	return err
}

// reload replaces the items' links by what the state holds now.
func (s *Stage) reload(ctx context.Context, items []*pipeline.Item) error {
	var ids []pipeline.LinkID
	for _, it := range items {
		if it.Link != nil {
			ids = append(ids, it.Link.ID)
		}
	}
	links, err := s.State.LinksByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.Link == nil {
			continue
		}
		if it.Link = links[it.Link.ID]; it.Link == nil {
			it.Fail(stale("its link was dropped"))
		}
	}
	return nil
}

// each runs f for the sides that have jobs, and joins the errors of both.
func (b *batch) each(f func(pipeline.Side) error) error {
	var errs [2]error
	_ = b.cycle.Both(func(side pipeline.Side) error {
		if len(b.jobs[side]) > 0 {
			errs[side] = f(side)
		}
		return nil
	})
	return errors.Join(errs[0], errs[1])
}

// intend makes the intents of jobs durable.
func (b *batch) intend(ctx context.Context, jobs []*job) error {
	intents := make([]pipeline.Intent, len(jobs))
	now := b.Now()
	for i, j := range jobs {
		j.intent = b.intentOf(j, now)
		intents[i] = j.intent
	}
	return b.State.Intend(ctx, intents)
}

func (b *batch) intentOf(j *job, now time.Time) pipeline.Intent {
	in := pipeline.Intent{
		ID: b.NewID(), Kind: j.m.Kind, Side: j.side, Keys: j.item.Keys, Cycle: b.cycle.ID, At: now,
	}
	if j.item.Link != nil {
		in.Link = j.item.Link.ID
	}
	in.Event = b.written(j, func(i int) pipeline.Value { return j.m.Fields[b.cycle.Definition.Fields[i].Fields[j.side]] })
	in.Event.At = now
	for _, d := range j.item.Decisions {
		if d.Writes == [2]bool{true, true} && d.Field != "" {
			in.Thirds = append(in.Thirds, d.Field)
		}
	}
	in.Read = b.readings(j)
	if j.m.Kind != pipeline.Create {
		in.Mutation = *j.m
		return in
	}
	source := j.side.Other()
	if in.Link == "" {
		in.Link = pipeline.LinkID(b.NewID())
	}
	in.Keys[j.side] = ""
	in.Draft = pipeline.Draft{Token: token(b.cycle.Definition, source, j.item.Keys[source]), Fields: j.m.Fields, Since: now}
	in.Draft.Match = b.identifying(j)
	in.ID = in.Draft.Token
	in.Base[source] = pipeline.Values{}
	for _, d := range j.item.Decisions {
		if d.Field != "" {
			in.Base[source][d.Field] = d.Values[source]
		}
	}
	return in
}

// identifying returns the fields by which a system without tokens can tell whether a creation took
// effect: the match fields that hold something, or else every field.
func (b *batch) identifying(j *job) []string {
	var names []string
	for _, name := range b.cycle.Definition.Match {
		f, _ := b.cycle.Definition.Field(name)
		if !j.m.Fields[f.Fields[j.side]].IsNull() {
			names = append(names, f.Fields[j.side])
		}
	}
	if len(names) > 0 {
		return names
	}
	for _, name := range slices.Sorted(maps.Keys(j.m.Fields)) {
		if _, image := pipeline.ImageSourceOf(j.m.Fields[name]); !image { // a system holds another reference
			names = append(names, name)
		}
	}
	return names
}

// token names the creation of a record's partner, the same whenever it is tried, so that a system that
// knows external ids finds the record it made.
func token(d *pipeline.Definition, source pipeline.Side, key pipeline.Key) string {
	sum := sha256.Sum256([]byte(d.Name + "\x00" + d.Sources[source] + "\x00" + string(key)))
	return "r" + hex.EncodeToString(sum[:12])
}

func stale(why string) *pipeline.Error {
	return &pipeline.Error{Code: pipeline.CodeStale, Class: pipeline.Stale, Message: "the record is no longer what was decided upon: " + why}
}
