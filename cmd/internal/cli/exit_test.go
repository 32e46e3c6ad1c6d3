package cli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestExitCode(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{&pipeline.Error{Code: pipeline.CodeStateLocked}, 1},
		{fmt.Errorf("wrapped: %w", &pipeline.Error{Code: pipeline.CodeConfiguration}), 2},
		{&pipeline.Error{Code: pipeline.CodeUsage}, 2},
		{&pipeline.Error{Code: pipeline.CodePipelineUnknown}, 2},
		{&pipeline.Error{Code: pipeline.CodeBraked}, 4},
		{exit(ExitDiffers), 5},
		{exit(ExitDone), 0},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("exitCode(%v) is %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestExitOf(t *testing.T) {
	report := func(r pipeline.Result) pipeline.Report { return pipeline.Report{Result: r} }
	waiting := report(pipeline.ResultDone)
	waiting.Conflicts.Pending = 1
	done, partial := report(pipeline.ResultDone), report(pipeline.ResultPartial)
	braked, failed := report(pipeline.ResultBraked), report(pipeline.ResultFailed)
	for _, tt := range []struct {
		name    string
		reports []pipeline.Report
		want    int
	}{
		{"none", nil, ExitDone},
		{"done", []pipeline.Report{done}, ExitDone},
		{"a record in quarantine", []pipeline.Report{done, partial}, ExitPartial},
		{"a conflict waits", []pipeline.Report{waiting}, ExitPartial},
		{"braked is worse than partial", []pipeline.Report{braked, partial}, ExitBraked},
		{"failed is the worst", []pipeline.Report{failed, braked}, ExitFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := exitOf(tt.reports); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
