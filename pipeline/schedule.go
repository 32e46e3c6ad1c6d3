package pipeline

import (
	"context"
	"strings"
	"time"
)

// Schedule says when a pipeline runs: by exactly one of Every, Cron and Manual, where Realtime goes with Every.
type Schedule struct {
	Every time.Duration `json:"every,omitempty"` // 0: not by interval
	// Cron is when it runs, in the five fields of cron; "" is not by cron.
	Cron     string `json:"cron,omitempty"`
	Realtime bool   `json:"realtime,omitempty"` // also when a source calls, see Every for the rest
	Manual   bool   `json:"manual,omitempty"`   // only when asked
	// Full is when the full pass runs, in the five fields of cron; "" is only when asked.
	Full string `json:"full,omitempty"`
	// Timezone is the name of the zone that Cron and Full are in; "" is the machine's.
	Timezone string `json:"timezone,omitempty"`
	// Jitter bounds by how much the planned times are moved.
	Jitter time.Duration `json:"jitter,omitempty"`
}

// String tells the schedule in the words of the configuration: `every 5m, full 0 3 * * 0 Europe/Paris`.
func (s Schedule) String() string {
	if s.Manual {
		return "manual"
	}
	var parts []string
	if s.Realtime {
		parts = append(parts, "realtime")
	}
	if s.Every > 0 {
		parts = append(parts, "every "+ShortDuration(s.Every))
	}
	zone := ""
	if s.Timezone != "" {
		zone = " " + s.Timezone
	}
	if s.Cron != "" {
		parts = append(parts, "cron "+s.Cron+zone)
	}
	if s.Full != "" {
		parts = append(parts, "full "+s.Full+zone)
	}
	return strings.Join(parts, ", ")
}

// ShortDuration is "1h" where Go says "1h0m0s".
func ShortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Past is what a schedule goes on from, also after a restart.
type Past struct {
	// Schedule is the schedule in force, as its String, and Since since when: what an earlier one would have
	// run is not made up for.
	Schedule string    `json:"schedule"`
	Since    time.Time `json:"since"`
	Cycle    Attempt   `json:"cycle"` // the last ordinary cycle
	Full     Attempt   `json:"full"`  // the last full pass
}

// Attempt is a cycle that ended by itself, well or not.
type Attempt struct {
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Failures counts the cycles in a row that failed for something that may pass by itself.
	Failures int `json:"failures,omitempty"`
}

// After returns the past once a cycle has ended. One that was asked for by apply or undo does not count, and one
// that was stopped in the middle is still due.
func (p Past) After(r Report) Past {
	if r.Kind != "" || r.Error != nil && r.Error.Code == CodeStopped {
		return p
	}
	p.Cycle = p.Cycle.after(r)
	if r.Full {
		p.Full = p.Full.after(r)
	}
	return p
}

func (a Attempt) after(r Report) Attempt {
	next := Attempt{Started: r.Started, Ended: r.Started.Add(time.Duration(r.Duration))}
	// A refused key is not tried more often than the schedule says: it would lock the account.
	if r.Result == ResultFailed && (r.Error == nil || r.Error.Code != CodeAccessDenied) {
		next.Failures = a.Failures + 1
	}
	return next
}

// Schedules keeps what schedules go on from.
type Schedules interface {
	// Past returns what is known; the zero Past before the first cycle. PutReport keeps it: see Past.After.
	Past(ctx context.Context) (Past, error)
	// Scheduled notes that this schedule is in force, since at unless it was before, and returns what is known.
	Scheduled(ctx context.Context, schedule string, at time.Time) (Past, error)
}
