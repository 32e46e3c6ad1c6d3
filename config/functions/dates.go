package functions

import "github.com/zclconf/go-cty/cty/function/stdlib"

func dates() []Entry {
	return []Entry{
		{
			Name: "formatdate", Usage: "formatdate(format, time)", Group: Dates, Func: stdlib.FormatDateFunc,
			Does:     "A time (RFC 3339) as text. In the format, `YYYY`, `MM`, `DD`, `hh`, `mm` and `ss` stand for the parts of the time, and text is in 'single quotes'.",
			Examples: []Example{{`formatdate("DD/MM/YYYY", "2026-11-24T15:50:12Z")`, `"24/11/2026"`}},
		},
		{
			Name: "timeadd", Usage: "timeadd(time, duration)", Group: Dates, Func: stdlib.TimeAddFunc,
			Does:     "A time (RFC 3339) moved by a duration of hours, minutes and seconds.",
			Examples: []Example{{`timeadd("2026-11-24T15:50:12Z", "-1h30m")`, `"2026-11-24T14:20:12Z"`}},
		},
	}
}
