package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// Refusal is in the chain of every error that the server itself gave.
type Refusal struct{ wire.Problem }

func (r *Refusal) Error() string {
	s := fmt.Sprintf("HTTP %d", r.Status)
	if r.Code != "" {
		s += " " + r.Code
	}
	if r.RequestID != "" {
		s += ", request " + r.RequestID
	}
	return s
}

// StatusOf returns the HTTP status that err was made of, 0 if the server did not give one.
func StatusOf(err error) int {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Status
	}
	return 0
}

// refused classes an answer that is an error. isJSON is false when a page came in place of JSON.
func (c *Client) refused(op Operation, p wire.Problem, isJSON bool) *pipeline.Error {
	p.Message = c.scrub(p.Message)
	e := &pipeline.Error{Class: pipeline.Permanent, Cause: &Refusal{p}}
	says := func(format string, args ...any) {
		e.Message = fmt.Sprintf(format, args...)
		if p.Message != "" {
			e.Message += ": " + p.Message
		}
	}
	switch s := p.Status; {
	case s == http.StatusUnauthorized:
		e.Code, e.Class = pipeline.CodeAccessDenied, pipeline.Auth
		says("Products Manager at %s refuses the credentials", c.host)
	case s == http.StatusTooManyRequests:
		e.Code, e.Class = pipeline.CodeRateLimited, pipeline.RateLimited
		says("Products Manager at %s asks to slow down", c.host)
	case s >= 500 && s != http.StatusNotImplemented, s == http.StatusRequestTimeout, s == http.StatusTooEarly:
		e.Code, e.Class = pipeline.CodeServerError, pipeline.Transient
		e.MaybeDone = op.writes() && s != http.StatusTooEarly
		says("Products Manager at %s failed to %s (HTTP %d)", c.host, op.does(), s)
	case !isJSON && (s == http.StatusForbidden || s == http.StatusNotFound):
		e.Code, e.Class = pipeline.CodeBadAnswer, pipeline.Transient
		says("a page that is not JSON, with HTTP %d, came from %s in place of the API", s, c.host)
	case s == http.StatusForbidden:
		c.forbidden(e, op, p, says)
	case s == http.StatusNotFound || s == http.StatusGone:
		c.notFound(e, op, says)
	case s == http.StatusConflict:
		conflict(e, op, p, says)
	case s == http.StatusBadRequest || s == http.StatusRequestEntityTooLarge || s == http.StatusUnprocessableEntity:
		e.Code = pipeline.CodeBadAnswer
		if op.writes() {
			e.Code = pipeline.CodeRecordRejected
		}
		says("Products Manager refuses to %s", op.does())
	case s >= 300 && s < 400:
		e.Code, e.Remedy = pipeline.CodeBadAnswer, "Set `url` in the source block to the address that the server sends to, if it is the right one."
		says("%s sends elsewhere in place of an answer", c.host)
	default:
		e.Code = pipeline.CodeBadAnswer
		says("Products Manager at %s does not know how to %s (HTTP %d)", c.host, op.does(), s)
	}
	return e
}

// forbidden tells a missing right from a module that is off; servers answer 403 to both.
func (c *Client) forbidden(e *pipeline.Error, op Operation, p wire.Problem, says func(string, ...any)) {
	e.Class = pipeline.Auth
	words := strings.ToLower(p.Code + " " + p.Message)
	right := containsAny(words, "permission", "scope", "role", "api key", "api_key")
	if strings.Contains(words, "module") || (op == List && !right) {
		e.Code = pipeline.CodeModuleOff
		says("Products Manager at %s answers that its product API is off for this account", c.host)
		return
	}
	e.Code = pipeline.CodeAccessDenied
	e.Remedy = "Give the user or the API key the right to " + op.does() + ", then run `tandem check`."
	says("Products Manager at %s does not let Tandem %s", c.host, op.does())
}

func (c *Client) notFound(e *pipeline.Error, op Operation, says func(string, ...any)) {
	switch op {
	case List, Create, Sync:
		e.Code, e.Class = pipeline.CodeModuleOff, pipeline.Auth
		e.Remedy = "See that `url` in the source block ends in /api/v1, and that the product module is on for this account."
		says("there is no product API at %s%s", c.host, c.base.Path)
		return
	case Login, Status:
		e.Code, e.Remedy = pipeline.CodeBadAnswer, "See that `url` in the source block ends in /api/v1."
		says("%s%s has nothing to %s with", c.host, c.base.Path, op.does())
		return
	}
	e.Code, e.Class = pipeline.CodeRecordGone, pipeline.Stale
	says("Products Manager does not have the product that Tandem wanted to %s", strings.TrimSuffix(op.does(), " a product"))
}

func conflict(e *pipeline.Error, op Operation, p wire.Problem, says func(string, ...any)) {
	words := strings.ToLower(p.Code + " " + p.Message)
	if op == Create || containsAny(words, "duplicate", "exist", "unique", "already") {
		e.Code = pipeline.CodeDuplicate
		if p.Message != "" { // which says of what
			says("Products Manager refuses a duplicate")
			return
		}
		says("Products Manager already has a product with that unique value")
		return
	}
	e.Code = pipeline.CodeRecordRejected
	says("Products Manager refuses to %s in its present state", op.does())
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// failed classes a request that got no answer. wrote tells that the request may have reached the server.
func (c *Client) failed(ctx context.Context, op Operation, err error, wrote bool) *pipeline.Error {
	var (
		inURL       *url.Error
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		unknown     x509.UnknownAuthorityError
		timeout     net.Error
	)
	if errors.As(err, &inURL) {
		err = inURL.Err // the address is named by the message
	}
	e := &pipeline.Error{Class: pipeline.Transient, MaybeDone: wrote && op.writes(), Cause: err}
	switch {
	case ctx.Err() != nil:
		e.Code, e.Cause = pipeline.CodeStopped, ctx.Err()
		e.Message = fmt.Sprintf("the request to %s was stopped", c.host)
	case errors.As(err, &dns):
		e.Code, e.Message = pipeline.CodeConnectionRefused, fmt.Sprintf("the name of %s cannot be resolved", c.host)
		e.Remedy = "Correct the host in `url` of the source block, or this machine's DNS."
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Code, e.Message = pipeline.CodeConnectionRefused, fmt.Sprintf("nobody listens at %s", c.host)
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &unknown), errors.Is(err, http.ErrSchemeMismatch), transport.Refused(err):
		e.Code, e.Class, e.Message = pipeline.CodeTLSFailed, pipeline.Permanent, fmt.Sprintf("no TLS connection to %s can be made", c.host)
		e.Remedy = transport.Remedy(err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Code, e.Message = pipeline.CodeConnectionTimeout, fmt.Sprintf("%s did not answer within %s", c.host, c.timeout)
	default:
		e.Code, e.Message = pipeline.CodeConnectionLost, fmt.Sprintf("the connection to %s broke while Tandem wanted to %s", c.host, op.does())
	}
	return e
}

// unreadable classes an answer of success that is no JSON.
func (c *Client) unreadable(op Operation, err error) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeBadAnswer, Class: pipeline.Transient, MaybeDone: op.writes(),
		Message: fmt.Sprintf("the answer of %s to the request to %s cannot be read", c.host, op.does()), Cause: err,
	}
}

func (c *Client) tooLarge(op Operation) *pipeline.Error {
	e := &pipeline.Error{
		Code: pipeline.CodeAnswerTooLarge, Class: pipeline.Permanent,
		Message: fmt.Sprintf("the answer of %s to the request to %s is larger than %d MB", c.host, op.does(), c.largest>>20),
	}
	if op.writes() { // it was done, whatever the answer
		e.Class, e.MaybeDone = pipeline.Transient, true
	}
	return e
}

// Unknown is the error of an answer to a read that is JSON, but of no known shape. It shows the shape.
func (c *Client) Unknown(op Operation, err error) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeBadAnswer, Class: pipeline.Permanent,
		Message: fmt.Sprintf("Tandem does not understand the answer of %s to the request to %s", c.host, op.does()), Cause: err,
		Remedy: "See that `url` is the address of the API of Products Manager; if it is, report the keys that the message shows.",
	}
}

// scrub takes the credentials out of a text that the server wrote.
func (c *Client) scrub(s string) string {
	var known pipeline.Redactor
	for _, secret := range c.auth.secrets() {
		known.Add(pipeline.NewSecret(secret))
	}
	return known.Text(s)
}

// Stopped is the error of a call that was given up because its context ended.
func (c *Client) Stopped(ctx context.Context) error {
	return &pipeline.Error{
		Code: pipeline.CodeStopped, Class: pipeline.Transient, Cause: ctx.Err(),
		Message: fmt.Sprintf("the request to %s was stopped", c.host),
	}
}
