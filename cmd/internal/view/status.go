package view

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Status is the whole of `tandem status`.
type Status struct {
	Version string `json:"version"`
	// Daemon is nil when no daemon answers and the command looked by itself.
	Daemon     *Daemon          `json:"daemon"`
	StateDir   string           `json:"state_dir"`
	StateBytes int64            `json:"state_bytes"`
	Config     Config           `json:"config"`
	Pipelines  []PipelineStatus `json:"pipelines"`
	// Hooks are the sources with a webhook; none without a daemon.
	Hooks []SourceHooks `json:"hooks,omitempty"`
}

// Daemon is the process that runs the pipelines.
type Daemon struct {
	PID    int       `json:"pid"`
	Since  time.Time `json:"since"`
	Listen string    `json:"listen"`
}

// Config names the live configuration.
type Config struct {
	Hash       string `json:"hash"`
	Generation int    `json:"generation"` // 1 for the one that the process started with
	// Since is when it became live.
	Since time.Time `json:"since,omitzero"`
	// LastGood: the process started with the last good configuration, since its files had errors.
	LastGood bool `json:"last_good,omitempty"`
	// Refused is what is wrong with the files, nil where they are what is live.
	Refused *Refused `json:"refused"`
}

// PipelineState is how a pipeline stands.
type PipelineState string

// The states of a pipeline.
const (
	StateActive PipelineState = "active"
	StateError  PipelineState = "error"  // the last cycle failed
	StatePaused PipelineState = "paused" // somebody holds it
	StateBraked PipelineState = "braked" // a limit stopped the last cycle before its first write
)

// PipelineStatus is one pipeline of a Status.
type PipelineStatus struct {
	Name        string           `json:"name"`
	Sources     [2]string        `json:"sources"` // left, right
	State       PipelineState    `json:"state"`
	Schedule    string           `json:"schedule"` // "every 5m", "cron 0 6 * * * Europe/Paris", "manual"
	Linked      int              `json:"linked"`
	Conflicts   int              `json:"conflicts"` // waiting for a person
	Quarantined int              `json:"quarantined"`
	LastSuccess *time.Time       `json:"last_success"`
	LastCycle   *pipeline.Report `json:"last_cycle"`
	NextRun     *time.Time       `json:"next_run"` // nil without a daemon, while paused, and for a manual pipeline
	Running     *Progress        `json:"running"`  // nil when no cycle is under way
	Paused      *Pause           `json:"paused"`   // nil unless somebody holds it
	Brake       *Brake           `json:"brake"`    // nil unless one is engaged
	Errors      []Trouble        `json:"errors"`   // the latest first
}

// Trouble is a recent error of a pipeline.
type Trouble struct {
	At      time.Time     `json:"at"`
	Code    pipeline.Code `json:"code"`
	Message string        `json:"message"`
	Remedy  string        `json:"remedy"`
	// Count is how often it was seen in a row, or how many records wait in quarantine for it.
	Count int `json:"count"`
}

// Progress is how far a cycle is.
type Progress struct {
	Pipeline string             `json:"pipeline"`
	Stage    pipeline.StageName `json:"stage"`
	Done     int                `json:"done"`
	Total    int                `json:"total"` // 0 when not known
}
