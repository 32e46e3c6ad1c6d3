package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
)

func events(from, n int, at time.Time) []pipeline.Event {
	var events []pipeline.Event
	for i := from; i < from+n; i++ {
		events = append(events, pipeline.Event{At: at, Link: pipeline.LinkID(fmt.Sprint("l", i%3)), Kind: "update", Note: fmt.Sprint(i)})
	}
	return events
}

// notes returns what the history holds, oldest first, and how many entries the index by link holds.
func notes(t *testing.T, st pipeline.Store) (notes []string, indexed int) {
	t.Helper()
	for _, link := range []pipeline.LinkID{"", "l0", "l1", "l2"} {
		events, err := st.History(t.Context(), link, 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		for i := range events {
			if link == "" {
				notes = append(notes, events[len(events)-1-i].Note)
			} else {
				indexed++
			}
		}
	}
	return notes, indexed
}

func commit(t *testing.T, st pipeline.Store, c pipeline.Commit) {
	t.Helper()
	if err := st.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestHistoryIsBoundedByCount(t *testing.T) {
	disk := vfs.NewMem()
	s := openState(t, Options{FS: disk, HistoryEvents: 100})
	st := openPipeline(t, s)
	for i := 0; i < 1000; i += 10 {
		commit(t, st, pipeline.Commit{History: events(i, 10, noon())})
		got, indexed := notes(t, st)
		if len(got) > 110 || indexed != len(got) {
			t.Fatalf("%d events, %d in the index, after %d", len(got), indexed, i+10)
		}
	}
	got, _ := notes(t, st)
	if got[len(got)-1] != "999" || len(got) < 90 {
		t.Errorf("%d events are kept, the last is %s", len(got), got[len(got)-1])
	}
}

func TestHistoryIsBoundedByAge(t *testing.T) {
	s := openState(t, Options{FS: vfs.NewMem(), HistoryAge: time.Hour})
	st := openPipeline(t, s)
	commit(t, st, pipeline.Commit{History: events(0, 5, noon().Add(-61*time.Minute))})
	commit(t, st, pipeline.Commit{History: events(5, 5, noon().Add(-59*time.Minute))})
	if err := st.PutReport(t.Context(), pipeline.Report{Cycle: "20261124T120000Z-0001"}); err != nil {
		t.Fatal(err)
	}
	got, indexed := notes(t, st)
	if d := cmp.Diff([]string{"5", "6", "7", "8", "9"}, got); d != "" || indexed != 5 {
		t.Errorf("%d in the index; history (-want +got):\n%s", indexed, d)
	}
}

// A history that is far too long, since its bound was lowered, shrinks step by step, also when nothing is
// written.
func TestHistoryShrinksInSteps(t *testing.T) {
	disk := vfs.NewMem()
	s := openState(t, Options{FS: disk})
	commit(t, openPipeline(t, s), pipeline.Commit{History: events(0, 3*trimStep, noon())})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	st := openPipeline(t, openState(t, Options{FS: disk, HistoryEvents: 10}))
	for _, want := range []int{2 * trimStep, trimStep, 10, 10} {
		if err := st.PutReport(t.Context(), pipeline.Report{Cycle: "20261124T120000Z-0001"}); err != nil {
			t.Fatal(err)
		}
		if got, indexed := notes(t, st); len(got) != want || indexed != want {
			t.Fatalf("%d events, %d in the index, want %d", len(got), indexed, want)
		}
	}
}

func TestReportsAreBounded(t *testing.T) {
	st := openPipeline(t, openState(t, Options{FS: vfs.NewMem()}))
	for i := range reportsKept + 5 {
		id := pipeline.CycleID(fmt.Sprintf("20261124T120000Z-%04d", i))
		if err := st.PutReport(t.Context(), pipeline.Report{Cycle: id}); err != nil {
			t.Fatal(err)
		}
	}
	reports, err := st.Reports(t.Context(), 10*reportsKept)
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) != reportsKept || reports[0].Cycle != "20261124T120000Z-1004" || reports[reportsKept-1].Cycle != "20261124T120000Z-0005" {
		t.Errorf("%d reports from %s to %s", len(reports), reports[len(reports)-1].Cycle, reports[0].Cycle)
	}
}
