package media

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

	"github.com/minio/minio-go/v7"

	"github.com/tandem-sync/tandem/pipeline"
)

// answer returns what the server said, if it said anything.
func answer(err error) (minio.ErrorResponse, bool) {
	var response minio.ErrorResponse
	ok := errors.As(err, &response)
	return response, ok && (response.StatusCode != 0 || response.Code != "")
}

// isConditional tells that a write under a condition was refused because of the condition.
func isConditional(err error) bool {
	r, ok := answer(err)
	return ok && (r.StatusCode == http.StatusPreconditionFailed || r.StatusCode == http.StatusNotImplemented ||
		r.Code == "ConditionalRequestConflict")
}

func isMissing(err error) bool {
	r, ok := answer(err)
	return ok && r.Code == minio.NoSuchKey
}

// failed classes an error of a call, which wanted to do something with the object of that key.
func (s *S3) failed(ctx context.Context, doing, key string, err error) error {
	if ctx.Err() != nil {
		return stopped(s, context.Cause(ctx))
	}
	if r, ok := answer(err); ok {
		return s.refused(doing, key, r)
	}
	return s.unreachable(doing, err)
}

// refused classes an answer of the server. Codes are S3's and MinIO's.
func (s *S3) refused(doing, key string, r minio.ErrorResponse) error {
	e := &pipeline.Error{Cause: errors.New(clip(r.Error()))} // some servers answer with whole pages
	says := func(code pipeline.Code, class pipeline.Class, remedy, format string, args ...any) *pipeline.Error {
		e.Code, e.Class, e.Remedy, e.Message = code, class, remedy, fmt.Sprintf(format, args...)
		return e
	}
	switch r.Code {
	case minio.NoSuchKey:
		return notFound(s, key)
	case minio.NoSuchBucket:
		return says(pipeline.CodeBucketNotFound, pipeline.Auth, "", "there is no %s", s)
	case "InvalidAccessKeyId", "XAdminUserNotFound": // the latter is versitygw's
		return says(pipeline.CodeAccessDenied, pipeline.Auth, "Correct `access_key` in the media block, or make the key anew.",
			"the S3 server at %s does not know the access key", s.options.Endpoint)
	case "SignatureDoesNotMatch":
		return says(pipeline.CodeAccessDenied, pipeline.Auth, "Correct `secret_key` in the media block; if it is right, a proxy before the server changes the host or the path.",
			"the S3 server at %s refuses the secret key", s.options.Endpoint)
	case minio.AccessDenied, "AllAccessDisabled", "AccountProblem":
		return says(pipeline.CodeAccessDenied, pipeline.Auth, "Let that key do s3:GetObject, s3:PutObject and s3:DeleteObject on the bucket's objects, and s3:ListBucket on the bucket.",
			"the access key may not %s %q in the %s", doing, key, s)
	case "RequestTimeTooSkewed", "RequestExpired", "AccessDeniedTimeSkewed":
		return says(pipeline.CodeClockSkew, pipeline.Auth, "", "the S3 server at %s refuses calls: its clock and this machine's differ too much", s.options.Endpoint)
	case "AuthorizationHeaderMalformed", minio.InvalidRegion, "PermanentRedirect":
		return says(pipeline.CodeConfiguration, pipeline.Auth, s.regionRemedy(r), "the %s is in another region", s)
	case "XMinioStorageFull", "XMinioDiskFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "InsufficientStorage", "StorageFull":
		return says(pipeline.CodeMediaStore, pipeline.Transient, "Make room in the store, or raise its quota.", "there is no room for %q in the %s", key, s)
	case "SlowDown", "SlowDownWrite", "SlowDownRead", "Throttling", "TooManyRequests", "RequestLimitExceeded":
		return says(pipeline.CodeRateLimited, pipeline.RateLimited, "", "the S3 server at %s asks to slow down", s.options.Endpoint)
	}
	return s.refusedByStatus(doing, key, r, says)
}

func (s *S3) regionRemedy(r minio.ErrorResponse) string {
	if r.Region == "" {
		return "Set `region` in the media block to the bucket's."
	}
	return fmt.Sprintf("Set region = %q in the media block.", r.Region)
}

type sayer func(code pipeline.Code, class pipeline.Class, remedy, format string, args ...any) *pipeline.Error

func (s *S3) refusedByStatus(doing, key string, r minio.ErrorResponse, says sayer) error {
	switch {
	case r.StatusCode == http.StatusInsufficientStorage:
		return says(pipeline.CodeMediaStore, pipeline.Transient, "Make room in the store, or raise its quota.", "there is no room for %q in the %s", key, s)
	case r.StatusCode == http.StatusTooManyRequests:
		return says(pipeline.CodeRateLimited, pipeline.RateLimited, "", "the S3 server at %s asks to slow down", s.options.Endpoint)
	case r.StatusCode >= 500:
		return says(pipeline.CodeServerError, pipeline.Transient, "Look at the log of the S3 server, and at its disks; Tandem tries again.",
			"the S3 server at %s failed to %s %q (%s)", s.options.Endpoint, doing, key, r.Code)
	case strings.Contains(r.Message, "HTTP request to an HTTPS server"), strings.Contains(r.Message, "HTTP request was sent to HTTPS port"): // Go, nginx
		return says(pipeline.CodeTLSFailed, pipeline.Auth, "Take `tls = false` out of the media block.", "the S3 server at %s wants TLS", s.options.Endpoint)
	case r.RequestID == "" && r.HostID == "":
		return says(pipeline.CodeBadAnswer, pipeline.Auth, "`endpoint` is the address of the S3 API (port 9000 for MinIO), not that of its console or of a web page.",
			"what answers at %s is no S3 server (it says %s)", s.options.Endpoint, clip(r.Code))
	}
	return says(pipeline.CodeMediaStore, pipeline.Permanent, "Look the code up in the documentation of the S3 server, and see its log.",
		"the S3 server at %s refuses to %s %q (%s)", s.options.Endpoint, doing, key, r.Code)
}

// unreachable classes what the network did.
func (s *S3) unreachable(doing string, err error) error {
	var (
		inURL *url.Error
		host  *net.DNSError
		dial  *net.OpError
		late  net.Error
	)
	if errors.As(err, &inURL) {
		err = inURL.Err // the address is named by the message
	}
	e := &pipeline.Error{Class: pipeline.Transient, Cause: err}
	at := s.options.Endpoint
	switch {
	case errors.Is(err, http.ErrSchemeMismatch) || strings.Contains(err.Error(), http.ErrSchemeMismatch.Error()):
		e.Code, e.Class, e.Message = pipeline.CodeTLSFailed, pipeline.Auth, fmt.Sprintf("the S3 server at %s does not speak TLS", at)
		e.Remedy = "Give the server a certificate; in a network that you trust, `tls = false` in the media block does without."
	case isTLS(err):
		e.Code, e.Class, e.Message = pipeline.CodeTLSFailed, pipeline.Auth, fmt.Sprintf("no TLS connection to the S3 server at %s can be made", at)
		e.Remedy = "Correct the certificate or `endpoint`; for a certificate of your own authority, set `ca = file(\"ca.pem\")` in the media block."
	case errors.As(err, &host):
		e.Code, e.Message = pipeline.CodeConnectionRefused, fmt.Sprintf("the host of the S3 server %s cannot be found", at)
		e.Remedy = "Correct `endpoint` in the media block, or look at this machine's name resolution."
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		e.Code, e.Message = pipeline.CodeConnectionTimeout, fmt.Sprintf("the S3 server at %s did not answer within %v", at, s.options.Timeout)
		e.Remedy = "See that the server is up and that no firewall stands between."
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &dial) && dial.Op == "dial":
		e.Code, e.Message = pipeline.CodeConnectionRefused, fmt.Sprintf("nobody listens at %s, the S3 server", at)
		e.Remedy = "Start the server, or correct `endpoint` in the media block."
	default:
		e.Code, e.Message = pipeline.CodeConnectionLost, fmt.Sprintf("the connection to the S3 server at %s broke while Tandem wanted to %s an object", at, doing)
		if s.options.Insecure {
			e.Remedy = "If the server wants TLS, take `tls = false` out of the media block; else look at its log."
		}
	}
	return e
}

func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify) || errors.As(err, &authority)
}
