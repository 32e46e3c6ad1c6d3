package pipeline

import (
	"context"
	"errors"
	"time"
)

// StageName names a stage in metrics, logs and errors.
type StageName string

// The five stages, in order.
const (
	StageDetect    StageName = "detect"
	StageFetch     StageName = "fetch"
	StageTransform StageName = "transform"
	StageResolve   StageName = "resolve"
	StageWrite     StageName = "write"
)

// Cycle is one run of a pipeline: what all its stages share. Only the engine changes it, between stages.
type Cycle struct {
	ID         CycleID
	Definition *Definition
	// Full: everything on both sides is listed, and deletions may be noticed.
	Full bool
	// Hints are per side what webhooks told: detection reads those records too. Targeted: it reads those alone,
	// and nothing that has come to be since the cursors, which stay.
	Hints    [2][]Hint
	Targeted bool
	// DryRun: nothing is written anywhere, state included.
	DryRun bool
	// Sequential: both sides are asked in turn instead of at once, so that a simulation replays exactly.
	Sequential bool
	// Kind is "" for an ordinary cycle; By and Note say who asked for another one, and what it is.
	Kind      CycleKind
	By, Note  string
	Started   time.Time
	Endpoints [2]Endpoint
	About     [2]Description
	// Approved is what somebody let pass the brakes: detection does not count the absences in it.
	Approved Fingerprints
	// Since are the cursors that detection took, by side: what happened after them is unknown to it.
	Since [2]string
	// Types are per side what the mapped fields are there, by index of Definition.Fields.
	Types [2][]Field
	// Renamed are the categories that the cycle renamed: their products are moved already.
	Renamed []CategoryRename
	// Listed, unless nil, is told how many records of a side came, as they come, which is the whole of what can be seen
	// of a long listing while it goes on. Both sides may call it at once.
	Listed func(n int)
	// Places are the tables of categories, by index of Definition.Fields; nil for none at all.
	Places []*Places
}

// Detector is the first stage: it finds which records the cycle is about.
type Detector interface {
	// Detect yields items with Link, Keys, Proven, Open and Retry set, in batches of at most BatchSize;
	// each link at most once. It returns the cursors to store when all of them have been handled. An
	// error of yield ends it and is returned.
	Detect(ctx context.Context, c *Cycle, yield func([]*Item) error) (Detected, error)
}

// Detected is what detection learned beside the items.
type Detected struct {
	Cursors [2]string
	// Seen counts per side the records that were looked at.
	Seen [2]int
}

// Stage works on a batch of items, in place. A failure of one record is put into its item; an error
// that is returned ends the cycle.
type Stage interface {
	Name() StageName
	Process(ctx context.Context, c *Cycle, items []*Item) error
}

// Both runs f for both sides, at once or in turn, and returns the first error by side.
func (c *Cycle) Both(f func(Side) error) error {
	if c.Sequential {
		if err := f(Left); err != nil {
			return err
		}
		return f(Right)
	}
	left := make(chan error, 1)
	go func() { left <- f(Left) }()
	right := f(Right)
	return errors.Join(<-left, right)
}
