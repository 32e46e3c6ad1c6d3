package rpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// The external APIs of Odoo.
const (
	XMLRPC = "xmlrpc"
	JSON2  = "json2"
	// Auto is JSON-2 where the server has it and the secret is an API key, else XML-RPC.
	Auto = "auto"
)

// firstJSON2 is the first version that has JSON-2.
const firstJSON2 = 19

// DatabaseHeader is the header that names the database to Odoo itself; forks have other names for it.
const DatabaseHeader = "X-Odoo-Database"

func (c Config) databaseHeader() string { return cmp.Or(c.DatabaseHeader, DatabaseHeader) }

// protocols are the APIs that a client may speak. They share their connections.
type protocols struct {
	wire   wire
	xmlrpc *xmlrpcProtocol
	json2  *json2Protocol
}

func newProtocols(cfg Config) protocols {
	w := newWire(cfg)
	return protocols{wire: w, xmlrpc: &xmlrpcProtocol{cfg, w}, json2: &json2Protocol{cfg, w}}
}

// askVersion asks for the version in the ways that the configured protocol allows.
func (c *Client) askVersion(ctx context.Context) (Version, timing, error) {
	if cmp.Or(c.cfg.Protocol, XMLRPC) == XMLRPC {
		return c.protocols.xmlrpc.version(ctx)
	}
	v, t, err := c.protocols.json2.version(ctx)
	if !errors.Is(err, errNotServed) {
		return v, t, err
	}
	// A server before 19, or a proxy that lets /xmlrpc and /json through and nothing else.
	return c.protocols.xmlrpc.version(ctx)
}

// Protocol returns which API is spoken: XMLRPC or JSON2, or Auto before the first Version or Call.
func (c *Client) Protocol() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chosen
}

// choose chooses the API by a server's version. A server may become a newer one while it is used.
func (c *Client) choose(v Version) error {
	switch has := v.Major >= firstJSON2; {
	case c.cfg.Protocol == JSON2 && !has:
		return &pipeline.Error{
			Code: pipeline.CodeUnsupportedVersion, Class: pipeline.Auth,
			Message: fmt.Sprintf("Odoo at %s is version %s, which has no JSON-2: that came with %d", c.Host(), v.Text, firstJSON2),
			Remedy:  `Write protocol = "xmlrpc" in the source block, or leave protocol out.`,
		}
	case c.cfg.Protocol != Auto:
		return nil
	case has && !c.cfg.Password:
		c.speak(JSON2)
	default:
		c.speak(XMLRPC)
	}
	return nil
}

// speak changes the API. The user's id is asked for anew, since the login of the one says nothing of the
// other's.
func (c *Client) speak(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chosen != name {
		c.chosen, c.uid = name, 0
	}
}

// remote returns the API to speak, asking the server for its version if that is open.
func (c *Client) remote(ctx context.Context) (protocol, error) {
	if c.Protocol() == Auto {
		if _, err := c.Version(ctx); err != nil {
			return nil, err
		}
	}
	if c.Protocol() == JSON2 {
		return c.protocols.json2, nil
	}
	return c.protocols.xmlrpc, nil
}
