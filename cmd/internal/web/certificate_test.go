package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// writeCertificate writes a certificate for 127.0.0.1 with that serial number, and its key.
func writeCertificate(t *testing.T, cfg *Config, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: at.AddDate(-100, 0, 0), NotAfter: at.AddDate(100, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cfg.Cert: {Type: "CERTIFICATE", Bytes: der}, cfg.Key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		// Two that are written in one tick of the clock must differ.
		if err := os.Chtimes(path, at, at.Add(time.Duration(serial)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return pool
}

func TestEncrypted(t *testing.T) {
	dir := t.TempDir()
	var later atomic.Int64
	cfg := configOf(t, &scripted{})
	cfg.Cert, cfg.Key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	cfg.Token = pipeline.NewSecret(testToken)
	cfg.Now = func() time.Time { return at.Add(time.Duration(later.Load())) }
	pool := writeCertificate(t, &cfg, 1)
	s := NewServer(cfg)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, s) })

	call := func(pool *x509.CertPool, most uint16, path string) (*http.Response, error) {
		transport := &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, MaxVersion: most}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+s.Address()+path, strings.NewReader("token="+testToken))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := transport.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		return resp, err
	}
	resp, err := call(pool, 0, "/login")
	if err != nil {
		t.Fatal(err)
	}
	if resp.ProtoMajor != 2 || resp.StatusCode != http.StatusSeeOther || !strings.Contains(resp.Header.Get("Strict-Transport-Security"), "max-age=") {
		t.Errorf("got %s %s, headers %v", resp.Proto, resp.Status, resp.Header)
	}
	if c := resp.Cookies(); len(c) != 1 || c[0].Name != "__Host-tandem_session" || !c[0].Secure {
		t.Errorf("cookies: %v", c)
	}
	if _, err := call(pool, tls.VersionTLS11, "/login"); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	serial := func(pool *x509.CertPool) int64 {
		t.Helper()
		later.Add(int64(lookEvery))
		resp, err := call(pool, 0, "/login")
		if err != nil {
			t.Fatal(err)
		}
		return resp.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	// Half of a new pair is there: the old certificate stays.
	if err := os.WriteFile(cfg.Key, []byte("not yet"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := serial(pool); got != 1 {
		t.Errorf("while the files cannot be used: certificate %d, want 1", got)
	}
	renewed := writeCertificate(t, &cfg, 2)
	if got := serial(renewed); got != 2 {
		t.Errorf("after the files changed: certificate %d, want 2", got)
	}
}

func TestCertificateThatCannotBeUsed(t *testing.T) {
	cfg := configOf(t, &scripted{})
	cfg.Cert, cfg.Key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	e := pipeline.AsError(NewServer(cfg).Start())
	if e == nil || e.Code != pipeline.CodeListenFailed || !strings.Contains(e.Message, cfg.Cert) || !strings.Contains(e.Remedy, "PEM") {
		t.Errorf("got %v", e)
	}
}

// Who called, where a proxy may have passed it on.
func TestAddressOfCaller(t *testing.T) {
	for _, tt := range []struct {
		name, public, peer string
		forwarded          []string
		want               string
	}{
		{"no proxy", "", "127.0.0.1:5", []string{"198.51.100.1"}, "127.0.0.1"},
		{"a proxy on this machine", "https://tandem.example.com", "127.0.0.1:5", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a proxy nearby", "https://tandem.example.com", "[fd00::2]:5", []string{"198.51.100.1"}, "198.51.100.1"},
		{"what the caller made up before", "https://tandem.example.com", "127.0.0.1:5", []string{"203.0.113.9, 203.0.113.8", "198.51.100.1"}, "198.51.100.1"},
		{"not from the proxy", "https://tandem.example.com", "192.0.2.4:5", []string{"198.51.100.1"}, "192.0.2.4"},
		{"a proxy that does not tell", "https://tandem.example.com", "10.0.0.2:5", nil, "10.0.0.2"},
		{"a proxy that tells nonsense", "https://tandem.example.com", "10.0.0.2:5", []string{"unknown"}, "10.0.0.2"},
	} {
		cfg := configOf(t, &scripted{})
		cfg.PublicURL, cfg.Now = tt.public, time.Now
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = tt.peer, tt.forwarded
		g := newGuard(cfg)
		if got := g.addressOf(r); got != netip.MustParseAddr(tt.want) {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
		r.Host, r.Header["Authorization"] = "127.0.0.1", []string{"Bearer " + cfg.Token.Reveal()}
		var seen string
		g.private(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
		if host, _, _ := net.SplitHostPort(seen); host != tt.want {
			t.Errorf("%s: the history would name %q, want %s", tt.name, host, tt.want)
		}
	}
}

// Behind a proxy that encrypts and gives another Host, pages may call, and cookies are as over HTTPS.
func TestBehindProxy(t *testing.T) {
	g := newGate(t, func(c *Config) { c.Listen, c.PublicURL = "127.0.0.1:9477", "https://tandem.example.com" })
	session := g.logIn(t)
	if !strings.HasPrefix(session.Get("Cookie"), "__Host-") {
		t.Errorf("the session's cookie: %s", session.Get("Cookie"))
	}
	for origin, want := range map[string]int{"https://tandem.example.com": 200, "http://tandem.example.com": 403, "https://evil.example": 403} {
		if resp := g.call(t.Context(), "POST", "/api/v1/reload", "", with(session, "Origin", origin)); resp.StatusCode != want {
			t.Errorf("a page of %s: %s, want %d", origin, resp.Status, want)
		}
	}
}
