package pmsim

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/gallery"
)

// Product is one product as the store holds it.
type Product = catalogue.Product

// Fields holds values by canonical field name.
type Fields = catalogue.Fields

// Server is the stand-in. It is an http.Handler; Start serves it on a port of its own. The embedded store
// is the default account's: its methods are what shop staff do, and they are not among the Counts.
type Server struct {
	*catalogue.Store
	config  Config
	mux     *http.ServeMux
	auth    *doorman
	limits  *limiter
	faults  *faults
	app     *surface
	public  *surface
	windev  *surface
	counts  counts
	gallery *gallery.Gallery
	hooks   *webhooks
	zips    sync.Pool // of *gzip.Writer
	failed  error     // the data could not be read: told by Start and by every answer

	mu      sync.Mutex
	tenants map[string]*catalogue.Store
	http    *http.Server
	served  chan struct{} // closed when the server of Start has returned
	closing chan struct{} // closed by Close: ends answers that never come
	once    sync.Once
}

// New makes a server. With Config.Dir it reads what is kept there; when that fails, Start says so.
func New(c Config) *Server {
	c = c.withDefaults()
	s := &Server{
		config:  c,
		mux:     http.NewServeMux(),
		auth:    newDoorman(c),
		limits:  newLimiter(c.Limits),
		faults:  newFaults(c.Seed),
		app:     &surface{c.Envelope, c.Errors, newRenderer(c, servedNames(c.Names))},
		public:  newPublic(c),
		windev:  newWindev(c),
		tenants: map[string]*catalogue.Store{},
		closing: make(chan struct{}),
		gallery: gallery.New(galleryDir(c.Dir)),
	}
	s.hooks = newWebhooks(s)
	s.counts.reset()
	s.Store = s.Tenant("")
	s.openTenants()
	if c.Public {
		s.routes(s.public, publicRoutes(c))
	} else {
		s.routes(s.app, productRoutes())
	}
	s.routes(s.app, accountRoutes())
	s.routes(s.app, webhookRoutes())
	s.routes(s.windev, windevRoutes())
	s.mux.HandleFunc("GET "+mediaPath+"{shard}/{id}/{file}", s.serveImage)
	s.mux.Handle("GET /health", s.handler(route{method: "GET", path: "/health", serve: health, surface: s.app}))
	return s
}

// Tenant returns the store of the account that clients name in X-Tenant-ID, and makes it if it is not
// there. "" is the default account.
func (s *Server) Tenant(name string) *catalogue.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	if store, ok := s.tenants[name]; ok {
		return store
	}
	o := catalogue.Options{
		Now: s.config.Now, Seed: s.config.Seed + uint64(len(s.tenants)), Precision: s.config.precision(),
		Stale: s.config.StaleReads, MaxTitle: s.config.MaxTitle, Separator: s.config.Separator,
	}
	if name == "" {
		o.Changed = s.hooks.changed
	}
	if s.config.Dir != "" {
		o.File = filepath.Join(s.config.Dir, fileName(name))
	}
	store, err := catalogue.New(o)
	if err != nil {
		s.failed = errors.Join(s.failed, err)
		o.File = "" // what could not be read must not be overwritten
		store, _ = catalogue.New(o)
	}
	s.tenants[name] = store
	return store
}

// fileName is products.json for the default account, products-NAME.json for others.
func fileName(tenant string) string {
	if tenant != "" {
		tenant = "-" + url.PathEscape(tenant)
	}
	return "products" + tenant + ".json"
}

// openTenants opens the stores of all accounts that are kept in the folder.
func (s *Server) openTenants() {
	if s.config.Dir == "" {
		return
	}
	entries, err := os.ReadDir(s.config.Dir)
	if err != nil {
		s.failed = errors.Join(s.failed, err)
	}
	for _, e := range entries {
		name, isStore := strings.CutPrefix(e.Name(), "products-")
		name, isWhole := strings.CutSuffix(name, ".json")
		if tenant, err := url.PathUnescape(name); isStore && isWhole && err == nil {
			s.Tenant(tenant)
		}
	}
}

// galleryDir is where images are kept; "" for a server in memory.
func galleryDir(dir string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "images")
}

// failure returns why the data cannot be served, nil if it can.
func (s *Server) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// account returns the store of an account that exists.
func (s *Server) account(name string) (*catalogue.Store, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	store, ok := s.tenants[name]
	return store, ok
}

// Start serves on Config.Listen and returns the address of the API, http://127.0.0.1:PORT/api/v1.
func (s *Server) Start() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return "", s.failed
	}
	if s.http != nil {
		return "", errors.New("pmsim: the server is started already")
	}
	listener, err := net.Listen("tcp", s.config.Listen)
	if err != nil {
		return "", fmt.Errorf("pmsim: %w", err)
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.served = make(chan struct{})
	go func() {
		defer close(s.served)
		_ = s.http.Serve(listener) // always http.ErrServerClosed, or the listener's end
	}()
	return "http://" + listener.Addr().String() + BasePath, nil
}

// Close ends the server of Start and every answer that is still to come. The store can be read on.
func (s *Server) Close() error {
	s.once.Do(func() { close(s.closing) })
	defer s.hooks.close()
	s.mu.Lock()
	server, served := s.http, s.served
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	err := server.Close()
	<-served
	return err
}

// route is one operation of the API.
type route struct {
	method, path string // below the base path, as http.ServeMux writes it
	tier         tier
	needs        permission
	serve        func(*call) (answer, error)
	scope        string // of an API key, where keys have scopes
	surface      *surface
}

// surface is how one of the APIs words its answers.
type surface struct {
	envelope Envelope
	errors   ErrorShape
	render   *renderer
}

func (s *Server) routes(on *surface, table []route) {
	for _, r := range table {
		r.surface = on
		s.mux.Handle(r.method+" "+BasePath+r.path, s.handler(r))
	}
}

func (s *Server) handler(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { s.serve(w, req, r) })
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h, pattern := s.mux.Handler(req)
	if pattern != "" {
		s.mux.ServeHTTP(w, req)
		return
	}
	// The mux knows whether the path is served for other methods; its plain text is not what PM says.
	var probe statusProbe
	h.ServeHTTP(&probe, req)
	unknown := route{method: req.Method, path: strings.TrimPrefix(req.URL.Path, BasePath), surface: s.app}
	if strings.HasPrefix(unknown.path, "/windev/") {
		unknown.surface = s.windev
	}
	unknown.serve = func(*call) (answer, error) {
		if probe.status == http.StatusMethodNotAllowed {
			return answer{}, methodNotAllowed(probe.Header().Get("Allow"))
		}
		return answer{}, notFound("Not Found")
	}
	s.serve(w, req, unknown)
}

// statusProbe is a response writer that keeps the status and the header.
type statusProbe struct {
	status int
	header http.Header
}

func (p *statusProbe) Header() http.Header {
	if p.header == nil {
		p.header = http.Header{}
	}
	return p.header
}
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusProbe) WriteHeader(status int)      { p.status = status }
