package simulation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// Stats counts what a run went through.
type Stats struct {
	Families, Related                                                                             int // worlds with families, and what people did to those
	Reconfigured, Settled, Renamed, Relabelled, AtOnce                                            int
	Seeds, Cycles, Full, Edits, Late, Crashes, Plans, Writes, Conflicts, Braked, Approved, Checks int
	Hooks                                                                                         int // cycles of only what hints named
	Applied, Undone, Refused                                                                      int // kept plans, undone cycles, and the records that these left alone
	Faults                                                                                        map[memory.FaultKind]int
}

// Add adds another run's counts.
func (s *Stats) Add(o Stats) {
	s.Seeds += o.Seeds
	s.Cycles += o.Cycles
	s.Full += o.Full
	s.Edits += o.Edits
	s.Late += o.Late
	s.Crashes += o.Crashes
	s.Plans += o.Plans
	s.Writes += o.Writes
	s.Conflicts += o.Conflicts
	s.Checks += o.Checks
	s.Braked += o.Braked
	s.Hooks += o.Hooks
	s.Applied += o.Applied
	s.Undone += o.Undone
	s.Refused += o.Refused
	s.Approved += o.Approved
	s.Reconfigured += o.Reconfigured
	s.Settled += o.Settled
	s.Renamed += o.Renamed
	s.Relabelled += o.Relabelled
	s.AtOnce += o.AtOnce
	s.Families += o.Families
	s.Related += o.Related
	if s.Faults == nil {
		s.Faults = map[memory.FaultKind]int{}
	}
	for k, n := range o.Faults {
		s.Faults[k] += n
	}
}

// Run plays one seed and returns what it counted and the invariants that were broken, nil if none.
func Run(ctx context.Context, seed uint64, mutant Mutant) (Stats, error) {
	stats, _, err := play(ctx, seed, mutant)
	return stats, err
}

// Replay plays one seed and returns everything that it left behind, on both sides and in the state.
func Replay(ctx context.Context, seed uint64) (end string, err error) {
	_, w, err := play(ctx, seed, Mutant{})
	if err != nil {
		return "", err
	}
	return w.ending, nil
}

func play(ctx context.Context, seed uint64, mutant Mutant) (Stats, *world, error) {
	w := newWorld(seed, mutant)
	w.stats = Stats{Seeds: 1, Faults: map[memory.FaultKind]int{}}
	if w.kin.there {
		w.stats.Families = 1
	}
	if err := w.start(ctx); err != nil {
		return w.stats, w, err
	}
	defer func() { _ = w.state.Close() }()
	rounds := 4 + w.rand.IntN(8)
	for range rounds {
		if err := w.round(ctx); err != nil {
			return w.stats, w, err
		}
	}
	if err := w.settle(ctx); err != nil {
		return w.stats, w, errors.Join(append(w.watch.errs, err)...)
	}
	verdict := w.judge(ctx)
	if len(w.watch.errs) == 0 && verdict == nil {
		verdict = w.undoes(ctx)
	}
	var err error
	w.ending, err = w.dump(ctx)
	return w.stats, w, errors.Join(append(w.watch.errs, verdict, err)...)
}

// round lets people act, perhaps arms a crash, and runs a cycle.
func (w *world) round(ctx context.Context) error {
	for range w.rand.IntN(12) {
		w.people.act()
		w.now = w.now.Add(time.Duration(w.rand.IntN(2000)) * time.Millisecond)
	}
	for w.kin.chance(40) {
		w.kin.act(true)
	}
	if err := w.operators.act(ctx); err != nil {
		return fmt.Errorf("an operator: %w", err)
	}
	if w.chance(20) {
		if err := w.planWritesNothing(ctx); err != nil {
			return err
		}
	}
	if w.asks(25) {
		if err := w.applyPlan(ctx); err != nil {
			return err
		}
	}
	if w.chance(40) {
		w.trouble.crashIn = 1 + w.rand.IntN(60)
	}
	if err := w.hookCycles(ctx); err != nil {
		return err
	}
	if err := w.cycle(ctx, w.chance(15)); err != nil {
		return err
	}
	if err := w.restart(ctx); err != nil {
		return err
	}
	w.trouble.crashIn = 0
	pause := time.Duration(w.rand.IntN(600)) * time.Second
	w.people.commitBefore(pause)
	w.now = w.now.Add(pause)
	return nil
}

// restart starts a process that has crashed.
func (w *world) restart(ctx context.Context) error {
	if !w.trouble.crashed {
		return nil
	}
	_ = w.state.Close()
	w.trouble.crashed = false
	if err := w.start(ctx); err != nil {
		return fmt.Errorf("the state does not open after a crash: %w", err)
	}
	return nil
}

// cycle runs one and holds it against what can be seen at once.
func (w *world) cycle(ctx context.Context, full bool) error {
	return w.run(ctx, engine.Options{Full: full})
}

func (w *world) run(ctx context.Context, opt engine.Options) error {
	w.watch.newCycle()
	before := [2]memory.Counts{w.systems[0].Counts(), w.systems[1].Counts()}
	allowance, err := w.operators.allowance(ctx)
	if err != nil {
		return err
	}
	report := w.engine.Sync(ctx, opt)
	w.last = report
	w.stats.Cycles++
	if report.Full {
		w.stats.Full++
	}
	w.stats.Conflicts += report.Conflicts.New
	for _, n := range report.Writes {
		w.stats.Writes += n.Total()
	}
	w.braked(report, before)
	if !w.trouble.quiet {
		w.operators.check(allowance, report, before)
	}
	if w.trouble.crashed {
		return nil
	}
	return w.watch.afterCycle(ctx)
}

// braked is invariant 9: a braked cycle writes nothing.
func (w *world) braked(report pipeline.Report, before [2]memory.Counts) {
	written := 0
	for s, b := range before {
		written += w.systems[s].Counts().Writes() - b.Writes()
	}
	w.stats.Checks++
	if report.BrakedBy != nil {
		w.stats.Braked++
		if written > 0 {
			w.watch.fail(9, "a cycle braked by %s wrote %d times", *report.BrakedBy, written)
		}
	}
}

// settle ends all trouble and runs cycles until both sides should be at rest: first as they come, which
// must bring every edit over (Invariant 4), then with full passes, of which deletions need two.
// Quarantine waits hours for its next try.
func (w *world) settle(ctx context.Context) error {
	w.trouble.quiet = true
	w.def.Limits = pipeline.Limits{}
	for len(w.people.open) > 0 {
		w.people.commitLate()
	}
	for i := range 8 {
		w.now = w.now.Add(time.Minute)
		if i >= 3 {
			w.now = w.now.Add(7 * time.Hour)
		}
		if err := w.cycle(ctx, i >= 3 && i%2 == 1); err != nil {
			return err
		}
		if w.last.Result == pipeline.ResultFailed {
			return fmt.Errorf("a cycle without any trouble failed: %+v", w.last.Error)
		}
		if w.last.BrakedBy != nil { // an operator sees that the shop really was emptied
			if _, err := w.engine.Approve(ctx, "operator"); err != nil {
				return fmt.Errorf("approving what %s braked: %w", *w.last.BrakedBy, err)
			}
			w.stats.Approved++
		}
		if i == 2 && !w.last.Full {
			if err := w.editsArrived(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// planWritesNothing makes a plan and compares the world before and after.
func (w *world) planWritesNothing(ctx context.Context) error {
	w.stats.Plans++
	was := w.trouble.quiet
	w.trouble.quiet = true
	defer func() { w.trouble.quiet = was }()
	before, err := w.dump(ctx)
	if err != nil {
		return err
	}
	// A plan may find that a side lists next to nothing: people can empty a shop.
	if _, _, err := w.engine.PlanAll(ctx, engine.Options{}); err != nil && pipeline.AsError(err).Code != pipeline.CodeBraked {
		return fmt.Errorf("plan: %w", err)
	}
	after, err := w.dump(ctx)
	if err != nil {
		return err
	}
	if before != after {
		return broken(10, "a plan changed something:\n%s\nbecame\n%s", before, after)
	}
	return nil
}

// broken is a broken invariant.
func broken(invariant int, format string, args ...any) error {
	return &Broken{Invariant: invariant, What: fmt.Sprintf(format, args...)}
}

// Broken tells which invariant was broken, and how.
type Broken struct {
	Invariant int
	What      string
}

func (b *Broken) Error() string { return fmt.Sprintf("invariant %d: %s", b.Invariant, b.What) }

// BrokenInvariants lists the numbers of all invariants that err tells of.
func BrokenInvariants(err error) []int {
	var numbers []int
	var walk func(error)
	walk = func(err error) {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				walk(e)
			}
			return
		}
		var b *Broken
		if errors.As(err, &b) {
			numbers = append(numbers, b.Invariant)
		}
	}
	walk(err)
	return numbers
}
