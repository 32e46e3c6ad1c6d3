package pipeline

import (
	"context"
	"time"
)

// Hint is what a system's webhook says of one record: "look at this one". Only the endpoint knows what it is
// made of. Its text comes from outside and is never trusted: a hint leads to a reading, nothing else.
type Hint string

// AnyRecord is the hint of a call that tells that something changed and not what.
const AnyRecord Hint = "*"

// Webhook is how a system calls Tandem when something changes in it.
type Webhook struct {
	// Authentic tells whether the caller knows the secret, in a time that tells nothing of it.
	Authentic func(HookCall) bool
	// Read returns what an authentic call says. Its error is an *Error of code webhook_refused: the body is none
	// of this system's, or too old to be more than a repetition.
	Read func(HookCall) (Hooked, error)
	// Settle is how long after the last call about a record it is read, and Longest how long after the first one
	// at the latest. Again, unless 0, is how long after that it is read once more: systems that call before they
	// commit.
	Settle, Longest, Again time.Duration
	// Place tells people what to enter in the system, given the address of /hooks/SOURCE.
	Place func(address string) string
}

// HookCall is one call as it came in.
type HookCall struct {
	Header func(name string) string
	Secret string // what the path held behind the source, "" for nothing
	Body   []byte // raw, as signatures need it
	At     time.Time
}

// Hooked is what a call says.
type Hooked struct {
	// ID is the same when the system repeats the call; "" where it does not say.
	ID    string
	Event string // for people; from outside
	// Hints are what to read; none for an event that is of no matter to products.
	Hints []Hint
	// Test: somebody tries whether calls arrive.
	Test bool
}

// HookState is how the webhook at an address stands in the system that is to call it.
type HookState string

// The states of a webhook.
const (
	HookAbsent HookState = "absent"
	HookOff    HookState = "off" // switched off by a person, or by the system after calls that failed
	HookOn     HookState = "on"
)

// HookKeeper is an Endpoint whose system lets Tandem enter where it is to call.
type HookKeeper interface {
	// HookAt tells how the webhook that calls the address stands.
	HookAt(ctx context.Context, address string) (HookState, error)
	// KeepHook makes the webhook that calls the address, or switches it on, and returns how it stood. One that
	// is on is left as it is.
	KeepHook(ctx context.Context, address string) (was HookState, err error)
}
