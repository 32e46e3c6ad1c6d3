package download

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// Options say what may be fetched.
type Options struct {
	Hosts        []string       // "media.example.com", or "*.example.com" for the names below it; any port
	AllowPrivate bool           // addresses inside the network: loopback, private, link-local and the like
	MaxSize      int64          // bytes; 0 is picture's limit
	Timeout      time.Duration  // for the whole of one image; 0 is 30 seconds
	RootCAs      *x509.CertPool // nil takes the system's
	Resolver     *net.Resolver  // nil takes the system's
}

// Downloader fetches images. It is safe for concurrent use.
type Downloader struct {
	options Options
	client  *http.Client
}

// mostRedirects bounds how often one image may be elsewhere.
const mostRedirects = 5

// New makes a downloader.
func New(options Options) *Downloader {
	if options.MaxSize <= 0 {
		options.MaxSize = picture.DefaultLimits().Bytes
	}
	if options.Timeout <= 0 {
		options.Timeout = 30 * time.Second
	}
	d := &Downloader{options: options}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: options.Resolver, ControlContext: d.guard}
	d.client = &http.Client{
		CheckRedirect: d.redirected,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: options.RootCAs},
			TLSHandshakeTimeout:    10 * time.Second,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // an answer must not grow after it was measured
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        30 * time.Second,
		},
	}
	return d
}

// Close ends idle connections. The downloader stays usable.
func (d *Downloader) Close() { d.client.CloseIdleConnections() }

// Fetch returns the bytes of the image at address. They begin as a JPEG, PNG or WebP does; whether they can
// be read to their end is picture's to tell. All errors are *pipeline.Error.
func (d *Downloader) Fetch(ctx context.Context, address string) ([]byte, error) {
	data, err := d.get(ctx, address)
	if err != nil {
		return nil, err
	}
	if _, err := picture.Sniff(data); err != nil {
		return nil, noImage(address, err)
	}
	return data, nil
}

// Judge returns the error that Fetch would return for an address without connecting to anything, or nil.
func (d *Downloader) Judge(address string) error {
	target, err := url.Parse(address)
	if err != nil {
		return refused(shown(address), "is no address")
	}
	if why := d.forbids(target); why != "" {
		return refused(shown(address), why)
	}
	return nil
}

// get returns the bytes at address, whatever they are.
func (d *Downloader) get(ctx context.Context, address string) ([]byte, error) {
	if err := d.Judge(address); err != nil {
		return nil, err
	}
	call, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(call, http.MethodGet, address, nil)
	if err != nil {
		return nil, refused(shown(address), "is no address")
	}
	request.Header.Set("Accept", "image/jpeg, image/png, image/webp")
	request.Header.Set("User-Agent", "Tandem")
	response, err := d.client.Do(request)
	if err != nil {
		return nil, d.failed(ctx, address, err)
	}
	data, err := d.read(ctx, address, response)
	if closed := response.Body.Close(); err == nil && closed != nil {
		err = d.failed(ctx, address, closed)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

func (d *Downloader) read(ctx context.Context, address string, response *http.Response) ([]byte, error) {
	if response.StatusCode != http.StatusOK {
		return nil, answered(address, response)
	}
	if response.ContentLength > d.options.MaxSize {
		return nil, d.tooLarge(address)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, d.options.MaxSize+1))
	switch {
	case err != nil:
		return nil, d.failed(ctx, address, err)
	case int64(len(data)) > d.options.MaxSize:
		return nil, d.tooLarge(address)
	}
	return data, nil
}

// redirected judges each further address as the first was judged.
func (d *Downloader) redirected(request *http.Request, before []*http.Request) error {
	request.Header.Del("Referer") // it would show a presigned address to another host
	if len(before) > mostRedirects {
		return errTooManyRedirects
	}
	if why := d.forbids(request.URL); why != "" {
		return &forbidden{why: "redirects to " + shown(request.URL.String()) + ", which " + why}
	}
	if request.URL.Scheme == "http" && before[len(before)-1].URL.Scheme == "https" {
		return &forbidden{why: "redirects from https to http"}
	}
	return nil
}

var errTooManyRedirects = errors.New("more than 5 redirects")
