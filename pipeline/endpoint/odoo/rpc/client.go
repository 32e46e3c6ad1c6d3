package rpc

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// Config is what a Client needs.
type Config struct {
	URL             *url.URL
	Database, Login string
	Secret          pipeline.Secret // an API key or a password
	Password        bool            // it is a password, which JSON-2 does not take
	Protocol        string          // XMLRPC, JSON2 or Auto; "" is XMLRPC
	DatabaseHeader  string          // of JSON-2; "" is DatabaseHeader
	Timeout         time.Duration   // of one call, from its first byte to the answer's last
	Workers         int             // calls under way at once, at most
	UserAgent       string
	TLS             *transport.TLS // nil goes by the system's authorities
	Observe         pipeline.Observer
	Now             func() time.Time
}

// The operations that an observer is told of.
const (
	OpVersion  = "version"
	OpLogin    = "login"
	OpDescribe = "describe"
	OpSearch   = "search"
	OpRead     = "read"
	OpCreate   = "create"
	OpUpdate   = "update"
	OpRemove   = "remove"
	OpSettle   = "settle"
	OpCategory = "category"
	OpStock    = "stock"
	OpImage    = "image"
)

// Call is one call of a model's method.
type Call struct {
	Operation     string // one of the Op… constants
	Model, Method string
	Args          []any
	Options       map[string]any // arguments by name, the context among them
	Writes        bool           // it changes something: a lost answer leaves open whether it did
}

// Answer is what a call returned.
type Answer struct {
	Value any // as package xmlrpc decodes it
	// Began is a moment of the server's clock at which the call had not begun yet, so that what it read
	// is at least as new; zero when the server does not tell its time.
	Began time.Time
}

// Client calls one database. Several goroutines may use it at once.
type Client struct {
	cfg       Config
	protocols protocols
	slots     chan struct{}
	clock     clock

	logins chan struct{} // held by the goroutine that logs in
	mu     sync.Mutex
	chosen string // XMLRPC, JSON2, or Auto while that is open
	uid    int64  // 0 is none
}

// New returns a client. It sends nothing yet.
func New(cfg Config) *Client {
	return &Client{
		cfg: cfg, protocols: newProtocols(cfg), chosen: cmp.Or(cfg.Protocol, XMLRPC),
		slots: make(chan struct{}, cfg.Workers), logins: make(chan struct{}, 1),
	}
}

// Close drops idle connections.
func (c *Client) Close() { c.protocols.wire.close() }

// Offset returns how far the server's clock is ahead of this process's; false while it is not known.
func (c *Client) Offset() (time.Duration, bool) { return c.clock.offset() }

// Host names the server as messages do: host and port.
func (c *Client) Host() string { return hostPort(c.cfg.URL) }

// Version asks the server what it is. It needs no login.
func (c *Client) Version(ctx context.Context) (Version, error) {
	var v Version
	_, err := c.send(ctx, Call{Operation: OpVersion}, func(ctx context.Context) (t timing, err error) {
		v, t, err = c.askVersion(ctx)
		return t, err
	})
	if err != nil {
		return v, err
	}
	return v, c.choose(v)
}

// Databases returns the names of the databases that the server lists, for which it wants no login; none where it
// keeps them to itself. It is asked over XML-RPC, which all versions have.
func (c *Client) Databases(ctx context.Context) ([]string, error) {
	var answer any
	_, err := c.send(ctx, Call{Operation: OpVersion, Method: "list"}, func(ctx context.Context) (t timing, err error) {
		answer, t, err = c.protocols.xmlrpc.post(ctx, "db", "list")
		return t, err
	})
	if err != nil && pipeline.Unreached(err) {
		return nil, err
	}
	list, _ := answer.([]any)
	var names []string
	for _, v := range list {
		if name, ok := v.(string); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// Login returns the id of the user, logging in when that was not done yet.
func (c *Client) Login(ctx context.Context) (int64, error) {
	select {
	case c.logins <- struct{}{}:
		defer func() { <-c.logins }()
	case <-ctx.Done():
		return 0, c.given(ctx, Call{Operation: OpLogin}, false)
	}
	if uid := c.knownUser(); uid != 0 {
		return uid, nil
	}
	remote, err := c.remote(ctx)
	if err != nil {
		return 0, err
	}
	var uid int64
	_, err = c.send(ctx, Call{Operation: OpLogin}, func(ctx context.Context) (t timing, err error) {
		uid, t, err = remote.login(ctx)
		return t, err
	})
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	c.uid = uid
	c.mu.Unlock()
	return uid, nil
}

func (c *Client) knownUser() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.uid
}

// forget drops a user's id that was refused, unless another call has replaced it already.
func (c *Client) forget(uid int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.uid == uid {
		c.uid = 0
	}
}

// Call calls a method. When the login is refused it logs in anew and tries once more.
func (c *Client) Call(ctx context.Context, call Call) (Answer, error) {
	for attempt := 1; ; attempt++ {
		uid, err := c.Login(ctx)
		if err != nil {
			return Answer{}, err
		}
		remote, err := c.remote(ctx)
		if err != nil {
			return Answer{}, err
		}
		var value any
		began, err := c.send(ctx, call, func(ctx context.Context) (t timing, err error) {
			value, t, err = remote.execute(ctx, uid, call)
			return t, err
		})
		if err == nil {
			return Answer{Value: value, Began: began}, nil
		}
		if !errors.Is(err, errLoginRefused) {
			return Answer{}, err
		}
		c.forget(uid)
		if attempt == 2 {
			return Answer{}, err
		}
	}
}

// send runs one exchange within the limits, and tells the observer and the clock.
func (c *Client) send(ctx context.Context, call Call, exchange func(context.Context) (timing, error)) (began time.Time, err error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return time.Time{}, c.given(ctx, call, false)
	}
	if ctx.Err() != nil { // select picks at random when both are ready
		return time.Time{}, c.given(ctx, call, false)
	}
	limited, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	start := c.cfg.Now()
	t, err := exchange(limited)
	if err != nil {
		err = c.classed(ctx, call, t, err)
	}
	if errors.Is(err, errDone) {
		err = nil
	}
	c.cfg.Observe(call.Operation, c.cfg.Now().Sub(start), err)
	return c.clock.observe(t), err
}
