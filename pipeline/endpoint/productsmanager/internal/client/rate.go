package client

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The requests a minute that the documentation grants a login, until the server's headers teach better.
const (
	DefaultReads  = 1000
	DefaultWrites = 100
)

const (
	// longestWait is how long a request is held back in here; for more, the caller is told to come back.
	longestWait = 10 * time.Second
	// defaultPause is how long a rate limit lasts that says nothing of it.
	defaultPause = time.Minute
	longestPause = 24 * time.Hour
)

// budget is the token bucket of one tier of requests, read or write.
type budget struct {
	fixed bool // the operator set the limit: the server's headers do not raise it

	mu          sync.Mutex
	perMinute   int
	limiter     *rate.Limiter
	closedUntil time.Time // after a 429
	slowUntil   time.Time // the server's allowance is nearly used up
}

// newBudget allows perMinute requests; 0 starts with fallback and follows what the server says.
func newBudget(perMinute, fallback int) *budget {
	b := &budget{fixed: perMinute > 0, perMinute: perMinute}
	if !b.fixed {
		b.perMinute = fallback
	}
	b.limiter = rate.NewLimiter(perSecond(b.perMinute), burst(b.perMinute))
	return b
}

func perSecond(perMinute int) rate.Limit { return rate.Limit(float64(perMinute) / 60) }

// burst is how much of a minute's requests may go at once. Servers count by the minute, so that a small
// batch need not be drawn out; what a large one takes too much of, their headers stop in time.
func burst(perMinute int) int { return max(1, perMinute/2) }

// take returns how long the request must be held back. ok is false when that is too long to wait, or
// when the server has asked for a pause: then nothing is taken, and the request must not be sent.
func (b *budget) take(now time.Time) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.closedUntil) {
		return b.closedUntil.Sub(now), false
	}
	if !b.slowUntil.IsZero() && !now.Before(b.slowUntil) {
		b.slowUntil = time.Time{}
		b.limiter.SetLimitAt(now, perSecond(b.perMinute))
		b.limiter.SetBurstAt(now, burst(b.perMinute))
	}
	r := b.limiter.ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > longestWait {
		r.CancelAt(now)
		return wait, false
	}
	return wait, true
}

// allowance is what the X-RateLimit headers of one answer say.
type allowance struct {
	limit, remaining int           // -1: not said
	reset            time.Duration // until the allowance is whole again; 0: not said
}

func readAllowance(header http.Header, serverNow time.Time) allowance {
	a := allowance{limit: count(header, "X-RateLimit-Limit"), remaining: count(header, "X-RateLimit-Remaining")}
	const unixTimes = 1_000_000_000 // smaller numbers are seconds from now
	switch reset := count(header, "X-RateLimit-Reset"); {
	case reset >= unixTimes:
		a.reset = max(time.Unix(int64(reset), 0).Sub(serverNow), 0)
	case reset > 0:
		a.reset = time.Duration(reset) * time.Second
	}
	return a
}

func count(header http.Header, name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(header.Get(name)))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// learn follows the server's limit, and spreads what is left of it once that is under a tenth.
func (b *budget) learn(a allowance, now time.Time) {
	if a.limit <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	const aMinute = 90 * time.Second // limits are said per minute; a longer window is another limit
	if a.reset <= aMinute && a.limit != b.perMinute && (!b.fixed || a.limit < b.perMinute) {
		b.perMinute = a.limit
		b.limiter.SetLimitAt(now, perSecond(a.limit))
		b.limiter.SetBurstAt(now, burst(a.limit))
	}
	if a.remaining < 0 || a.reset == 0 || a.remaining*10 >= a.limit {
		return
	}
	pace := rate.Limit(float64(a.remaining+1) / a.reset.Seconds())
	if pace < perSecond(b.perMinute) {
		b.limiter.SetLimitAt(now, pace)
		b.limiter.SetBurstAt(now, 1)
		b.slowUntil = now.Add(a.reset)
	}
}

// close stops the tier for d: whatever comes in the meantime would be refused too.
func (b *budget) close(now time.Time, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := now.Add(d); until.After(b.closedUntil) {
		b.closedUntil = until
	}
}

// pauseAfter is how long an answer of 429 asks to wait: the longest of what its header, its body and its
// window say, a minute if none does.
func pauseAfter(header http.Header, body time.Duration, a allowance, serverNow time.Time) time.Duration {
	pause := max(body, a.reset)
	retry := strings.TrimSpace(header.Get("Retry-After"))
	if s, err := strconv.Atoi(retry); err == nil {
		pause = max(pause, time.Duration(min(s, 1<<20))*time.Second)
	} else if at, err := http.ParseTime(retry); err == nil {
		pause = max(pause, at.Sub(serverNow))
	}
	if pause <= 0 {
		return defaultPause
	}
	return min(pause, longestPause)
}
