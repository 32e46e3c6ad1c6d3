package app

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

func TestPauseHoldsAcrossRestarts(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, "", second("codes", ""))
	cfg, _ := loading(s)()
	a, err := New(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Pause(t.Context(), view.Hold{Pipelines: []string{"codes", "nobody"}}); pipeline.AsError(err).Code != pipeline.CodePipelineUnknown {
		t.Errorf("pausing an unknown one: %v", err)
	}
	if _, err := a.Pause(t.Context(), view.Hold{}); pipeline.AsError(err).Code != pipeline.CodePipelineUnknown {
		t.Errorf("pausing none: %v", err)
	}
	if held, err := a.Resume(t.Context(), view.Hold{Pipelines: []string{"codes"}}); err != nil || held[0].Changed || held[0].Pause != nil {
		t.Errorf("a name was wrong, and the other one is paused: %+v, %v", held, err)
	}
	for i, by := range []string{"anna", "bruno"} {
		held, err := a.Pause(t.Context(), view.Hold{Pipelines: []string{"products"}, By: by, Reason: "stocktaking"})
		if err != nil || len(held) != 1 || held[0].Changed != (i == 0) || held[0].Pause.By != "anna" {
			t.Errorf("%s: %+v, %v", by, held, err)
		}
	}
	stopApp(t, a)

	a = bring(t, cfg, Options{})
	_, err = a.Sync(t.Context(), web.SyncRequest{Pipeline: "products"}, nil)
	if e := pipeline.AsError(err); e.Code != pipeline.CodePaused || !strings.Contains(e.Error(), "anna") || !strings.Contains(e.Error(), "stocktaking") || !strings.Contains(e.Remedy, "tandem resume products") {
		t.Errorf("syncing a paused pipeline: %v, remedy %q", err, e.Remedy)
	}
	if err := a.Begin(t.Context(), view.Begin{Pipeline: "products"}); pipeline.AsError(err).Code != pipeline.CodePaused {
		t.Errorf("starting a cycle of a paused pipeline: %v", err)
	}
	if reports, err := a.Sync(t.Context(), web.SyncRequest{}, nil); err != nil || len(reports) != 1 || reports[0].Pipeline != "codes" {
		t.Errorf("syncing all: %+v, %v", reports, err)
	}
	status, err := a.Status(t.Context())
	if p := status.Pipelines[0]; err != nil || p.State != view.StatePaused || p.Paused == nil || p.Paused.Reason != "stocktaking" || p.LastCycle != nil || status.Pipelines[1].State != view.StateActive {
		t.Errorf("status %+v, %v", p, err)
	}
	if held, err := a.Resume(t.Context(), view.Hold{Pipelines: []string{"products", "codes"}, By: "bruno"}); err != nil || !held[0].Changed || held[0].Pause.By != "anna" || held[1].Changed {
		t.Errorf("resuming: %+v, %v", held, err)
	}
	if reports, err := a.Sync(t.Context(), web.SyncRequest{}, nil); err != nil || len(reports) != 2 {
		t.Errorf("after it was resumed: %+v, %v", reports, err)
	}
	events, err := a.History(t.Context(), view.HistoryQuery{Limit: 10})
	var told []string
	for _, e := range events {
		told = append(told, e.Kind+" "+e.By+" "+e.Note)
	}
	if got := strings.Join(told, ", "); err != nil || got != "resume bruno , pause anna stocktaking" {
		t.Errorf("the history tells %q, %v", got, err)
	}
}
