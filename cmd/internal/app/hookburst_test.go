package app

import (
	"flag"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

var hookCalls = flag.Int("hookcalls", 2000, "how many calls the burst of webhooks makes")

// TestHookBurst: many calls about 200 records, from 20 callers at once, lose none, wait as 200 entries at most, and
// are read in few cycles. How long the answers took is told with -v, and held against nothing.
func TestHookBurst(t *testing.T) {
	const records, callers = 200, 20
	calls := *hookCalls
	s := apptest.New(t, nil)
	keys := make([]pipeline.Key, records)
	for i := range keys {
		keys[i] = s.Insert(t, "pm", fmt.Sprint("Chair ", i), fmt.Sprint("CH-", i))
	}
	cfg := realtime(t, s)
	cfg.Pipelines[0].Limits = pipeline.Limits{} // all records change at once
	a := started(t, cfg)
	for i, key := range keys {
		if err := s.System("pm").Edit(key, pipeline.Values{"title": pipeline.Text(fmt.Sprint("Table ", i))}); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begun := time.Now()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	defer client.CloseIdleConnections()
	took := make([]time.Duration, calls)
	next := make(chan int)
	most := 0
	var working sync.WaitGroup
	for range callers {
		working.Go(func() {
			for i := range next {
				start := time.Now()
				body := fmt.Sprintf(`{"key": %q, "id": "evt_%d"}`, keys[i%records], i)
				answer, err := client.Post("http://"+a.Address()+"/hooks/pm/"+apptest.Secret, "application/json", strings.NewReader(body))
				took[i] = time.Since(start)
				if err != nil {
					t.Error(err)
					continue
				}
				_ = answer.Body.Close()
				if answer.StatusCode != http.StatusOK {
					t.Errorf("call %d is answered with %d", i, answer.StatusCode)
				}
			}
		})
	}
	for i := range calls {
		next <- i
		if i%500 == 0 {
			most = max(most, a.hookViews(a.current())[0].Waiting)
		}
	}
	close(next)
	working.Wait()
	spent := time.Since(begun)
	if most > records {
		t.Errorf("%d entries waited for %d records", most, records)
	}
	eventually(t, "the empty queue", func() bool { return a.hookViews(a.current())[0].Waiting == 0 })
	runtime.GC()
	runtime.ReadMemStats(&after)
	for i := range keys {
		if got, want := s.Held(t, "erp", fmt.Sprint("CH-", i), "title").AsText(), fmt.Sprint("Table ", i); got != want {
			t.Fatalf("the calls about CH-%d are lost: erp holds %q", i, got)
		}
	}
	slices.Sort(took)
	t.Logf("%d calls in %s: half of them answered within %s, 99 of 100 within %s, all within %s; %d readings for them; heap %d kB before, %d kB after",
		calls, spent.Round(time.Millisecond), took[calls/2], took[calls*99/100], took[calls-1],
		s.System("pm").Counts().Calls[memory.OpHinted], before.HeapAlloc/1024, after.HeapAlloc/1024)
}
