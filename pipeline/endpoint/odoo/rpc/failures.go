package rpc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/json2"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// errLoginRefused is the cause of an error that says that login or key are not accepted.
var errLoginRefused = errors.New("login or key refused")

// classed turns an error of the protocol into one that the engine can act on.
func (c *Client) classed(ctx context.Context, call Call, t timing, err error) error {
	maybe := call.Writes && t.wrote
	var fault *xmlrpc.Fault
	var bad *xmlrpc.DecodeError
	var status *statusError
	var named *json2.Fault
	switch {
	case errors.Is(err, errLoginRefused):
		return c.loginRefused()
	case errors.As(err, &fault):
		return c.faulted(call, fault)
	case errors.As(err, &named):
		return c.named(call, named)
	case ctx.Err() != nil:
		return c.given(ctx, call, maybe)
	case errors.Is(err, xmlrpc.ErrUnencodable):
		return &pipeline.Error{Code: pipeline.CodeRecordRejected, Message: "a value cannot be sent to Odoo", Cause: err}
	case errors.As(err, &status):
		return c.statusFailed(call, status, maybe)
	case errors.As(err, &bad):
		return c.badAnswer(bad, maybe)
	case errors.As(err, new(unexpectedError)):
		return &pipeline.Error{
			Code: pipeline.CodeBadAnswer, Class: pipeline.Transient, MaybeDone: maybe,
			Message: fmt.Sprintf("what answers at %s is not an Odoo: %v", c.Host(), err),
			Remedy:  "Correct `url` in the source block: it is the address of Odoo itself, without a path such as /web.",
		}
	}
	return c.connectionFailed(call, maybe, err)
}

// given is the error of a call that the caller gave up.
func (c *Client) given(ctx context.Context, call Call, maybe bool) error {
	return &pipeline.Error{
		Code: pipeline.CodeStopped, Class: pipeline.Transient, MaybeDone: maybe,
		Message: fmt.Sprintf("a call to Odoo at %s was given up (%s)", c.Host(), call.name()),
		Cause:   context.Cause(ctx),
	}
}

// name says in a message what the call does.
func (call Call) name() string {
	if call.Model == "" {
		return call.Operation
	}
	return call.Model + "." + call.Method
}

// connectionFailed classes what the network did.
func (c *Client) connectionFailed(call Call, maybe bool, err error) error {
	e := &pipeline.Error{Class: pipeline.Transient, MaybeDone: maybe, Cause: err}
	var netErr net.Error
	var noHost *net.DNSError
	var op *net.OpError
	switch {
	case isTLS(err):
		e.Code, e.Class = pipeline.CodeTLSFailed, pipeline.Auth
		e.Message, e.Remedy = fmt.Sprintf("no TLS connection to Odoo at %s can be made", c.Host()), transport.Remedy(err)
	case errors.As(err, &noHost):
		e.Code = pipeline.CodeConnectionRefused
		e.Message = fmt.Sprintf("the host %q cannot be found", c.cfg.URL.Hostname())
		e.Remedy = "Correct the host name in `url`, or look at this machine's name resolution."
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		e.Code = pipeline.CodeConnectionTimeout
		e.Message = fmt.Sprintf("Odoo at %s did not answer within %v (%s)", c.Host(), c.cfg.Timeout, call.name())
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Code = pipeline.CodeConnectionRefused
		e.Message = "nobody listens at " + c.Host()
	case errors.As(err, &op) && op.Op == "dial":
		e.Code = pipeline.CodeConnectionRefused
		e.Message = c.Host() + " cannot be reached"
	default:
		e.Code = pipeline.CodeConnectionLost
		e.Message = fmt.Sprintf("the connection to Odoo at %s broke before the whole answer came (%s)", c.Host(), call.name())
	}
	return e
}

func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	var host x509.HostnameError
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify) || errors.As(err, &host) ||
		errors.Is(err, http.ErrSchemeMismatch) || transport.Refused(err)
}

// badAnswer classes an answer that cannot be read.
func (c *Client) badAnswer(bad *xmlrpc.DecodeError, maybe bool) error {
	e := &pipeline.Error{Class: pipeline.Transient, MaybeDone: maybe, Cause: bad}
	switch {
	case errors.Is(bad, xmlrpc.ErrTooLarge), errors.Is(bad, xmlrpc.ErrTooDeep):
		e.Code = pipeline.CodeAnswerTooLarge
		if !maybe {
			e.Class = pipeline.Permanent
		}
		e.Message = fmt.Sprintf("the answer of Odoo at %s is larger than %d MB or nested too deeply", c.Host(), maxAnswer>>20)
	case errors.Is(bad, xmlrpc.ErrTruncated), errors.Is(bad, xmlrpc.ErrEmpty):
		e.Code = pipeline.CodeConnectionLost
		e.Message = fmt.Sprintf("the answer of Odoo at %s was cut off", c.Host())
	default:
		e.Code = pipeline.CodeBadAnswer
		e.Message = fmt.Sprintf("what answers at %s is not Odoo's external API", c.Host())
	}
	return e
}

// statusFailed classes an HTTP status without an exception. XML-RPC answers every call that reached it
// with 200, and JSON-2 names an exception with all others, but for an unknown database.
func (c *Client) statusFailed(call Call, s *statusError, maybe bool) error {
	e := &pipeline.Error{
		Code: pipeline.CodeBadAnswer, Class: pipeline.Auth,
		Message: fmt.Sprintf("%s answers %s with status %d %s", c.Host(), call.name(), s.code, http.StatusText(s.code)),
	}
	switch {
	case s.lacksDatabase():
		e.Code = pipeline.CodeDatabaseNotFound
		e.Message = fmt.Sprintf("Odoo at %s has no database %q", c.Host(), c.cfg.Database)
		if c.cfg.databaseHeader() == DatabaseHeader {
			e.Remedy = "Correct `database` in the source block. A fork of Odoo may want the name in another header: write `database_header`."
		}
	case s.code == http.StatusTooManyRequests:
		e.Code, e.Class, e.RetryAfter = pipeline.CodeRateLimited, pipeline.RateLimited, s.retryAfter
	case s.code == http.StatusRequestEntityTooLarge:
		e.Code, e.Class = pipeline.CodeRecordRejected, pipeline.Permanent
		e.Remedy = "Raise the proxy's limit for the size of requests, or shorten the record."
	case s.code == http.StatusUnauthorized, s.code == http.StatusForbidden:
		e.Code = pipeline.CodeAccessDenied
		e.Remedy = "A proxy before Odoo wants credentials or refuses this machine: let it pass " + s.path + " through."
	case s.code >= 500:
		e.Code, e.Class, e.MaybeDone = pipeline.CodeServerError, pipeline.Transient, maybe
	case s.location != "":
		e.Message = fmt.Sprintf("%s sends calls on to another address", c.Host())
		e.Remedy = fmt.Sprintf("Write the address that it names into `url`: %s", redirectBase(s.location))
	case s.code == http.StatusNotFound && s.path == "/json/2":
		e.Remedy = "Look in Odoo's list of modules whether `rpc` is installed, and whether a proxy lets /json/2 through; or write protocol = \"xmlrpc\"."
	case s.code == http.StatusNotFound:
		e.Remedy = "Correct `url` in the source block: it is the address of Odoo itself, without a path such as /web."
	}
	return e
}
