package config

import (
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
)

func tlsShape() block.Shape {
	return block.Shape{Name: "a tls block", Attributes: []string{"cert", "key"}}
}

// access reads how the daemon is reached, and by whom.
func (l *loader) access(content block.Content) {
	token := content.Attributes["token"]
	l.config.Daemon.Token, _ = l.decoder().Secret(token)
	if b := content.Block("tls"); b != nil {
		l.tls(b)
	}
	l.publicURL(content.Attributes["public_url"], token != nil)
	l.listen(content.Attributes["listen"], token != nil, content.Block("tls") != nil)
}

func (l *loader) tls(b *hclsyntax.Block) {
	content := block.Read(b.Body, tlsShape(), l.diags)
	l.config.Daemon.TLS = TLS{Cert: l.pem(content, "cert", b), Key: l.pem(content, "key", b)}
}

// pem returns the path of a file of the tls block. That it is not there is no error: the configuration may be
// checked on another machine.
func (l *loader) pem(content block.Content, name string, b *hclsyntax.Block) string {
	a := content.Attributes[name]
	if a == nil {
		l.decoder().Missing("the tls block", name, b.DefRange())
		return ""
	}
	path, ok := l.decoder().Text(a)
	if !ok {
		return ""
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.dir, path)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		l.diags.Warning(a.Expr.Range(), "Certificate not there", "There is no file %s on this machine. The daemon does not start without it.", path)
	}
	return path
}

func (l *loader) publicURL(a *hclsyntax.Attribute, token bool) {
	text, ok := l.decoder().Text(a)
	if !ok {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		l.diags.Error(a.Expr.Range(), "Wrong value", "public_url is the address at which others reach this daemon, as \"https://tandem.example.com\", but this is %q.", text)
	case !token:
		l.diags.Error(a.Expr.Range(), "Token missing", "public_url says that others can reach the dashboard and the API. Add token = credential(\"dashboard_token\") or token = env(\"TANDEM_TOKEN\") to the daemon block.")
	default:
		l.config.Daemon.PublicURL = strings.TrimRight(text, "/")
	}
}

func (l *loader) listen(a *hclsyntax.Attribute, token, encrypted bool) {
	address, ok := l.decoder().Text(a)
	if !ok {
		return
	}
	host, port, err := net.SplitHostPort(address)
	n, portErr := strconv.Atoi(port)
	switch {
	case err != nil || portErr != nil || n < 0 || n > 65535:
		l.diags.Error(a.Expr.Range(), "Wrong value", "listen must be HOST:PORT, as %q, but this is %q.", DefaultListen, address)
		return
	case !loopback(host) && !token:
		l.diags.Error(a.Expr.Range(), "Token missing", "listen is not a loopback address, so that others can reach the dashboard and the API. Add token = credential(\"dashboard_token\") or token = env(\"TANDEM_TOKEN\") to the daemon block, or listen on %q.", "127.0.0.1:"+port)
		return
	case !loopback(host) && !encrypted && l.config.Daemon.PublicURL == "":
		l.diags.Warning(a.Expr.Range(), "Connections not encrypted", "Others can reach %q, and whoever is between them and the daemon can read the token. Add a tls block with cert and key to the daemon block. If a proxy in front encrypts, say what browsers open: public_url = \"https://…\".", address)
	}
	l.config.Daemon.Listen = address
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
