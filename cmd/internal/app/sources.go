package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// answersKept is of how many answers the latency of a source is the median.
const answersKept = 50

// health is what the requests to a source have shown since it was opened.
type health struct {
	now func() time.Time

	mu      sync.Mutex
	status  view.SourceStatus
	answers []time.Duration // the latest, in no order that matters
	at      int             // where the next goes
}

// observe takes note of a request, as a pipeline.Observer.
func (h *health) observe(_ string, took time.Duration, err error) {
	if errors.Is(err, context.Canceled) {
		return // we went away, not the source
	}
	at := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &h.status
	s.Requests++
	class := pipeline.ClassOf(err)
	up := err == nil || class != pipeline.Transient && class != pipeline.RateLimited && class != pipeline.Auth
	s.Up = &up
	if up {
		s.LastAnswer = &at
		if len(h.answers) < answersKept {
			h.answers = append(h.answers, 0)
		}
		h.answers[h.at] = took
		h.at = (h.at + 1) % answersKept
	}
	if up { // a record that was refused is no fault of the source
		return
	}
	if class == pipeline.RateLimited {
		s.RateLimited++
	}
	e := view.ErrorOf(err)
	last := view.Trouble{At: at, Code: e.Code, Message: e.Message, Remedy: e.Remedy, Count: 1}
	if s.LastError != nil {
		last.Count += s.LastError.Count
	}
	s.LastError = &last
}

// described takes note of what a source says of itself.
func (h *health) described(about pipeline.Description) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status.Product, h.status.Version, h.status.User = about.Product, about.Version, about.User
}

func (h *health) view() view.SourceStatus {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.status
	if n := len(h.answers); n > 0 {
		sorted := slices.Sorted(slices.Values(h.answers))
		s.Latency = sorted[n/2].Seconds()
	}
	return s
}

// Sources implements web.Backend. It calls nobody.
func (a *App) Sources(context.Context) ([]view.SourceStatus, error) {
	l := a.hold()
	defer a.drop(l)
	views := []view.SourceStatus{}
	for _, s := range l.sources {
		v := s.health.view()
		v.Label, v.Kind, v.Webhook, v.Pipelines = s.label, s.kind, s.webhook != nil, []string{}
		for _, r := range l.runners {
			if slices.Contains(r.sources[:], s) {
				v.Pipelines = append(v.Pipelines, r.definition.Name)
			}
		}
		views = append(views, v)
	}
	return views, nil
}
