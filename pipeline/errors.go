package pipeline

import (
	"errors"
	"fmt"
	"time"
)

// Class says what the engine does with an error. The endpoint classes, the engine acts.
type Class uint8

// The classes of errors.
const (
	// Permanent: the same call fails again; the record goes to quarantine.
	Permanent Class = iota
	// Transient: worth another try (a dropped connection, a 503, a serialization failure).
	Transient
	// RateLimited: worth another try after RetryAfter.
	RateLimited
	// Stale: the record is no longer what was decided upon; it is looked at again in the next cycle.
	Stale
	// Auth: credentials or rights; the whole source is held and the operator told.
	Auth
	// Fatal: this process cannot go on with the cycle (a full disk, a damaged state).
	Fatal
)

func (c Class) String() string {
	return [...]string{"permanent", "transient", "rate_limited", "stale", "auth", "fatal"}[c]
}

// Code is a stable name of an error, listed with cause and remedy in docs/errors.md.
type Code string

// Error is an error as an operator needs it: what, why, and what to do. It never holds a secret, nor a
// server's traceback.
type Error struct {
	Code    Code   `json:"code"`
	Class   Class  `json:"class"`
	Message string `json:"message"`          // one sentence, names the thing: `Odoo has no database "shop"`
	Remedy  string `json:"remedy,omitempty"` // what to do about it, a full sentence; "" takes the catalogue's
	// MaybeDone: the call may have taken effect although it failed (a lost answer). Look before
	// trying again.
	MaybeDone  bool          `json:"maybe_done,omitempty"`
	RetryAfter time.Duration `json:"retry_after,omitempty"` // RateLimited: how long to wait at least; 0 if unknown
	Cause      error         `json:"-"`
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Message, e.Cause)
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// AsError returns the *Error in err's chain; any other error becomes a permanent one of code
// "internal". It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeInternal, Message: err.Error(), Cause: nil}
}

// ClassOf returns the class of err; Permanent for errors that were not classed.
func ClassOf(err error) Class {
	if e := AsError(err); e != nil {
		return e.Class
	}
	return Permanent
}
