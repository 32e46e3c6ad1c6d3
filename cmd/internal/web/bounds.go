package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// What a caller of daemon.listen can take up at most.
const (
	maxConnections = 1000
	maxStreams     = 100 // answered at once
	// sendTime is how long a body may take that is sent along; a plan may take it for each part.
	sendTime = 30 * time.Second
	// takeTime is how long a caller may leave a part of the answer lying.
	takeTime = time.Minute
)

// bounds keeps callers from holding the server up. Times are bounded where a caller is waited for, and not where it
// waits: a sync takes as long as it takes.
type bounds struct {
	streams    chan struct{} // one token for each stream under way
	send, take time.Duration
}

func newBounds() bounds {
	return bounds{streams: make(chan struct{}, maxStreams), send: sendTime, take: takeTime}
}

// route bounds the body of one route and how often it is answered at once.
func (b bounds) route(r route, next http.Handler) http.Handler {
	bounded := limitBody(r, next)
	if !r.stream {
		return bounded
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case b.streams <- struct{}{}:
			defer func() { <-b.streams }()
			bounded.ServeHTTP(w, r)
		default:
			w.Header().Set("Retry-After", "10")
			writeError(w, &pipeline.Error{Code: pipeline.CodeTooBusy, Class: pipeline.Transient, Message: "too many long answers are under way"})
		}
	})
}

func limitBody(r route, next http.Handler) http.Handler {
	limit := r.body
	if limit == 0 {
		limit = maxRequest
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, ok := r.Body.(*timedBody); ok {
			b.each = limit > maxRequest
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// all bounds the time of every call.
func (b bounds) all(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctl := http.NewResponseController(w)
		if r.ContentLength != 0 {
			body := &timedBody{ReadCloser: r.Body, ctl: ctl, within: b.send}
			body.begin()
			r.Body = body
		}
		timed := &timedWriter{ResponseWriter: w, ctl: ctl, within: b.take}
		next.ServeHTTP(timed, r)
		timed.begin() // what is left to send is sent after this
	})
}

// timedBody is a body that must come within a time.
type timedBody struct {
	io.ReadCloser
	ctl    *http.ResponseController
	within time.Duration
	each   bool // each part has that time
}

// begin starts the time. The errors of deadlines are of no concern: a connection that has none has no slow peer.
func (b *timedBody) begin() { _ = b.ctl.SetReadDeadline(time.Now().Add(b.within)) }

func (b *timedBody) Read(p []byte) (int, error) {
	if b.each {
		b.begin()
	}
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) { // from here on the connection is read only to notice that the caller goes away
		_ = b.ctl.SetReadDeadline(time.Time{})
	}
	return n, err
}

// timedWriter is an answer of which each part must be taken within a time; there is no limit between parts.
type timedWriter struct {
	http.ResponseWriter
	ctl    *http.ResponseController
	within time.Duration
}

func (w *timedWriter) begin() { _ = w.ctl.SetWriteDeadline(time.Now().Add(w.within)) }
func (w *timedWriter) end()   { _ = w.ctl.SetWriteDeadline(time.Time{}) }

func (w *timedWriter) Write(p []byte) (int, error) {
	w.begin()
	defer w.end()
	return w.ResponseWriter.Write(p)
}

// FlushError is for http.ResponseController.
func (w *timedWriter) FlushError() error {
	w.begin()
	defer w.end()
	return w.ctl.Flush()
}

// Unwrap is for http.ResponseController.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
