package view

import "time"

// Pause is that a pipeline is held.
type Pause struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Hold asks to pause pipelines, or to let them go on.
type Hold struct {
	Pipelines []string `json:"pipelines"`
	By        string   `json:"by"`
	Reason    string   `json:"reason,omitempty"` // of a pause
}

// Held is what became of one of them.
type Held struct {
	Pipeline string `json:"pipeline"`
	// Pause is the pause that holds it or, after it was resumed, the one that ended; nil if there was none.
	Pause *Pause `json:"pause"`
	// Changed: it was not so before.
	Changed bool `json:"changed"`
	// Running is the cycle that is under way, and goes on to its end; nil if there is none.
	Running *Progress `json:"running"`
}
