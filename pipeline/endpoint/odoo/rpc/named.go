package rpc

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/json2"
)

// named classes an exception of JSON-2 by its HTTP status and by the last part of its name, since forks
// of Odoo rename its packages. Like a fault of XML-RPC it means that nothing was written.
func (c *Client) named(call Call, f *json2.Fault) error {
	switch class := f.Class(); {
	case f.Status == http.StatusUnauthorized:
		return c.loginRefused()
	case f.Status == http.StatusForbidden:
		return c.rightMissing(call, f.Message)
	case f.Status == http.StatusConflict, strings.HasPrefix(f.Name, "psycopg2.") && passing(f.Name):
		return &pipeline.Error{
			Code: pipeline.CodeServerError, Class: pipeline.Transient,
			Message: fmt.Sprintf("Odoo at %s failed in %s: %s", c.Host(), call.name(), oneLine(f.Message)),
		}
	case class == "NotFound" && strings.Contains(f.Message, "the model "):
		return c.modelMissing(call)
	case class == "NotFound", class == "UnprocessableEntity", f.Status == http.StatusBadRequest:
		return c.misunderstood(call, f)
	case f.Status < http.StatusInternalServerError:
		return c.warned(call, f.Message)
	}
	return c.raised(call, strings.TrimPrefix(f.Name, "builtins.")+": "+f.Message)
}

// misunderstood is the error of a call that this version of Odoo does not have in that form. Nothing that
// somebody could correct in a record would help.
func (c *Client) misunderstood(call Call, f *json2.Fault) error {
	return &pipeline.Error{
		Code: pipeline.CodeServerError, Class: pipeline.Transient,
		Message: fmt.Sprintf("Odoo at %s does not understand %s: %s", c.Host(), call.name(), oneLine(f.Message)),
		Remedy:  "A module of this Odoo may have changed that method. Write protocol = \"xmlrpc\", and report what the message says.",
	}
}
