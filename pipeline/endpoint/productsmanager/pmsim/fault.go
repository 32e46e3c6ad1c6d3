package pmsim

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// FaultKind is a way in which a request fails.
type FaultKind uint8

// The kinds of faults.
const (
	FaultStatus       FaultKind = iota // nothing is done, the answer is Status in PM's error shape: 401, 403, 429, 503 …
	FaultHTML                          // nothing is done, the answer is a proxy's HTML page with Status (502 by default)
	FaultSlow                          // the answer comes after Delay
	FaultHang                          // the answer never comes
	FaultResetBefore                   // the connection is reset, nothing is done
	FaultResetAfter                    // the connection is reset after the request took effect
	FaultTruncated                     // a complete HTTP answer with half of the JSON
	FaultCut                           // the connection ends in the middle of the answer
	FaultOversized                     // Size bytes of blanks before the answer
	FaultPartialBatch                  // every second item of a bulk request is refused, with HTTP 200
	FaultWrongTotal                    // a list's total is off by Off
)

// Fault says which requests fail, and how.
type Fault struct {
	Kind FaultKind
	// Method and Path select requests; "" is any. Path is a pattern of path.Match for the path below the
	// base: "/products/*".
	Method, Path string
	// Nth is the first of the selected requests to fail, counted from 1; 0 is the first.
	Nth int
	// Times is how many fail from there on; 0 is one, Always is all.
	Times int
	// Chance, if set, lets each request of those that Nth and Times select fail with this probability only.
	Chance float64

	Status  int           // FaultStatus, FaultHTML
	Message string        // FaultStatus; by default one that goes with the status
	Delay   time.Duration // FaultSlow; FaultStatus 429: what Retry-After says
	Size    int           // FaultOversized: bytes, 64 MB by default
	Off     int           // FaultWrongTotal; 1000 by default
}

// Always is the Fault.Times of a fault that all requests have.
const Always = -1

// Injection is a fault at work.
type Injection struct {
	owner   *faults
	fault   Fault
	matched int
	fired   int
}

// faults picks the fault of each request.
type faults struct {
	mu     sync.Mutex
	random *rand.Rand
	active []*Injection
}

func newFaults(seed uint64) *faults {
	return &faults{random: rand.New(rand.NewPCG(seed, 0x6661756c74))}
}

// Inject makes requests fail from now on. Of several faults that select a request the oldest acts.
func (s *Server) Inject(f Fault) *Injection {
	f.Times = cmp.Or(f.Times, 1)
	f.Nth = max(f.Nth, 1)
	f.Size = cmp.Or(f.Size, 64<<20)
	f.Off = cmp.Or(f.Off, 1000)
	i := &Injection{owner: s.faults, fault: f}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.active = append(s.faults.active, i)
	return i
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.active = nil
}

// Fired returns how many requests the fault has hit.
func (i *Injection) Fired() int {
	i.owner.mu.Lock()
	defer i.owner.mu.Unlock()
	return i.fired
}

// pick returns the fault that this request meets, nil for none.
func (f *faults) pick(req *http.Request) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var hit *Fault
	below := strings.TrimPrefix(req.URL.Path, BasePath)
	for _, i := range f.active {
		if !i.fault.selects(req.Method, below) {
			continue
		}
		i.matched++ // each fault counts its requests, whichever fault acts
		if hit == nil && i.due(f.random) {
			i.fired++
			hit = &i.fault
		}
	}
	return hit
}

func (f *Fault) selects(method, below string) bool {
	if f.Method != "" && f.Method != method {
		return false
	}
	if f.Path == "" {
		return true
	}
	match, err := path.Match(f.Path, below)
	return match && err == nil
}

func (i *Injection) due(random *rand.Rand) bool {
	f := i.fault
	if i.matched < f.Nth || (f.Times != Always && i.matched >= f.Nth+f.Times) {
		return false
	}
	return f.Chance == 0 || random.Float64() < f.Chance
}
