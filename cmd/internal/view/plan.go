package view

import "github.com/tandem-sync/tandem/pipeline"

// PlanHead opens the plan of one pipeline.
type PlanHead struct {
	Pipeline string    `json:"pipeline"`
	Sources  [2]string `json:"sources"` // left, right
	// Of is how many pipelines the answer covers.
	Of int `json:"of"`
	// Undo is the cycle that the plan would take back, "" for an ordinary plan.
	Undo pipeline.CycleID `json:"undo,omitempty"`
}

// PlanSink takes a plan as it is made, so that no side of the socket holds all of it. For each
// pipeline: Begin, any number of Change, End. Progress may come at any time between. An error ends
// the plan and is returned by whoever feeds the sink.
type PlanSink interface {
	Begin(h PlanHead) error
	Progress(p Progress)
	Change(c pipeline.PlannedChange) error
	End(t pipeline.PlanTotals) error
}
