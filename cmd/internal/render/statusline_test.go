package render

import (
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

func TestStatusLine(t *testing.T) {
	at := time.Date(2026, 11, 24, 15, 50, 12, 0, time.UTC)
	earlier := at.Add(-time.Hour)
	for _, tt := range []struct {
		name, want string
		status     view.Status
	}{
		{"nothing yet", "0 pipelines; no success yet", view.Status{}},
		{"all is well", "2 pipelines; last success 2026-11-24 15:50:12", view.Status{Pipelines: []view.PipelineStatus{
			{Name: "a", State: view.StateActive, LastSuccess: &at}, {Name: "b", State: view.StateActive, LastSuccess: &earlier},
		}}},
		{
			"everything at once", "the configuration's files have errors, the old ones run on; 3 pipelines, 1 braked, 1 in error; at work: c; 4 conflicts; 2 in quarantine; last success 2026-11-24 14:50:12",
			view.Status{Config: view.Config{Refused: &view.Refused{}}, Pipelines: []view.PipelineStatus{
				{Name: "a", State: view.StateError, Conflicts: 4, LastSuccess: &earlier},
				{Name: "b", State: view.StateBraked, Quarantined: 2},
				{Name: "c", State: view.StateActive, Running: &view.Progress{}},
			}},
		},
		{"a name that would be a message of its own", `1 pipeline; at work: a\nREADY=1; no success yet`, view.Status{Pipelines: []view.PipelineStatus{
			{Name: "a\nREADY=1", State: view.StateActive, Running: &view.Progress{}},
		}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Output{Zone: time.UTC}).StatusLine(tt.status); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
