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
	token, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return unauthorized("AUTH_TOKEN_MISSING", "Not authenticated")
	}
	var err error
	if c.caller, err = c.server.auth.identify(token, c.now); err != nil {
		return err
	}
	if !c.caller.role.may(c.route.needs) {
		return forbidden("Not enough permissions for " + c.Method + " " + c.route.path)
	}
	tenant := c.Header.Get("X-Tenant-Id")
	if c.store, ok = c.server.account(tenant); !ok || (c.caller.tenants != nil && !slices.Contains(c.caller.tenants, tenant)) {
		return forbidden("No access to this tenant")
	}
	return nil
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
