package client

import (
	"net/http"
	"sync"
	"time"
)

// clock compares the server's clock with this process's, by the Date of the answers. A Date has whole
// seconds and stands for some moment between sending and receiving, so each answer gives an interval
// that the true offset lies in; their intersection narrows it down.
type clock struct {
	mu     sync.Mutex
	began  time.Time     // when the narrowing began; zero before the first answer
	lo, hi time.Duration // the offset, server less local, is within
}

// clockDrift is how long an interval is trusted: clocks drift against each other.
const clockDrift = 10 * time.Minute

// observe learns from one answer and returns the earliest that the server's clock can have shown when
// the request was sent; zero if the answer has no usable Date.
func (c *clock) observe(sent, received time.Time, header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	lo, hi := date.Sub(received), date.Add(time.Second).Sub(sent)
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := received.Sub(c.began); age < 0 || age > clockDrift || hi < c.lo || lo > c.hi { // or one of the clocks was set
		c.began, c.lo, c.hi = received, lo, hi
	} else {
		c.lo, c.hi = max(c.lo, lo), min(c.hi, hi)
	}
	return sent.Add(c.lo)
}

// offset returns how far the server's clock is ahead of this process's; 0 while they may be equal.
func (c *clock) offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.began.IsZero() || (c.lo <= 0 && c.hi >= 0) {
		return 0
	}
	return c.lo + (c.hi-c.lo)/2
}
