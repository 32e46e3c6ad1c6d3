package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// Request is one call of the API.
type Request struct {
	Op     Operation
	Method string
	Path   string // below the base, escaped: "/products/4711"
	Root   bool   // Path is below the host, outside of the versioned API
	Query  url.Values
	Body   map[string]any // nil: none
}

// Answer is the server's answer to it, a success.
type Answer struct {
	JSON any // decoded with json.Number; nil for an empty body
	// Start is the earliest that the server's clock can have shown when the request was sent; zero when
	// the answer has no Date.
	Start time.Time
}

// Do sends the request and returns the answer, or an *pipeline.Error.
func (c *Client) Do(ctx context.Context, req Request) (Answer, error) {
	token, err := c.auth.bearer(ctx)
	if err != nil {
		return Answer{}, err
	}
	answer, err := c.exchange(ctx, req, token)
	if StatusOf(err) == http.StatusUnauthorized {
		fresh, failed := c.auth.renew(ctx, token)
		switch {
		case failed != nil:
			return Answer{}, failed
		case fresh == "": // there is nothing to renew
			return Answer{}, err
		}
		token = fresh
		answer, err = c.exchange(ctx, req, token)
	}
	if err == nil {
		c.auth.accepted(token)
	}
	return answer, err
}

// exchange sends one HTTP request, within the limits of rate and concurrency, and reports it.
func (c *Client) exchange(ctx context.Context, req Request, token string) (Answer, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return Answer{}, c.Stopped(ctx)
	}
	if err := c.await(ctx, req.Op); err != nil {
		return Answer{}, err
	}
	began := c.now()
	answer, err := c.roundTrip(ctx, req, token)
	var reported error
	if err != nil { // a nil *pipeline.Error must not become a non-nil error
		reported = err
	}
	c.observe(string(req.Op), c.now().Sub(began), reported)
	return answer, reported
}

// await holds a request back as its tier's budget says.
func (c *Client) await(ctx context.Context, op Operation) error {
	b := c.budgetOf(op)
	if b == nil {
		return nil
	}
	wait, ok := b.take(c.now())
	if !ok {
		return &pipeline.Error{
			Code: pipeline.CodeRateLimited, Class: pipeline.RateLimited, RetryAfter: wait,
			Message: fmt.Sprintf("the rate limit of %s leaves no room for the request to %s", c.host, op.does()),
		}
	}
	if wait > 0 {
		if err := c.sleep(ctx, wait); err != nil {
			return c.Stopped(ctx)
		}
	}
	return nil
}

func (c *Client) budgetOf(op Operation) *budget {
	switch {
	case op == Login:
		return nil
	case op.writes():
		return c.writes
	}
	return c.reads
}

func (c *Client) roundTrip(ctx context.Context, req Request, token string) (Answer, *pipeline.Error) {
	timed, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var wrote atomic.Bool
	timed = httptrace.WithClientTrace(timed, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	r, err := c.build(timed, req, token)
	if err != nil {
		return Answer{}, &pipeline.Error{Code: pipeline.CodeInternal, Message: "a request cannot be made", Cause: err}
	}
	sent := c.now()
	resp, err := c.http.Do(r)
	if err != nil {
		return Answer{}, c.failed(ctx, req.Op, err, wrote.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	start := c.clock.observe(sent, c.now(), resp.Header) // Invariant 4: cursors begin before the first row was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.largest+1))
	if err != nil {
		return Answer{}, c.failed(ctx, req.Op, err, true)
	}
	if int64(len(body)) > c.largest {
		return Answer{}, c.tooLarge(req.Op)
	}
	return c.judge(req.Op, resp, body, start)
}

func (c *Client) build(ctx context.Context, req Request, token string) (*http.Request, error) {
	address := c.base.JoinPath(req.Path)
	if req.Root {
		address = c.root.JoinPath(req.Path)
	}
	address.RawQuery = req.Query.Encode()
	var body io.Reader
	kind := "application/json"
	switch {
	case req.Op == Login && req.Body == nil:
		kind = "application/x-www-form-urlencoded"
		address.RawQuery = ""
		body = bytes.NewReader([]byte(req.Query.Encode()))
	case req.Body != nil:
		text, err := json.Marshal(req.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, req.Method, address.String(), body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "tandem")
	if req.Method == http.MethodGet {
		r.Header.Set("Cache-Control", "no-cache") // reads may come from caches, between or behind
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set(c.header, c.scheme+token)
	}
	if c.tenant != "" {
		r.Header.Set("X-Tenant-ID", c.tenant)
	}
	return r, nil
}

// judge tells success from failure, which an answer of HTTP 200 can be too.
func (c *Client) judge(op Operation, resp *http.Response, body []byte, start time.Time) (Answer, *pipeline.Error) {
	raw, err := wire.Decode(body)
	allowed := readAllowance(resp.Header, c.Now())
	b := c.budgetOf(op)
	if b != nil {
		b.learn(allowed, c.now())
	}
	problem, failed := wire.Failure(resp.StatusCode, raw)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		problem, failed = wire.ReadProblem(resp.StatusCode, raw), true
		if to, err := resp.Location(); err == nil {
			problem.Message = wire.Clip(to.Scheme+"://"+to.Host+to.EscapedPath(), 200)
		}
	}
	switch {
	case failed:
		e := c.refused(op, problem, err == nil)
		if e.Class == pipeline.RateLimited {
			e.RetryAfter = pauseAfter(resp.Header, problem.RetryAfter, allowed, c.Now())
			if b != nil {
				b.close(c.now(), e.RetryAfter)
			}
		}
		return Answer{}, e
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Answer{}, c.unreadable(op, fmt.Errorf("it was cut off: %w", err))
	case err != nil:
		return Answer{}, c.unreadable(op, err)
	}
	return Answer{JSON: raw, Start: start}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
