package statetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

// RunRandom plays random calls against a store and against Model, restarts in between, and compares all
// that the two tell. open makes an empty state.
func RunRandom(t *rapid.T, open func() (Backend, error)) {
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}()
	r := &random{backend: b, model: NewModel(matchLists()[0]...)}
	r.open(t)
	t.Repeat(map[string]func(*rapid.T){
		"step":    func(t *rapid.T) { r.apply(t, DrawStep(t)) },
		"step 2":  func(t *rapid.T) { r.apply(t, DrawStep(t)) },
		"step 3":  func(t *rapid.T) { r.apply(t, DrawStep(t)) },
		"cycle":   r.startCycle,
		"compare": r.compare,
		"restart": r.restart,
	})
	r.compare(t)
}

type random struct {
	backend Backend
	store   pipeline.Store
	model   *Model
}

func (r *random) open(t *rapid.T) {
	var err error
	if r.store, err = r.backend.Store("products", r.model.match...); err != nil {
		t.Fatal(err)
	}
}

func (r *random) compare(t *rapid.T) {
	u := StepUniverse(r.model.match...)
	got, err := Read(context.Background(), r.store, u)
	if err != nil {
		t.Fatal(err)
	}
	model, err := Read(context.Background(), r.model, u)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(model, got, Equal()); d != "" {
		t.Fatalf("the store differs from the model (-model +store):\n%s", d)
	}
}

func (r *random) apply(t *rapid.T, step Step) {
	mustBe, mustFail := step.Do(context.Background(), r.model)
	got, err := step.Do(context.Background(), r.store)
	if mustBe != got || codeOf(mustFail) != codeOf(err) {
		t.Fatalf("%s: the model answers %v, %v, the store %v, %v", step.Name, mustBe, mustFail, got, err)
	}
}

func codeOf(err error) pipeline.Code {
	if err == nil {
		return ""
	}
	return pipeline.AsError(err).Code
}

func (r *random) startCycle(t *rapid.T) {
	when := at(rapid.IntRange(0, 100).Draw(t, "minute"))
	mustBe, err := r.model.StartCycle(context.Background(), when)
	got, gotErr := r.store.StartCycle(context.Background(), when)
	if err = errors.Join(err, gotErr); err != nil || mustBe != got {
		t.Fatalf("the model starts cycle %s, the store %s, %v", mustBe, got, err)
	}
}

func (r *random) restart(t *rapid.T) {
	if err := r.backend.Restart(); err != nil {
		t.Fatal(err)
	}
	r.model = r.model.WithMatch(rapid.SampledFrom(matchLists()).Draw(t, "match")...)
	r.open(t)
}

// Step is one call that changes a store. Do returns what the call answers.
type Step struct {
	Name string
	Do   func(context.Context, pipeline.Store) (any, error)
}

// DrawStep draws a call. It is about few keys and ids, so that steps meet.
func DrawStep(t *rapid.T) Step {
	name := rapid.SampledFrom([]string{"commit", "commit", "commit", "intend", "settle", "retry", "move", "identities", "report", "brake", "adopt", "pause", "schedule"}).Draw(t, "call")
	simple := func(f func(context.Context, pipeline.Store) error) Step {
		return Step{name, func(ctx context.Context, s pipeline.Store) (any, error) { return nil, f(ctx, s) }}
	}
	switch name {
	case "commit":
		c := drawCommit(t)
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.Commit(ctx, c) })
	case "intend":
		intents := few(t, drawIntent)
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.Intend(ctx, intents) })
	case "settle":
		id := rapid.SampledFrom(ids()).Draw(t, "conflict")
		resolution := pipeline.Resolution{
			Verdict: pipeline.TakeRight, Value: drawValue(t), By: "ann", At: drawTime(t),
			Seen: [2]pipeline.Value{drawSmall(t), drawSmall(t)},
		}
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.Settle(ctx, id, resolution) })
	case "retry":
		some, now := drawSome(t, ids()), drawTime(t)
		return Step{name, func(ctx context.Context, s pipeline.Store) (any, error) { return s.RetryNow(ctx, some, now) }}
	case "move":
		p := pipeline.Position{Cursors: [2]string{drawText(t), drawText(t)}, Definition: drawText(t)}
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.MoveTo(ctx, p) })
	case "identities":
		pair := [2]string{drawText(t), drawText(t)}
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.SetIdentities(ctx, pair) })
	case "brake":
		var b *pipeline.Brake
		if rapid.Bool().Draw(t, "engaged") {
			b = &pipeline.Brake{Name: pipeline.BrakeUpdates, Message: drawText(t), Since: drawTime(t)}
		}
		plan := pipeline.Fingerprints{{rapid.Byte().Draw(t, "fingerprint")}, {0xff}}
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.SetBrake(ctx, b, plan, nil) })
	case "adopt":
		pair, event := [2]string{drawText(t), drawText(t)}, drawEvent(t)
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.Adopt(ctx, pair, event) })
	case "pause":
		var p *pipeline.Pause
		if rapid.Bool().Draw(t, "paused") {
			p = &pipeline.Pause{By: "ann", At: drawTime(t), Reason: drawText(t)}
		}
		event := drawEvent(t)
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.SetPaused(ctx, p, event) })
	case "schedule":
		schedule, when := drawText(t), drawTime(t)
		return Step{name, func(ctx context.Context, s pipeline.Store) (any, error) { return s.Scheduled(ctx, schedule, when) }}
	default:
		id := fmt.Sprintf("20261124T120000Z-%04d", rapid.IntRange(1, 5).Draw(t, "cycle"))
		report := pipeline.Report{Cycle: pipeline.CycleID(id), Result: pipeline.ResultDone, Started: drawTime(t)}
		return simple(func(ctx context.Context, s pipeline.Store) error { return s.PutReport(ctx, report) })
	}
}

// StepUniverse covers what DrawStep draws from.
func StepUniverse(match ...string) Universe {
	return Universe{Keys: keys(), Links: linkIDs(), Match: match, Texts: texts(), Now: at(15)}
}
