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
	known  bool
	lo, hi time.Duration // the offset, server less local, is within
}

// observe learns from one answer and returns the earliest that the server's clock can have shown when
// the request was sent; zero if the answer has no usable Date.
func (c *clock) observe(sent, received time.Time, header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	took := max(received.Sub(sent), 0)
	lo, hi := date.Sub(received), date.Add(time.Second).Sub(received)+took
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known || hi < c.lo || lo > c.hi { // the first, or one of the clocks was set
		c.known, c.lo, c.hi = true, lo, hi
	} else {
		c.lo, c.hi = max(c.lo, lo), min(c.hi, hi)
	}
	return date.Add(-took)
}

// offset returns how far the server's clock is ahead of this process's; 0 while they may be equal.
func (c *clock) offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known || (c.lo <= 0 && c.hi >= 0) {
		return 0
	}
	return c.lo + (c.hi-c.lo)/2
}
