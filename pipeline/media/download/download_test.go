package download_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func photo(t *testing.T) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 20)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func downloader(t *testing.T, options download.Options) *download.Downloader {
	d := download.New(options)
	t.Cleanup(d.Close)
	return d
}

// inside allows the test servers, which are on this machine.
func inside() download.Options {
	return download.Options{Hosts: []string{"127.0.0.1"}, AllowPrivate: true, Timeout: 10 * time.Second}
}

// write answers; a client that went away shows by itself.
func write(w http.ResponseWriter, data []byte) { _, _ = w.Write(data) }

func TestFetch(t *testing.T) {
	data := photo(t)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Cookie", "Authorization", "Referer"} {
			if r.Header.Get(name) != "" {
				t.Errorf("%s was sent: %s", name, r.Header.Get(name))
			}
		}
		if r.URL.Query().Get("X-Amz-Signature") != "abc" {
			t.Errorf("the query was not sent: %s", r.URL)
		}
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		if r.URL.Path == "/old.jpg" {
			http.Redirect(w, r, "/new.jpg?X-Amz-Signature=abc", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/html") // servers err; the content counts
		write(w, data)
	})
	d := downloader(t, inside())
	for range 2 {
		got, err := d.Fetch(t.Context(), server.URL+"/old.jpg?X-Amz-Signature=abc")
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
}

func TestFetchOverTLS(t *testing.T) {
	data := photo(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w, data) }))
	defer server.Close()
	server.Config.ErrorLog = nil
	options := inside()
	if _, err := downloader(t, options).Fetch(t.Context(), server.URL); err == nil || !strings.Contains(err.Error(), "no TLS connection") {
		t.Errorf("%v", err)
	}
	options.RootCAs = x509.NewCertPool()
	options.RootCAs.AddCert(server.Certificate())
	got, err := downloader(t, options).Fetch(t.Context(), server.URL)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestForbiddenAddresses: none of these makes any connection.
func TestForbiddenAddresses(t *testing.T) {
	options := inside()
	options.Hosts = []string{"127.0.0.1", "media.example.com", "*.cdn.example.com"}
	d := downloader(t, options)
	for address, why := range map[string]string{
		"":                                       "neither http nor https",
		"/images/a.jpg":                          "neither http nor https",
		"ftp://media.example.com/a.jpg":          "neither http nor https",
		"file:///etc/passwd":                     "neither http nor https",
		"data:image/png;base64,aaaa":             "neither http nor https",
		"https:///a.jpg":                         "names no host",
		"https://u:geheim@media.example.com/":    "user or a password",
		"https://other.example.com/a.jpg":        "not allowed",
		"https://media.example.com.evil.org/":    "not allowed",
		"https://cdn.example.com/a.jpg":          "not allowed",
		"https://evilcdn.example.com/a.jpg":      "not allowed",
		"https://[::1]/a.jpg":                    "not allowed",
		"http://169.254.169.254/latest/":         "not allowed",
		"https://media.example.com:bad/a.jpg":    "no address",
		"https://media.example.com/%zz":          "no address",
		"https://media.example.com\x00.evil.org": "no address",
	} {
		_, err := d.Fetch(t.Context(), address)
		e := pipeline.AsError(err)
		if e == nil || e.Code != pipeline.CodeImageSync || e.Class != pipeline.Permanent || !strings.Contains(e.Message, why) || strings.Contains(e.Message, "geheim") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	data := photo(t)
	other := serve(t, func(w http.ResponseWriter, _ *http.Request) { write(w, data) })
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var left int
		if _, err := fmt.Sscanf(r.URL.Path, "/hops/%d", &left); err == nil {
			if left == 0 {
				write(w, data)
				return
			}
			http.Redirect(w, r, fmt.Sprintf("/hops/%d", left-1), http.StatusMovedPermanently)
			return
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	d := downloader(t, inside())
	for path, why := range map[string]string{
		"/hops/5":                  "",
		"/hops/6":                  "more than 5 redirects",
		"/go?to=" + elsewhere:      "redirects to " + elsewhere + ", which is of a host that is not allowed",
		"/go?to=file:///etc":       "neither http nor https",
		"/go?to=http://a:b@x.org/": "user or a password",
		"/go?to=" + url.QueryEscape(other.URL+"/?token=geheim"): "",
	} {
		_, err := d.Fetch(t.Context(), server.URL+path)
		if why == "" && err != nil || why != "" && (err == nil || !strings.Contains(err.Error(), why)) {
			t.Errorf("%s: %v, want %q", path, err, why)
		}
	}
}

// TestRedirectFromTLS: what was asked for over TLS is not fetched without.
func TestRedirectFromTLS(t *testing.T) {
	plain := serve(t, func(w http.ResponseWriter, _ *http.Request) { write(w, photo(t)) })
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	options := inside()
	options.RootCAs = x509.NewCertPool()
	options.RootCAs.AddCert(secure.Certificate())
	_, err := downloader(t, options).Fetch(t.Context(), secure.URL)
	if err == nil || !strings.Contains(err.Error(), "redirects from https to http") {
		t.Errorf("%v", err)
	}
}

func TestAnswers(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(code)
			write(w, []byte("<html>"))
		}
	}
	big := bytes.Repeat(photo(t), 100)
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		class   pipeline.Class
		says    string
	}{
		"gone":       {status(404), pipeline.Permanent, "404"},
		"forbidden":  {status(403), pipeline.Permanent, "403"},
		"not asked":  {status(206), pipeline.Permanent, "206"},
		"fault":      {status(502), pipeline.Transient, "502"},
		"rate":       {status(429), pipeline.RateLimited, "429"},
		"login page": {status(200), pipeline.Permanent, "a web page"},
		"nothing":    {func(http.ResponseWriter, *http.Request) {}, pipeline.Permanent, "is empty"},
		"announces too much": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(big)))
			write(w, big)
		}, pipeline.Permanent, "has more than"},
		"sends too much": {func(w http.ResponseWriter, _ *http.Request) {
			for range 100 { // in pieces, so that no length is announced
				write(w, big)
				_ = http.NewResponseController(w).Flush()
			}
		}, pipeline.Permanent, "has more than"},
		"breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			write(w, photo(t)[:200])
		}, pipeline.Transient, "broke off"},
		"zipped": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			write(w, []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"))
		}, pipeline.Permanent, "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			options := inside()
			options.MaxSize = 20_000
			address := serve(t, tt.handler).URL + "/a.jpg?signature=geheim"
			_, err := downloader(t, options).Fetch(t.Context(), address)
			e := pipeline.AsError(err)
			if e == nil || e.Code != pipeline.CodeImageSync || e.Class != tt.class || !strings.Contains(e.Message, tt.says) || e.Remedy == "" {
				t.Errorf("%+v", e)
			}
			if !strings.Contains(e.Message, "/a.jpg") || strings.Contains(err.Error()+e.Remedy, "geheim") {
				t.Errorf("the address is not shown as it should be: %v", err)
			}
			if tt.class == pipeline.RateLimited && e.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v", e.RetryAfter)
			}
		})
	}
}

func TestTrouble(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	release := make(chan struct{})
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		write(w, photo(t)[:100])
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	d := downloader(t, inside())
	if _, err := d.Fetch(t.Context(), closed.URL+"/?k=geheim"); !is(err, pipeline.Transient, "nobody listens") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("%v", err)
	}
	options := inside()
	options.Timeout = 50 * time.Millisecond
	if _, err := downloader(t, options).Fetch(t.Context(), slow.URL); !is(err, pipeline.Transient, "did not come within 50ms") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Fetch(ctx, slow.URL); pipeline.AsError(err).Code != pipeline.CodeStopped {
		t.Errorf("%v", err)
	}
}

func is(err error, class pipeline.Class, says string) bool {
	e := pipeline.AsError(err)
	return e != nil && e.Code == pipeline.CodeImageSync && e.Class == class && strings.Contains(e.Message, says)
}

func TestIdentity(t *testing.T) {
	for address, want := range map[string]string{
		"https://m.example.com/a.jpg?X-Amz-Date=1&X-Amz-Signature=2": "https://m.example.com/a.jpg",
		"HTTPS://M.example.com:443/A.jpg#x":                          "https://m.example.com/A.jpg",
		"http://m.example.com:80/a%20b.jpg?":                         "http://m.example.com/a%20b.jpg",
		"https://m.example.com:9000/a.jpg":                           "https://m.example.com:9000/a.jpg",
		"not an address %zz":                                         "not an address %zz",
		"":                                                           "",
	} {
		if got := download.Identity(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	if !download.SameImage("https://a/x.jpg?1", "https://A/x.jpg?2") || download.SameImage("https://a/x.jpg", "https://a/y.jpg") {
		t.Error("SameImage errs")
	}
}
