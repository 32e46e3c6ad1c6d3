package statetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tandem-sync/tandem/pipeline"
)

// Backend is a state under test.
type Backend interface {
	// Store returns the store of a pipeline whose match fields are match.
	Store(name string, match ...string) (pipeline.Store, error)
	// Restart stops in an orderly way and starts again. Stores returned before are not used any more.
	Restart() error
	Close() error
}

// Run tests the contract. open makes an empty state.
func Run(t *testing.T, open func() (Backend, error)) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s *subject)
	}{
		{"links", testLinks},
		{"links keep every value", testValues},
		{"links by key follow their links", testKeys},
		{"links in order", testEachLink},
		{"unlinked records", testUnlinked},
		{"owners", testOwners},
		{"owners after a change of match fields", testOwnersAnew},
		{"a commit ends what it also begins", testEndWins},
		{"commits from several goroutines", testConcurrent},
		{"a cancelled context stores nothing", testCancelled},
		{"pipelines are apart", testApart},
		{"intents", testIntents},
		{"conflicts", testConflicts},
		{"settling a conflict", testSettle},
		{"quarantine", testQuarantine},
		{"quarantine by time", testDue},
		{"retry now", testRetryNow},
		{"position and identities", testPosition},
		{"cycles", testCycles},
		{"reports", testReports},
		{"brake", testBrake},
		{"pause", testPause},
		{"what a schedule goes on from", testPast},
		{"adopting another system", testAdopt},
		{"history", testHistory},
		{"history by cycle and time", testEachEvent},
		{"what a plan is checked by", testPlans},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := open()
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := b.Close(); err != nil {
					t.Error(err)
				}
			}()
			s := &subject{backend: b, match: []string{"sku", "ean"}}
			s.open(t)
			c.test(t, s)
		})
	}
}

// subject is the store that a test works on.
type subject struct {
	pipeline.Store
	backend Backend
	match   []string
}

func (s *subject) open(t *testing.T) {
	t.Helper()
	var err error
	if s.Store, err = s.backend.Store("products", s.match...); err != nil {
		t.Fatal(err)
	}
}

func (s *subject) restart(t *testing.T) {
	t.Helper()
	if err := s.backend.Restart(); err != nil {
		t.Fatal(err)
	}
	s.open(t)
}

func (s *subject) commit(t *testing.T, c pipeline.Commit) {
	t.Helper()
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// twice runs check on the store as it is and after a restart.
func (s *subject) twice(t *testing.T, check func(t *testing.T)) {
	t.Helper()
	t.Run("at once", check)
	s.restart(t)
	t.Run("after a restart", check)
}

// want fails the test unless get answers want.
func want[T any](t *testing.T, want T, get func(context.Context) (T, error)) {
	t.Helper()
	got, err := get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	diff(t, want, got)
}

func diff(t *testing.T, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, Equal()); d != "" {
		t.Errorf("differs (-want +got):\n%s", d)
	}
}

// Equal returns how to compare what stores return with go-cmp.
func Equal() cmp.Option { return cmpopts.EquateEmpty() }

// at returns a time on an arbitrary day.
func at(minutes int) time.Time {
	return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

// link makes a link of two records with a SKU.
func link(id pipeline.LinkID, left, right pipeline.Key, sku string) *pipeline.Link {
	return &pipeline.Link{
		ID: id, Keys: [2]pipeline.Key{left, right},
		Base: [2]pipeline.Values{
			{"sku": pipeline.Text(sku), "title": pipeline.Text("left " + sku)},
			{"sku": pipeline.Text(sku), "title": pipeline.Text("right " + sku)},
		},
		Created: at(0), Updated: at(1),
	}
}
