package pmsim

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// tier is the class of requests that a limit counts together.
type tier string

const (
	tierNone    tier = ""
	tierRead    tier = "read"
	tierWrite   tier = "write"
	tierBulk    tier = "bulk"
	tierLogin   tier = "login"
	tierRefresh tier = "refresh"
)

// Limits are requests per minute and caller, by tier; 0 is no limit. The zero Limits are none at all.
type Limits struct {
	Read, Write, Bulk, Login, Refresh int

	Day       int     // requests per day and caller, of all tiers together
	Body      Body429 // what a refused request is told
	NoHeaders bool    // neither X-RateLimit-* nor Retry-After, as when PM's own counter is down
}

// DocumentedLimits are those that PM's pages tell for production.
func DocumentedLimits() Limits {
	return Limits{Read: 1000, Write: 100, Bulk: 500, Login: 5, Refresh: 30}
}

// Body429 is one of the bodies that a refused request may get.
type Body429 uint8

// The bodies of a 429. The zero value is Body429Seconds.
const (
	Body429Seconds  Body429 = iota // retry_after is a number of seconds
	Body429Sentence                // retry_after is a sentence, detail is "1 per 1 minute"
	Body429Detail                  // nothing but FastAPI's detail
)

func (l Limits) of(t tier) int {
	switch t {
	case tierRead:
		return l.Read
	case tierWrite:
		return l.Write
	case tierBulk:
		return l.Bulk
	case tierLogin:
		return l.Login
	case tierRefresh:
		return l.Refresh
	}
	return 0
}

// limiter counts requests in buckets that begin with each minute (or day) of the clock.
type limiter struct {
	limits  Limits
	mu      sync.Mutex
	buckets map[bucketKey]bucket
}

type bucketKey struct {
	caller string
	tier   tier
}

type bucket struct {
	start time.Time
	used  int
}

// quota is one limit that a request falls under.
type quota struct {
	key    bucketKey
	limit  int
	window time.Duration
}

func newLimiter(l Limits) *limiter {
	return &limiter{limits: l, buckets: map[bucketKey]bucket{}}
}

// count counts a request against every limit that it falls under, notes the headers, and returns the
// failure of the first limit that is exceeded. The request that reaches a limit still passes.
func (l *limiter) count(c *call, head http.Header) error {
	if c.caller.name == "" {
		c.caller.name = host(c.RemoteAddr)
	}
	quotas := []quota{
		{bucketKey{c.caller.name, c.route.tier}, l.limits.of(c.route.tier), time.Minute},
		{bucketKey{c.caller.name, "key"}, c.caller.perMinute, time.Minute},
		{bucketKey{c.caller.name, "day"}, l.limits.Day, 24 * time.Hour},
	}
	for _, q := range quotas {
		if q.limit == 0 || c.route.tier == tierNone {
			continue
		}
		used, reset := l.use(q, c.now)
		if !l.limits.NoHeaders && (head.Get("X-RateLimit-Limit") == "" || used > q.limit) {
			head.Set("X-RateLimit-Limit", strconv.Itoa(q.limit))
			head.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, q.limit-used)))
			head.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
		}
		if used > q.limit {
			return l.limits.tooMany(q, reset.Sub(c.now))
		}
	}
	return nil
}

func (l *limiter) use(q quota, now time.Time) (used int, reset time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	start := now.Truncate(q.window)
	b := l.buckets[q.key]
	if !b.start.Equal(start) {
		b = bucket{start: start}
	}
	b.used++
	l.buckets[q.key] = b
	return b.used, start.Add(q.window)
}

func (l Limits) tooMany(q quota, wait time.Duration) *failure {
	unit := "minute"
	if q.window > time.Minute {
		unit = "day"
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	f := &failure{
		status: http.StatusTooManyRequests, code: "RATE_LIMIT_EXCEEDED", kind: "rate_limit_exceeded", short: "rate_limit_exceeded",
		message: fmt.Sprintf("Rate limit exceeded: %d requests/%s allowed.", q.limit, unit),
	}
	if !l.NoHeaders {
		f.header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	}
	switch l.Body {
	case Body429Detail:
		f.body = map[string]any{"detail": f.message}
	case Body429Sentence:
		f.body = map[string]any{
			"error": f.short, "message": "Too many requests", "detail": fmt.Sprintf("%d per 1 %s", q.limit, unit),
			"retry_after": fmt.Sprintf("Please wait %d seconds before trying again", seconds),
		}
	default:
		f.body = map[string]any{"error": f.short, "message": "Too many requests", "retry_after": seconds}
	}
	return f
}
