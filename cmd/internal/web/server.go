package web

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/netutil"

	"github.com/tandem-sync/tandem/pipeline"
)

// Config is what a Server needs.
type Config struct {
	Backend  Daemon
	Hooks    Hooks // nil: there are none
	Gatherer prometheus.Gatherer
	// Ready returns nil once the daemon does its work; /readyz tells the error otherwise.
	Ready    func() error
	StateDir string          // where the socket is
	Listen   string          // host:port
	Token    pipeline.Secret // required by config where Listen is not a loopback address
	// Cert and Key are the files of the certificate that Listen is encrypted with, "" for none.
	Cert, Key string
	// PublicURL is the address at which a proxy in front is reached, "" for none.
	PublicURL string
	Version   string
	Metrics   *Metrics
	Logger    *slog.Logger
	Now       func() time.Time // nil is the machine's clock
}

// Server listens on the socket and on daemon.listen.
type Server struct {
	cfg     Config
	bounds  bounds
	servers []*http.Server
	address net.Addr
	serving sync.WaitGroup
	cancel  context.CancelFunc // ends the contexts of all calls
}

// NewServer makes a server; nothing listens before Start.
func NewServer(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Server{cfg: cfg, bounds: newBounds()}
}

// Start listens and serves in the background until Stop. When one of the two addresses cannot be had, it
// listens on neither and returns an *Error of code listen_failed.
func (s *Server) Start() error {
	g := newGuard(s.cfg)
	if !g.loopback && s.cfg.Token.IsZero() {
		return &pipeline.Error{
			Code:    pipeline.CodeListenFailed,
			Message: "listen = \"" + s.cfg.Listen + "\" can be reached from other machines and no token is set",
			Remedy:  "Set `token` in the daemon block, or listen on a loopback address such as 127.0.0.1:9477.",
		}
	}
	public, err := s.handler(g)
	if err != nil {
		return err
	}
	commands, err := s.socketHandler()
	if err != nil {
		return err
	}
	var encryption *tls.Config
	if s.cfg.Cert != "" {
		c, err := newCertificate(s.cfg)
		if err != nil {
			return err
		}
		encryption = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
	}
	tcp, err := listenTCP(s.cfg.Listen)
	if err != nil {
		return err
	}
	socket, err := listenSocket(s.cfg.StateDir)
	if err != nil {
		return errors.Join(err, tcp.Close())
	}
	s.address = tcp.Addr()
	calls, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.serve(calls, netutil.LimitListener(tcp, maxConnections), public, encryption)
	s.serve(calls, socket, commands, nil)
	return nil
}

// Address is where the server listens, of use when the port was 0. Valid after Start.
func (s *Server) Address() string { return s.address.String() }

// serve serves one listener, encrypted unless encryption is nil.
func (s *Server) serve(calls context.Context, l net.Listener, h http.Handler, encryption *tls.Config) {
	srv := &http.Server{
		Handler:           h,
		TLSConfig:         encryption,
		BaseContext:       func(net.Listener) context.Context { return calls },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelDebug),
	}
	s.servers = append(s.servers, srv)
	s.serving.Go(func() {
		begin := srv.Serve
		if encryption != nil {
			begin = func(l net.Listener) error { return srv.ServeTLS(l, "", "") }
		}
		if err := begin(l); !errors.Is(err, http.ErrServerClosed) {
			s.cfg.Logger.Error("a listener ended", "address", l.Addr().String(), "error", err)
		}
	})
}

// Stop asks the calls under way to end (a sync ends after its batch), waits for their answers until ctx is
// done, then cuts them off. It takes the socket away.
func (s *Server) Stop(ctx context.Context) error {
	if len(s.servers) == 0 {
		return nil
	}
	// The name goes first: a command that starts now finds no daemon rather than one that is going.
	err := os.Remove(filepath.Join(s.cfg.StateDir, SocketName))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	s.cancel()
	for _, srv := range s.servers {
		if stopErr := srv.Shutdown(ctx); stopErr != nil {
			err = errors.Join(err, srv.Close())
		}
	}
	s.serving.Wait()
	s.servers = nil
	return err
}
