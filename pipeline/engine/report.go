package engine

import (
	"context"
	"errors"

	"github.com/tandem-sync/tandem/pipeline"
)

// end completes the report, stores it, and tells log and metrics.
func (r *run) end(ctx context.Context, failure error) {
	standing, unread := Stand(ctx, r.Store)
	r.report.Conflicts.Pending, r.report.Quarantined = standing.Conflicts, standing.Quarantined
	r.report.Duration = pipeline.Seconds(r.Now().Sub(r.report.Started))
	r.report.Result = r.result(failure)
	if failure != nil {
		e := pipeline.AsError(failure)
		if errors.Is(failure, context.Canceled) {
			e = &pipeline.Error{Code: pipeline.CodeStopped, Message: "the cycle was stopped"}
		}
		r.report.Error = &pipeline.Problem{Code: e.Code, Message: e.Error(), Remedy: pipeline.RemedyOf(e)}
		r.Metrics.failed(r.Definition.Name, e.Code)
	}
	if r.report.Cycle != "" {
		if err := r.Store.PutReport(ctx, r.report); err != nil && r.report.Error == nil {
			e := pipeline.AsError(err)
			r.report.Result = pipeline.ResultFailed
			r.report.Error = &pipeline.Problem{Code: e.Code, Message: e.Error(), Remedy: pipeline.RemedyOf(e)}
		}
	}
	r.log()
	if unread != nil {
		r.Metrics.cycle(r.report, nil)
		return
	}
	if r.report.Kind == "" && (r.report.Result == pipeline.ResultDone || r.report.Result == pipeline.ResultPartial) {
		standing.LastSuccess = r.Now()
	}
	r.Metrics.cycle(r.report, &standing)
}

func (r *run) result(failure error) pipeline.Result {
	switch {
	case r.report.BrakedBy != nil:
		return pipeline.ResultBraked
	case failure != nil:
		return pipeline.ResultFailed
	case r.report.Quarantined > 0 || r.report.Refused > 0:
		return pipeline.ResultPartial
	}
	return pipeline.ResultDone
}

func (r *run) log() {
	log := r.Logger.With("cycle", r.report.Cycle, "result", r.report.Result, "full", r.report.Full)
	for _, s := range r.Definition.Sources {
		w := r.report.Writes[s]
		log = log.With("seen_"+s, r.report.Seen[s], "created_"+s, w.Create, "updated_"+s, w.Update, "archived_"+s, w.Archive)
	}
	if p := r.report.Error; p != nil {
		log.Error("cycle ended", "code", p.Code, "error", p.Message, "remedy", p.Remedy)
		return
	}
	log.Info("cycle ended", "conflicts", r.report.Conflicts.Pending, "quarantined", r.report.Quarantined)
}
