package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// patience is how long a test waits for what must come.
const patience = time.Minute

func TestBegunCycleIsWatchedAndListed(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	a := bring(t, s.Config(t, `schedule { manual = true }`), Options{})
	if err := a.Begin(t.Context(), view.Begin{}); pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodeStopped {
		t.Errorf("a cycle begins without a daemon: %v", err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Begin(t.Context(), view.Begin{Pipeline: "nobody"}); pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodePipelineUnknown {
		t.Errorf("a cycle of no pipeline begins: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	enough := errors.New("enough")
	var first uint64
	begun := false
	err := a.Watch(ctx, func(now view.Activity) error {
		if !begun {
			begun, first = true, now.Revision
			return a.Begin(ctx, view.Begin{Pipeline: "products", Full: true})
		}
		runs, err := a.Runs(ctx, view.RunsQuery{Limit: 1})
		if err == nil && len(runs.Reports) == 1 && len(now.Running) == 0 {
			if now.Revision == first {
				t.Error("the revision did not grow with the cycle")
			}
			return enough
		}
		return err
	})
	if !errors.Is(err, enough) {
		t.Fatalf("the end of the cycle was not told: %v", err)
	}
	runs, err := a.Runs(ctx, view.RunsQuery{Pipeline: "products", Limit: 10})
	if err != nil || len(runs.Reports) != 1 || !runs.Reports[0].Full || runs.More {
		t.Errorf("runs: %+v, %v", runs, err)
	}
	if _, err := a.Runs(ctx, view.RunsQuery{Pipeline: "nobody", Limit: 1}); pipeline.AsError(err).Code != pipeline.CodePipelineUnknown {
		t.Errorf("runs of no pipeline: %v", err)
	}
}

func TestRunsAreTheLatestOfAllPipelines(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, "", second("codes", ""))
	cfg, diags := loading(s)()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	a := bring(t, cfg, Options{})
	for _, name := range []string{"products", "codes", "products"} {
		if err := errOf(a.trySync(t.Context(), name, false, nil)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := a.Runs(t.Context(), view.RunsQuery{Limit: 2})
	if err != nil || len(all.Reports) != 2 || !all.More || all.Reports[0].Started.Before(all.Reports[1].Started) {
		t.Fatalf("%+v, %v", all, err)
	}
	rest, err := a.Runs(t.Context(), view.RunsQuery{Skip: 2, Limit: 2})
	if err != nil || len(rest.Reports) != 1 || rest.More {
		t.Fatalf("%+v, %v", rest, err)
	}
	names := []string{all.Reports[0].Pipeline, all.Reports[1].Pipeline, rest.Reports[0].Pipeline}
	if slices.Sort(names); strings.Join(names, " ") != "codes products products" {
		t.Errorf("runs of %v", names)
	}
}

func errOf(r pipeline.Report, err error) error {
	if err == nil && r.Error != nil {
		return errors.New(r.Error.Message)
	}
	return err
}

func TestHealth(t *testing.T) {
	at := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	h := &health{now: func() time.Time { return at }}
	if h.view().Up != nil {
		t.Error("a source that was not asked is up or down")
	}
	for i := range 2 * answersKept {
		h.observe("read", time.Duration(i)*time.Millisecond, nil)
	}
	h.observe("read", time.Hour, context.Canceled)
	h.observe("write", 150*time.Millisecond, &pipeline.Error{Code: pipeline.CodeDuplicate, Message: "taken"})
	if v := h.view(); !*v.Up || v.LastError != nil || v.Requests != 2*answersKept+1 || v.Latency < 0.07 || v.Latency > 0.08 {
		t.Errorf("after answers: %+v, up %v", v, *v.Up)
	}
	h.observe("read", time.Second, &pipeline.Error{Code: pipeline.CodeRateLimited, Class: pipeline.RateLimited, Message: "slower"})
	h.observe("read", time.Second, &pipeline.Error{Code: pipeline.CodeConnectionTimeout, Class: pipeline.Transient, Message: "late"})
	v := h.view()
	if *v.Up || v.RateLimited != 1 || v.LastError == nil || v.LastError.Message != "late" || v.LastError.Count != 2 || v.LastError.Remedy == "" || !v.LastAnswer.Equal(at) {
		t.Errorf("after failures: %+v, %+v", v, v.LastError)
	}
	if h.observe("read", time.Second, nil); !*h.view().Up {
		t.Error("it answers again and is not up")
	}
}

func TestConfigurationComparesWithTheFiles(t *testing.T) {
	s := apptest.New(t, nil)
	cfg := s.Config(t, "")
	a := bring(t, cfg, Options{Load: loading(s)})
	c, err := a.Configuration(t.Context())
	if err != nil || c.Pending != nil || len(c.Files) != 1 || c.Hash != cfg.Hash {
		t.Fatalf("at first: %+v, %v", c, err)
	}
	s.Write(t, "", "# a comment\n")
	if c, _ = a.Configuration(t.Context()); c.Pending == nil || !c.Pending.Same || !strings.Contains(c.Pending.Diff, "+# a comment") {
		t.Errorf("with a comment: %+v", c.Pending)
	}
	s.Write(t, "", "pipeline \"wrong\" { left = source.memory.nobody }\n")
	if c, _ = a.Configuration(t.Context()); c.Pending == nil || c.Pending.Same || len(c.Pending.Diagnostics) == 0 || !strings.Contains(c.Pending.Diff, `+pipeline "wrong"`) {
		t.Errorf("with errors: %+v", c.Pending)
	}
	if a.current().generation != 1 {
		t.Error("looking took something in")
	}
	sources, err := a.Sources(t.Context())
	if err != nil || len(sources) != 2 || len(sources[0].Pipelines) != 1 {
		t.Errorf("sources: %+v, %v", sources, err)
	}
}
