package view

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// HookResult is what became of a webhook's call.
type HookResult string

// The results of calls. Those that are not taken are HookRefused and HookOverflow.
const (
	HookAccepted  HookResult = "accepted"  // its records will be read
	HookCoalesced HookResult = "coalesced" // its records wait already
	HookDuplicate HookResult = "duplicate" // the same delivery came before
	HookIgnored   HookResult = "ignored"   // it is of no matter to products, or no realtime pipeline has the source
	HookTest      HookResult = "test"
	HookRefused   HookResult = "refused"  // wrong secret, no call of this system, or too old
	HookOverflow  HookResult = "overflow" // it could not be kept
)

// Hook is the answer to a call.
type Hook struct {
	Result HookResult `json:"result"`
}

// SourceHooks is how the webhooks of one source stand.
type SourceHooks struct {
	Source string `json:"source"`
	// Last is when a call was last taken since the process began; nil if none was.
	Last *time.Time `json:"last"`
	// Waiting is how many records that were named are still to be read, for all pipelines.
	Waiting int `json:"waiting"`
}

// HookRegistered is what came of registering a webhook.
type HookRegistered struct {
	Source  string `json:"source"`
	Address string `json:"address"`
	// Was is how it stood before; on means that nothing was done.
	Was pipeline.HookState `json:"was"`
}
