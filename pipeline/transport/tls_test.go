package transport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	a := authority{key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Own authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err == nil {
		a.cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

// sign makes a certificate for a name, and its key.
func (a authority) sign(t *testing.T, name string) (cert, key string) {
	t.Helper()
	own := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, own.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

// serve starts a server whose certificate is for name, and that wants one of the caller if wants is not nil.
func (a authority) serve(t *testing.T, name string, wants *authority) string {
	t.Helper()
	cert, key := a.sign(t, name)
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	if wants != nil {
		server.TLS.ClientCAs = x509.NewCertPool()
		server.TLS.ClientCAs.AddCert(wants.cert)
		server.TLS.ClientAuth = tls.RequireAndVerifyClientCert
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func get(t *testing.T, address string, block *transport.TLS) error {
	t.Helper()
	way := transport.New(block, 1)
	defer way.CloseIdleConnections()
	answer, err := (&http.Client{Transport: way, Timeout: time.Minute}).Get(address)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// TestServersAreAlwaysVerified: a server of an authority of one's own is believed where the block says so, and nothing
// else lets one in.
func TestServersAreAlwaysVerified(t *testing.T) {
	own, other := newAuthority(t), newAuthority(t)
	here, named := own.serve(t, "127.0.0.1", nil), own.serve(t, "erp.example.com", nil)
	asks := own.serve(t, "127.0.0.1", &other)
	cert, key := other.sign(t, "tandem")
	wrongCert, wrongKey := own.sign(t, "tandem")
	for _, tt := range []struct {
		name, address string
		block         *transport.TLS
		remedy        string // "" where it goes well
	}{
		{"no block", here, nil, "ca = file("},
		{"an empty block", here, &transport.TLS{}, "ca = file("},
		{"another authority", here, &transport.TLS{CA: other.pem()}, "ca = file("},
		{"its authority", here, &transport.TLS{CA: own.pem()}, ""},
		{"among others", here, &transport.TLS{CA: other.pem() + own.pem()}, ""},
		{"another name", named, &transport.TLS{CA: own.pem()}, "server_name"},
		{"its name", named, &transport.TLS{CA: own.pem(), ServerName: "erp.example.com"}, ""},
		{"a wrong name", here, &transport.TLS{CA: own.pem(), ServerName: "erp.example.com"}, "server_name"},
		{"no certificate", asks, &transport.TLS{CA: own.pem()}, "cert = file("},
		{"a certificate", asks, &transport.TLS{CA: own.pem(), Cert: cert, Key: pipeline.NewSecret(key)}, ""},
		{"a certificate of others", asks, &transport.TLS{CA: own.pem(), Cert: wrongCert, Key: pipeline.NewSecret(wrongKey)}, "cert = file("},
	} {
		if found := tt.block.Problems(); len(found) > 0 {
			t.Errorf("%s: %+v", tt.name, found)
		}
		err := get(t, tt.address, tt.block)
		switch {
		case tt.remedy == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.remedy != "" && err == nil:
			t.Errorf("%s: the server is believed", tt.name)
		case tt.remedy != "" && !strings.Contains(transport.Remedy(err), tt.remedy):
			t.Errorf("%s: %v leads to %q", tt.name, err, transport.Remedy(err))
		}
	}
}

func TestProblems(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.sign(t, "tandem")
	_, otherKey := a.sign(t, "tandem")
	for name, tt := range map[string]struct {
		block transport.TLS
		at    string
	}{
		"no PEM":         {transport.TLS{CA: "MIIB"}, "tls.ca"},
		"a key as CA":    {transport.TLS{CA: key}, "tls.ca"},
		"no key":         {transport.TLS{Cert: cert}, "tls.cert"},
		"no certificate": {transport.TLS{Key: pipeline.NewSecret(key)}, "tls.key"},
		"another key":    {transport.TLS{Cert: cert, Key: pipeline.NewSecret(otherKey)}, "tls.cert"},
		"swapped":        {transport.TLS{Cert: key, Key: pipeline.NewSecret(cert)}, "tls.cert"},
	} {
		found := tt.block.Problems()
		if len(found) != 1 || found[0].Attribute != tt.at || found[0].Summary == "" || found[0].Detail == "" {
			t.Errorf("%s: %+v", name, found)
		}
		for _, line := range strings.Split(strings.TrimSpace(key), "\n")[1:2] {
			if len(found) > 0 && strings.Contains(found[0].Detail, line) {
				t.Errorf("%s tells the key", name)
			}
		}
	}
	if found := (*transport.TLS)(nil).Problems(); found != nil {
		t.Errorf("no block: %+v", found)
	}
}
