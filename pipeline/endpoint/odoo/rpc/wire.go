package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/tandem-sync/tandem/pipeline/transport"
)

// maxAnswer is the most bytes that an answer may have: a thousand products with long descriptions take
// a few megabytes.
const maxAnswer = 64 << 20

// wire sends requests to one server.
type wire struct {
	cfg  Config
	http *http.Client
}

func newWire(cfg Config) wire {
	return wire{cfg: cfg, http: &http.Client{
		Transport: transport.New(cfg.TLS, cfg.Workers),
		// Following a redirect would turn the call into a GET, and send the key elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (w wire) close() { w.http.CloseIdleConnections() }

// request is one request. Its body is sent with its length, never in chunks: a chunked body is taken for
// an empty one by JSON-2, which then does nothing and says that it did.
type request struct {
	method string
	path   []string // below the address of Odoo
	header http.Header
	body   []byte
}

// send sends a request and returns its answer, of which the head has come; the caller closes the body.
func (w wire) send(ctx context.Context, q request) (*http.Response, timing, error) {
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, q.method, w.cfg.URL.JoinPath(q.path...).String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, timing{}, err
	}
	for key, values := range q.header {
		req.Header[key] = values
	}
	req.Header.Set("User-Agent", w.cfg.UserAgent)
	t := timing{sent: w.cfg.Now()}
	resp, err := w.http.Do(req)
	t.received, t.wrote = w.cfg.Now(), wrote.Load()
	if err != nil {
		return nil, t, unwrapURL(err)
	}
	t.date, _ = http.ParseTime(resp.Header.Get("Date"))
	return resp, t, nil
}

// unwrapURL takes off the wrapper that repeats the address, which the messages name already.
func unwrapURL(err error) error {
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // the wrapper itself is meant
		return u.Err
	}
	return err
}

// statusError is an HTTP answer that names no exception: a proxy's, mostly.
type statusError struct {
	code       int
	path       string // of the API that was asked
	location   string // of a redirect
	retryAfter time.Duration
	page       []byte // its beginning
}

func newStatusError(resp *http.Response, path string) *statusError {
	e := &statusError{code: resp.StatusCode, path: path, location: resp.Header.Get("Location")}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.retryAfter = time.Duration(seconds) * time.Second
	}
	e.page, _ = io.ReadAll(io.LimitReader(resp.Body, 4<<10)) // what does not come is no clue either
	return e
}

func (e *statusError) Error() string {
	return fmt.Sprintf("HTTP status %d %s", e.code, http.StatusText(e.code))
}

// unexpectedError is an answer of the right form that does not say what it should.
type unexpectedError struct{ lacks string }

func (e unexpectedError) Error() string { return "the answer tells " + e.lacks }

// errNotServed says that the server has no such API.
var errNotServed = errors.New("not served")
