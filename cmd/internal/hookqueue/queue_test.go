package hookqueue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/cmd/internal/hookqueue"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/state"
)

// disk is a Store in memory that can refuse.
type disk struct {
	mu     sync.Mutex
	held   map[state.WaitingHint]bool
	writes int
	refuse error
	slow   time.Duration
}

func (d *disk) ChangeHints(_ context.Context, drop, add []state.WaitingHint) error {
	time.Sleep(d.slow) // of the virtual clock, or none
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes++
	if d.refuse != nil {
		return d.refuse
	}
	for _, h := range drop {
		h.Since = time.Time{}
		delete(d.held, h)
	}
	for _, h := range add {
		h.Since = time.Time{}
		d.held[h] = true
	}
	return nil
}

func (d *disk) Hints(context.Context) ([]state.WaitingHint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []state.WaitingHint
	for h := range d.held {
		all = append(all, h)
	}
	return all, nil
}

func timing() *pipeline.Webhook {
	return &pipeline.Webhook{Settle: 2 * time.Second, Longest: 10 * time.Second}
}

func call(hints ...pipeline.Hint) hookqueue.Call {
	return hookqueue.Call{Source: "erp", Pipelines: []string{"products"}, Hints: hints, Timing: timing()}
}

func newQueue(d *disk, most int) *hookqueue.Queue {
	return hookqueue.New(hookqueue.Config{Store: d, Now: time.Now, Most: most})
}

func newDisk() *disk { return &disk{held: map[state.WaitingHint]bool{}} }

func put(t *testing.T, q *hookqueue.Queue, c hookqueue.Call) bool {
	t.Helper()
	fresh, err := q.Put(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

func take(t *testing.T, q *hookqueue.Queue) hookqueue.Taken {
	t.Helper()
	taken, err := q.Take(t.Context(), "products", engine.Wait)
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

// TestSettles: a record is read two seconds after the last call about it, ten after the first at the latest.
func TestSettles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(newDisk(), 0)
		start := time.Now()
		if !put(t, q, call("a")) {
			t.Error("the first call about a record was none about it")
		}
		go func() {
			for range 4 {
				time.Sleep(time.Second)
				if put(t, q, call("a")) {
					t.Error("a call about a record that waits made an entry of its own")
				}
			}
		}()
		taken := take(t, q)
		if got := time.Since(start); got != 6*time.Second {
			t.Errorf("five calls in four seconds were read after %s, not after 6s", got)
		}
		if diff := cmp.Diff(map[string][]pipeline.Hint{"erp": {"a"}}, taken.Hints); diff != "" {
			t.Error(diff)
		}
		if err := q.Done(t.Context(), taken); err != nil {
			t.Fatal(err)
		}
		start = time.Now()
		stop := make(chan bool)
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					put(t, q, call("a"))
					time.Sleep(time.Second)
				}
			}
		}()
		take(t, q)
		close(stop)
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("calls without end were read after %s, not after 10s", got)
		}
		synctest.Wait()
		time.Sleep(2 * time.Second)
	})
}

// TestSooner: what is due sooner is not kept waiting by what is due later.
func TestSooner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(newDisk(), 0)
		slow := call("slow")
		slow.Timing = &pipeline.Webhook{Settle: time.Hour, Longest: time.Hour}
		put(t, q, slow)
		go func() {
			time.Sleep(5 * time.Second)
			put(t, q, call("soon"))
		}()
		start := time.Now()
		if got := take(t, q).Hints["erp"]; !cmp.Equal(got, []pipeline.Hint{"soon"}) || time.Since(start) != 7*time.Second {
			t.Errorf("%q was taken after %s", got, time.Since(start))
		}
	})
}

// TestStays: what no cycle has read well stays, on the disk too, and so does what was called about meanwhile.
func TestStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		q := newQueue(d, 0)
		put(t, q, call("a", "b"))
		first := take(t, q)
		again := take(t, q) // the cycle failed: no Done
		if diff := cmp.Diff(first.Hints, again.Hints); diff != "" {
			t.Error(diff)
		}
		put(t, q, call("b"))
		if err := q.Done(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		if len(d.held) != 1 || q.Waiting("products")["erp"] != 1 {
			t.Errorf("%d on the disk, %d in the queue; the one called about meanwhile is to stay", len(d.held), q.Waiting("products")["erp"])
		}
		next := newQueue(d, 0) // after a crash
		if err := next.Load(t.Context(), func(string, string) *pipeline.Webhook { return timing() }); err != nil {
			t.Fatal(err)
		}
		if got := take(t, next).Hints["erp"]; !cmp.Equal(got, []pipeline.Hint{"b"}) {
			t.Errorf("after a restart %q waits", got)
		}
		none := newQueue(d, 0)
		if err := none.Load(t.Context(), func(string, string) *pipeline.Webhook { return nil }); err != nil || len(d.held) > 0 {
			t.Errorf("what nobody reads is still there: %v, %v", d.held, err)
		}
	})
}

// TestAgain: what a system calls about before it commits is read once more, and once only.
func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(newDisk(), 0)
		early := call("a")
		early.Timing = &pipeline.Webhook{Settle: 2 * time.Second, Longest: 10 * time.Second, Again: 30 * time.Second}
		put(t, q, early)
		for _, after := range []time.Duration{2 * time.Second, 30 * time.Second} {
			start := time.Now()
			taken := take(t, q)
			if got := time.Since(start); got != after {
				t.Errorf("it was read after %s, not after %s", got, after)
			}
			if err := q.Done(t.Context(), taken); err != nil {
				t.Fatal(err)
			}
		}
		if n := q.Waiting("products")["erp"]; n != 0 {
			t.Errorf("%d still wait", n)
		}
	})
}

// TestOneWrite: calls that come while the disk is busy share the next write, and none returns before its own is
// on the disk.
func TestOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		d.slow = 10 * time.Millisecond
		q := newQueue(d, 0)
		var lost atomic.Int32
		var calls sync.WaitGroup
		for i := range 1000 {
			calls.Go(func() {
				h := pipeline.Hint(fmt.Sprint(i % 100))
				put(t, q, call(h))
				d.mu.Lock()
				defer d.mu.Unlock()
				if !d.held[state.WaitingHint{Pipeline: "products", Source: "erp", Hint: h}] {
					lost.Add(1)
				}
			})
		}
		calls.Wait()
		if lost.Load() > 0 {
			t.Errorf("%d calls returned before they were on the disk", lost.Load())
		}
		if d.writes > 3 || len(d.held) != 100 {
			t.Errorf("1000 calls about 100 records made %d writes of %d records", d.writes, len(d.held))
		}
	})
}

// TestFull: beyond the bound calls are refused, but for those about records that wait already; a disk that refuses
// is told, and nothing is kept that was not promised.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		q := newQueue(d, 2)
		put(t, q, call("a", "b"))
		if _, err := q.Put(t.Context(), call("c")); !errors.Is(err, hookqueue.ErrFull) {
			t.Errorf("the third of two: %v", err)
		}
		put(t, q, call("a"))
		d.refuse = errors.New("no space left on device")
		if _, err := newQueue(d, 2).Put(t.Context(), call("z")); !errors.Is(err, d.refuse) {
			t.Errorf("a full disk: %v", err)
		}
		d.refuse = nil
		if err := q.Forget(t.Context(), "products"); err != nil || len(d.held) > 0 || q.Waiting("products")["erp"] > 0 {
			t.Errorf("a pipeline that is gone left %v, %v", d.held, err)
		}
	})
}

// TestCalledMeanwhile: a record called about in the moment in which it is dropped is on the disk afterwards.
func TestCalledMeanwhile(t *testing.T) {
	st, err := state.Open("state", state.Options{FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	q := hookqueue.New(hookqueue.Config{Store: st, Now: time.Now})
	c := call("a")
	c.Timing = &pipeline.Webhook{}
	for range 200 {
		put(t, q, c)
		taken := take(t, q)
		var both sync.WaitGroup
		both.Go(func() { put(t, q, c) })
		if err := q.Done(t.Context(), taken); err != nil {
			t.Fatal(err)
		}
		both.Wait()
		held, err := st.Hints(t.Context())
		if err != nil || len(held) != q.Waiting("products")["erp"] {
			t.Fatalf("%d on the disk, %d in the queue, %v", len(held), q.Waiting("products")["erp"], err)
		}
		if err := q.Forget(t.Context(), "products"); err != nil {
			t.Fatal(err)
		}
	}
}
