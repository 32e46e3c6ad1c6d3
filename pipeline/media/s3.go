package media

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// S3Options are the settings of a bucket.
type S3Options struct {
	Endpoint  string // host or host:port of the S3 API, without a scheme
	Bucket    string
	Region    string // "" asks the server
	AccessKey pipeline.Secret
	SecretKey pipeline.Secret
	PublicURL string        // at which the bucket's objects are served
	Insecure  bool          // http instead of https
	CA        string        // PEM certificates that are trusted beside the system's; "" for none
	Timeout   time.Duration // per call, its repetitions included; 0 is one minute
}

// S3 keeps objects in a bucket. Path or host style is chosen by the endpoint: host style for Amazon's and its
// like, path style elsewhere. The bucket must exist, and be readable by those who are to fetch the images.
type S3 struct {
	options   S3Options
	client    *minio.Client
	transport *http.Transport
}

// tries bounds the attempts of one call; more are the engine's to make.
const tries = 2

// NewS3 makes a store of a bucket. It does no I/O.
func NewS3(options S3Options) (*S3, error) {
	if options.Timeout == 0 {
		options.Timeout = time.Minute
	}
	wrong := func(cause error) error {
		return misconfigured("endpoint", "it names no S3 server", cause,
			"Write host and port alone, as \"minio.example.com:9000\".")
	}
	if strings.ContainsAny(options.Endpoint, "/@?#") {
		return nil, wrong(nil)
	}
	transport, err := newTransport(options)
	if err != nil {
		return nil, err
	}
	client, err := minio.New(options.Endpoint, &minio.Options{
		Creds:      credentials.NewStaticV4(options.AccessKey.Reveal(), options.SecretKey.Reveal(), ""),
		Secure:     !options.Insecure,
		Region:     options.Region,
		Transport:  transport,
		MaxRetries: tries,
	})
	if err != nil {
		return nil, wrong(err)
	}
	return &S3{options: options, client: client, transport: transport}, nil
}

func newTransport(options S3Options) (*http.Transport, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       time.Minute,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true, // an image stays as it is
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if options.CA == "" {
		return t, nil
	}
	if !x509.NewCertPool().AppendCertsFromPEM([]byte(options.CA)) {
		return nil, misconfigured("ca", "there is no certificate in `ca`", nil, "Give the PEM text of a certificate, as ca = file(\"ca.pem\").")
	}
	t.TLSClientConfig.RootCAs = transport.Roots(options.CA)
	return t, nil
}

func misconfigured(attribute, message string, cause error, remedy string) error {
	return &pipeline.Error{
		Code: pipeline.CodeConfiguration, Class: pipeline.Permanent, Cause: cause,
		Message: fmt.Sprintf("`%s` of the media block is wrong: %s", attribute, message), Remedy: remedy,
	}
}

// Close ends idle connections. The store stays usable.
func (s *S3) Close() { s.transport.CloseIdleConnections() }

// String names the bucket in messages.
func (s *S3) String() string {
	return fmt.Sprintf("bucket %q at %s", s.options.Bucket, s.options.Endpoint)
}

// Address returns the public address of key.
func (s *S3) Address(key string) string { return publicAddress(s.options.PublicURL, key) }

// Put stores an object unless it is there.
func (s *S3) Put(ctx context.Context, key, contentType string, data []byte) (string, error) {
	if err := checkPut(key, data); err != nil {
		return "", err
	}
	call, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	err := s.put(call, key, contentType, data, true)
	if isConditional(err) {
		// Either there is such an object, or the server does not know conditional writes.
		info, headErr := s.client.StatObject(call, s.options.Bucket, key, minio.StatObjectOptions{})
		if headErr == nil && info.Size == int64(len(data)) && sameType(info.ContentType, contentType) {
			return s.Address(key), nil
		}
		err = s.put(call, key, contentType, data, false)
	}
	if err != nil {
		return "", s.failed(ctx, "store", key, err)
	}
	return s.Address(key), nil
}

func (s *S3) put(ctx context.Context, key, contentType string, data []byte, onlyNew bool) error {
	options := minio.PutObjectOptions{ContentType: contentType, DisableMultipart: true, SendContentMd5: true}
	if onlyNew {
		options.SetMatchETagExcept("*")
	}
	_, err := s.client.PutObject(ctx, s.options.Bucket, key, bytes.NewReader(data), int64(len(data)), options)
	return err
}

func sameType(a, b string) bool {
	a, _, _ = strings.Cut(a, ";")
	b, _, _ = strings.Cut(b, ";")
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// Head tells about an object.
func (s *S3) Head(ctx context.Context, key string) (Object, error) {
	if err := CheckKey(key); err != nil {
		return Object{}, err
	}
	call, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	info, err := s.client.StatObject(call, s.options.Bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Object{}, s.failed(ctx, "look for", key, err)
	}
	return Object{Size: info.Size, ContentType: info.ContentType}, nil
}

// Get reads an object.
func (s *S3) Get(ctx context.Context, key string) ([]byte, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	call, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	object, err := s.client.GetObject(call, s.options.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, s.failed(ctx, "read", key, err)
	}
	data, err := io.ReadAll(io.LimitReader(object, largestObject+1))
	if closed := object.Close(); err == nil {
		err = closed
	}
	switch {
	case err != nil:
		return nil, s.failed(ctx, "read", key, err)
	case len(data) > largestObject:
		return nil, tooLarge(s, key)
	}
	return data, nil
}

// Delete removes an object.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	call, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	err := s.client.RemoveObject(call, s.options.Bucket, key, minio.RemoveObjectOptions{})
	if err == nil || isMissing(err) {
		return nil
	}
	return s.failed(ctx, "delete", key, err)
}
