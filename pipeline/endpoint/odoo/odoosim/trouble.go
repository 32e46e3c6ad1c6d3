package odoosim

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Effect is what goes wrong.
type Effect string

// The troubles that can be ordered.
const (
	DropBefore  Effect = "drop before"  // the connection closes, nothing was done
	DropAfter   Effect = "drop after"   // it was done and committed, then the connection closes
	Hang        Effect = "hang"         // no answer until the client goes away, nothing was done
	HangAfter   Effect = "hang after"   // it was done, and no answer comes
	BadGateway  Effect = "bad gateway"  // a proxy's HTML page, HTTP 502, nothing was done
	ServerError Effect = "server error" // an HTML page, HTTP 500, nothing was done
	Truncate    Effect = "truncate"     // it was done; half of the answer comes
	Oversize    Effect = "oversize"     // it was done; the answer is a text of Rule.Size bytes
	Conflict    Effect = "conflict"     // nothing was done: a serialization failure
	Refuse      Effect = "refuse"       // nothing was done: the fault of Rule.Code and Rule.Text
	Delay       Effect = "delay"        // it waits for Rule.Delay and then goes on
)

// Rule orders a trouble for some calls.
type Rule struct {
	// Model and Method are what the call is about; "" is any. Calls of the common service have the
	// model "" and methods such as "authenticate".
	Model, Method string
	// Writes restricts the rule to methods that can change something.
	Writes bool
	// Containing restricts it to calls that have this text in one of their arguments.
	Containing string
	// After is how many of these calls pass untouched first, and Times how many are then met; 0 is all.
	After, Times int
	// Probability is that of a call being met; 0 is every call.
	Probability float64

	Effect Effect
	Delay  time.Duration // before the effect
	Size   int64
	Code   int
	Text   string
}

// troubles are the rules in force.
type troubles struct {
	mu    sync.Mutex
	rand  *rand.Rand
	rules []*ordered
	met   map[Effect]int
}

type ordered struct {
	Rule
	seen, met int
}

func (t *troubles) seed(seed uint64) {
	t.rand = rand.New(rand.NewPCG(seed, seed))
	t.met = map[Effect]int{}
}

// Order puts rules in force and returns what takes them away again. The first rule that meets a call
// has it.
func (s *Server) Order(rules ...Rule) (cancel func()) {
	s.troubles.mu.Lock()
	defer s.troubles.mu.Unlock()
	mine := map[*ordered]bool{}
	for _, r := range rules {
		o := &ordered{Rule: r}
		mine[o] = true
		s.troubles.rules = append(s.troubles.rules, o)
	}
	return func() {
		s.troubles.mu.Lock()
		defer s.troubles.mu.Unlock()
		var left []*ordered
		for _, o := range s.troubles.rules {
			if !mine[o] {
				left = append(left, o)
			}
		}
		s.troubles.rules = left
	}
}

// Met returns how many calls have met each trouble.
func (s *Server) Met() map[Effect]int {
	s.troubles.mu.Lock()
	defer s.troubles.mu.Unlock()
	met := map[Effect]int{}
	for effect, n := range s.troubles.met {
		met[effect] = n
	}
	return met
}

// next returns the rule that a call meets, nil for none.
func (t *troubles) next(model, method string, params []any, writes bool) *Rule {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.rules {
		if o.Model != "" && o.Model != model || o.Method != "" && o.Method != method || o.Writes && !writes {
			continue
		}
		if o.Containing != "" && !contains(params, o.Containing) {
			continue
		}
		o.seen++
		if o.seen <= o.After || o.Times > 0 && o.met >= o.Times {
			continue
		}
		if o.Probability > 0 && t.rand.Float64() >= o.Probability {
			continue
		}
		o.met++
		t.met[o.Effect]++
		rule := o.Rule
		return &rule
	}
	return nil
}

// contains tells whether text occurs in one of the values.
func contains(v any, text string) bool {
	switch x := v.(type) {
	case string:
		return strings.Contains(x, text)
	case []any:
		for _, e := range x {
			if contains(e, text) {
				return true
			}
		}
	case map[string]any:
		for _, e := range x {
			if contains(e, text) {
				return true
			}
		}
	}
	return false
}

// before does what a rule asks for before the call is carried out, and tells whether that ended it.
func (s *Server) before(w http.ResponseWriter, r *http.Request, rule *Rule, words voice) bool {
	if rule == nil {
		return false
	}
	s.wait(r, rule.Delay)
	switch rule.Effect {
	case DropBefore:
		panic(http.ErrAbortHandler)
	case Hang:
		s.hang(r)
	case BadGateway:
		page(w, http.StatusBadGateway, "The proxy server received an invalid response from an upstream server.")
		return true
	case ServerError:
		page(w, http.StatusInternalServerError, "The server encountered an internal error and was unable to complete your request.")
		return true
	case Conflict:
		write(w, words.say(nil, orm.SerializationFailure()))
		return true
	case Refuse:
		write(w, words.refuse(rule))
		return true
	}
	return false
}

// after sends the answer, or what a rule makes of it.
func (s *Server) after(w http.ResponseWriter, r *http.Request, rule *Rule, words voice, answer reply) {
	if rule == nil {
		write(w, answer)
		return
	}
	switch rule.Effect {
	case DropAfter:
		panic(http.ErrAbortHandler)
	case HangAfter:
		s.hang(r)
	case Truncate:
		answer.head(w)
		_, _ = w.Write(answer.body[:len(answer.body)/2])
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		panic(http.ErrAbortHandler)
	case Oversize:
		s.oversize(w, words, rule.Size)
	default:
		write(w, answer)
	}
}

// hang never answers: it ends when the client goes away or the server closes.
func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.stop.Done():
	}
	panic(http.ErrAbortHandler)
}

// wait lets time pass, less if the client goes away or the server closes.
func (s *Server) wait(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.stop.Done():
	}
}

// oversize sends a well-formed answer of at least size bytes, bit by bit.
func (s *Server) oversize(w http.ResponseWriter, words voice, size int64) {
	kind, before, after := words.around()
	w.Header().Set("Content-Type", kind)
	if _, err := w.Write([]byte(before)); err != nil {
		return
	}
	chunk := []byte(strings.Repeat("a", 64<<10))
	for sent := int64(0); sent < size; sent += int64(len(chunk)) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
	_, _ = w.Write([]byte(after))
}
