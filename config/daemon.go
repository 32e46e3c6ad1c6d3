package config

import (
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
)

// The defaults of the daemon block.
const (
	DefaultStateDir = "/var/lib/tandem"
	DefaultListen   = "127.0.0.1:9477"
)

func daemonShape() block.Shape {
	return block.Shape{
		Name: "a daemon block", Attributes: []string{"state_dir", "listen", "public_url", "token"},
		Blocks: []block.Nested{{Type: "log"}},
	}
}

func logShape() block.Shape {
	return block.Shape{Name: "a log block", Attributes: []string{"level", "format"}}
}

func (l *loader) daemon() {
	d := &l.config.Daemon
	*d = Daemon{StateDir: DefaultStateDir, Listen: DefaultListen, Log: Log{Format: LogAuto}}
	blocks := l.blocks["daemon"]
	if len(blocks) == 0 {
		return
	}
	for _, b := range blocks[1:] {
		l.diags.Error(b.DefRange(), "Repeated block", "There is already a daemon block at %s. Put everything into one.", at(blocks[0].DefRange()))
	}
	d.Range = blocks[0].DefRange()
	content := block.Read(blocks[0].Body, daemonShape(), l.diags)
	if dir, ok := l.decoder().Text(content.Attributes["state_dir"]); ok {
		d.StateDir = dir
		if !filepath.IsAbs(dir) {
			d.StateDir = filepath.Join(l.dir, dir)
		}
	}
	l.publicURL(content.Attributes["public_url"])
	token := content.Attributes["token"]
	d.Token, _ = l.decoder().Secret(token)
	l.listen(content.Attributes["listen"], token != nil)
	if b := content.Block("log"); b != nil {
		l.log(b)
	}
}

func (l *loader) listen(a *hclsyntax.Attribute, token bool) {
	address, ok := l.decoder().Text(a)
	if !ok {
		return
	}
	host, port, err := net.SplitHostPort(address)
	n, portErr := strconv.Atoi(port)
	switch {
	case err != nil || portErr != nil || n < 0 || n > 65535:
		l.diags.Error(a.Expr.Range(), "Wrong value", "listen must be HOST:PORT, as %q, but this is %q.", DefaultListen, address)
	case !loopback(host) && !token:
		l.diags.Error(a.Expr.Range(), "Token missing", "listen is not a loopback address, so that others can reach the dashboard and the API. Add token = credential(\"dashboard_token\") or token = env(\"TANDEM_TOKEN\") to the daemon block, or listen on %q.", "127.0.0.1:"+port)
	default:
		l.config.Daemon.Listen = address
	}
}

// publicURL checks the address at which other systems call the daemon.
func (l *loader) publicURL(a *hclsyntax.Attribute) {
	text, ok := l.decoder().Text(a)
	if !ok {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		l.diags.Error(a.Expr.Range(), "Wrong value", "public_url is the address at which other systems reach this daemon, as \"https://tandem.example.com\", but this is %q.", text)
		return
	}
	l.config.Daemon.PublicURL = strings.TrimRight(text, "/")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (l *loader) log(b *hclsyntax.Block) {
	content := block.Read(b.Body, logShape(), l.diags)
	log := &l.config.Daemon.Log
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	if level, ok := l.decoder().Choice(content.Attributes["level"], []string{"debug", "info", "warn", "error"}); ok {
		log.Level = levels[level]
	}
	if format, ok := l.decoder().Choice(content.Attributes["format"], []string{string(LogAuto), string(LogText), string(LogJSON)}); ok {
		log.Format = LogFormat(format)
	}
}
