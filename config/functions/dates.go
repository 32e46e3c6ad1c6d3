package functions

import (
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func dates() []Entry {
	const times = "The time must be `2026-11-24`, `2026-11-24 15:50:12` (UTC), as records have them, or RFC 3339, `2026-11-24T15:50:12+01:00`."
	return []Entry{
		{
			Name: "formatdate", Usage: "formatdate(format, time)", Group: Dates, Func: formatDate(),
			Does:   "A date or time as text. In the format, `YYYY`, `MM`, `DD`, `hh`, `mm` and `ss` stand for the parts of the time, and text is in 'single quotes'.",
			Errors: times,
			Examples: []Example{
				{`formatdate("DD/MM/YYYY", "2026-11-24")`, `"24/11/2026"`},
				{`formatdate("D MMM YYYY, hh:mm", "2026-11-24 15:50:12")`, `"24 Nov 2026, 15:50"`},
			},
		},
		{
			Name: "timeadd", Usage: "timeadd(time, duration)", Group: Dates, Func: timeAdd(),
			Does:     "A date or time moved by a duration of hours (`h`), minutes (`m`) and seconds (`s`), in the form that it has.",
			Errors:   times,
			Examples: []Example{{`timeadd("2026-11-24", "48h")`, `"2026-11-26"`}, {`timeadd("2026-11-24 15:50:12", "-1h30m")`, `"2026-11-24 14:20:12"`}},
		},
	}
}

func formatDate() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "format", Type: cty.String}, {Name: "time", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t, _, err := parseTime(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			return stdlib.FormatDate(args[0], cty.StringVal(t.Format(time.RFC3339)))
		},
	})
}

func timeAdd() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "time", Type: cty.String}, {Name: "duration", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t, layout, err := parseTime(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			by, err := time.ParseDuration(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "%q is not a duration; write hours, minutes and seconds, as in \"36h\" or \"-1h30m\"", args[1].AsString())
			}
			return cty.StringVal(t.Add(by).Format(layout)), nil
		},
	})
}

// parseTime reads a date or time, and returns the layout that it is in.
func parseTime(s string) (time.Time, string, error) {
	for _, layout := range []string{time.DateOnly, time.DateTime, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, layout, nil
		}
	}
	return time.Time{}, "", fmt.Errorf("%q is no time; write 2026-11-24, 2026-11-24 15:50:12 or 2026-11-24T15:50:12Z", s)
}
