package web

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// applied is what the scripted backend was asked by Apply.
type applied struct {
	Request ApplyRequest
	Plan    string
}

func (s *scripted) Apply(_ context.Context, r ApplyRequest, plan io.Reader, watch Watch) (pipeline.Report, error) {
	text, err := io.ReadAll(plan)
	if err != nil {
		return pipeline.Report{}, err
	}
	return s.watched(watch, applied{r, string(text)})
}

func (s *scripted) PlanUndo(ctx context.Context, r UndoRequest, sink view.PlanSink) error {
	if err := s.Plan(ctx, PlanRequest{Pipeline: "products"}, sink); err != nil {
		return err
	}
	return s.note(r)
}

func (s *scripted) Undo(_ context.Context, r UndoRequest, watch Watch) (pipeline.Report, error) {
	return s.watched(watch, r)
}

func (s *scripted) watched(watch Watch, request any) (pipeline.Report, error) {
	watch.Progress(view.Progress{Pipeline: "products", Stage: pipeline.StageWrite, Done: 1, Total: 2})
	if err := watch.Refused(changes[1]); err != nil {
		return pipeline.Report{}, err
	}
	return report, s.note(request)
}

func (s *scripted) Explain(_ context.Context, record string) ([]view.Explanation, error) {
	return []view.Explanation{{
		Pipeline: "products", Sources: [2]string{"pm", "erp"}, Keys: conflict.Keys, Match: conflict.Match, Linked: true, PairedAt: &at,
		Missing: []string{}, Fields: []view.ExplainedField{{Name: "price", Values: conflict.Values, Decision: pipeline.Wait, Writes: []string{}}},
		Changes: changes, Conflicts: []view.Conflict{conflict}, History: []view.Event{},
	}}, s.note(record)
}

func TestClientAsks(t *testing.T) {
	b := &scripted{}
	c := dial(t, serve(t, b, nil).cfg.StateDir)
	ctx := t.Context()
	asking := func(do func(Watch) (pipeline.Report, error)) (any, error) {
		var progress []view.Progress
		var refused []pipeline.PlannedChange
		r, err := do(Watch{
			Progress: func(p view.Progress) { progress = append(progress, p) },
			Refused:  func(c pipeline.PlannedChange) error { refused = append(refused, c); return nil },
		})
		return []any{r, progress, refused}, err
	}
	undo := UndoRequest{Cycle: "20261124T155012Z-0003", Pipeline: "products", By: "anna"}
	plan := strings.Repeat("{\"a\":\"<été>\"}\n", 200_000) // longer than any other request may be
	for _, tt := range []struct {
		name  string
		call  func(Backend) (any, error)
		asked any
	}{
		{"apply", func(b Backend) (any, error) {
			return asking(func(w Watch) (pipeline.Report, error) {
				return b.Apply(ctx, ApplyRequest{Name: "a b.plan", By: "anna&co"}, strings.NewReader(plan), w)
			})
		}, applied{ApplyRequest{Name: "a b.plan", By: "anna&co"}, plan}},
		{"undo", func(b Backend) (any, error) {
			return asking(func(w Watch) (pipeline.Report, error) { return b.Undo(ctx, undo, w) })
		}, undo},
		{"plan of an undo", func(b Backend) (any, error) {
			var r recorder
			err := b.PlanUndo(ctx, undo, &r)
			return []any{r.heads, r.changes, r.totals}, err
		}, undo},
		{"explain", func(b Backend) (any, error) { return b.Explain(ctx, "CH 100/é") }, "CH 100/é"},
		{"history", func(b Backend) (any, error) {
			return b.History(ctx, view.HistoryQuery{Record: "CH-100", Cycle: undo.Cycle, Since: at, Limit: 9})
		}, view.HistoryQuery{Record: "CH-100", Cycle: undo.Cycle, Since: at, Limit: 9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, err := tt.call(b)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tt.call(c)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the answer came out as another one (-went in +came out):\n%s", diff)
			}
			if diff := cmp.Diff(tt.asked, *b.asked.Load()); diff != "" {
				t.Errorf("the backend was asked something else (-want +got):\n%s", diff)
			}
		})
	}
}

// A failure before anything began is an error, not an empty report.
func TestClientIsToldOfAFailedApply(t *testing.T) {
	b := &scripted{fail: &pipeline.Error{Code: pipeline.CodePlanInvalid, Message: "no plan"}}
	c := dial(t, serve(t, b, nil).cfg.StateDir)
	_, err := c.Apply(t.Context(), ApplyRequest{}, strings.NewReader("x"), Watch{})
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodePlanInvalid {
		t.Errorf("got %v", err)
	}
}

// keeping is a recorder that also keeps the plan.
type keeping struct {
	recorder
	lines []string
}

func (k *keeping) Keep(line string) error { k.lines = append(k.lines, line); return nil }

// The lines of a kept plan come out of the socket to the byte: they are signed.
func TestKeptPlanComesThroughTheSocket(t *testing.T) {
	lines := []string{"{\"tandem_plan\":1,\"x\":\"\\u003cété>\u2028\"}\n", "{\"a\": 1.50}\n"}
	b := &keeper{lines: lines}
	c := dial(t, serve(t, b, nil).cfg.StateDir)
	var got keeping
	if err := c.Plan(t.Context(), PlanRequest{Pipeline: "products", Keep: true}, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines, got.lines); diff != "" {
		t.Errorf("(-went in +came out):\n%s", diff)
	}
}

type keeper struct {
	scripted
	lines []string
}

func (k *keeper) Plan(_ context.Context, r PlanRequest, sink view.PlanSink) error {
	if !r.Keep {
		return nil
	}
	for _, l := range k.lines {
		if err := sink.(view.PlanKeeper).Keep(l); err != nil {
			return err
		}
	}
	return nil
}
