package rpc

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// remote is a server that answers every login with user 7 and every other call as told.
type remote struct {
	*httptest.Server
	logins, calls atomic.Int32
	refuseLogin   atomic.Bool
}

func serve(t *testing.T, execute http.HandlerFunc) *remote {
	t.Helper()
	r := &remote{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		method, _, err := xmlrpc.DecodeCall(body, xmlrpc.Limits{})
		if err != nil {
			t.Errorf("the server cannot read the call: %v", err)
		}
		if method == "authenticate" {
			r.logins.Add(1)
			if r.refuseLogin.Load() {
				answer(w, false)
				return
			}
			answer(w, 7)
			return
		}
		r.calls.Add(1)
		execute(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func answer(w http.ResponseWriter, v any) {
	b, err := xmlrpc.EncodeResponse(v, xmlrpc.Style16)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(b)
}

func fault(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(xmlrpc.EncodeFault(code, text, xmlrpc.Style16))
	}
}

func connect(t *testing.T, address string, change ...func(*Config)) *Client {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		URL: u, Database: "shop", Login: "bot", Secret: pipeline.NewSecret("s3cr3t"), Timeout: 2 * time.Minute, Workers: 2,
		UserAgent: "tandem/test", Observe: func(string, time.Duration, error) {}, Now: time.Now,
	}
	for _, c := range change {
		c(&cfg)
	}
	client := New(cfg)
	t.Cleanup(client.Close)
	return client
}

var (
	read  = Call{Operation: OpRead, Model: "product.template", Method: "read"}
	write = Call{Operation: OpUpdate, Model: "product.template", Method: "write", Writes: true}
)

func TestFaults(t *testing.T) {
	traceback := "Traceback (most recent call last):\n  File \"/usr/lib/odoo/x.py\", line 1, in y\n"
	for name, tt := range map[string]struct {
		call    Call
		code    int
		text    string
		want    pipeline.Code
		class   pipeline.Class
		message string
	}{
		"no such field":             {read, 1, traceback + "ValueError: Invalid field 'x_nope' on model 'product.template'\n", pipeline.CodeFieldNotFound, pipeline.Permanent, `no field "x_nope"`},
		"no such field in a domain": {read, 1, traceback + "ValueError: Invalid field product.template.x_nope in leaf ('x_nope', '=', 1)", pipeline.CodeFieldNotFound, pipeline.Permanent, `no field "x_nope"`},
		"no such column":            {write, 1, traceback + "ValueError: Invalid field name 'nope'", pipeline.CodeFieldNotFound, pipeline.Permanent, `no field "nope"`},
		"no such database":          {read, 1, traceback + "psycopg2.OperationalError: connection failed: FATAL:  database \"shop\" does not exist\n\n", pipeline.CodeDatabaseNotFound, pipeline.Auth, `no database "shop"`},
		"a conflict that lasts":     {write, 1, traceback + "psycopg2.errors.SerializationFailure: could not serialize access due to concurrent update\n", pipeline.CodeServerError, pipeline.Transient, "could not serialize"},
		"PostgreSQL is down":        {write, 1, traceback + "psycopg2.OperationalError: connection to server failed: Connection refused", pipeline.CodeServerError, pipeline.Transient, "Connection refused"},
		"a value that does not fit": {write, 1, traceback + "ValueError: could not convert string to float: 'abc'\n", pipeline.CodeRecordRejected, pipeline.Permanent, "could not convert"},
		"an error while reading":    {read, 1, traceback + "RuntimeError: broken module", pipeline.CodeServerError, pipeline.Transient, "broken module"},
		"a rule of the shop":        {write, 2, "Barcode(s) already assigned:\n\n- Barcode \"5\" already assigned", pipeline.CodeRecordRejected, pipeline.Permanent, `already assigned: - Barcode "5"`},
		"a language":                {read, 2, "Invalid language code: de_DE", pipeline.CodeLanguageNotInstalled, pipeline.Auth, "de_DE"},
		"no products":               {read, 2, "Object product.template doesn't exist", pipeline.CodeModuleOff, pipeline.Auth, `no model "product.template"`},
		"the user is gone":          {read, 2, "Record does not exist or has been deleted.\n(Record: res.users(9,), User: 9)", pipeline.CodeAccessDenied, pipeline.Auth, `login "bot"`},
		"a right":                   {write, 4, "You are not allowed to modify 'Product' (product.template) records.\n\nThis operation is allowed for the following groups:\n\t- Inventory/Administrator\n\t- Sales/Administrator\n\nContact your administrator.", pipeline.CodeAccessDenied, pipeline.Auth, `"bot" may not write product.template`},
		"a key that is refused":     {read, 3, "Access Denied", pipeline.CodeAccessDenied, pipeline.Auth, `refuses the login "bot"`},
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, serve(t, fault(tt.code, tt.text)).URL)
			_, err := c.Call(t.Context(), tt.call)
			e := pipeline.AsError(err)
			if e == nil || e.Code != tt.want || e.Class != tt.class || e.MaybeDone {
				t.Fatalf("got %+v", e)
			}
			if !strings.Contains(e.Message, tt.message) || strings.Contains(err.Error(), "Traceback") || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("message: %v", err)
			}
		})
	}
}

func TestMissingRightNamesTheGroups(t *testing.T) {
	c := connect(t, serve(t, fault(4, "You may not.\n\nAllowed for:\n\t- Inventory/Administrator\n\t- Sales/Administrator")).URL)
	_, err := c.Call(t.Context(), write)
	if got := pipeline.AsError(err).Remedy; !strings.Contains(got, "Inventory/Administrator, Sales/Administrator") {
		t.Errorf("remedy %q", got)
	}
}

// recordedFaults are calls that failed on real servers; the shared data holds their answers.
func TestRecordedFaultsAreClassed(t *testing.T) {
	for file, want := range map[string]pipeline.Code{
		"access_error_fault":                       pipeline.CodeAccessDenied,
		"execute_kw_wrong_db":                      pipeline.CodeDatabaseNotFound,
		"unknown_field_read_fault":                 pipeline.CodeFieldNotFound,
		"unknown_field_write_fault":                pipeline.CodeFieldNotFound,
		"unknown_model_fault":                      pipeline.CodeModuleOff,
		"string_in_float_fault":                    pipeline.CodeRecordRejected,
		"required_field_missing_fault":             pipeline.CodeRecordRejected,
		"validation_error_duplicate_barcode_fault": pipeline.CodeRecordRejected,
		"unlink_used_fault":                        pipeline.CodeRecordRejected,
		"action_archive_none_fault":                "",
	} {
		for _, version := range []string{"16", "18"} {
			t.Run(version+"/"+file, func(t *testing.T) {
				name := filepath.Join(repository(t), "..", "shared", "odoo", version, file+".response.xml")
				body, err := os.ReadFile(name)
				if err != nil {
					t.Skipf("the shared data is not there: %v", err)
				}
				c := connect(t, serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }).URL)
				_, err = c.Call(t.Context(), write)
				if want == "" && err == nil {
					return
				}
				if e := pipeline.AsError(err); e == nil || e.Code != want || strings.Contains(err.Error(), "Traceback") {
					t.Errorf("got %+v", e)
				}
			})
		}
	}
}

func repository(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

func TestTransportTrouble(t *testing.T) {
	whole, _ := xmlrpc.EncodeResponse("text", xmlrpc.Style16)
	for name, tt := range map[string]struct {
		execute http.HandlerFunc
		want    pipeline.Code
		class   pipeline.Class
		maybe   bool
		message string
	}{
		"a proxy's page": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html><head><title>Maintenance</title></head></html>")
		}, pipeline.CodeBadAnswer, pipeline.Transient, true, `a page titled "Maintenance"`},
		"a gateway without a server": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html><title>502</title>", http.StatusBadGateway)
		}, pipeline.CodeServerError, pipeline.Transient, true, "502 Bad Gateway"},
		"another path": {func(w http.ResponseWriter, req *http.Request) { http.NotFound(w, req) }, pipeline.CodeBadAnswer, pipeline.Auth, false, "404"},
		"a redirect": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://shop.example.com/xmlrpc/2/object")
			w.WriteHeader(http.StatusMovedPermanently)
		}, pipeline.CodeBadAnswer, pipeline.Auth, false, "another address"},
		"too many requests": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "17")
			w.WriteHeader(http.StatusTooManyRequests)
		}, pipeline.CodeRateLimited, pipeline.RateLimited, false, "429"},
		"nothing":    {func(http.ResponseWriter, *http.Request) {}, pipeline.CodeConnectionLost, pipeline.Transient, true, "cut off"},
		"half of it": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(whole[:len(whole)/2]) }, pipeline.CodeConnectionLost, pipeline.Transient, true, "cut off"},
		"less than announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			_, _ = w.Write(whole)
		}, pipeline.CodeConnectionLost, pipeline.Transient, true, "cut off"},
		"too much": {func(w http.ResponseWriter, _ *http.Request) {
			for range maxAnswer>>20 + 1 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, pipeline.CodeAnswerTooLarge, pipeline.Transient, true, "64 MB"},
		"a reset after the commit": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}, pipeline.CodeConnectionLost, pipeline.Transient, true, "broke before the whole answer"},
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, serve(t, tt.execute).URL)
			_, err := c.Call(t.Context(), write)
			e := pipeline.AsError(err)
			if e == nil || e.Code != tt.want || e.Class != tt.class || e.MaybeDone != tt.maybe || !strings.Contains(err.Error(), tt.message) {
				t.Fatalf("got %+v: %v", e, err)
			}
			if _, err = c.Call(t.Context(), read); pipeline.AsError(err) == nil || pipeline.AsError(err).MaybeDone {
				t.Errorf("reading: got %+v", err)
			}
		})
	}
}

func TestRedirectRemedyNamesTheAddress(t *testing.T) {
	c := connect(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://shop.example.com/xmlrpc/2/object")
		w.WriteHeader(http.StatusMovedPermanently)
	}).URL)
	_, err := c.Call(t.Context(), read)
	if got := pipeline.AsError(err).Remedy; !strings.HasSuffix(got, ": https://shop.example.com") {
		t.Errorf("remedy %q", got)
	}
}

func TestServerThatNeverAnswers(t *testing.T) {
	hold := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, req *http.Request) {
		select {
		case <-hold:
		case <-req.Context().Done():
		}
	})
	defer close(hold)
	c := connect(t, s.URL, func(cfg *Config) { cfg.Timeout = time.Second })
	_, err := c.Call(t.Context(), write)
	e := pipeline.AsError(err)
	if e == nil || e.Code != pipeline.CodeConnectionTimeout || e.Class != pipeline.Transient || !e.MaybeDone ||
		!strings.Contains(e.Message, strings.TrimPrefix(s.URL, "http://")) || !strings.Contains(e.Message, "1s") {
		t.Fatalf("got %+v", e)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, err = connect(t, "http://"+address).Call(t.Context(), write)
	e := pipeline.AsError(err)
	if e == nil || e.Code != pipeline.CodeConnectionRefused || e.MaybeDone || !strings.Contains(e.Message, address) {
		t.Fatalf("got %+v", e)
	}
}

func TestTLSFailures(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	plain := serve(t, fault(1, ""))
	for name, address := range map[string]string{"an unknown issuer": s.URL, "no TLS there": "https" + strings.TrimPrefix(plain.URL, "http")} {
		_, err := connect(t, address).Version(t.Context())
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeTLSFailed {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

func TestCallGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, req *http.Request) {
		cancel()
		<-req.Context().Done()
	})
	_, err := connect(t, s.URL).Call(ctx, write)
	if e := pipeline.AsError(err); !errors.Is(err, context.Canceled) || e.Class != pipeline.Transient || !e.MaybeDone {
		t.Errorf("under way: got %+v", e)
	}
	before := s.calls.Load()
	_, err = connect(t, s.URL).Call(ctx, write)
	if e := pipeline.AsError(err); !errors.Is(err, context.Canceled) || e.MaybeDone || s.calls.Load() != before {
		t.Errorf("before it was sent: got %+v", e)
	}
}

func TestLoginIsKeptAndRenewedOnce(t *testing.T) {
	var refuse atomic.Int32
	s := serve(t, func(w http.ResponseWriter, req *http.Request) {
		if refuse.Add(-1) >= 0 {
			fault(3, "Access Denied")(w, req)
			return
		}
		answer(w, "fine")
	})
	c := connect(t, s.URL)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := c.Call(t.Context(), read); err != nil || got.Value != "fine" {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	all.Wait()
	if n := s.logins.Load(); n != 1 {
		t.Errorf("%d logins for eight calls", n)
	}
	refuse.Store(1)
	if got, err := c.Call(t.Context(), write); err != nil || got.Value != "fine" {
		t.Errorf("after an expired login: %v, %v", got, err)
	}
	refuse.Store(99)
	before := s.calls.Load()
	if _, err := c.Call(t.Context(), write); pipeline.AsError(err).Code != pipeline.CodeAccessDenied {
		t.Errorf("got %v", err)
	}
	if n := s.calls.Load() - before; n != 2 {
		t.Errorf("%d calls with a refused login, want 2", n)
	}
	s.refuseLogin.Store(true)
	if _, err := c.Call(t.Context(), write); pipeline.AsError(err).Class != pipeline.Auth {
		t.Errorf("got %v", err)
	}
}

func TestWorkersBoundTheCalls(t *testing.T) {
	var now, most atomic.Int32
	arrived, leave := make(chan struct{}, 10), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		arrived <- struct{}{}
		<-leave
		now.Add(-1)
		answer(w, true)
	})
	c := connect(t, s.URL)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { _, _ = c.Call(t.Context(), read) })
	}
	<-arrived
	<-arrived
	close(leave)
	all.Wait()
	if most.Load() != 2 {
		t.Errorf("%d calls at once, want 2", most.Load())
	}
}

func TestObserverIsTold(t *testing.T) {
	var told []string
	c := connect(t, serve(t, fault(2, "no")).URL, func(cfg *Config) {
		cfg.Observe = func(op string, _ time.Duration, err error) {
			if err != nil {
				op += " failed"
			}
			told = append(told, op)
		}
	})
	_, _ = c.Call(t.Context(), write)
	if strings.Join(told, ", ") != "login, update failed" {
		t.Errorf("told %q", told)
	}
}

func TestClock(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("15:04:05.000", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var c clock
	if !c.observe(timing{sent: at("10:00:00.000"), received: at("10:00:00.100")}).IsZero() {
		t.Error("a moment without a Date header")
	}
	if _, known := c.offset(); known {
		t.Error("known without a Date header")
	}
	// A slow exchange while the server is an hour ahead, then a quick one.
	began := c.observe(timing{sent: at("10:00:00.000"), received: at("10:00:04.000"), date: at("11:00:03.000")})
	if want := at("10:59:59.000"); !began.Equal(want) {
		t.Errorf("began %v, want %v", began, want)
	}
	c.observe(timing{sent: at("10:00:05.000"), received: at("10:00:05.200"), date: at("11:00:05.000")})
	c.observe(timing{sent: at("10:00:06.000"), received: at("10:00:09.000"), date: at("11:00:06.000")})
	if ahead, known := c.offset(); !known || ahead != time.Hour+400*time.Millisecond {
		t.Errorf("ahead by %v, %t", ahead, known)
	}
	c.observe(timing{sent: at("10:20:00.000"), received: at("10:20:04.000"), date: at("10:20:02.000")})
	if ahead, _ := c.offset(); ahead != 500*time.Millisecond {
		t.Errorf("an old observation is kept: %v", ahead)
	}
}
