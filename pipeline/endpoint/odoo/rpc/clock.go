package rpc

import (
	"sync"
	"time"
)

// clock estimates the server's clock from the Date headers of its answers. A header gives whole
// seconds, and the moment it was written lies somewhere within the exchange, so quick exchanges tell
// most.
type clock struct {
	mu    sync.Mutex
	known bool
	ahead time.Duration // of the best observation
	doubt time.Duration // half of what its exchange took
	at    time.Time
}

// Observations grow old, since clocks drift.
const observationAge = 10 * time.Minute

// observe takes in an exchange and returns a moment of the server's clock before it began: the date,
// which is not later than the head of the answer, less the time that the exchange took until then.
func (c *clock) observe(t timing) time.Time {
	if t.date.IsZero() || t.received.Before(t.sent) {
		return time.Time{}
	}
	took := t.received.Sub(t.sent)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known || took/2 <= c.doubt || t.received.Sub(c.at) > observationAge {
		middle := t.sent.Add(took / 2)
		c.known, c.doubt, c.at = true, took/2, t.received
		c.ahead = t.date.Add(time.Second / 2).Sub(middle)
	}
	return t.date.Add(-took).UTC()
}

func (c *clock) offset() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, c.known
}
