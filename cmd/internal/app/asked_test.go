package app

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

// kept is a sink that keeps the plan.
type kept struct {
	planned
	file bytes.Buffer
}

func (k *kept) Keep(line string) error { _, err := k.file.WriteString(line); return err }

func TestKeepApplyUndo(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	a := bring(t, s.Config(t, ""), Options{})
	var plan kept
	if err := a.Plan(t.Context(), web.PlanRequest{Pipeline: "products", Keep: true}, &plan); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(plan.file.String(), apptest.Secret) {
		t.Error("the plan holds a secret")
	}
	report, err := a.Apply(t.Context(), web.ApplyRequest{Name: "a.plan", By: "anna"}, &plan.file, web.Watch{})
	if err != nil || report.Writes["erp"].Create != 1 {
		t.Fatalf("got %+v, %v", report, err)
	}
	undo := web.UndoRequest{Cycle: report.Cycle, By: "anna"}
	sink := &planned{}
	if err := a.PlanUndo(t.Context(), undo, sink); err != nil || len(sink.changes) != 1 || sink.changes[0].Action != pipeline.PlanArchive {
		t.Fatalf("got %+v, %v", sink.changes, err)
	}
	undone, err := a.Undo(t.Context(), undo, web.Watch{})
	if err != nil || undone.Writes["erp"].Archive != 1 {
		t.Fatalf("got %+v, %v", undone, err)
	}
	if got := s.Held(t, "erp", "CH-100", "active"); !got.Equal(pipeline.Bool(false)) {
		t.Errorf("active is %v", got)
	}
	if r := syncOnce(t, a); r.Writes["pm"].Total()+r.Writes["erp"].Total() != 0 {
		t.Errorf("the next cycle wrote %+v", r.Writes)
	}
	events, err := a.History(t.Context(), view.HistoryQuery{Cycle: undone.Cycle, Limit: 10})
	if err != nil || len(events) != 1 || events[0].Kind != "archive" || events[0].By != "anna" {
		t.Errorf("the history tells %+v, %v", events, err)
	}
	// Neither an apply nor an undo counts as a success of the schedule.
	status, err := a.Status(t.Context())
	if err != nil || status.Pipelines[0].LastCycle.Kind != "" {
		t.Errorf("got %+v, %v", status.Pipelines[0].LastCycle, err)
	}
	for _, q := range []web.UndoRequest{{Cycle: "20200101T000000Z-0001"}, {Cycle: report.Cycle, Pipeline: "product"}} {
		if _, err := a.Undo(t.Context(), q, web.Watch{}); err == nil {
			t.Errorf("undo of %+v succeeds", q)
		}
	}
	if _, err := a.Apply(t.Context(), web.ApplyRequest{}, strings.NewReader("no plan"), web.Watch{}); pipeline.AsError(err).Code != pipeline.CodePlanInvalid {
		t.Errorf("apply of something else: %v", err)
	}
}

func TestExplain(t *testing.T) {
	s := apptest.New(t, nil)
	pmKey := s.Insert(t, "pm", "Chaise", "CH-100")
	a := bring(t, s.Config(t, ""), Options{})
	syncOnce(t, a)
	s.Edit(t, "erp", "CH-100", "title", pipeline.Text("Chair"))
	for _, name := range []string{"CH-100", string(pmKey)} {
		all, err := a.Explain(t.Context(), name)
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: got %d, %v", name, len(all), err)
		}
		x := all[0]
		if !x.Linked || len(x.Changes) != 1 || x.Changes[0].Side != "pm" || len(x.History) == 0 {
			t.Errorf("%s: got %+v", name, x)
		}
		f := x.Fields[0]
		if f.Name != "title" || f.Decision != pipeline.TakeRight || !f.Base["pm"].Equal(pipeline.Text("Chaise")) ||
			!f.Values["erp"].Equal(pipeline.Text("Chair")) || !f.Mapped["pm"].Equal(pipeline.Text("Chair")) || f.Writes[0] != "pm" {
			t.Errorf("%s: field %+v", name, f)
		}
	}
	if got := s.Held(t, "pm", "CH-100", "title"); !got.Equal(pipeline.Text("Chaise")) {
		t.Errorf("explaining wrote %v", got)
	}

	// Two records that no cycle has seen yet are told as the pair that they will be, by whatever name.
	lone := s.Insert(t, "erp", "Table", "TB-200")
	s.Insert(t, "pm", "Table", "TB-200")
	for _, name := range []string{"TB-200", string(lone)} {
		all, err := a.Explain(t.Context(), name)
		if err != nil || len(all) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		if x := all[len(all)-1]; x.Linked || x.Keys["erp"] != lone || x.Keys["pm"] == "" {
			t.Errorf("%s: got %+v", name, x)
		}
	}
	if _, err := a.Explain(t.Context(), "nobody"); pipeline.AsError(err).Code != pipeline.CodeRecordUnknown {
		t.Errorf("an unknown record: %v", err)
	}
}

// A record whose link is gone is still found in the history, by its name.
func TestHistoryOfAForgottenRecord(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	a := bring(t, s.Config(t, ""), Options{})
	syncOnce(t, a)
	if _, err := a.Forget(t.Context(), view.Forget{Record: "CH-100", By: "anna"}); err != nil {
		t.Fatal(err)
	}
	events, err := a.History(t.Context(), view.HistoryQuery{Record: "CH-100", Limit: 10})
	if err != nil || len(events) < 2 {
		t.Errorf("got %+v, %v", events, err)
	}
}
