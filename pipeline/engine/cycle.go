package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
	"github.com/tandem-sync/tandem/pipeline/spool"
)

// run is one cycle, or one plan.
type run struct {
	*Engine
	opt    Options
	report pipeline.Report
	cycle  *pipeline.Cycle
	linked int // links when the cycle began
	tally  tally
	moves  moves
	// changed: something that decides what is written is not as it was in the last cycle.
	changed  bool
	limits   limits
	engaged  *pipeline.Brake       // nil if none is
	approved pipeline.Fingerprints // what that brake stopped, once somebody approved it
	// unfinished counts the items whose outcome is not known or not in the state.
	unfinished int
}

// sync is a whole cycle.
func (r *run) sync(ctx context.Context) (err error) {
	if r.report.Cycle, err = r.Store.StartCycle(ctx, r.report.Started); err != nil {
		return err
	}
	if err := r.begin(ctx, false); err != nil {
		return err
	}
	if err := r.Writer.Recover(ctx, r.cycle); err != nil {
		return err
	}
	if _, err := r.Store.PlanKey(ctx); err != nil { // it is there before a plan, which writes nothing, needs it
		return err
	}
	decided := spool.New(r.SpoolDir)
	defer func() { err = errors.Join(err, decided.Close()) }()
	var refs []spool.Ref
	var kin []string // families, by ref
	detected, err := r.decide(ctx, func(it *pipeline.Item) error {
		if idle(it) {
			return nil
		}
		ref, err := decided.Append(slim(it))
		refs, kin = append(refs, ref), append(kin, r.cycle.Kin(it.Link))
		return err
	})
	if err != nil {
		return r.shortListing(ctx, err)
	}
	failpoint.Hit(failpoint.CycleDecided)
	r.cycle.Since = detected.Cursors
	if err := r.brake(ctx, decided, refs); err != nil {
		return err
	}
	if err := r.renameAll(ctx); err != nil {
		return err
	}
	if err := r.writeAll(ctx, decided, refs, kin); err != nil {
		return err
	}
	return r.finish(ctx, detected)
}

// begin describes both sides and makes the cycle.
func (r *run) begin(ctx context.Context, dry bool) error {
	r.progress(pipeline.StageDetect, 0, 0) // before a side is asked, which may take its time to answer
	position, err := r.Store.Position(ctx)
	if err != nil {
		return err
	}
	if r.linked, err = r.Store.CountLinks(ctx); err != nil {
		return err
	}
	if err := r.loadBrake(ctx, position); err != nil {
		return err
	}
	d := r.Definition
	r.cycle = &pipeline.Cycle{
		ID: r.report.Cycle, Definition: d, DryRun: dry, Started: r.report.Started, Endpoints: r.Endpoints, Sequential: r.Sequential,
		Full: r.opt.Full || position.Definition != d.Hash || position.Cursors[0] == "" || position.Cursors[1] == "" ||
			len(r.approved) > 0 && r.engaged.Full, // what was approved must be seen again
		Approved: r.approved, Listed: r.listing(),
	}
	r.report.Full = r.cycle.Full
	r.target()
	for _, s := range pipeline.Sides() {
		if r.cycle.About[s], err = r.Endpoints[s].Describe(ctx); err != nil {
			return err
		}
	}
	if err := r.identify(ctx); err != nil {
		return err
	}
	var problems []*pipeline.Error
	if r.cycle.Types, problems = pipeline.Bind(d, r.cycle.About); len(problems) > 0 {
		return joined(problems)
	}
	r.cycle.Places = pipeline.BindPlaces(d, r.cycle.Types)
	return nil
}

// joined makes one error of several: the first one's code and remedy, everybody's message.
func joined(problems []*pipeline.Error) error {
	first := *problems[0]
	for _, p := range problems[1:] {
		first.Message += "; " + p.Message
	}
	return &first
}

// identify refuses to go on with another system than the one the state belongs to.
func (r *run) identify(ctx context.Context) error {
	known, err := r.Store.Identities(ctx)
	if err != nil {
		return err
	}
	now := [2]string{r.cycle.About[0].Identity, r.cycle.About[1].Identity}
	for _, s := range pipeline.Sides() {
		if known[s] != "" && known[s] != now[s] {
			return &pipeline.Error{
				Code: pipeline.CodeOtherSystem,
				Message: fmt.Sprintf("source %q is another %s (%s) than the one this state belongs to (%s)",
					r.Definition.Sources[s], r.cycle.About[s].Product, now[s], known[s]),
			}
		}
	}
	if r.cycle.DryRun || known == now {
		return nil
	}
	return r.Store.SetIdentities(ctx, now)
}

// decide is the first pass: each decided item is given to keep.
func (r *run) decide(ctx context.Context, keep func(*pipeline.Item) error) (pipeline.Detected, error) {
	done := 0
	start := time.Now()
	var staged time.Duration
	within, end := r.Trace.begin(ctx, string(pipeline.StageDetect))
	detected, err := r.Detector.Detect(within, r.cycle, func(items []*pipeline.Item) error {
		begun := time.Now()
		for _, stage := range r.Stages {
			if err := r.stage(ctx, stage, items); err != nil {
				return err
			}
		}
		staged += time.Since(begun)
		for _, it := range items {
			r.tally.add(r.Definition, r.approved, it)
			r.moves.add(r.cycle, it)
			if err := keep(it); err != nil {
				return err
			}
		}
		done += len(items)
		r.progress(pipeline.StageResolve, done, 0)
		return nil
	})
	end(err, slog.Int("records", done))
	r.Metrics.stage(r.Definition.Name, pipeline.StageDetect, time.Since(start)-staged)
	if err == nil {
		for _, s := range pipeline.Sides() {
			r.report.Seen[r.Definition.Sources[s]] = detected.Seen[s]
		}
	}
	return detected, err
}

func (r *run) stage(ctx context.Context, stage pipeline.Stage, items []*pipeline.Item) error {
	start := time.Now()
	ctx, end := r.Trace.begin(ctx, string(stage.Name()), slog.Int("records", len(items)))
	err := stage.Process(ctx, r.cycle, items)
	end(err)
	r.Metrics.stage(r.Definition.Name, stage.Name(), time.Since(start))
	return err
}

func (r *run) progress(stage pipeline.StageName, done, total int) {
	if r.opt.Progress != nil {
		r.opt.Progress(Progress{Stage: stage, Done: done, Total: total})
	}
}

// listing returns what tells of the records that come while both sides are listed.
func (r *run) listing() func(n int) {
	var mu sync.Mutex
	listed := 0
	return func(n int) {
		mu.Lock()
		defer mu.Unlock()
		listed += n
		r.progress(pipeline.StageDetect, listed, 0)
	}
}

// writeAll is the second pass. Families are written together, by kin.
func (r *run) writeAll(ctx context.Context, decided *spool.File, refs []spool.Ref, kin []string) error {
	for at := 0; at < len(refs); {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := r.cycle.Batch(kin[at:])
		items := make([]*pipeline.Item, n)
		for i := range items {
			items[i] = &pipeline.Item{}
			if err := decided.Read(refs[at+i], items[i]); err != nil {
				return err
			}
		}
		at += n
		err := r.stage(ctx, r.Writer, items)
		for _, it := range items {
			r.count(it)
		}
		if err != nil {
			return err
		}
		r.progress(pipeline.StageWrite, at, len(refs))
	}
	return nil
}

// count brings the outcome of an item into the report.
func (r *run) count(it *pipeline.Item) {
	d := r.Definition
	r.report.Conflicts.New += it.NewConflicts
	for _, s := range pipeline.Sides() {
		if !it.Wrote[s] {
			continue
		}
		w := r.report.Writes[d.Sources[s]]
		switch it.Mutations[s].Kind {
		case pipeline.Create:
			w.Create++
		case pipeline.Update:
			w.Update++
		case pipeline.Remove:
			w.Archive++
		}
		r.report.Writes[d.Sources[s]] = w
		r.Metrics.wrote(d.Name, d.Sources[s], string(it.Mutations[s].Kind))
	}
	for _, decision := range it.Decisions {
		if decision.Conflict && decision.Field != "" {
			r.Metrics.conflict(d, decision.Field)
		}
	}
	if it.Err != nil {
		r.Metrics.failed(d.Name, it.Err.Code)
		if it.Err.Class != pipeline.Permanent && it.Err.Class != pipeline.Stale {
			r.unfinished++
		}
		r.Logger.Warn("record failed", "cycle", r.cycle.ID, "key", it.Keys, "code", it.Err.Code, "error", it.Err.Error())
	}
}

// finish moves the position, now that everything is handled.
func (r *run) finish(ctx context.Context, detected pipeline.Detected) error {
	if err := r.finished(); err != nil {
		return err
	}
	if err := r.release(ctx); err != nil {
		return err
	}
	if r.cycle.Targeted {
		return nil // Invariant 4: what it did not look at is still to be read
	}
	failpoint.Hit(failpoint.CycleBeforeMove)
	d := r.Definition
	err := r.Store.MoveTo(ctx, pipeline.Position{Cursors: detected.Cursors, Definition: d.Hash, Merge: d.Merging(), Limits: d.Limits})
	failpoint.Hit(failpoint.CycleMoved)
	return err
}

// finished tells whether every item is done, in conflict or in quarantine.
func (r *run) finished() error {
	if r.unfinished == 0 {
		return nil
	}
	return &pipeline.Error{
		Code: pipeline.CodeConnectionLost, Class: pipeline.Transient,
		Message: fmt.Sprintf("%d records could not be finished", r.unfinished),
		Remedy:  "Nothing to do: the next cycle looks what became of them and goes on.",
	}
}

// idle tells whether nothing at all has to be done or remembered about an item.
func idle(it *pipeline.Item) bool {
	if it.Link == nil || it.Link.Outside || it.Err != nil || it.LeftOut != "" || it.Retry != nil || it.Noted || len(it.Decisions) > 0 || len(it.Open) > 0 {
		return false
	}
	for _, s := range pipeline.Sides() {
		if it.Absent[s] != (it.Link.Missing[s] != "") {
			return false
		}
		if r := it.Records[s]; r != nil && (!r.Settled || r.Stamp != it.Link.Seen[s]) {
			return false
		}
	}
	return true
}

// slim returns what the second pass needs of an item.
func slim(it *pipeline.Item) *pipeline.Item {
	s := *it
	if it.Err != nil { // the cause is not spooled, but people are told of it
		e := *it.Err
		e.Message, e.Cause = e.Error(), nil
		s.Err = &e
	}
	s.Own, s.Carried = [2][]pipeline.Value{}, [2][]*pipeline.Value{}
	if s.Link != nil {
		s.Link = &pipeline.Link{ID: it.Link.ID}
	}
	for _, side := range pipeline.Sides() {
		if r := it.Records[side]; r != nil {
			s.Records[side] = &pipeline.Record{Key: r.Key, Modified: r.Modified, Stamp: r.Stamp, Settled: r.Settled}
		}
	}
	return &s
}
