package media_test

import (
	"context"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
)

// s3 makes a store of a server, closed at the end of the test.
func s3(t *testing.T, server *httptest.Server, change ...func(*media.S3Options)) *media.S3 {
	t.Helper()
	options := media.S3Options{
		Endpoint: strings.TrimPrefix(strings.TrimPrefix(server.URL, "http://"), "https://"), Bucket: "shop",
		AccessKey: pipeline.NewSecret("testroot"), SecretKey: pipeline.NewSecret("testsecret123"), PublicURL: public,
		Insecure: strings.HasPrefix(server.URL, "http://"), Timeout: 20 * time.Second,
	}
	for _, c := range change {
		c(&options)
	}
	return newS3(t, options)
}

func newS3(t *testing.T, options media.S3Options) *media.S3 {
	t.Helper()
	store, err := media.NewS3(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

func fake(t *testing.T) http.Handler {
	backend := s3mem.New()
	if err := backend.CreateBucket("shop"); err != nil {
		t.Fatal(err)
	}
	return gofakes3.New(backend).Server()
}

func serve(t *testing.T, h http.Handler) *httptest.Server {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func TestS3(t *testing.T) {
	testStore(t, s3(t, serve(t, fake(t))))
}

// TestS3PutLooks: what is stored already is not sent into the bucket again.
func TestS3PutLooks(t *testing.T) {
	var written int
	inner := fake(t)
	store := s3(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			recorder := httptest.NewRecorder()
			inner.ServeHTTP(recorder, r)
			if recorder.Code == http.StatusOK {
				written++
			}
			w.WriteHeader(recorder.Code)
			write(w, recorder.Body.String())
			return
		}
		inner.ServeHTTP(w, r)
	})))
	for range 3 {
		if _, err := store.Put(t.Context(), "x.jpg", "image/jpeg", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if written != 1 {
		t.Errorf("written %d times", written)
	}
}

// TestS3WithoutConditions: some servers know no conditional writes.
func TestS3WithoutConditions(t *testing.T) {
	inner := fake(t)
	testStore(t, s3(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			answer(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented")(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	}))))
}

func write(w http.ResponseWriter, body string) {
	_, _ = w.Write([]byte(body)) // a client that went away shows by itself
}

func answer(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.Header().Set("X-Amz-Request-Id", "1")
		w.WriteHeader(status)
		write(w, "<?xml version=\"1.0\"?><Error><Code>"+code+"</Code><Message>"+message+"</Message><RequestId>1</RequestId></Error>")
	}
}

func TestS3Refusals(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		code    pipeline.Code
		class   pipeline.Class
		says    string
	}{
		{"key", answer(403, "InvalidAccessKeyId", ""), pipeline.CodeAccessDenied, pipeline.Auth, "access_key"},
		{"secret", answer(403, "SignatureDoesNotMatch", ""), pipeline.CodeAccessDenied, pipeline.Auth, "secret_key"},
		{"right", answer(403, "AccessDenied", ""), pipeline.CodeAccessDenied, pipeline.Auth, "s3:PutObject"},
		{"bucket", answer(404, "NoSuchBucket", ""), pipeline.CodeBucketNotFound, pipeline.Auth, `no bucket "shop"`},
		{"clock", answer(403, "RequestTimeTooSkewed", ""), pipeline.CodeClockSkew, pipeline.Auth, "clock"},
		{"full", answer(507, "XMinioStorageFull", ""), pipeline.CodeMediaStore, pipeline.Transient, "no room"},
		{"full, by status", answer(507, "Whatever", ""), pipeline.CodeMediaStore, pipeline.Transient, "no room"},
		{"quota", answer(400, "XMinioAdminBucketQuotaExceeded", ""), pipeline.CodeMediaStore, pipeline.Transient, "no room"},
		{"rate", answer(503, "SlowDown", ""), pipeline.CodeRateLimited, pipeline.RateLimited, "slow down"},
		{"fault", answer(500, "InternalError", "disk"), pipeline.CodeServerError, pipeline.Transient, "InternalError"},
		{"other", answer(400, "InvalidArgument", "odd"), pipeline.CodeMediaStore, pipeline.Permanent, "InvalidArgument"},
		{"plain to a TLS one", func(w http.ResponseWriter, _ *http.Request) { // as Go's and nginx' servers answer
			w.WriteHeader(http.StatusBadRequest)
			write(w, "Client sent an HTTP request to an HTTPS server.\n")
		}, pipeline.CodeTLSFailed, pipeline.Auth, "tls = false"},
		{"console", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusMethodNotAllowed)
			write(w, "<html>"+strings.Repeat("MinIO Console ", 500))
		}, pipeline.CodeBadAnswer, pipeline.Auth, "no S3 server"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := s3(t, serve(t, tt.handler), func(o *media.S3Options) { o.Region = "us-east-1" })
			_, err := store.Put(t.Context(), "images/x.jpg", "image/jpeg", []byte("x"))
			e := pipeline.AsError(err)
			if e == nil || e.Code != tt.code || e.Class != tt.class || !strings.Contains(e.Message+e.Remedy, tt.says) || len(err.Error()) > 400 {
				t.Errorf("%v (%+v)", err, e)
			}
		})
	}
}

func TestS3Region(t *testing.T) {
	store := s3(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amz-Bucket-Region", "eu-west-3")
		answer(400, "AuthorizationHeaderMalformed", "the region is wrong")(w, r)
	})), func(o *media.S3Options) { o.Region = "us-east-1" })
	_, err := store.Put(t.Context(), "x.jpg", "image/jpeg", []byte("x"))
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeConfiguration || !strings.Contains(e.Remedy, "eu-west-3") {
		t.Errorf("%v, %+v", err, e)
	}
}

func TestS3Unreachable(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	broken := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close() // as a crash does
		}
	}))
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	secure := httptest.NewTLSServer(fake(t))
	defer secure.Close()
	region := func(o *media.S3Options) { o.Region = "us-east-1" }
	for name, tt := range map[string]struct {
		store *media.S3
		code  pipeline.Code
		class pipeline.Class
	}{
		"nobody listens": {s3(t, closed, region), pipeline.CodeConnectionRefused, pipeline.Transient},
		"no such host": {
			newS3(t, media.S3Options{Endpoint: "nowhere.invalid:9000", Bucket: "shop", Region: "us-east-1"}),
			pipeline.CodeConnectionRefused, pipeline.Transient,
		},
		"breaks off": {s3(t, broken, region), pipeline.CodeConnectionLost, pipeline.Transient},
		"never answers": {
			newS3(t, media.S3Options{Endpoint: silent.Addr().String(), Bucket: "shop", Region: "us-east-1", Insecure: true, Timeout: 100 * time.Millisecond}),
			pipeline.CodeConnectionTimeout, pipeline.Transient,
		},
		"unknown authority":  {s3(t, secure, region), pipeline.CodeTLSFailed, pipeline.Auth},
		"TLS to a plain one": {s3(t, serve(t, fake(t)), region, func(o *media.S3Options) { o.Insecure = false }), pipeline.CodeTLSFailed, pipeline.Auth},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.store.Put(t.Context(), "x.jpg", "image/jpeg", []byte("x"))
			if e := pipeline.AsError(err); e == nil || e.Code != tt.code || e.Class != tt.class {
				t.Errorf("%v, %+v", err, e)
			}
		})
	}
}

func TestS3OwnAuthority(t *testing.T) {
	server := httptest.NewTLSServer(fake(t))
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	testStore(t, s3(t, server, func(o *media.S3Options) { o.CA = string(ca) }))
}

func TestS3Misconfigured(t *testing.T) {
	for says, options := range map[string]media.S3Options{
		"ca":       {Endpoint: "minio.example.com", CA: "not a certificate"},
		"endpoint": {Endpoint: "https://minio.example.com:9000"},
	} {
		_, err := media.NewS3(options)
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeConfiguration || !strings.Contains(e.Message, "`"+says+"`") {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// TestProbeFindsWhatIsWrong: a store that changes what passes, and one that does not delete.
func TestProbeFindsWhatIsWrong(t *testing.T) {
	changed, _ := folder(t)
	kept, _ := folder(t)
	for says, bad := range map[string]media.Store{"other bytes": changing{changed}, "still has it": keeping{kept}} {
		if c := failed(t, bad); !strings.Contains(c.Detail, says) || c.Remedy == "" {
			t.Errorf("want %q: %+v", says, c)
		}
	}
	if _, err := kept.Head(t.Context(), "images/probe.png"); err != nil {
		t.Errorf("the keeping store lost its object: %v", err)
	}
	gone := media.NewFolder(media.FolderOptions{Path: t.TempDir() + "/nowhere"})
	if c := failed(t, gone); c.Name != "write" || c.Remedy == "" {
		t.Errorf("%+v", c)
	}
	private, _ := folder(t)
	for _, c := range media.Probe(t.Context(), private, "probe.png", []byte("x"), func(context.Context, string, []byte) error {
		return &pipeline.Error{Code: pipeline.CodeMediaStore, Message: "403"}
	}) {
		if wrong := c.Grade != pipeline.GradePassed; wrong != (c.Name == "public address") {
			t.Errorf("where nobody else may read: %+v", c)
		}
	}
}
