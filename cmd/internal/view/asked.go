package view

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// PlanKeeper is a PlanSink that also takes the plan in the form of a file, a line a call.
type PlanKeeper interface {
	Keep(line string) error
}

// Asked is the outcome of `apply` and `undo`. Refused are the records that were left alone, and why: each
// with the action "error" and a note.
type Asked struct {
	Report  pipeline.Report          `json:"report"`
	Refused []pipeline.PlannedChange `json:"refused"`
}

// Explanation is one record whole: what was agreed, what both sides hold at this moment, what a cycle would
// make of it and why, and its story. Maps are by source label.
type Explanation struct {
	Pipeline string                  `json:"pipeline"`
	Sources  [2]string               `json:"sources"` // left, right
	Keys     map[string]pipeline.Key `json:"keys"`
	Match    pipeline.Values         `json:"match"`
	// Linked: the two records are a pair, since PairedAt.
	Linked   bool       `json:"linked"`
	PairedAt *time.Time `json:"paired_at"`
	// Missing tells of a pair which records are not found on their side.
	Missing  []string              `json:"missing"`
	Modified map[string]*time.Time `json:"modified"` // null where the side does not say
	LeftOut  string                `json:"left_out,omitempty"`
	// Error is why a cycle would not get any further.
	Error      *pipeline.Problem        `json:"error,omitempty"`
	Fields     []ExplainedField         `json:"fields"`
	Changes    []pipeline.PlannedChange `json:"changes"` // what a cycle would write now
	Conflicts  []Conflict               `json:"conflicts"`
	Quarantine *Quarantined             `json:"quarantine"`
	History    []Event                  `json:"history"` // newest last
}

// Asked tells whether the pipeline could be asked about the record; Error is why not.
func (x Explanation) Asked() bool { return len(x.Keys) > 0 || len(x.Match) > 0 }

// ExplainedField is one field of an Explanation.
type ExplainedField struct {
	Name  string            `json:"name"`
	Names map[string]string `json:"names"` // what the sides call it
	// Base is what the sides held when they last agreed; a label is absent where there is no base.
	Base   map[string]pipeline.Value `json:"base"`
	Values map[string]pipeline.Value `json:"values"` // what they hold; absent where there is no record
	// Mapped is what a side would hold if the other side's value were carried to it; absent where it
	// cannot be.
	Mapped   map[string]pipeline.Value `json:"mapped"`
	Decision pipeline.Verdict          `json:"decision"` // "" is unchanged
	Writes   []string                  `json:"writes"`   // the sources that a cycle would write
	Rule     string                    `json:"rule"`     // what decides, or would decide a conflict
	Mapping  string                    `json:"mapping"`  // where the field is mapped: "shop.hcl:33"
}
