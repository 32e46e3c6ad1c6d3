package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Client is the Backend of a running daemon.
type Client struct{ http *http.Client }

// Dial returns a client of the daemon that uses the state directory, or nil when none runs. A socket file
// that nobody listens on counts as none. A daemon of another user is an *Error of code access_denied.
func Dial(ctx context.Context, stateDir string) (*Client, error) {
	path := filepath.Join(stateDir, SocketName)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	conn, err := dial(ctx, "", "")
	switch {
	case err == nil:
		_ = conn.Close() // it only showed that somebody listens
		return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial}}}, nil
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EINVAL):
		return nil, nil
	case errors.Is(err, os.ErrPermission):
		return nil, &pipeline.Error{
			Code: pipeline.CodeAccessDenied, Class: pipeline.Auth,
			Message: fmt.Sprintf("this user may not open the daemon's socket %s", path),
			Remedy:  "Run the command as the user that runs the daemon (sudo -u tandem tandem …), or as root.",
			Cause:   err,
		}
	}
	return nil, lost(err)
}

// Close frees the connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Status implements Backend.
func (c *Client) Status(ctx context.Context) (s view.Status, err error) {
	return s, c.get(ctx, "/status", nil, &s)
}

// Check implements Backend.
func (c *Client) Check(ctx context.Context, source string) (checks []view.SourceCheck, err error) {
	return checks, c.get(ctx, "/check", url.Values{"source": {source}}, &checks)
}

// Sync implements Backend.
func (c *Client) Sync(ctx context.Context, r SyncRequest, progress func(view.Progress)) ([]pipeline.Report, error) {
	var reports []pipeline.Report
	err := c.stream(ctx, "/sync", r, func(e event) error {
		switch {
		case e.Report != nil:
			reports = append(reports, *e.Report)
		case e.Progress != nil && progress != nil:
			progress(*e.Progress)
		}
		return nil
	})
	return reports, err
}

// Plan implements Backend.
func (c *Client) Plan(ctx context.Context, r PlanRequest, sink view.PlanSink) error {
	return c.stream(ctx, "/plan", r, func(e event) error { return toSink(sink, e) })
}

func toSink(sink view.PlanSink, e event) error {
	switch {
	case e.Begin != nil:
		return sink.Begin(*e.Begin)
	case e.Change != nil:
		return sink.Change(*e.Change)
	case e.Totals != nil:
		return sink.End(*e.Totals)
	case e.Progress != nil:
		sink.Progress(*e.Progress)
	case e.Kept != "":
		if keeper, ok := sink.(view.PlanKeeper); ok {
			return keeper.Keep(e.Kept)
		}
	}
	return nil
}

// Conflicts implements Backend.
func (c *Client) Conflicts(ctx context.Context) (conflicts []view.Conflict, err error) {
	return conflicts, c.get(ctx, "/conflicts", nil, &conflicts)
}

// Conflict implements Backend.
func (c *Client) Conflict(ctx context.Context, id string) (conflict view.Conflict, err error) {
	return conflict, c.get(ctx, "/conflicts/"+url.PathEscape(id), nil, &conflict)
}

// Resolve implements Backend.
func (c *Client) Resolve(ctx context.Context, r view.Resolve) (conflict view.Conflict, err error) {
	return conflict, c.post(ctx, "/conflicts/"+url.PathEscape(r.ID)+"/resolve", r, &conflict)
}

// Quarantine implements Backend.
func (c *Client) Quarantine(ctx context.Context) (entries []view.Quarantined, err error) {
	return entries, c.get(ctx, "/quarantine", nil, &entries)
}

// Retry implements Backend.
func (c *Client) Retry(ctx context.Context, ids []string) (r view.Retried, err error) {
	return r, c.post(ctx, "/quarantine/retry", view.Retry{IDs: ids}, &r)
}

// History implements Backend.
func (c *Client) History(ctx context.Context, q view.HistoryQuery) (events []view.Event, err error) {
	query := url.Values{
		"record": {q.Record}, "cycle": {string(q.Cycle)}, "pipeline": {q.Pipeline}, "side": {q.Side}, "field": {q.Field},
		"skip": {strconv.Itoa(q.Skip)}, "limit": {strconv.Itoa(q.Limit)},
	}
	for name, at := range map[string]time.Time{"since": q.Since, "until": q.Until} {
		if !at.IsZero() {
			query.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	return events, c.get(ctx, "/history", query, &events)
}

func (c *Client) get(ctx context.Context, path string, query url.Values, v any) error {
	return c.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, decodeInto(v))
}

func (c *Client) post(ctx context.Context, path string, body, v any) error {
	return c.call(ctx, http.MethodPost, path, body, decodeInto(v))
}

func (c *Client) stream(ctx context.Context, path string, body any, f func(event) error) error {
	return c.call(ctx, http.MethodPost, path, body, func(r io.Reader) error { return readStream(r, f) })
}

func decodeInto(v any) func(io.Reader) error {
	return func(r io.Reader) error {
		if err := json.NewDecoder(r).Decode(v); err != nil {
			return lost(err)
		}
		return nil
	}
}

func (c *Client) call(ctx context.Context, method, path string, body any, read func(io.Reader) error) error {
	content, ok := body.(io.Reader) // sent as it is
	if !ok {
		sent, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encoding the call %s: %w", path, err)
		}
		content = bytes.NewReader(sent)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://localhost"+apiPath+path, content)
	if err != nil {
		return fmt.Errorf("making the call %s: %w", path, err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return cutOff(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		var f view.Failure
		if err := json.NewDecoder(resp.Body).Decode(&f); err != nil {
			return lost(fmt.Errorf("%s, %w", resp.Status, err))
		}
		return f.Error.Err()
	}
	return cutOff(ctx, read(resp.Body))
}

// cutOff tells an interruption of ours from a daemon that went away.
func cutOff(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var known *pipeline.Error
	if errors.As(err, &known) {
		return err
	}
	return lost(err)
}
