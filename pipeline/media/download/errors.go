package download

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// forbidden is the error of a connection or a redirect that is not allowed.
type forbidden struct {
	why     string
	private bool
}

func (f *forbidden) Error() string { return f.why }

// refused is the error of an address that may not be fetched. where is the address as it is shown.
func refused(where, why string) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
		Message: fmt.Sprintf("the image at %s is not fetched: the address %s", where, why),
		Remedy:  "Correct the address in the product, or allow its host in `images { hosts }` of the source block.",
	}
}

func (d *Downloader) tooLarge(address string) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
		Message: fmt.Sprintf("the image at %s has more than %.1f MB", shown(address), float64(d.options.MaxSize)/1e6),
		Remedy:  "Replace the image with a smaller one, or raise `max_size` in `images` of the source block.",
	}
}

// noImage adds the address to what picture says.
func noImage(address string, err error) *pipeline.Error {
	e := *pipeline.AsError(err)
	e.Message = fmt.Sprintf("%s (from %s)", e.Message, shown(address))
	return &e
}

// answered classes an answer that is no success.
func answered(address string, response *http.Response) *pipeline.Error {
	e := &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
		Message: fmt.Sprintf("the image at %s cannot be fetched: its server answers %s", shown(address), clip(response.Status)),
	}
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests:
		e.Class, e.RetryAfter = pipeline.RateLimited, retryAfter(response.Header)
		e.Remedy = "Nothing to do: Tandem waits, then tries again."
	case status >= 500, status == http.StatusRequestTimeout:
		e.Class, e.Remedy = pipeline.Transient, "Look at that server's log; Tandem tries again."
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		e.Remedy = "Let everybody read it there: Tandem sends no credentials to such addresses. A presigned address may have expired."
	case status == http.StatusNotFound, status == http.StatusGone:
		e.Remedy = "The image is no longer there: correct the address in the product."
	default:
		e.Remedy = "Open the address in a browser and see what it gives."
	}
	return e
}

func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > 24*60*60 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// failed classes a request that got no answer, or only a part of one.
func (d *Downloader) failed(ctx context.Context, address string, err error) *pipeline.Error {
	var (
		inURL  *url.Error
		barred *forbidden
		host   *net.DNSError
		late   net.Error
	)
	if errors.As(err, &inURL) {
		err = inURL.Err // it would show the query
	}
	e := &pipeline.Error{Code: pipeline.CodeImageSync, Class: pipeline.Transient, Cause: err}
	var why, remedy string
	switch {
	case ctx.Err() != nil:
		return &pipeline.Error{Code: pipeline.CodeStopped, Class: pipeline.Transient, Message: "fetching an image was given up", Cause: context.Cause(ctx)}
	case errors.As(err, &barred):
		e := refused(shown(address), barred.why)
		if barred.private {
			e.Remedy = "Correct the address in the product. If that server is yours, set `allow_private = true` in `images` of the source block."
		}
		return e
	case errors.Is(err, errTooManyRedirects):
		return refused(shown(address), "has "+err.Error())
	case errors.As(err, &host) && host.IsNotFound:
		e.Class, why, remedy = pipeline.Permanent, "its host cannot be found", "Correct the address in the product."
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		why, remedy = fmt.Sprintf("it did not come within %v", d.options.Timeout), "See whether that server is up; Tandem tries again."
	case errors.Is(err, syscall.ECONNREFUSED):
		why, remedy = "nobody listens there", "See whether that server is up; Tandem tries again."
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		why, remedy = "its server broke off", "See that server's log; Tandem tries again."
	case isTLS(err):
		e.Class, why, remedy = pipeline.Permanent, "no TLS connection can be made", "Correct the certificate of that server."
	case strings.Contains(err.Error(), "malformed HTTP"): // net/http has no type for it
		e.Class, why, remedy = pipeline.Permanent, "what answers there does not speak HTTP", "Correct the address in the product."
	default:
		why, remedy = "the connection failed", "See whether that server is up; Tandem tries again."
	}
	e.Message, e.Remedy = fmt.Sprintf("the image at %s cannot be fetched: %s", shown(address), why), remedy
	return e
}

func isTLS(err error) bool {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) || errors.Is(err, http.ErrSchemeMismatch)
}
