package view

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// StateCheck is what was found in the state directory.
type StateCheck struct {
	OK       bool             `json:"ok"`
	StateDir string           `json:"state_dir"`
	Bytes    int64            `json:"state_bytes"`
	Contents []StateInventory `json:"contents"`
	// Problems are the first MaxProblems; More counts the rest.
	Problems []StateProblem `json:"problems"`
	More     int            `json:"more,omitempty"`
}

// MaxProblems is how many problems a StateCheck tells.
const MaxProblems = 100

// StateInventory counts what is stored of one pipeline.
type StateInventory struct {
	Pipeline    string `json:"pipeline"`
	Configured  bool   `json:"configured"` // false: no pipeline of this name is in the configuration
	Links       int    `json:"links"`
	Unlinked    int    `json:"unlinked"`
	Intents     int    `json:"intents"`
	Conflicts   int    `json:"conflicts"`
	Quarantined int    `json:"quarantined"`
	Events      int    `json:"events"`
	Reports     int    `json:"reports"`
}

// StateProblem is something wrong with the state.
type StateProblem struct {
	Pipeline string `json:"pipeline"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy"`
}

// Export selects what of the state is exported.
type Export struct {
	Pipeline string `json:"pipeline"` // "" is all that the state holds
	History  bool   `json:"history"`
}

// ExportLine is one line of an export; beside Pipeline one attribute is set. Maps are by source label, or
// by "left" and "right" for a pipeline that the configuration does not have.
type ExportLine struct {
	Pipeline    string          `json:"pipeline"`
	Position    *ExportPosition `json:"position,omitempty"`
	Link        *ExportLink     `json:"link,omitempty"`
	Unlinked    *ExportUnlinked `json:"unlinked,omitempty"`
	Intent      *ExportIntent   `json:"intent,omitempty"`
	Conflict    *Conflict       `json:"conflict,omitempty"`
	Quarantined *Quarantined    `json:"quarantined,omitempty"`
	Event       *Event          `json:"event,omitempty"`
}

// ExportPosition is how far a pipeline has come, and with which systems.
type ExportPosition struct {
	Systems    map[string]string `json:"systems,omitempty"` // identities
	Cursors    map[string]string `json:"cursors,omitempty"`
	Definition string            `json:"definition,omitempty"` // hash
}

// ExportLink is a pair of records with its base.
type ExportLink struct {
	ID      pipeline.LinkID             `json:"id"`
	Keys    map[string]pipeline.Key     `json:"keys"`
	Base    map[string]pipeline.Values  `json:"base"`
	Seen    map[string]string           `json:"seen"`
	Missing map[string]pipeline.CycleID `json:"missing"`
	Gone    map[string]bool             `json:"gone"`
	Created time.Time                   `json:"created"`
	Updated time.Time                   `json:"updated"`
}

// ExportUnlinked is a record that is known and has no partner.
type ExportUnlinked struct {
	Side  string            `json:"side"`
	Key   pipeline.Key      `json:"key"`
	Match map[string]string `json:"match"`
	Why   string            `json:"why"`
}

// ExportIntent is a write whose outcome is not known.
type ExportIntent struct {
	ID     string                  `json:"id"`
	Kind   pipeline.MutationKind   `json:"kind"`
	Side   string                  `json:"side"`
	Link   pipeline.LinkID         `json:"link"`
	Keys   map[string]pipeline.Key `json:"keys"`
	Fields pipeline.Values         `json:"fields"` // what was to be written, by the side's own names
	Cycle  pipeline.CycleID        `json:"cycle"`
	At     time.Time               `json:"at"`
}

// Forget asks to drop the link of one record.
type Forget struct {
	// Record is a key on either side, or the value of a match field (a SKU).
	Record   string `json:"record"`
	Pipeline string `json:"pipeline,omitempty"` // "" where only one pipeline knows the record
	By       string `json:"by"`
	// Look: nothing is dropped; the answer is what would be.
	Look bool `json:"look,omitempty"`
}

// Forgotten is a link that was dropped, or would be.
type Forgotten struct {
	Pipeline string                  `json:"pipeline"`
	Link     pipeline.LinkID         `json:"link"`
	Keys     map[string]pipeline.Key `json:"keys"`
	Match    pipeline.Values         `json:"match"`
	Dropped  bool                    `json:"dropped"`
}
