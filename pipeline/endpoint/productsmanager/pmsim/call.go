package pmsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// call is one request on its way to its answer.
type call struct {
	*http.Request
	server *Server
	route  route
	now    time.Time
	id     string
	caller caller
	store  *catalogue.Store // of the caller's account
	fault  *Fault           // nil: this request fares well
}

// answer is what a handler returns: a value to be sent as JSON, or nothing (body nil).
type answer struct {
	status int
	body   any
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// serve lets the fault of this request, if there is one, act before and after the request is carried out.
func (s *Server) serve(w http.ResponseWriter, req *http.Request, r route) {
	s.counts.request(req.Method + " " + r.path)
	c := &call{Request: req, server: s, route: r, now: s.config.Now(), id: uuid.NewString()}
	c.fault = s.faults.pick(req)
	if c.fault != nil && !c.before(w) {
		return
	}
	reply := c.reply()
	if c.fault != nil && !c.after(w, &reply) {
		return
	}
	reply.send(w)
}

// reply carries the request out and puts the outcome in its form for the wire.
func (c *call) reply() reply {
	head := http.Header{}
	a, err := c.run(head)
	if err != nil {
		return c.failureReply(failureOf(err), head)
	}
	return c.newReply(a.status, a.body, head)
}

func (c *call) run(head http.Header) (answer, error) {
	if err := c.server.failure(); err != nil {
		return answer{}, err
	}
	if c.route.needs != nothing {
		if err := c.admit(); err != nil {
			return answer{}, err
		}
	}
	if err := c.server.limits.count(c, head); err != nil {
		return answer{}, err
	}
	return c.route.serve(c)
}

// object reads the body as a JSON object.
func (c *call) object() (map[string]any, error) {
	raw, err := c.body()
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var body any
	if err := dec.Decode(&body); err != nil {
		return nil, unprocessable(catalogue.Problem{Type: "json_invalid", Message: "JSON decode error: " + err.Error()})
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, unprocessable(catalogue.Problem{Type: "json_invalid", Message: "JSON decode error: extra data"})
	}
	object, ok := body.(map[string]any)
	if !ok {
		return nil, unprocessable(catalogue.Problem{Type: "model_attributes_type", Message: "Input should be a valid dictionary"})
	}
	return object, nil
}

func (c *call) body() ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, c.server.config.MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &failure{
			status: http.StatusRequestEntityTooLarge, code: "VALIDATION_FAILED", short: "validation_error",
			kind: "http_error", message: "Request body too large",
		}
	}
	return raw, err
}
