package odoosim

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/models"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Server is a stand-in Odoo server. It is an http.Handler and may be used by any number of goroutines.
type Server struct {
	config      Config
	dialect     orm.Dialect
	db          *orm.Database
	stats       stats
	troubles    troubles
	automations automations

	// stop ends the calls that hang or wait when the server closes.
	stop context.Context
	quit context.CancelFunc

	mu     sync.Mutex
	http   *http.Server
	served chan error
}

// New returns a server with a fresh database: a company, the categories All, All / Saleable and
// All / Expenses (ids 1 to 3), languages, users, and no products.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	dialect, err := orm.DialectOf(config.Version)
	if err != nil {
		return nil, err
	}
	db, err := orm.NewDatabase(config.Database, dialect, config.Now, models.All(dialect, config.customFields()))
	if err != nil {
		return nil, err
	}
	db.Rights = models.Rights(config.OpenParameters)
	seed := config.seed()
	for _, a := range seed.Accounts {
		db.AddAccount(a)
	}
	if err := models.Plant(db, seed); err != nil {
		return nil, err
	}
	s := &Server{config: config, dialect: dialect, db: db}
	s.stop, s.quit = context.WithCancel(context.Background())
	s.stats.reset()
	s.troubles.seed(config.Seed)
	switch {
	case dialect.Version >= 19:
		db.Changed = s.automations.run
	case dialect.Version >= 17:
		db.Changing = s.automations.run
	} // before, no action calls anybody
	return s, nil
}

// Start listens on a free port of the loopback address and returns the server's URL. Close ends it.
func (s *Server) Start() (url string, err error) { return s.Listen("127.0.0.1:0") }

// Listen is Start on a given address.
func (s *Server) Listen(address string) (url string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return "", errors.New("the stand-in Odoo is already listening")
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("starting the stand-in Odoo: %w", err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	s.http, s.served = server, served
	go func() { served <- server.Serve(listener) }()
	return "http://" + listener.Addr().String(), nil
}

// Close ends the server: calls under way lose their connection, whatever they have done by then.
func (s *Server) Close() error {
	s.quit()
	s.mu.Lock()
	server, served := s.http, s.served
	s.http = nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	err := server.Close()
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// Version returns the major version that the server speaks.
func (s *Server) Version() int { return s.dialect.Version }

// Database returns the name of the database.
func (s *Server) Database() string { return s.config.Database }

// UUID returns what the database knows itself by.
func (s *Server) UUID() string { return s.config.UUID }

// SetNextID makes id the next that a record of the model gets. It must be above all in use.
func (s *Server) SetNextID(model string, id int64) { s.db.SetNextID(model, id) }

// uuidOf makes a uuid of a name.
func uuidOf(name string) string {
	h := sha1.Sum([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
