package pages

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

func (p *Pages) eventRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"GET " + EventsPath: p.events}
}

// EventsPath is where a page hears what goes on, as server-sent events: it stays open.
const EventsPath = "/events"

// events tells a page of progress, as parts that replace those it has, and, by the event "changed", that it
// is to be fetched anew.
func (p *Pages) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // not every writer has one
	// The first is told as a change: something may have happened since the page was made, or while the
	// connection was lost.
	first, seen := true, uint64(0)
	err := p.Backend.Watch(r.Context(), func(a view.Activity) error {
		if first || a.Revision != seen {
			if _, err := fmt.Fprint(w, "event: changed\ndata:\n\n"); err != nil {
				return err
			}
		}
		first, seen = false, a.Revision
		for _, running := range a.Running {
			part, err := p.ui.Part(r, "overview", "progress-live", running)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", strings.ReplaceAll(part, "\n", "\ndata: ")); err != nil {
				return err
			}
		}
		return out.Flush()
	})
	if err != nil && r.Context().Err() == nil {
		p.Logger.Debug("a page no longer hears what goes on", "error", err)
	}
}
