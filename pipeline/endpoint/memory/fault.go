package memory

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// The operations, as Config.Fault, Config.OnWrite and Counts name them.
const (
	OpDescribe = "describe"
	OpChanges  = "changes"
	OpHinted   = "hinted"
	OpList     = "list"
	OpFetch    = "fetch"
	OpFind     = "find"
	OpCreate   = "create"
	OpUpdate   = "update"
	OpRemove   = "remove"
	OpSettle   = "settle"
	OpImage    = "image"
	OpLookTree = "categories"
	OpRename   = "rename"
)

// FaultKind is something that goes wrong with one call. A kind that has no meaning for an operation
// does nothing there.
type FaultKind uint8

// The kinds of faults.
const (
	NoFault FaultKind = iota
	// Refuse: nobody listens; certainly nothing was done.
	Refuse
	// LoseRequest: the connection breaks before the system did anything, which the caller cannot know.
	LoseRequest
	// LoseAnswer: the system did everything, then the connection breaks.
	LoseAnswer
	// LoseHalf: the first half of a batch of writes took effect, then the connection breaks.
	LoseHalf
	// FailHalf: the first half of a batch of writes took effect and is confirmed, the rest was refused
	// because the server failed.
	FailHalf
	// SlowDown: the rate limit, nothing was done.
	SlowDown
	// DenyAccess: credentials are refused, nothing was done.
	DenyAccess
	// ReadStale: Fetch and Find see each record as it was before its latest change.
	ReadStale
	// CutListing: Changes, Hinted and List end with an error after half of the records.
	CutListing
)

// Once returns a Fault that does kind at the nth call of op and nothing else.
func Once(op string, nth int, kind FaultKind) func(string, int) FaultKind {
	return func(o string, n int) FaultKind {
		if o == op && n == nth {
			return kind
		}
		return NoFault
	}
}

// start counts the call, asks for its fault, and returns the error if the call ends before any effect.
func (s *System) start(ctx context.Context, op string) (FaultKind, error) {
	s.mu.Lock()
	s.counts.Calls[op]++
	n := s.counts.Calls[op]
	s.mu.Unlock()

	kind := s.cfg.Fault(op, n)
	if err := ctx.Err(); err != nil {
		return kind, &pipeline.Error{
			Code: pipeline.CodeConnectionLost, Class: pipeline.Transient, Cause: err,
			Message: fmt.Sprintf("%s: the call %s was given up before it was sent", s.cfg.Name, op),
			Remedy:  "Nothing to do: nothing was sent, and the next cycle goes on.",
		}
	}
	writes := op == OpCreate || op == OpUpdate || op == OpRemove || op == OpRename
	switch kind {
	case Refuse:
		return kind, &pipeline.Error{
			Code: pipeline.CodeConnectionRefused, Class: pipeline.Transient,
			Message: s.cfg.Name + " does not take connections",
		}
	case LoseRequest:
		return kind, s.lost(op, writes)
	case LoseAnswer, LoseHalf, FailHalf:
		if !writes {
			return kind, s.lost(op, false)
		}
	case SlowDown:
		return kind, &pipeline.Error{
			Code: pipeline.CodeRateLimited, Class: pipeline.RateLimited, RetryAfter: s.cfg.RetryAfter,
			Message: s.cfg.Name + " asks to slow down",
		}
	case DenyAccess:
		return kind, &pipeline.Error{
			Code: pipeline.CodeAccessDenied, Class: pipeline.Auth,
			Message: s.cfg.Name + " refuses the credentials",
		}
	}
	return kind, nil
}

// lost is a connection that broke. maybeDone: what was asked may have taken effect.
func (s *System) lost(op string, maybeDone bool) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeConnectionLost, Class: pipeline.Transient, MaybeDone: maybeDone,
		Message: fmt.Sprintf("%s closed the connection during %s", s.cfg.Name, op),
	}
}
