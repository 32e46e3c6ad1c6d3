package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// Operation names what a request is for, in metrics and messages.
type Operation string

// The operations.
const (
	Login  Operation = "login"
	List   Operation = "list"
	Get    Operation = "get"
	Create Operation = "create"
	Update Operation = "update"
	Delete Operation = "delete"
	Sync   Operation = "sync" // a batch of writes
	Status Operation = "status"
	Hook   Operation = "webhook" // where PM calls
)

func (o Operation) writes() bool {
	return o == Create || o == Update || o == Delete || o == Sync
}

// does words the operation for "refuses to …".
func (o Operation) does() string {
	switch o {
	case Login:
		return "log in"
	case List:
		return "list products"
	case Get:
		return "read a product"
	case Create:
		return "create a product"
	case Update:
		return "update a product"
	case Delete:
		return "delete a product"
	case Sync:
		return "write products"
	case Hook:
		return "manage webhooks"
	}
	return "read its status"
}

// largestAnswer is the size of an answer, unpacked, above which it is refused: a hundred products of
// half a megabyte.
const largestAnswer = 64 << 20

// Config is what a client is made of.
type Config struct {
	Base          *url.URL // ends in /api/v1 or the like, without a slash
	APIKey        pipeline.Secret
	KeyHeader     bool // the key goes as X-API-Key instead of as a bearer token
	Email         string
	Password      pipeline.Secret
	Tenant        string
	Timeout       time.Duration
	Workers       int
	Reads, Writes int            // requests a minute; 0: the default, until the server's headers teach better
	TLS           *transport.TLS // nil goes by the system's authorities
	Now           func() time.Time
	Observe       pipeline.Observer
	MaxAnswer     int64                                      // bytes; 0 is the default
	Sleep         func(context.Context, time.Duration) error // nil sleeps by the real clock
}

// Client sends requests. It may be used from several goroutines.
type Client struct {
	base    *url.URL
	root    *url.URL // base without the version
	host    string
	tenant  string
	timeout time.Duration
	largest int64
	http    *http.Client
	slots   chan struct{}
	auth    authenticator
	clock   clock
	reads   *budget
	writes  *budget
	now     func() time.Time
	observe pipeline.Observer
	header  string // carries the token,
	scheme  string // after this
	sleep   func(context.Context, time.Duration) error
}

// New makes a client. It does no I/O.
func New(cfg Config) *Client {
	c := &Client{
		base: cfg.Base, host: cfg.Base.Host, tenant: cfg.Tenant, timeout: cfg.Timeout,
		largest: cfg.MaxAnswer,
		http:    &http.Client{Transport: transport.New(cfg.TLS, cfg.Workers), CheckRedirect: redirect},
		slots:   make(chan struct{}, cfg.Workers),
		reads:   newBudget(cfg.Reads, DefaultReads), writes: newBudget(cfg.Writes, DefaultWrites),
		now: cfg.Now, observe: cfg.Observe, sleep: cfg.Sleep,
	}
	c.header, c.scheme = "Authorization", "Bearer "
	if cfg.KeyHeader {
		c.header, c.scheme = "X-API-Key", ""
	}
	root := *cfg.Base
	root.Path = strings.TrimSuffix(root.Path, "/api/v1")
	c.root = &root
	if c.largest == 0 {
		c.largest = largestAnswer
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	c.auth = apiKey{cfg.APIKey}
	if cfg.APIKey.IsZero() {
		c.auth = newSession(c, cfg)
	}
	return c
}

// redirect follows what frameworks do to a missing or superfluous slash, and nothing that leads to
// another host or away from TLS, since the credentials would go with it, nor one that would turn a write
// into a read.
func redirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > 3 || next.URL.Scheme != first.URL.Scheme || next.URL.Host != first.URL.Host || next.Method != first.Method {
		return http.ErrUseLastResponse
	}
	return nil
}

// Close frees the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Now returns the server's clock as far as it is known.
func (c *Client) Now() time.Time { return c.now().Add(c.clock.offset()) }

// Local turns a time of the server's clock into one of this process's.
func (c *Client) Local(server time.Time) time.Time { return server.Add(-c.clock.offset()) }

// Server turns a time of this process's clock into one of the server's.
func (c *Client) Server(local time.Time) time.Time { return local.Add(c.clock.offset()) }

// Host names the server in messages.
func (c *Client) Host() string { return c.host }

// BasePath is the path of the API's address.
func (c *Client) BasePath() string { return c.base.Path }

// User says who the client is to the server.
func (c *Client) User() string { return c.auth.user() }

// Tenant returns the account's id: the configured one, else what the login told, else "".
func (c *Client) Tenant() string {
	if c.tenant != "" {
		return c.tenant
	}
	return c.auth.tenant()
}
