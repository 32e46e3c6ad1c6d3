package pipeline

import (
	"encoding/json"
	"time"
)

// Result is how a cycle ended.
type Result string

// The results of a cycle.
const (
	ResultDone    Result = "done"
	ResultPartial Result = "partial" // something waits in quarantine
	ResultBraked  Result = "braked"
	ResultFailed  Result = "failed"
)

// Results lists them.
func Results() []Result { return []Result{ResultDone, ResultPartial, ResultBraked, ResultFailed} }

// CycleKind is what a cycle was run for.
type CycleKind string

// The kinds of cycles. The ordinary one has none.
const (
	CycleApply CycleKind = "apply" // a kept plan was carried out
	CycleUndo  CycleKind = "undo"  // what another cycle wrote was taken back
	CycleHooks CycleKind = "hooks" // only what webhooks named was looked at
)

// Writes counts what a cycle wrote to one side.
type Writes struct {
	Create  int `json:"create"`
	Update  int `json:"update"`
	Archive int `json:"archive"` // archived or deleted
}

// Total is the number of writes.
func (w Writes) Total() int { return w.Create + w.Update + w.Archive }

// Report describes a cycle wherever it is told. Sides are known by their sources' labels.
type Report struct {
	Pipeline    string            `json:"pipeline"`
	Cycle       CycleID           `json:"cycle"`
	Kind        CycleKind         `json:"kind,omitempty"`
	By          string            `json:"by,omitempty"`
	Note        string            `json:"note,omitempty"` // apply, undo: of what
	Result      Result            `json:"result"`
	Full        bool              `json:"full,omitempty"`
	Seen        map[string]int    `json:"seen"`
	Writes      map[string]Writes `json:"writes"`
	Conflicts   ConflictCount     `json:"conflicts"`
	Quarantined int               `json:"quarantined"`       // records waiting in quarantine when the cycle ended
	Refused     int               `json:"refused,omitempty"` // apply, undo: records that had moved
	BrakedBy    *string           `json:"braked_by"`
	// Changed is, in the first cycle after a change of the definition, how much that cycle was about
	// to change.
	Changed  *BlastRadius `json:"definition_changed,omitempty"`
	Started  time.Time    `json:"started"`
	Duration Seconds      `json:"duration_seconds"`
	// Error is why a failed cycle failed.
	Error *Problem `json:"error,omitempty"`
}

// ConflictCount counts the conflicts of a cycle.
type ConflictCount struct {
	New     int `json:"new"`
	Pending int `json:"pending"` // waiting when the cycle ended
}

// Problem is an error in a report.
type Problem struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

// Seconds is a duration whose JSON form is a number of seconds.
type Seconds time.Duration

// MarshalJSON writes seconds with milliseconds.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(s).Milliseconds()) / 1000)
}

// UnmarshalJSON reads seconds.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	var f float64
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	*s = Seconds(f * float64(time.Second))
	return nil
}
