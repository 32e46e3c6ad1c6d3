package testrun

import (
	"context"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/stages/resolve"
	"github.com/tandem-sync/tandem/stages/transform"
)

// Run runs tests, in their order. now tells the time, for how long each took.
func Run(ctx context.Context, tests []config.Test, now func() time.Time) (view.TestRun, error) {
	run := view.TestRun{Tests: []view.Test{}, Diagnostics: []view.Diagnostic{}}
	for _, t := range tests {
		started := now()
		failures, err := one(ctx, t)
		if err != nil {
			return run, fmt.Errorf("test %q: %w", t.Name, err)
		}
		run.Tests = append(run.Tests, view.Test{
			Name: t.Name, Pipeline: t.Pipeline.Name, File: t.Range.Filename, Line: t.Range.Start.Line,
			Passed: len(failures) == 0, Failures: failures, Seconds: now().Sub(started).Seconds(),
		})
		if len(failures) == 0 {
			run.Passed++
		} else {
			run.Failed++
		}
	}
	run.Coverage = coverage(tests)
	return run, nil
}

// one runs one test and returns what is not as expected.
func one(ctx context.Context, t config.Test) ([]view.TestFailure, error) {
	c := cycle(t)
	items := []*pipeline.Item{item(c, t)}
	for _, stage := range []pipeline.Stage{transform.New().Relating(nobody{}), resolve.New()} {
		if err := stage.Process(ctx, c, items); err != nil {
			return nil, err
		}
	}
	o := outcome{cycle: c, test: t, item: items[0], failures: []view.TestFailure{}}
	o.compare()
	return o.failures, nil
}
