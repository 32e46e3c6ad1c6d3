package web

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// A stream is a body of JSON lines, each an event with one attribute. Its last line is {"end":true} or
// {"error":…}: a body without it was cut off.
const streamType = "application/x-ndjson"

type event struct {
	Progress *view.Progress          `json:"progress,omitempty"`
	Report   *pipeline.Report        `json:"report,omitempty"`
	Begin    *view.PlanHead          `json:"begin,omitempty"`
	Change   *pipeline.PlannedChange `json:"change,omitempty"`
	Kept     string                  `json:"kept,omitempty"` // a line of a kept plan
	Totals   *pipeline.PlanTotals    `json:"totals,omitempty"`
	Line     *view.ExportLine        `json:"line,omitempty"`
	Error    *view.Error             `json:"error,omitempty"`
	End      bool                    `json:"end,omitempty"`
}

// stream writes events; it is a view.PlanSink. It may be used from several goroutines.
type stream struct {
	mu    sync.Mutex
	enc   *json.Encoder
	flush func() error
	err   error
}

func newStream(w http.ResponseWriter) *stream {
	w.Header().Set("Content-Type", streamType)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &stream{enc: enc, flush: http.NewResponseController(w).Flush}
}

// send writes one line; after a failure every further one fails likewise.
func (s *stream) send(e event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.err = s.enc.Encode(e); s.err != nil {
		return s.err
	}
	if e.Change == nil && e.Kept == "" && e.Line == nil { // these are many: let the buffer fill
		s.err = s.flush()
	}
	return s.err
}

func (s *stream) Begin(h view.PlanHead) error           { return s.send(event{Begin: &h}) }
func (s *stream) Change(c pipeline.PlannedChange) error { return s.send(event{Change: &c}) }
func (s *stream) End(t pipeline.PlanTotals) error       { return s.send(event{Totals: &t}) }

// Keep implements view.PlanKeeper.
func (s *stream) Keep(line string) error { return s.send(event{Kept: line}) }

// Progress does not fail: whoever is gone is noticed by the next line that matters.
func (s *stream) Progress(p view.Progress) { _ = s.send(event{Progress: &p}) }

// close writes the last line.
func (s *stream) close(err error) error {
	if err != nil {
		e := view.ErrorOf(err)
		return s.send(event{Error: &e})
	}
	return s.send(event{End: true})
}

// readStream calls f for each event up to the last line, and returns the error that the stream ends with.
func readStream(r io.Reader, f func(event) error) error {
	dec := json.NewDecoder(r)
	for {
		var e event
		if err := dec.Decode(&e); err != nil {
			return lost(err)
		}
		switch {
		case e.End:
			return nil
		case e.Error != nil:
			return e.Error.Err()
		}
		if err := f(e); err != nil {
			return err
		}
	}
}

// lost is the error of an answer that was cut off.
func lost(cause error) error {
	return &pipeline.Error{
		Code: pipeline.CodeDaemonLost, Class: pipeline.Transient, MaybeDone: true,
		Message: "the daemon went away before it had answered", Cause: cause,
	}
}
