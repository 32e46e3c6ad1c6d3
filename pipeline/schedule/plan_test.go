package schedule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// In Paris, clocks went from 2:00 to 3:00 on 29 March 2026, and go from 3:00 to 2:00 on 25 October 2026.
func TestCronAcrossChangesOfTheClock(t *testing.T) {
	zone := paris(t)
	for _, tt := range []struct {
		name, cron, from string
		want             []string
	}{
		{"the hour that does not exist, once", "30 2 * * *", "2026-03-28T00:00:00+01:00", []string{"2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{"several times in it, once", "*/20 2 * * *", "2026-03-29T00:00:00+01:00", []string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"its end is a time of its own", "0,30 2,3 * * *", "2026-03-29T00:00:00+01:00", []string{"2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"the hour that comes twice, once", "30 2 * * *", "2026-10-24T12:00:00+02:00", []string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"asked for between both", "30 2 * * *", "2026-10-25T02:45:00+02:00", []string{"2026-10-26T02:30:00+01:00"}},
		{"asked for in the second one", "30 2 * * *", "2026-10-25T02:15:00+01:00", []string{"2026-10-26T02:30:00+01:00"}},
		{"before and after it", "0 1,4 * * *", "2026-10-25T00:00:00+02:00", []string{"2026-10-25T01:00:00+02:00", "2026-10-25T04:00:00+01:00"}},
		{"every hour in spring", "30 * * * *", "2026-03-29T01:00:00+01:00", []string{"2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"}},
		{"every hour in autumn", "30 * * * *", "2026-10-25T01:00:00+02:00", []string{"2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:30:00+01:00"}},
		{"the day of the week", "0 3 * * 0", "2026-10-24T00:00:00+02:00", []string{"2026-10-25T03:00:00+01:00", "2026-11-01T03:00:00+01:00"}},
		{"29 February", "0 6 29 2 *", "2026-01-01T00:00:00+01:00", []string{"2028-02-29T06:00:00+01:00"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(tt.cron, zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, tt.from)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for range tt.want {
				at = c.Next(at)
				got = append(got, at.In(zone).Format(time.RFC3339))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// In Beirut the clock jumps over midnight, in Lord Howe by half an hour.
func TestCronWhereTheClockChangesOtherwise(t *testing.T) {
	for _, tt := range []struct{ zone, cron, from, want string }{
		{"Asia/Beirut", "0 0 * * *", "2026-03-28T12:00:00+02:00", "2026-03-29T01:00:00+03:00"},
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00"},
		{"UTC", "30 2 * * *", "2026-03-29T00:00:00Z", "2026-03-29T02:30:00Z"},
	} {
		zone, err := Zone(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Parse(tt.cron, zone)
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.Parse(time.RFC3339, tt.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Next(from).In(zone).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s in %s: %s, want %s", tt.cron, tt.zone, got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "* * * *", "0 0 6 * * *", "0 25 * * *", "@daily", "TZ=UTC 0 6 * * *", "CRON_TZ=UTC", "TZ=", "0 3 * * 7"} {
		if c, err := Parse(text, time.UTC); err == nil {
			t.Errorf("%q is taken: %v", text, c)
		}
	}
}

func at(minutes int) time.Time {
	return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

func TestNext(t *testing.T) {
	every := pipeline.Schedule{Every: 10 * time.Minute}
	daily := pipeline.Schedule{Cron: "0 13 * * *", Timezone: "UTC"}                         // 60
	both := pipeline.Schedule{Every: 10 * time.Minute, Full: "0 13 * * *", Timezone: "UTC"} // 60
	nightly := pipeline.Schedule{Cron: "0 13 * * *", Full: "0 13 * * 2", Timezone: "UTC"}   // 24 November 2026 is a Tuesday
	ran := func(started int) pipeline.Attempt {
		return pipeline.Attempt{Started: at(started), Ended: at(started + 1)}
	}
	failed := func(started, ended, failures int) pipeline.Attempt {
		return pipeline.Attempt{Started: at(started), Ended: at(ended), Failures: failures}
	}
	long := at(-100 * 24 * 60)
	for _, tt := range []struct {
		name  string
		s     pipeline.Schedule
		past  pipeline.Past
		now   int // minutes
		want  int
		full  bool
		never bool
	}{
		{name: "the first comes at once", s: every, past: pipeline.Past{Since: at(3)}, now: 4, want: 3},
		{name: "a new interval comes at once", s: every, past: pipeline.Past{Since: at(3), Cycle: ran(1)}, now: 4, want: 3},
		{name: "then by interval", s: every, past: pipeline.Past{Since: at(3), Cycle: ran(3)}, now: 4, want: 10},
		{name: "not sooner after a restart", s: every, past: pipeline.Past{Since: long, Cycle: ran(3)}, now: 9, want: 10},
		{name: "missed ones once", s: every, past: pipeline.Past{Since: long, Cycle: ran(-95)}, now: 3, want: -90},
		{name: "and then as ever", s: every, past: pipeline.Past{Since: long, Cycle: ran(3)}, now: 3, want: 10},
		{name: "one that took long", s: every, past: pipeline.Past{Since: long, Cycle: failed(0, 34, 0)}, now: 34, want: 10},
		{name: "a clock that was ahead", s: every, past: pipeline.Past{Since: long, Cycle: ran(60 * 24 * 365)}, now: 3, want: 10},
		{name: "cron waits for its time", s: daily, past: pipeline.Past{Since: at(0)}, now: 0, want: 60},
		{name: "a missed time once", s: daily, past: pipeline.Past{Since: long, Cycle: ran(-3 * 24 * 60)}, now: 3, want: 60 - 3*24*60},
		{name: "what another schedule missed is not made up for", s: daily, past: pipeline.Past{Since: at(61), Cycle: ran(-24 * 60)}, now: 62, want: 60 + 24*60},
		{name: "the full pass has its time", s: both, past: pipeline.Past{Since: long, Cycle: ran(51), Full: ran(-1000)}, now: 59, want: 60, full: true},
		{name: "between full passes", s: both, past: pipeline.Past{Since: long, Cycle: ran(61), Full: ran(61)}, now: 62, want: 70},
		{name: "both at once are one full pass", s: nightly, past: pipeline.Past{Since: long, Cycle: ran(0), Full: ran(0)}, now: 0, want: 60, full: true},
		{name: "a full pass that was missed", s: nightly, past: pipeline.Past{Since: long, Cycle: ran(0), Full: ran(-8 * 24 * 60)}, now: 0, want: 60 - 7*24*60, full: true},
		{name: "nothing of both", s: nightly, past: pipeline.Past{Since: long, Cycle: ran(61), Full: ran(61)}, now: 62, want: 60 + 24*60},
		{name: "manual", s: pipeline.Schedule{Manual: true}, past: pipeline.Past{Since: long}, now: 0, never: true},

		{name: "after a failure", s: daily, past: pipeline.Past{Since: long, Cycle: failed(60, 61, 1)}, now: 61, want: 62},
		{name: "after the third", s: daily, past: pipeline.Past{Since: long, Cycle: failed(60, 61, 3)}, now: 61, want: 65},
		{name: "after many", s: daily, past: pipeline.Past{Since: long, Cycle: failed(60, 61, 300)}, now: 61, want: 76},
		{name: "one that failed slowly", s: daily, past: pipeline.Past{Since: long, Cycle: failed(60, 160, 1)}, now: 160, want: 260},
		{name: "the interval is never waited out longer", s: every, past: pipeline.Past{Since: long, Cycle: failed(0, 1, 9)}, now: 1, want: 10},
		{name: "a short interval waits", s: pipeline.Schedule{Every: time.Second}, past: pipeline.Past{Since: long, Cycle: failed(0, 1, 9)}, now: 1, want: 2},
		{name: "a full pass that failed", s: both, past: pipeline.Past{Since: long, Cycle: failed(60, 61, 1), Full: failed(60, 61, 1)}, now: 61, want: 62, full: true},
		{name: "does not hold up the others", s: both, past: pipeline.Past{Since: long, Cycle: failed(60, 61, 5), Full: failed(60, 61, 5)}, now: 61, want: 70},
		{name: "and is tried again", s: both, past: pipeline.Past{Since: long, Cycle: ran(70), Full: failed(60, 61, 5)}, now: 71, want: 76, full: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(tt.s, "seed")
			if err != nil {
				t.Fatal(err)
			}
			p.portion = 0 // exact pauses
			got, ok := p.Next(tt.past, at(tt.now))
			if ok == tt.never {
				t.Fatalf("planned: %t", ok)
			}
			if want := (Run{at(tt.want), tt.full}); ok && (!got.At.Equal(want.At) || got.Full != want.Full) {
				t.Errorf("got %v after 12:00, full %t; want %v, %t", got.At.Sub(at(0)), got.Full, want.At.Sub(at(0)), want.Full)
			}
		})
	}
}

// The jitter is the same each time, bounded, and another one for another pipeline or daemon.
func TestJitter(t *testing.T) {
	s := pipeline.Schedule{Every: 10 * time.Minute, Full: "0 13 * * *", Timezone: "UTC", Jitter: time.Minute}
	past := pipeline.Past{Since: at(-1000), Cycle: pipeline.Attempt{Started: at(5)}, Full: pipeline.Attempt{Started: at(5)}}
	seen := map[time.Duration]bool{}
	for _, seed := range []string{"a/products", "a/stock", "b/products", "b/stock"} {
		var moved []time.Duration
		for range 2 {
			p, err := New(s, seed)
			if err != nil {
				t.Fatal(err)
			}
			cycle, _ := p.Next(past, at(5))
			moved = append(moved, cycle.At.Sub(at(10)), p.full(at(5)).Sub(at(60)))
		}
		for _, m := range moved {
			if m != moved[0] || m < 0 || m >= time.Minute {
				t.Errorf("%s is moved by %v, want the same each time within a minute", seed, moved)
			}
		}
		seen[moved[0]] = true
	}
	if len(seen) != 4 {
		t.Errorf("4 pipelines are moved by %v", seen)
	}
}

func TestLongest(t *testing.T) {
	for _, tt := range []struct {
		s    pipeline.Schedule
		want time.Duration
	}{
		{pipeline.Schedule{Every: 5 * time.Minute}, 5 * time.Minute},
		{pipeline.Schedule{Cron: "0 6 * * *", Timezone: "UTC"}, 24 * time.Hour},
		{pipeline.Schedule{Cron: "0 6 * * 1-5", Timezone: "UTC"}, 72 * time.Hour},
		{pipeline.Schedule{Cron: "*/5 8-18 * * *", Timezone: "UTC"}, 13*time.Hour + 5*time.Minute},
		{pipeline.Schedule{Cron: "0 6 1 * *", Timezone: "UTC"}, 31 * 24 * time.Hour},
		{pipeline.Schedule{Manual: true, Full: "0 6 1 * *"}, 0},
	} {
		p, err := New(tt.s, "seed")
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Longest(at(0)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.s, got, tt.want)
		}
	}
}
