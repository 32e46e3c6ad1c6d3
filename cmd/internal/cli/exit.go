package cli

import (
	"errors"

	"github.com/tandem-sync/tandem/pipeline"
)

// The exit codes of all commands.
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitUsage   = 2 // the command line or the configuration is wrong
	ExitPartial = 3 // done in part: some records are in quarantine or in conflict
	ExitBraked  = 4 // a brake stopped it
	ExitDiffers = 5 // differences were found (plan, fmt --check)
)

// ended is the error of a command that has told its outcome already: only the code is left.
type ended struct{ code int }

func (ended) Error() string { return "ended" }

// exit returns nil for ExitDone.
func exit(code int) error {
	if code == ExitDone {
		return nil
	}
	return ended{code}
}

// exitCode is the table from errors to codes.
func exitCode(err error) int {
	var e ended
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &e):
		return e.code
	}
	switch pipeline.AsError(err).Code {
	case pipeline.CodeUsage, pipeline.CodeConfiguration, pipeline.CodePipelineUnknown, pipeline.CodeSourceUnknown:
		return ExitUsage
	case pipeline.CodeBraked:
		return ExitBraked
	}
	return ExitFailed
}

// exitOf is the code of a command that ran these cycles: the worst of them.
func exitOf(reports []pipeline.Report) int {
	worst := ExitDone
	for _, r := range reports {
		code := ExitDone
		switch {
		case r.Result == pipeline.ResultFailed:
			return ExitFailed
		case r.Result == pipeline.ResultBraked:
			code = ExitBraked
		case r.Result == pipeline.ResultPartial || r.Quarantined > 0 || r.Conflicts.Pending > 0:
			code = ExitPartial
		}
		worst = max(worst, code)
	}
	return worst
}
