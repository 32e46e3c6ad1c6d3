package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// The pauses after a cycle that failed: they double from the first to the longest.
const (
	firstPause   = time.Minute
	longestPause = 15 * time.Minute
)

// Run is a cycle that is planned.
type Run struct {
	At   time.Time
	Full bool // a full pass
}

// Plan tells when a pipeline runs.
type Plan struct {
	cycle, full func(after time.Time) time.Time // nil: never by itself
	atOnce      bool                            // the first cycle under this schedule comes at once
	portion     float64                         // of what is spread, in [0, 1)
}

// New makes the plan of a schedule. seed, a text, decides by how much the jitter moves it: the same each time for
// one pipeline of one daemon, and another for others. The error tells what is wrong with the schedule.
func New(s pipeline.Schedule, seed string) (*Plan, error) {
	p := &Plan{portion: portion(seed)}
	if s.Manual {
		return p, nil
	}
	zone, err := Zone(s.Timezone)
	if err != nil {
		return nil, err
	}
	shift := time.Duration(p.portion * float64(s.Jitter))
	switch {
	case s.Cron != "":
		if p.cycle, err = times(s.Cron, zone, shift); err != nil {
			return nil, err
		}
	case s.Every > 0:
		p.atOnce = true
		p.cycle = func(after time.Time) time.Time { return after.Add(-shift).Truncate(s.Every).Add(s.Every + shift) }
	}
	if s.Full != "" {
		if p.full, err = times(s.Full, zone, shift); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Zone returns the time zone of that name, the machine's for "".
func Zone(name string) (*time.Location, error) {
	if name == "" {
		return time.Local, nil
	}
	return time.LoadLocation(name)
}

func times(text string, zone *time.Location, shift time.Duration) (func(time.Time) time.Time, error) {
	c, err := Parse(text, zone)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	return func(after time.Time) time.Time {
		next := c.Next(after.Add(-shift))
		if next.IsZero() {
			return next
		}
		return next.Add(shift)
	}, nil
}

// portion is a number in [0, 1) that looks random and is the same for the same seed.
func portion(seed string) float64 {
	sum := sha256.Sum256([]byte(seed))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// Automatic tells whether the pipeline ever runs by itself.
func (p *Plan) Automatic() bool { return p.cycle != nil || p.full != nil }

// Starting tells whether a new definition is worth a cycle at once: not where times of day are planned.
func (p *Plan) Starting() bool { return p.atOnce }

// Longest returns the longest time between two cycles from a moment on, as far as some days or cycles show it; 0
// where none is planned.
func (p *Plan) Longest(from time.Time) (longest time.Duration) {
	if p.cycle == nil {
		return 0
	}
	const days, cycles = 10, 60
	last := p.cycle(from)
	for n := 0; n < cycles || last.Sub(from) < days*24*time.Hour; n++ {
		next := p.cycle(last)
		if last.IsZero() || next.IsZero() {
			return longest
		}
		longest, last = max(longest, next.Sub(last)), next
		if p.atOnce {
			return longest // an interval
		}
	}
	return longest
}

// Next returns the next cycle, in the past where one was missed, however many were. It returns false where none is
// planned. The full pass stands in for an ordinary cycle that is due by then.
func (p *Plan) Next(past pipeline.Past, now time.Time) (Run, bool) {
	cycle := p.due(p.cycle, past.Cycle, past.Since, now)
	if p.atOnce && past.Cycle.Started.Before(past.Since) {
		cycle = past.Since
	}
	full := p.due(p.full, past.Full, past.Since, now)
	switch {
	case cycle.IsZero() && full.IsZero():
		return Run{}, false
	case cycle.IsZero() || !full.IsZero() && (!full.After(cycle) || !full.After(now)):
		return Run{At: full, Full: true}, true
	}
	return Run{At: cycle}, true
}

// due returns when the next cycle of one kind is due after the last one, zero if never.
func (p *Plan) due(next func(time.Time) time.Time, last pipeline.Attempt, since, now time.Time) time.Time {
	if next == nil {
		return time.Time{}
	}
	after := last.Started
	if after.Before(since) {
		after = since
	}
	if after.After(now) { // the clock was ahead
		after = now
	}
	at := next(after)
	if last.Failures > 0 {
		if again := p.again(last, now); at.IsZero() || at.After(again) {
			at = again
		}
		if soonest := earlier(last.Ended, now).Add(p.pause(1)); at.Before(soonest) {
			at = soonest
		}
	}
	return at
}

// again returns when a cycle that failed is tried again.
func (p *Plan) again(last pipeline.Attempt, now time.Time) time.Time {
	// A long listing that fails is not repeated without end.
	pause := max(p.pause(last.Failures), last.Ended.Sub(last.Started))
	return earlier(last.Ended, now).Add(pause)
}

// pause returns how long to wait after so many failures. It is shorter by up to a quarter, so that the pipelines of
// a source that comes back do not call it all at once.
func (p *Plan) pause(failures int) time.Duration {
	pause := longestPause
	if doublings := failures - 1; doublings < 10 {
		pause = min(firstPause<<doublings, longestPause)
	}
	return pause - time.Duration(p.portion*float64(pause)/4)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
