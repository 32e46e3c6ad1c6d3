package web

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tandem-sync/tandem/pipeline"
)

// How many wrong tokens are looked at: as many at once, and then one in each interval.
const (
	burstFrom, everyFrom = 10, 10 * time.Second // from one address
	burstAll, everyAll   = 100, time.Second     // from all addresses
	maxAddresses         = 4096                 // that are remembered
)

// attempts counts wrong tokens. Whoever brings too many is not listened to for a while, with the right one neither:
// otherwise guessing could go on.
type attempts struct {
	now  func() time.Time
	mu   sync.Mutex
	all  *rate.Limiter
	from map[netip.Prefix]*caller
}

// caller is an address that has brought a token.
type caller struct {
	limit *rate.Limiter
	// trusted: it has brought the right one. What strangers do elsewhere does not keep it out.
	trusted bool
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, all: rate.NewLimiter(rate.Every(everyAll), burstAll), from: map[netip.Prefix]*caller{}}
}

// try asks right unless too many wrong tokens came; then it returns how long to wait. One is looked at after
// the other, so that many at once are not more than one at a time.
func (a *attempts) try(address netip.Addr, right func() bool) (ok bool, wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	c := a.caller(address, now)
	wait = waitFor(c.limit, now)
	if !c.trusted {
		wait = max(wait, waitFor(a.all, now))
	}
	switch {
	case wait > 0:
		return false, wait
	case right():
		c.trusted = true
		return true, 0
	}
	c.limit.AllowN(now, 1)
	a.all.AllowN(now, 1)
	return false, 0
}

func waitFor(l *rate.Limiter, now time.Time) time.Duration {
	lacking := 1 - l.TokensAt(now)
	if lacking <= 0 {
		return 0
	}
	return time.Duration(math.Ceil(lacking / float64(l.Limit()) * float64(time.Second)))
}

// caller returns what is known of an address; of an IPv6 address the network counts, of which one person has all.
func (a *attempts) caller(address netip.Addr, now time.Time) *caller {
	bits := 32
	if address.Is6() {
		bits = 64
	}
	network, _ := address.WithZone("").Prefix(bits) // fails for no address, which is one of its own
	if known, ok := a.from[network]; ok {
		return known
	}
	if len(a.from) >= maxAddresses {
		a.forget(now)
	}
	c := &caller{limit: rate.NewLimiter(rate.Every(everyFrom), burstFrom)}
	a.from[network] = c
	return c
}

// forget makes room: first what has done nothing wrong lately, then any. The limit for all addresses still holds.
func (a *attempts) forget(now time.Time) {
	for network, c := range a.from {
		if !c.trusted && c.limit.TokensAt(now) >= burstFrom {
			delete(a.from, network)
		}
	}
	for network := range a.from {
		if len(a.from) < maxAddresses {
			return
		}
		delete(a.from, network)
	}
}

func tooMany(wait time.Duration) error {
	return &pipeline.Error{
		Code: pipeline.CodeTooManyAttempts, Class: pipeline.RateLimited,
		Message: fmt.Sprintf("too many wrong tokens came; the next is looked at in %s", wait.Round(time.Second)),
	}
}

// retryAfter tells a caller to wait, and returns for how many seconds.
func retryAfter(w http.ResponseWriter, wait time.Duration) int {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	return seconds
}

func writeTooMany(w http.ResponseWriter, wait time.Duration) {
	retryAfter(w, wait)
	writeError(w, tooMany(wait))
}
