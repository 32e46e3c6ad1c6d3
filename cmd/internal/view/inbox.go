package view

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Conflict is one field that waits for a person. Maps are by source label.
type Conflict struct {
	ID       string                    `json:"id"`
	Pipeline string                    `json:"pipeline"`
	Keys     map[string]pipeline.Key   `json:"keys"`
	Match    pipeline.Values           `json:"match"`
	Field    string                    `json:"field"` // "" is the record itself: removed on one side, edited on the other
	Base     map[string]pipeline.Value `json:"base"`
	Values   map[string]pipeline.Value `json:"values"`
	// Computed is what the expression of a side makes for the other one, where it reads other fields; no side else.
	Computed map[string]pipeline.Value `json:"computed,omitempty"`
	Times    map[string]*time.Time     `json:"times"` // null where the side does not say
	Rule     string                    `json:"rule"`
	Since    time.Time                 `json:"since"`
	// Resolution is set once somebody has settled it; the next cycle carries it out.
	Resolution *Resolution `json:"resolution,omitempty"`
}

// Resolution is how a conflict was settled.
type Resolution struct {
	Take  string         `json:"take"` // a source's label, or "value"
	Value pipeline.Value `json:"value,omitzero"`
	By    string         `json:"by"`
	At    time.Time      `json:"at"`
}

// Resolve asks to settle a conflict.
type Resolve struct {
	ID string `json:"id"`
	// Take is a source's label, whose value wins, or the third value itself: JSON where that parses
	// and fits what the field holds, else text.
	Take string `json:"take"`
	By   string `json:"by"`
	// Seen are the values that the person was shown, by label; nil for those of the inbox. When a
	// side holds another by now the answer is conflict_moved.
	Seen map[string]pipeline.Value `json:"seen,omitempty"`
	// Computed is likewise what was shown as Conflict.Computed.
	Computed map[string]pipeline.Value `json:"computed,omitempty"`
}

// Quarantined is one record that failed.
type Quarantined struct {
	ID       string                  `json:"id"`
	Pipeline string                  `json:"pipeline"`
	Keys     map[string]pipeline.Key `json:"keys"`
	Match    pipeline.Values         `json:"match"`
	Code     pipeline.Code           `json:"code"`
	Message  string                  `json:"message"`
	Remedy   string                  `json:"remedy"`
	Attempts int                     `json:"attempts"`
	Since    time.Time               `json:"since"`
	Last     time.Time               `json:"last"`
	NextTry  time.Time               `json:"next_try"`
}

// Retry asks to try records of the quarantine again in the next cycle; no IDs means all.
type Retry struct {
	IDs []string `json:"ids"`
}

// Retried is the answer to a Retry.
type Retried struct {
	Count int `json:"count"`
}
