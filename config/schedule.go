package config

import (
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/schedule"
)

const (
	// DefaultEvery is the interval of a pipeline without a schedule block.
	DefaultEvery = 5 * time.Minute
	// DefaultFallback is the interval of a realtime pipeline: what its webhooks lost is found by then.
	DefaultFallback = 15 * time.Minute
	// MinEvery is the shortest interval.
	MinEvery = time.Second
	// DefaultJitter bounds by how much planned times are moved; no more than the interval.
	DefaultJitter = 30 * time.Second
	// MaxJitter is the most that times of day can be moved by.
	MaxJitter = time.Hour
)

func scheduleShape() block.Shape {
	return block.Shape{
		Name: "a schedule block", Attributes: []string{"every", "cron", "realtime", "manual", "full", "timezone", "jitter"},
	}
}

// scheduleBlock is a schedule as it is written.
type scheduleBlock struct {
	*compiler
	at                                                    *hclsyntax.Block
	every, cron, realtime, manual, full, timezone, jitter *hclsyntax.Attribute
	s                                                     pipeline.Schedule
}

func (c *compiler) schedule(b *hclsyntax.Block) {
	if b == nil {
		c.def.Schedule = pipeline.Schedule{Every: DefaultEvery, Jitter: DefaultJitter}
		return
	}
	a := block.Read(b.Body, scheduleShape(), c.diags).Attributes
	w := &scheduleBlock{
		compiler: c, at: b, every: a["every"], cron: a["cron"], realtime: a["realtime"], manual: a["manual"],
		full: a["full"], timezone: a["timezone"], jitter: a["jitter"],
	}
	w.s.Realtime, _ = c.decoder().Bool(w.realtime)
	w.s.Manual, _ = c.decoder().Bool(w.manual)
	w.interval()
	zone := w.zone()
	w.s.Cron, w.s.Full = w.times(w.cron, zone), w.times(w.full, zone)
	w.together()
	w.spread()
	c.def.Schedule = w.s
}

func (w *scheduleBlock) interval() {
	interval, ok := w.decoder().Duration(w.every)
	switch {
	case ok && interval < MinEvery:
		w.diags.Error(w.every.Expr.Range(), "Wrong value", "every must be %s at least.", MinEvery)
	case ok:
		w.s.Every = interval
	case w.every == nil && w.s.Realtime:
		w.s.Every = DefaultFallback
	}
}

// together checks that the schedule says when to run, and says it once.
func (w *scheduleBlock) together() {
	switch {
	case w.s.Manual && (w.every != nil || w.cron != nil || w.s.Realtime || w.full != nil):
		w.diags.Error(w.manual.Range(), "Two schedules", "manual = true runs the pipeline only when asked. Take it out, or the other times; `tandem sync --full` runs a full pass by hand.")
	case w.cron != nil && w.every != nil:
		w.diags.Error(w.cron.Range(), "Two schedules", "A pipeline runs either by interval or by cron. Take every or cron out.")
	case w.cron != nil && w.s.Realtime:
		w.diags.Error(w.cron.Range(), "Two schedules", "realtime = true runs the pipeline when a source calls, and by an interval for what was lost on the way. Write every = \"15m\", say, instead of cron, or take realtime out.")
	case w.every == nil && w.cron == nil && !w.s.Realtime && !w.s.Manual:
		w.diags.Error(w.at.DefRange(), "Empty schedule", "The schedule block does not say when to run. Write every = \"5m\", or cron = \"0 6 * * *\", or manual = true to run only when asked.")
	case w.timezone != nil && w.cron == nil && w.full == nil:
		w.diags.Warning(w.timezone.Range(), "Unused time zone", "timezone says where cron and full are times of day; this schedule has neither. Take it out.")
	}
}

func (w *scheduleBlock) spread() {
	most := MaxJitter
	if w.s.Every > 0 {
		most = min(most, w.s.Every)
	}
	w.s.Jitter = min(DefaultJitter, most)
	if w.s.Manual {
		w.s.Jitter = 0
	}
	if jitter, ok := w.decoder().AnyDuration(w.jitter); ok {
		w.s.Jitter = jitter
		if jitter < 0 || jitter > most {
			w.diags.Error(w.jitter.Expr.Range(), "Wrong value", "jitter must be from \"0s\" to %q: an hour at most, and no more than every.", pipeline.ShortDuration(most))
		}
	}
}

// zone returns the time zone that the schedule is in; UTC where it is wrong.
func (w *scheduleBlock) zone() *time.Location {
	name, ok := w.decoder().Text(w.timezone)
	if !ok {
		return time.UTC
	}
	zone, err := schedule.Zone(name)
	if err != nil || name == "" {
		hint := ""
		if near := nearestZone(name); near != "" {
			hint = " Did you mean " + `"` + near + `"?`
		}
		w.diags.Error(w.timezone.Expr.Range(), "Unknown time zone", "timezone must be a name of the IANA time zone database, as \"Europe/Paris\" or \"UTC\", and there is no %q.%s", name, hint)
		return time.UTC
	}
	w.s.Timezone = name
	return zone
}

// times reads the five fields of cron and checks that some day has them.
func (w *scheduleBlock) times(a *hclsyntax.Attribute, zone *time.Location) string {
	text, ok := w.decoder().Text(a)
	if !ok {
		return ""
	}
	c, err := schedule.Parse(text, zone)
	switch {
	case err != nil:
		why := err.Error()
		if strings.Contains(why, "above maximum (6)") {
			why += "; Sunday is 0"
		}
		w.diags.Error(a.Expr.Range(), "Wrong value", "%s must be the five fields of cron, minute, hour, day of the month, month and day of the week, as \"0 6 * * *\" for every day at 6:00, but in %q: %s.", a.Name, text, why)
	case c.Next(cronFrom()).IsZero():
		w.diags.Error(a.Expr.Range(), "Schedule that never comes", "No day is ever as %s = %q says: no such day of the month is in these months. Correct the third or the fourth field.", a.Name, text)
	}
	return text
}

// cronFrom is a moment from which every day of the calendar, 29 February too, comes within the five years that
// cron looks ahead.
func cronFrom() time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) }

// nearestZone returns the zone whose name is close to a misspelt one: by the whole name, or by that of the city.
func nearestZone(name string) string {
	zones := commonZones()
	if near := pipeline.Nearest(name, zones); near != "" {
		return near
	}
	for _, zone := range zones {
		_, city, _ := strings.Cut(zone, "/")
		if strings.EqualFold(zone, name) || city != "" && strings.EqualFold(city, strings.ReplaceAll(name, " ", "_")) {
			return zone
		}
	}
	return ""
}

// commonZones are those that a misspelt name is compared with. Any zone can be used.
func commonZones() []string {
	return strings.Fields(`Europe/Paris Europe/Brussels Europe/Luxembourg Europe/Zurich Europe/Amsterdam Europe/Berlin
		Europe/Vienna Europe/Madrid Europe/Lisbon Europe/Rome Europe/London Europe/Dublin Europe/Copenhagen Europe/Oslo
		Europe/Stockholm Europe/Helsinki Europe/Warsaw Europe/Prague Europe/Budapest Europe/Bucharest Europe/Athens
		Europe/Istanbul Africa/Casablanca Africa/Algiers Africa/Tunis Africa/Abidjan Africa/Dakar Indian/Reunion
		America/Guadeloupe America/Martinique America/Cayenne America/Montreal America/Toronto America/New_York
		America/Chicago America/Denver America/Los_Angeles America/Sao_Paulo Asia/Dubai Asia/Kolkata Asia/Shanghai
		Asia/Singapore Asia/Tokyo Australia/Sydney Pacific/Noumea UTC`)
}

func attributesOf(a *hclsyntax.Attribute) []*hclsyntax.Attribute {
	if a == nil {
		return nil
	}
	return []*hclsyntax.Attribute{a}
}
