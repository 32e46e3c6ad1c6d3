package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// What the server says becomes a code, a class and a sentence; the credentials never show.
func TestRefusals(t *testing.T) {
	get := Request{Op: Get, Method: http.MethodGet, Path: "/products/1"}
	put := Request{Op: Update, Method: http.MethodPut, Path: "/products/1", Body: map[string]any{"price": 1}}
	for name, c := range map[string]struct {
		status int
		body   string
		req    Request
		code   pipeline.Code
		class  pipeline.Class
		maybe  bool
		says   string
	}{
		"a wrong key":            {401, `{"error":"invalid_api_key","message":"Unknown key ` + secretKey + `"}`, listing(), pipeline.CodeAccessDenied, pipeline.Auth, false, "Unknown key ***"},
		"a missing right":        {403, `{"detail":"Not enough permissions"}`, put, pipeline.CodeAccessDenied, pipeline.Auth, false, "let Tandem update a product"},
		"a missing scope":        {403, `{"error":{"error_code":"PERMISSION_DENIED","message":"x"}}`, listing(), pipeline.CodeAccessDenied, pipeline.Auth, false, "list products"},
		"the module is off, 403": {403, `{"detail":"Module 'products' is not enabled"}`, listing(), pipeline.CodeModuleOff, pipeline.Auth, false, "is off"},
		"it is off for writes":   {403, `{"error":{"error_code":"PERMISSION_DENIED","message":"Module 'products' is not enabled"}}`, put, pipeline.CodeModuleOff, pipeline.Auth, false, "is off"},
		"the module is off, 404": {404, `{"detail":"Not Found"}`, listing(), pipeline.CodeModuleOff, pipeline.Auth, false, "no product API"},
		"nothing to create in":   {404, `{"detail":"Not Found"}`, creation(), pipeline.CodeModuleOff, pipeline.Auth, false, "no product API"},
		"a page in place, 404":   {404, `<html>404</html>`, listing(), pipeline.CodeBadAnswer, pipeline.Transient, false, "not JSON"},
		"a page in place, 403":   {403, `<html>blocked</html>`, get, pipeline.CodeBadAnswer, pipeline.Transient, false, "not JSON"},
		"gone, read":             {404, `{"error":{"error_code":"PRODUCT_NOT_FOUND","message":"Product not found"}}`, get, pipeline.CodeRecordGone, pipeline.Stale, false, "Product not found"},
		"gone, written":          {404, `{"error":"not_found"}`, put, pipeline.CodeRecordGone, pipeline.Stale, false, "wanted to update"},
		"gone, without a body":   {410, ``, put, pipeline.CodeRecordGone, pipeline.Stale, false, "does not have the product"},
		"a duplicate":            {409, `{"error":"duplicate_ean","message":"taken"}`, creation(), pipeline.CodeDuplicate, pipeline.Permanent, false, "taken"},
		"a duplicate, updated":   {409, `{"error":{"error_code":"PRODUCT_ALREADY_EXISTS","message":"x"}}`, put, pipeline.CodeDuplicate, pipeline.Permanent, false, "refuses a duplicate: x"},
		"a duplicate of what":    {409, `{"error":{"error_code":"PRODUCT_ALREADY_EXISTS"}}`, put, pipeline.CodeDuplicate, pipeline.Permanent, false, "unique value"},
		"a wrong state":          {409, `{"error":"conflict","message":"is being approved"}`, put, pipeline.CodeRecordRejected, pipeline.Permanent, false, "being approved"},
		"bad fields":             {422, `{"detail":[{"loc":["body","ean"],"msg":"8 or 13 digits","input":"12"}]}`, creation(), pipeline.CodeRecordRejected, pipeline.Permanent, false, "ean: 8 or 13 digits"},
		"bad request":            {400, `{"status":"error","error":{"code":"VALIDATION_ERROR","message":"no"}}`, put, pipeline.CodeRecordRejected, pipeline.Permanent, false, "refuses to update a product: no"},
		"too large":              {413, `<html>`, put, pipeline.CodeRecordRejected, pipeline.Permanent, false, "refuses"},
		"bad parameters":         {422, `{"detail":[{"loc":["query","per_page"],"msg":"too large"}]}`, listing(), pipeline.CodeBadAnswer, pipeline.Permanent, false, "query.per_page: too large"},
		"no such method":         {405, `{"detail":"Method Not Allowed"}`, put, pipeline.CodeBadAnswer, pipeline.Permanent, false, "HTTP 405"},
		"not implemented":        {501, ``, put, pipeline.CodeBadAnswer, pipeline.Permanent, false, "HTTP 501"},
		"a server's fault":       {500, `{"error":{"error_code":"DATABASE_QUERY_FAILED","message":"x","request_id":"r-7"}}`, put, pipeline.CodeServerError, pipeline.Transient, true, "request r-7"},
		"a server's fault, read": {500, ``, get, pipeline.CodeServerError, pipeline.Transient, false, "HTTP 500"},
		"a proxy alone":          {502, `<html>Bad gateway</html>`, creation(), pipeline.CodeServerError, pipeline.Transient, true, "HTTP 502"},
		"a proxy's timeout":      {504, `<html>`, put, pipeline.CodeServerError, pipeline.Transient, true, "HTTP 504"},
		"maintenance":            {503, `{"detail":"later"}`, listing(), pipeline.CodeServerError, pipeline.Transient, false, "later"},
		"a request's timeout":    {408, ``, put, pipeline.CodeServerError, pipeline.Transient, true, "HTTP 408"},
		"too early":              {425, ``, put, pipeline.CodeServerError, pipeline.Transient, false, "HTTP 425"},
		"an error with HTTP 200": {200, `{"success":false,"code":404,"message":"no such","data":null,"count":0}`, get, pipeline.CodeRecordGone, pipeline.Stale, false, "no such"},
		"a teapot":               {418, `{}`, get, pipeline.CodeBadAnswer, pipeline.Permanent, false, "HTTP 418"},
		"HTML with HTTP 200":     {200, `<html>log in</html>`, listing(), pipeline.CodeBadAnswer, pipeline.Transient, false, "HTML"},
		"HTML after a write":     {200, `<html>log in</html>`, creation(), pipeline.CodeBadAnswer, pipeline.Transient, true, "HTML"},
		"JSON that is cut off":   {200, `{"items":[{"id":"a"`, listing(), pipeline.CodeBadAnswer, pipeline.Transient, false, "cut off"},
		"cut off after a write":  {201, `{"id":`, creation(), pipeline.CodeBadAnswer, pipeline.Transient, true, "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, answer(c.status, c.body), nil)
			_, e := f.do(t, c.req)
			if e == nil || e.Code != c.code || e.Class != c.class || e.MaybeDone != c.maybe {
				t.Fatalf("got %+v, want %s, %v, maybe done: %t", e, c.code, c.class, c.maybe)
			}
			if text := e.Error(); !strings.Contains(text, c.says) || strings.Contains(text, secretKey) {
				t.Errorf("%q does not say %q, or says the key", text, c.says)
			}
			if pipeline.RemedyOf(e) == "" {
				t.Error("there is no remedy")
			}
			if want := fmt.Sprintf("%s %s", c.req.Op, c.code); len(f.seen) != 1 || f.seen[0] != want {
				t.Errorf("observed %q, want %q once", f.seen, want)
			}
		})
	}
}

// hijack ends a connection in the middle.
func hijack(t *testing.T, send string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = buf.WriteString(send)
		_ = buf.Flush()
		if tcp, ok := conn.(*net.TCPConn); ok && send == "" {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

func TestTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		req     Request
		code    pipeline.Code
		class   pipeline.Class
		maybe   bool
	}{
		"no answer": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, listing(), pipeline.CodeConnectionTimeout, pipeline.Transient, false},
		"no answer to a write": {func(_ http.ResponseWriter, r *http.Request) {
			buf := make([]byte, 100)
			_, _ = r.Body.Read(buf)
			<-r.Context().Done()
		}, creation(), pipeline.CodeConnectionTimeout, pipeline.Transient, true},
		"half an answer, then silence": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"items":[`))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, listing(), pipeline.CodeConnectionTimeout, pipeline.Transient, false},
		"reset":                     {hijack(t, ""), listing(), pipeline.CodeConnectionLost, pipeline.Transient, false},
		"reset after a write":       {hijack(t, ""), creation(), pipeline.CodeConnectionLost, pipeline.Transient, true},
		"the body ends early":       {hijack(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"items\":"), listing(), pipeline.CodeConnectionLost, pipeline.Transient, false},
		"a write's body ends early": {hijack(t, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":"), creation(), pipeline.CodeConnectionLost, pipeline.Transient, true},
		"no HTTP":                   {hijack(t, "SSH-2.0-OpenSSH_9\r\n\r\n"), listing(), pipeline.CodeConnectionLost, pipeline.Transient, false},
		"oversized":                 {answer(200, `{"items":["`+strings.Repeat("x", 1<<20)+`"]}`), listing(), pipeline.CodeAnswerTooLarge, pipeline.Permanent, false},
		"oversized once unpacked":   {packed(t, `{"items":["`+strings.Repeat("x", 64<<20)+`"]}`), listing(), pipeline.CodeAnswerTooLarge, pipeline.Permanent, false},
		"oversized after a write":   {answer(201, `{"id":"`+strings.Repeat("x", 1<<20)+`"}`), creation(), pipeline.CodeAnswerTooLarge, pipeline.Transient, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, c.handler, func(cfg *Config) {
				cfg.Timeout, cfg.MaxAnswer = 10*time.Second, 1<<20
				if c.code == pipeline.CodeConnectionTimeout {
					cfg.Timeout = time.Second
				}
			})
			_, e := f.do(t, c.req)
			if e == nil || e.Code != c.code || e.Class != c.class || e.MaybeDone != c.maybe {
				t.Errorf("got %+v, want %s, %v, maybe done: %t", e, c.code, c.class, c.maybe)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	secure := httptest.NewUnstartedServer(answer(200, `[]`))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(answer(200, `[]`))
	defer plain.Close()
	for name, c := range map[string]struct {
		address string
		code    pipeline.Code
		class   pipeline.Class
	}{
		"nobody listens":          {closed.URL, pipeline.CodeConnectionRefused, pipeline.Transient},
		"no such host":            {"http://products-manager.invalid", pipeline.CodeConnectionRefused, pipeline.Transient},
		"an unknown certificate":  {secure.URL, pipeline.CodeTLSFailed, pipeline.Permanent},
		"https where http serves": {strings.Replace(plain.URL, "http:", "https:", 1), pipeline.CodeTLSFailed, pipeline.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, nil, func(cfg *Config) { cfg.Base, _ = url.Parse(c.address) })
			_, e := f.do(t, creation())
			if e == nil || e.Code != c.code || e.Class != c.class || e.MaybeDone {
				t.Errorf("got %+v, want %s, %v", e, c.code, c.class)
			}
		})
	}
}

func TestStoppedByTheCaller(t *testing.T) {
	entered := make(chan struct{})
	f := newFake(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = r.Body.Read(make([]byte, 100))
		close(entered)
		<-r.Context().Done()
	}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-entered
		cancel()
	}()
	_, err := f.client.Do(ctx, creation())
	if e := pipeline.AsError(err); e.Code != pipeline.CodeStopped || e.Class != pipeline.Transient || !e.MaybeDone || !errors.Is(err, context.Canceled) {
		t.Errorf("got %+v", e)
	}
	_, err = f.client.Do(ctx, creation())
	if e := pipeline.AsError(err); e.Code != pipeline.CodeStopped || e.MaybeDone || !errors.Is(err, context.Canceled) {
		t.Errorf("a call after that: got %+v", e)
	}
}

// packed answers with few bytes that unpack to many.
func packed(t *testing.T, body string) http.HandlerFunc {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(b.Bytes())
	}
}
