package web

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func (s *scripted) Runs(_ context.Context, q view.RunsQuery) (view.Runs, error) {
	return view.Runs{Reports: []pipeline.Report{report}, More: true}, s.note(q)
}

func (s *scripted) Sources(context.Context) ([]view.SourceStatus, error) {
	return []view.SourceStatus{sourceStatus}, s.note("sources")
}

var up = true

var sourceStatus = view.SourceStatus{
	Label: "pm", Kind: "products_manager", Pipelines: []string{"products"}, Up: &up, Product: "Products Manager", LastAnswer: &at,
	LastError: &view.Trouble{At: at, Code: pipeline.CodeConnectionTimeout, Message: "m", Remedy: "r", Count: 2}, Requests: 12, Latency: 0.25,
}

func (s *scripted) Configuration(context.Context) (view.Configuration, error) {
	return configuration, s.note("configuration")
}

var configuration = view.Configuration{
	Config: view.Config{Hash: "h1", Generation: 1, Since: at}, Dir: "/etc/tandem",
	Files:   []view.ConfigFile{{Name: "tandem.hcl", Text: "daemon {}\n"}},
	Pending: &view.Pending{Hash: "h2", Diff: "-daemon {}\n", Diagnostics: []view.Diagnostic{}},
}

func (s *scripted) Watch(ctx context.Context, tell func(view.Activity) error) error {
	if err := tell(view.Activity{Revision: 1, Running: []view.Progress{{Pipeline: "products", Stage: pipeline.StageWrite, Done: 1, Total: 2}}}); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

func (s *scripted) Begin(_ context.Context, q view.Begin) error { return s.note(q) }

func TestOverseerCrossesTheSocket(t *testing.T) {
	b := &scripted{}
	c := dial(t, serve(t, b, nil).cfg.StateDir)
	runs, err := c.Runs(t.Context(), view.RunsQuery{Pipeline: "products", Skip: 20, Limit: 10})
	if diff := cmp.Diff(view.Runs{Reports: []pipeline.Report{report}, More: true}, runs); err != nil || diff != "" {
		t.Errorf("runs: %v\n%s", err, diff)
	}
	if diff := cmp.Diff(any(view.RunsQuery{Pipeline: "products", Skip: 20, Limit: 10}), *b.asked.Load()); diff != "" {
		t.Errorf("asked:\n%s", diff)
	}
	sources, err := c.Sources(t.Context())
	if diff := cmp.Diff([]view.SourceStatus{sourceStatus}, sources); err != nil || diff != "" {
		t.Errorf("sources: %v\n%s", err, diff)
	}
	cfg, err := c.Configuration(t.Context())
	if diff := cmp.Diff(configuration, cfg); err != nil || diff != "" {
		t.Errorf("configuration: %v\n%s", err, diff)
	}
}
