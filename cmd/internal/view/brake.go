package view

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Brake is an engaged brake: what a cycle was about to write when it was stopped.
type Brake struct {
	Pipeline string               `json:"pipeline"`
	Name     string               `json:"name"`  // updates, deletes, creates, zeroed_stock, listing
	Cycle    pipeline.CycleID     `json:"cycle"` // the stopped cycle
	Since    time.Time            `json:"since"`
	Message  string               `json:"message"`
	Due      pipeline.BlastRadius `json:"due"`
	Full     bool                 `json:"full"` // a full pass was stopped
	// Some of what is due; never more than pipeline.BrakeSample.
	Some     []pipeline.PlannedChange `json:"some"`
	Approved *Approval                `json:"approved"` // nil until somebody approves it
}

// Approval is who let pass what a brake stopped.
type Approval struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Approve asks to let pass what stopped a pipeline, once.
type Approve struct {
	Pipeline string `json:"pipeline"`
	By       string `json:"by"`
}

// Adoption is a pipeline whose sources are other systems than those that its state belongs to.
type Adoption struct {
	Pipeline string          `json:"pipeline"`
	Systems  []AdoptedSystem `json:"systems"` // left, right
	// Links is how many links adopting forgets.
	Links int `json:"links"`
}

// AdoptedSystem is the system that one source is.
type AdoptedSystem struct {
	Source  string `json:"source"`
	Product string `json:"product"`
	Known   string `json:"known"` // the identity that the state belongs to
	Now     string `json:"now"`
}

// Differs tells whether it is another system.
func (s AdoptedSystem) Differs() bool { return s.Known != "" && s.Known != s.Now }

// Adopt asks to accept the systems that the sources of a pipeline are now.
type Adopt struct {
	Pipeline string `json:"pipeline"`
	// Now are the identities that whoever asks was shown, by source.
	Now map[string]string `json:"now"`
	By  string            `json:"by"`
}
