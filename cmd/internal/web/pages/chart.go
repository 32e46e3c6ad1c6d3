package pages

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// The size of a chart in its own units.
const (
	chartWidth  = 180
	chartHeight = 36
	barWidth    = chartWidth / chartRuns
)

// chart shows recent cycles, the latest at the right: a bar for the writes of each, on a logarithmic scale
// since one first cycle writes more than all others together, and a line for how long each took.
type chart struct {
	Bars       []bar
	Line       string // points of a polyline; "" for fewer than two cycles
	Width      int
	Height     int
	Writes     int           // in all cycles shown
	Longest    time.Duration // of them
	MostWrites int
}

type bar struct {
	X, Y, Width, Height int
	Class               string
	Report              pipeline.Report
	Writes              int
}

// chartOf draws reports, which come with the latest first.
func chartOf(reports []pipeline.Report) chart {
	c := chart{Width: chartWidth, Height: chartHeight}
	for _, r := range reports {
		c.MostWrites = max(c.MostWrites, writesOf(r))
		c.Longest = max(c.Longest, time.Duration(r.Duration))
	}
	var points []string
	for i, r := range reports[:min(len(reports), chartRuns)] {
		n := writesOf(r)
		c.Writes += n
		b := bar{X: chartWidth - (i+1)*barWidth + 1, Width: barWidth - 2, Report: r, Writes: n, Class: classOf(r, n)}
		b.Height = max(3, int(scaled(n, c.MostWrites)*(chartHeight-4)))
		if r.Result == pipeline.ResultFailed || r.Result == pipeline.ResultBraked {
			b.Height = chartHeight - 4
		}
		b.Y = chartHeight - b.Height
		c.Bars = append(c.Bars, b)
		height := float64(r.Duration) / float64(max(c.Longest, 1)) * (chartHeight - 6)
		points = append(points, fmt.Sprintf("%d,%d", b.X+b.Width/2, chartHeight-3-int(height)))
	}
	if len(c.Bars) > 1 {
		c.Line = strings.Join(points, " ")
	}
	return c
}

// scaled returns where n stands between 0 and most, as a number from 0 to 1.
func scaled(n, most int) float64 {
	if most == 0 {
		return 0
	}
	return math.Log1p(float64(n)) / math.Log1p(float64(most))
}

func classOf(r pipeline.Report, writes int) string {
	switch {
	case r.Result == pipeline.ResultFailed:
		return "failed"
	case r.Result == pipeline.ResultBraked:
		return "braked"
	case writes == 0:
		return "none"
	case r.Result == pipeline.ResultPartial:
		return "partial"
	}
	return "writes"
}

// writesOf is what a cycle wrote on both sides.
func writesOf(r pipeline.Report) int {
	n := 0
	for _, w := range r.Writes {
		n += w.Total()
	}
	return n
}
