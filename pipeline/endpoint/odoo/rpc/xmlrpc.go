package rpc

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// maxAnswer is the most bytes that an answer may have: a thousand products with long descriptions take
// a few megabytes.
const maxAnswer = 64 << 20

// xmlrpcProtocol speaks /xmlrpc/2, which Odoo has had since 8.0.
type xmlrpcProtocol struct {
	cfg  Config
	http *http.Client
}

func newXMLRPC(cfg Config) *xmlrpcProtocol {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = cfg.Workers
	return &xmlrpcProtocol{cfg: cfg, http: &http.Client{
		Transport: transport,
		// Following a redirect would turn the call into a GET, and send the key elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (x *xmlrpcProtocol) close() { x.http.CloseIdleConnections() }

func (x *xmlrpcProtocol) version(ctx context.Context) (Version, timing, error) {
	answer, t, err := x.post(ctx, "common", "version")
	if err != nil {
		return Version{}, t, err
	}
	about, _ := answer.(map[string]any)
	info, _ := about["server_version_info"].([]any)
	v := Version{}
	v.Text, _ = about["server_version"].(string)
	if len(info) > 0 {
		major := strings.TrimPrefix(fmt.Sprint(info[0]), "saas~") // Odoo Online: "saas~18"
		v.Major, _ = strconv.Atoi(major)
	}
	if v.Major == 0 {
		return v, t, unexpectedError{"no version"}
	}
	return v, t, nil
}

func (x *xmlrpcProtocol) login(ctx context.Context) (int64, timing, error) {
	answer, t, err := x.post(ctx, "common", "authenticate", x.cfg.Database, x.cfg.Login, x.cfg.Secret.Reveal(), map[string]any{})
	if err != nil {
		return 0, t, err
	}
	switch uid := answer.(type) {
	case int64:
		return uid, t, nil
	case bool:
		if !uid {
			return 0, t, errLoginRefused
		}
	}
	return 0, t, unexpectedError{"no user"}
}

func (x *xmlrpcProtocol) execute(ctx context.Context, uid int64, call Call) (any, timing, error) {
	options := call.Options
	if options == nil {
		options = map[string]any{}
	}
	args := call.Args
	if args == nil {
		args = []any{}
	}
	return x.post(ctx, "object", "execute_kw", x.cfg.Database, uid, x.cfg.Secret.Reveal(), call.Model, call.Method, args, options)
}

// post sends one call and reads its answer.
func (x *xmlrpcProtocol) post(ctx context.Context, service, method string, args ...any) (any, timing, error) {
	body, err := xmlrpc.EncodeCall(method, args...)
	if err != nil {
		return nil, timing{}, err
	}
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	target := x.cfg.URL.JoinPath("xmlrpc", "2", service)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, timing{}, err
	}
	req.Header.Set("Content-Type", "text/xml")
	req.Header.Set("User-Agent", x.cfg.UserAgent)
	t := timing{sent: x.cfg.Now()}
	resp, err := x.http.Do(req)
	t.received, t.wrote = x.cfg.Now(), wrote.Load()
	if err != nil {
		return nil, t, unwrapURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	t.date, _ = http.ParseTime(resp.Header.Get("Date"))
	if resp.StatusCode != http.StatusOK {
		return nil, t, newStatusError(resp)
	}
	answer, err := xmlrpc.DecodeResponse(resp.Body, xmlrpc.Limits{Bytes: maxAnswer})
	return answer, t, err
}

// unwrapURL takes off the wrapper that repeats the address, which the messages name already.
func unwrapURL(err error) error {
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // the wrapper itself is meant
		return u.Err
	}
	return err
}

// statusError is an HTTP answer that is no XML-RPC: a proxy's, mostly.
type statusError struct {
	code       int
	location   string // of a redirect
	retryAfter time.Duration
}

func newStatusError(resp *http.Response) *statusError {
	e := &statusError{code: resp.StatusCode, location: resp.Header.Get("Location")}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.retryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

func (e *statusError) Error() string {
	return fmt.Sprintf("HTTP status %d %s", e.code, http.StatusText(e.code))
}

// unexpectedError is an answer of the right form that does not say what it should.
type unexpectedError struct{ lacks string }

func (e unexpectedError) Error() string { return "the answer tells " + e.lacks }
