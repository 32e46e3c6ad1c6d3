package pmsim

import (
	"net"
	"slices"
	"strings"
	"time"
)

// permission is what a route needs of its caller.
type permission uint8

const (
	nothing permission = iota // the route is open
	toRead
	toWrite
	toDelete
)

func (r Role) may(p permission) bool {
	switch r {
	case Admin:
		return true
	case Manager:
		return p <= toWrite
	default:
		return p <= toRead
	}
}

// caller is who sends a request.
type caller struct {
	name      string // what limits are counted by
	role      Role
	tenants   []string
	perMinute int
}

// admit tells who is calling from the Authorization header, whether they may, and which account it is
// about.
func (c *call) admit() error {
	if err := c.identify(); err != nil {
		return err
	}
	if !c.caller.role.may(c.route.needs) {
		return forbidden("Not enough permissions for " + c.Method + " " + c.route.path)
	}
	tenant := c.Header.Get("X-Tenant-Id")
	var ok bool
	if c.store, ok = c.server.account(tenant); !ok || (c.caller.tenants != nil && !slices.Contains(c.caller.tenants, tenant)) {
		return forbidden("No access to this tenant")
	}
	return nil
}

// identify reads the credentials that the route's surface takes.
func (c *call) identify() (err error) {
	if c.route.scope != "" {
		c.caller, err = c.server.auth.scoped(c.Header.Get("X-Api-Key"), c.route.scope)
		return err
	}
	token, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return unauthorized("AUTH_TOKEN_MISSING", "Not authenticated")
	}
	c.caller, err = c.server.auth.identify(token, c.now)
	return err
}

// scoped finds whose API key it is, and whether it has the scope.
func (d *doorman) scoped(key, scope string) (caller, error) {
	i := slices.IndexFunc(d.config.APIKeys, func(k APIKey) bool { return key != "" && k.Key == key })
	if i < 0 {
		return caller{}, unauthorized("AUTH_TOKEN_INVALID", "Invalid or missing API key")
	}
	k := d.config.APIKeys[i]
	if k.Scopes != nil && !slices.Contains(k.Scopes, scope) {
		return caller{}, forbidden("API key lacks the scope " + scope)
	}
	return caller{name: key, role: k.Role, tenants: k.Tenants, perMinute: k.PerMinute}, nil
}

// identify finds whose API key or access token it is.
func (d *doorman) identify(token string, now time.Time) (caller, error) {
	for _, k := range d.config.APIKeys {
		if k.Key == token {
			return caller{name: token, role: k.Role, tenants: k.Tenants, perMinute: k.PerMinute}, nil
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s, known := d.access[token]
	switch {
	case !known:
		return caller{}, unauthorized("AUTH_TOKEN_INVALID", "Could not validate credentials")
	case !now.Before(s.expires):
		return caller{}, unauthorized("AUTH_TOKEN_EXPIRED", "Token has expired")
	}
	return caller{name: s.user.Email, role: s.user.Role, tenants: s.user.Tenants}, nil
}

// host returns the address that a request comes from, without the port.
func host(address string) string {
	h, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return h
}
