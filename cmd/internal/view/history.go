package view

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Event is one line of the history. Maps are by source label.
type Event struct {
	Seq      uint64                  `json:"seq"`
	At       time.Time               `json:"at"`
	Pipeline string                  `json:"pipeline"`
	Cycle    pipeline.CycleID        `json:"cycle"`
	Kind     string                  `json:"kind"` // as pipeline.Event.Kind
	Side     string                  `json:"side,omitempty"`
	Keys     map[string]pipeline.Key `json:"keys"`
	Match    pipeline.Values         `json:"match"`
	Fields   []EventField            `json:"fields"`
	Rule     string                  `json:"rule,omitempty"`
	By       string                  `json:"by,omitempty"`
	Note     string                  `json:"note,omitempty"`
}

// EventField is one field of an Event.
type EventField struct {
	Name   string                    `json:"name"`
	Before pipeline.Value            `json:"before"` // on the side written
	After  pipeline.Value            `json:"after"`  // on the side written, as read back
	Base   map[string]pipeline.Value `json:"base"`
	Values map[string]pipeline.Value `json:"values"` // what each side held when it was decided
	// Computed is, in a conflict, what the expression of a side made for the other one, where it reads other fields.
	Computed map[string]pipeline.Value `json:"computed,omitempty"`
	Rule     string                    `json:"rule"`
}

// HistoryQuery selects events: of those that all of it fits, as far as it is set, the latest Limit less the
// latest Skip.
type HistoryQuery struct {
	// Record is a key on either side, or the value of a match field (a SKU).
	Record   string
	Cycle    pipeline.CycleID
	Pipeline string
	Side     string    // the source that was written
	Field    string    // that was written or decided
	Since    time.Time // not before
	Until    time.Time // before
	Skip     int
	Limit    int
}
