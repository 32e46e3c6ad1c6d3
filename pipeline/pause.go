package pipeline

import (
	"context"
	"fmt"
	"time"
)

// Pause is that a pipeline is held: no cycle begins.
type Pause struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// Refusal is the error of a cycle that was to begin meanwhile.
func (p *Pause) Refusal(pipeline string) *Error {
	because := ""
	if p.Reason != "" {
		because = ": " + p.Reason
	}
	return &Error{
		Code:    CodePaused,
		Message: fmt.Sprintf("pipeline %q was paused by %s at %s%s", pipeline, p.By, p.At.UTC().Format("2006-01-02 15:04 MST"), because),
		Remedy:  fmt.Sprintf("`tandem resume %s` lets it go on.", pipeline),
	}
}

// Pauses keeps whether a pipeline is paused.
type Pauses interface {
	// Paused returns the pause; nil if there is none.
	Paused(ctx context.Context) (*Pause, error)
	// SetPaused replaces the pause, nil ends it, and adds the event to the history.
	SetPaused(ctx context.Context, p *Pause, e Event) error
}
