package config

import (
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/robfig/cron/v3"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

const (
	// DefaultEvery is the interval of a pipeline without a schedule block.
	DefaultEvery = 5 * time.Minute
	// MinEvery is the shortest interval.
	MinEvery = time.Second
)

func scheduleShape() block.Shape {
	return block.Shape{
		Name: "a schedule block", Attributes: []string{"every", "manual", "cron", "realtime", "full", "timezone"},
	}
}

func (c *compiler) schedule(b *hclsyntax.Block) {
	c.def.Schedule = pipeline.Schedule{Every: DefaultEvery}
	if b == nil {
		return
	}
	content := block.Read(b.Body, scheduleShape(), c.diags)
	for name, remedy := range map[string]string{
		"cron":     "Write every = \"1h\", say, for an interval, or manual = true.",
		"realtime": "Write every = \"30s\", say, for a short interval.",
		"full":     "Take it out, and run `tandem sync --full` from a timer for now.",
		"timezone": "Take it out: intervals do not depend on the time zone.",
	} {
		if a := content.Attributes[name]; a != nil {
			c.diags.Error(a.NameRange, "Not supported yet", "%s comes in a later release. %s", name, remedy)
		}
	}
	c.cron(content.Attributes["cron"])
	c.cron(content.Attributes["full"])
	every, manual := content.Attributes["every"], content.Attributes["manual"]
	isManual, _ := c.decoder().Bool(manual)
	interval, ok := c.decoder().Duration(every)
	switch {
	case every != nil && isManual:
		c.diags.Error(manual.Range(), "Two schedules", "A pipeline runs either by interval or by hand. Take every or manual out.")
	case ok && interval < MinEvery:
		c.diags.Error(every.Expr.Range(), "Wrong value", "every must be %s at least.", MinEvery)
	case every == nil && !isManual && len(content.Attributes) == len(attributesOf(manual)):
		c.diags.Error(b.DefRange(), "Empty schedule", "The schedule block does not say when to run. Write every = \"5m\", or manual = true to run only when asked.")
	}
	c.def.Schedule = pipeline.Schedule{Every: interval, Manual: isManual}
}

// cron checks the five fields of a schedule, and that some day has them.
func (c *compiler) cron(a *hclsyntax.Attribute) {
	text, ok := c.decoder().Text(a)
	if !ok {
		return
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	schedule, err := parser.Parse(text)
	switch {
	case err != nil:
		c.diags.Error(a.Expr.Range(), "Wrong value", "%s must be the five fields of cron, minute, hour, day of the month, month and day of the week, as \"0 6 * * *\" for every day at 6:00, but in %q: %s.", a.Name, text, err)
	case schedule.Next(cronFrom()).IsZero():
		c.diags.Error(a.Expr.Range(), "Schedule that never comes", "No day is ever as %s = %q says: no such day of the month is in these months. Correct the third or the fourth field.", a.Name, text)
	}
}

// cronFrom is a moment from which every day of the calendar, 29 February too, comes within the five years that
// cron looks ahead.
func cronFrom() time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) }

func attributesOf(a *hclsyntax.Attribute) []*hclsyntax.Attribute {
	if a == nil {
		return nil
	}
	return []*hclsyntax.Attribute{a}
}
