package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// HooksPath is where the webhooks of a source are: HooksPath + SOURCE, and below it the secret for systems that can
// set no header.
const HooksPath = "/hooks/"

const (
	// maxHook bounds the body of a webhook, in bytes.
	maxHook = 1 << 20
	// hookTime is how long a caller may take to send its call, and how long the state may take to keep it: Odoo
	// waits for a second, Products Manager for thirty.
	hookTime = 10 * time.Second
	// hookRetry is what a caller that cannot be served is told to wait.
	hookRetry = 30 * time.Second
	// wrongCalls is how many calls with a wrong secret from one address a minute are answered as such.
	wrongCalls = 20
)

// Hooks takes the calls of webhooks. Its error is, or wraps, a *pipeline.Error: source_unknown where no source of
// that label has a webhook, unauthorized, webhook_refused, or webhook_busy.
type Hooks interface {
	Hook(ctx context.Context, source string, c pipeline.HookCall) (view.Hook, error)
}

// hooks serves Hooks. A call is answered once it is durable; what it leads to comes later.
type hooks struct {
	to    Hooks
	wrong *failures
}

func (h hooks) routes() []route {
	return []route{
		{pattern: "POST " + HooksPath + "{source}", access: open, body: maxHook, handler: h.serve, described: described{
			summary: "A webhook of a source, signed or with its secret in the header.", answer: view.Hook{}, body: anyBody{},
		}},
		{pattern: "POST " + HooksPath + "{source}/{secret}", access: open, body: maxHook, handler: h.serve, described: described{
			summary: "A webhook of a system that can set no header.", answer: view.Hook{}, body: anyBody{},
		}},
	}
}

func (h hooks) serve(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(hookTime)) // recorders in tests have none
	body, err := io.ReadAll(r.Body)
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		writeJSON(w, status, view.Failure{Error: view.ErrorOf(&pipeline.Error{
			Code: pipeline.CodeWebhookRefused, Message: "the body of the call cannot be read", Cause: err,
		})})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), hookTime)
	defer cancel()
	took, err := h.to.Hook(ctx, r.PathValue("source"), pipeline.HookCall{
		Header: r.Header.Get, Secret: r.PathValue("secret"), Body: body, At: time.Now(),
	})
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, took)
}

func (h hooks) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := view.ErrorOf(err)
	status := statusOf(e.Code)
	switch e.Code {
	case pipeline.CodeUnauthorized:
		if h.wrong.tooMany(r.RemoteAddr) {
			status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", "60")
		}
	case pipeline.CodeWebhookRefused:
		status = http.StatusBadRequest
	case pipeline.CodeWebhookBusy:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", strconv.Itoa(int(hookRetry.Seconds())))
	}
	writeJSON(w, status, view.Failure{Error: e})
}

// failures counts calls with a wrong secret by address, minute by minute. Right ones are never kept waiting: many
// callers may share the address of a proxy.
type failures struct {
	now func() time.Time

	mu     sync.Mutex
	minute time.Time
	counts map[string]int
}

func newFailures(now func() time.Time) *failures { return &failures{now: now} }

// mostAddresses bounds what one minute remembers; beyond, every address has had its share.
const mostAddresses = 10_000

func (f *failures) tooMany(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if minute := f.now().Truncate(time.Minute); f.counts == nil || !minute.Equal(f.minute) {
		f.minute, f.counts = minute, map[string]int{}
	}
	if _, known := f.counts[host]; !known && len(f.counts) >= mostAddresses {
		return true
	}
	f.counts[host]++
	return f.counts[host] > wrongCalls
}
