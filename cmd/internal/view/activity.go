package view

import "github.com/tandem-sync/tandem/pipeline"

// Activity is what goes on at one moment.
type Activity struct {
	// Revision grows whenever a status would tell something new, progress apart.
	Revision uint64
	Running  []Progress // in the order of the pipelines
}

// Begin asks for a cycle that nobody waits for.
type Begin struct {
	Pipeline string // "" is all
	Full     bool
}

// RunsQuery selects reports: the latest Limit after the Skip latest, of one pipeline or, for "", of all.
type RunsQuery struct {
	Pipeline    string
	Skip, Limit int
}

// Runs are reports of cycles, the latest first.
type Runs struct {
	Reports []pipeline.Report `json:"reports"`
	// More: there are older ones.
	More bool `json:"more"`
}
