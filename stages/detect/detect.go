package detect

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/spool"
)

// State is what detection reads of a pipeline's state. It writes nothing.
type State interface {
	pipeline.Links
	pipeline.Conflicts
	pipeline.Quarantine
	pipeline.Positions
}

// Config is what a Detector needs.
type Config struct {
	State    State
	SpoolDir string // for temporary files; "" is the system's directory
}

// Detector is the stage.
type Detector struct{ cfg Config }

// New returns the stage.
func New(cfg Config) *Detector { return &Detector{cfg: cfg} }

// run is one detection.
type run struct {
	Config
	cycle *pipeline.Cycle
	sides [2]*scan
	spool [2]*spool.File
	items *items
}

// Detect implements pipeline.Detector.
func (d *Detector) Detect(ctx context.Context, c *pipeline.Cycle, yield func([]*pipeline.Item) error) (_ pipeline.Detected, err error) {
	r := &run{Config: d.cfg, cycle: c}
	for _, s := range pipeline.Sides() {
		r.spool[s] = spool.New(d.cfg.SpoolDir)
		defer func() { err = errors.Join(err, r.spool[s].Close()) }()
	}
	r.items = &items{run: r, yield: yield}
	position, err := r.State.Position(ctx)
	if err != nil {
		return pipeline.Detected{}, err
	}
	err = c.Both(func(s pipeline.Side) error {
		r.sides[s] = newScan(r, s)
		return r.sides[s].read(ctx, position.Cursors[s])
	})
	if err != nil {
		return pipeline.Detected{}, err
	}
	if !c.Targeted {
		if err := r.addDue(ctx); err != nil {
			return pipeline.Detected{}, err
		}
	}
	if err := r.emit(ctx); err != nil {
		return pipeline.Detected{}, err
	}
	return pipeline.Detected{
		Cursors: [2]string{r.sides[0].next, r.sides[1].next},
		Seen:    [2]int{r.sides[0].seen, r.sides[1].seen},
	}, nil
}

// addDue adds what is due without any change: quarantine, and conflicts that somebody settled.
func (r *run) addDue(ctx context.Context) error {
	due, err := r.State.Due(ctx, r.cycle.Started)
	if err != nil {
		return err
	}
	for _, q := range due {
		if err := r.addQuarantined(ctx, q); err != nil {
			return err
		}
	}
	conflicts, err := r.State.Conflicts(ctx)
	if err != nil {
		return err
	}
	for _, c := range conflicts {
		if c.Resolution != nil {
			r.addLink(c.Link)
		}
	}
	return nil
}

func (r *run) addQuarantined(ctx context.Context, q pipeline.Quarantined) error {
	if q.Link != "" {
		r.addLink(q.Link)
		return nil
	}
	for _, s := range pipeline.Sides() {
		if q.Keys[s] == "" {
			continue
		}
		if err := r.sides[s].classify(ctx, []pipeline.Change{{Key: q.Keys[s]}}); err != nil {
			return err
		}
	}
	return nil
}

// addLink makes sure that a link is looked at, on both sides.
func (r *run) addLink(id pipeline.LinkID) {
	for _, s := range r.sides {
		if _, ok := s.linked[id]; !ok {
			s.linked[id] = hint{}
		}
	}
}

// emit yields all items: links first, then the pairs that were found, then what has no partner.
func (r *run) emit(ctx context.Context) error {
	absent, err := r.findAbsent(ctx)
	if err != nil {
		return err
	}
	pairing, err := r.pair(ctx)
	if err != nil {
		return err
	}
	ids := maps.Clone(r.sides[pipeline.Left].linked)
	maps.Copy(ids, r.sides[pipeline.Right].linked)
	for id := range absent {
		ids[id] = hint{}
	}
	for _, link := range pairing.returned {
		delete(ids, link.ID) // comes with the record that came back
	}
	batches, err := r.batches(ctx, slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return err
	}
	for _, batch := range batches {
		if err := r.items.links(ctx, batch, absent); err != nil {
			return err
		}
	}
	return r.items.unlinked(ctx, pairing)
}

// waits tells whether a record in quarantine is left alone: nothing about it changed, and its time has not come.
func waits(q pipeline.Quarantined, side pipeline.Side, stamp string, now time.Time) bool {
	return stamp != "" && q.Seen[side] == stamp && q.NextTry.After(now)
}
