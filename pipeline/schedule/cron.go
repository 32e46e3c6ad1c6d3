package schedule

import (
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // the zones, for machines and containers that have none

	"github.com/robfig/cron/v3"
)

// Cron is a cron expression in a time zone. A time of day that the spring's change leaves out comes at the moment
// of the change; one that the autumn's change brings twice comes the first time. An expression for every hour
// follows the hours as they pass instead.
type Cron struct {
	spec   cron.Schedule
	hourly bool // in every hour
	zone   *time.Location
}

// Parse reads the five fields: minute, hour, day of the month, month, day of the week.
func Parse(text string, zone *time.Location) (*Cron, error) {
	if strings.Contains(text, "TZ=") { // the parser's own way to name a zone
		return nil, errors.New("the time zone is an attribute of its own, timezone")
	}
	spec, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(text)
	if err != nil {
		return nil, err
	}
	const everyHour = 1<<24 - 1
	fields, ok := spec.(*cron.SpecSchedule)
	return &Cron{spec: spec, hourly: ok && fields.Hour&everyHour == everyHour, zone: zone}, nil
}

// Next returns the first time after t; zero when none comes within five years.
func (c *Cron) Next(t time.Time) time.Time {
	if c.hourly {
		return c.spec.Next(t.In(c.zone))
	}
	// What the clock on the wall shows, as if it never changed.
	shown := t.In(c.zone)
	wall := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), 0, time.UTC)
	for {
		if wall = c.spec.Next(wall); wall.IsZero() {
			return wall
		}
		if next := c.at(wall); next.After(t) {
			return next
		}
	}
}

// at returns the first moment at which the clock on the wall shows wall, or jumps over it.
func (c *Cron) at(wall time.Time) time.Time {
	_, before := wall.Add(-24 * time.Hour).In(c.zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(c.zone).Zone()
	first := wall.Add(-time.Duration(before) * time.Second).In(c.zone)
	if _, offset := first.Zone(); offset == before {
		return first
	}
	second := wall.Add(-time.Duration(after) * time.Second).In(c.zone)
	if _, offset := second.Zone(); offset == after {
		return second
	}
	change, _ := first.ZoneBounds()
	return change
}
