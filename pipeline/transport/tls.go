package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/tandem-sync/tandem/pipeline"
)

// TLS are the attributes of a `tls` block of a source.
type TLS struct {
	CA         string          `hcl:"ca,optional" doc:"certificates in PEM of authorities that are trusted beside the system's, as file(\"ca.pem\") reads them" example:"file(\"ca.pem\")"`
	Cert       string          `hcl:"cert,optional" doc:"certificate in PEM, with its chain, that Tandem shows to a server that asks for one; with key"`
	Key        pipeline.Secret `hcl:"key,optional" doc:"the key of cert in PEM, as credential(\"client_key\") or file(\"key.pem\") reads it"`
	ServerName string          `hcl:"server_name,optional" doc:"name that the server's certificate is for, where that is not the host of url"`
}

// Problems returns what is wrong with the block; nil is no block.
func (t *TLS) Problems() []pipeline.SettingProblem {
	if t == nil {
		return nil
	}
	var found []pipeline.SettingProblem
	add := func(attribute, summary, detail string) {
		found = append(found, pipeline.SettingProblem{Attribute: "tls." + attribute, Summary: summary, Detail: detail})
	}
	if t.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(t.CA)) {
		add("ca", "No certificate", NoAuthority)
	}
	switch {
	case t.Cert == "" && t.Key.IsZero():
	case t.Key.IsZero():
		add("cert", "Certificate without a key", "cert needs the key that belongs to it: add key = credential(\"client_key\") or key = file(\"key.pem\").")
	case t.Cert == "":
		add("key", "Key without a certificate", "key needs the certificate that it belongs to: add cert = file(\"cert.pem\").")
	default:
		if _, err := tls.X509KeyPair([]byte(t.Cert), []byte(t.Key.Reveal())); err != nil {
			add("cert", "Certificate cannot be used", fmt.Sprintf("cert and key must be a certificate and the key that belongs to it, both in PEM form, as file(\"cert.pem\") reads them; these are none: %v.", err))
		}
	}
	return found
}

// NoAuthority is what is said of a text that holds no certificate.
const NoAuthority = "ca must hold certificates in PEM form (-----BEGIN CERTIFICATE-----), and this text has none that can be read. Write ca = file(\"ca.pem\"); what ends in .der or .crt may be turned into PEM by `openssl x509 -inform der -in ca.crt`."

// Roots returns the system's authorities and those of pem; nil, which is the system's, for none.
func Roots(pem ...string) *x509.CertPool {
	var pool *x509.CertPool
	for _, text := range pem {
		if text == "" {
			continue
		}
		if pool == nil {
			var err error
			if pool, err = x509.SystemCertPool(); err != nil {
				pool = x509.NewCertPool()
			}
		}
		pool.AppendCertsFromPEM([]byte(text)) // the configuration refuses what is none
	}
	return pool
}

// New returns a transport that goes by the block, nil for none, and by the proxies of the environment. It keeps so
// many idle connections to a host.
func New(t *TLS, idle int) *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = idle
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if t == nil {
		return transport
	}
	transport.TLSClientConfig.RootCAs = Roots(t.CA)
	transport.TLSClientConfig.ServerName = t.ServerName
	if pair, err := tls.X509KeyPair([]byte(t.Cert), []byte(t.Key.Reveal())); err == nil { // Problems told what is wrong
		transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	return transport
}

// Remedy says what to do about an error of a TLS connection to a source, "" for what the catalogue says.
func Remedy(err error) string {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
	)
	switch {
	case errors.As(err, &authority):
		return "If the certificate is of an authority of your own, write `tls { ca = file(\"ca.pem\") }` into the source block, with that authority's certificate; else give the server one that is signed, with its whole chain."
	case errors.As(err, &host):
		return "Correct the host in `url`; if this is the right server, write the name that its certificate is for: `tls { server_name = \"…\" }`."
	case Refused(err):
		return "The server may want a certificate of Tandem: write `tls { cert = file(\"cert.pem\"), key = … }` into the source block."
	}
	return ""
}

// Refused tells whether err is what a server says that breaks off a TLS connection by itself: it does not like what
// it was shown, or not shown. crypto/tls has no type for that.
func Refused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}
