package config

import (
	"log/slog"
	"path/filepath"

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
		Blocks: []block.Nested{{Type: "tls"}, {Type: "log"}},
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
	l.access(content)
	if b := content.Block("log"); b != nil {
		l.log(b)
	}
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
