package odoosim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// limits are those of the stand-in itself, wide enough for what a real server takes.
func limits() xmlrpc.Limits { return xmlrpc.Limits{Bytes: 512 << 20, Depth: 64, Values: 64 << 20} }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stamp := s.config.Now()
	w.Header().Set("Server", "Werkzeug/2.2.2 Python/3.11.2")
	w.Header().Set("Date", stamp.UTC().Format(http.TimeFormat))
	if s.dialect.NoSniff {
		w.Header().Set("X-Content-Type-Options", "nosniff")
	}
	if !s.config.KeepAlive {
		w.Header().Set("Connection", "close")
	}
	if s.dialect.JSON2 && s.serveJSON(w, r, stamp) {
		return
	}
	service, first, found := serviceOf(r.URL.Path)
	switch {
	case !found:
		page(w, http.StatusNotFound, "The requested URL was not found on the server. "+
			"If you entered the URL manually please check your spelling and try again.")
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST, OPTIONS")
		page(w, http.StatusMethodNotAllowed, "The method is not allowed for the requested URL.")
		return
	}
	body, err := s.body(w, r)
	if err != nil {
		return // answered, or the client is gone
	}
	s.serve(w, r, service, first, body, stamp)
}

// serviceOf returns the service that a path names, and whether by the first version of the protocol.
func serviceOf(path string) (service string, first, found bool) {
	rest, ok := strings.CutPrefix(path, "/xmlrpc/")
	if !ok {
		return "", false, false
	}
	if second, ok := strings.CutPrefix(rest, "2/"); ok {
		return second, false, second != "" && !strings.Contains(second, "/")
	}
	return rest, true, rest != "" && !strings.Contains(rest, "/")
}

func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limit := s.dialect.BodyLimit
	if limit > 0 && r.ContentLength > limit {
		page(w, http.StatusRequestEntityTooLarge, "The data value transmitted exceeds the capacity limit.")
		return nil, errors.New("the body is too large")
	}
	if limit == 0 {
		limit = limits().Bytes
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		page(w, http.StatusRequestEntityTooLarge, "The data value transmitted exceeds the capacity limit.")
		err = errors.New("the body is too large")
	}
	return body, err
}

// serve carries a request out, with the troubles that are ordered for it. As in Odoo, work that has
// begun goes on and is committed when the client goes away.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, service string, first bool, body []byte, stamp time.Time) {
	c := call{service: service, stamp: stamp}
	words := xmlVoice{s, first}
	err := wellFormed(body)
	if err == nil {
		c.method, c.params, err = xmlrpc.DecodeCall(body, limits())
	}
	if err != nil {
		write(w, words.say(nil, malformed(err)))
		return
	}
	model, method := c.target()
	s.perform(w, r, job{model, method, c.params, words, func() (any, error) { return s.dispatch(c) }})
}

// job is a call of either protocol that was understood.
type job struct {
	model, method string
	params        []any
	words         voice
	do            func() (any, error)
}

// perform does a job, with the troubles that are ordered for it.
func (s *Server) perform(w http.ResponseWriter, r *http.Request, j job) {
	s.stats.asked(j.model, j.method)
	rule := s.troubles.next(j.model, j.method, j.params, s.db.Writes(j.model, j.method))
	if s.before(w, r, rule, j.words) {
		return
	}
	if s.config.Latency != nil {
		s.wait(r, s.config.Latency(j.model, j.method))
	}
	result, err := j.do()
	s.after(w, r, rule, j.words, j.words.say(result, err))
}

// wellFormed refuses characters that XML cannot have. Our own decoder is more patient than Python's.
func wellFormed(body []byte) error {
	at := bytes.IndexFunc(body, func(r rune) bool { return r != utf8.RuneError && !xmlrpc.Carries(r) })
	if at < 0 {
		return nil
	}
	return &xmlrpc.DecodeError{Kind: xmlrpc.ErrMalformed, Offset: at}
}

// reply is an answer before it is sent.
type reply struct {
	status int
	kind   string // the content type
	body   []byte
}

func (p reply) head(w http.ResponseWriter) {
	w.Header().Set("Content-Type", p.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(p.body)))
	w.WriteHeader(p.status)
}

func write(w http.ResponseWriter, p reply) {
	p.head(w)
	_, _ = w.Write(p.body) // a client that is gone is none of the server's business
}

// voice is how a protocol words what came of a call.
type voice interface {
	say(v any, err error) reply
	// refuse words a fault that was ordered.
	refuse(rule *Rule) reply
	// around is what stands before and after a long text.
	around() (kind, before, after string)
}

const htmlType = "text/html; charset=utf-8"

// page writes an error page as werkzeug does.
func page(w http.ResponseWriter, status int, text string) {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	write(w, reply{status, htmlType, fmt.Appendf(nil, "<!doctype html>\n<html lang=en>\n<title>%s</title>\n<h1>%s</h1>\n<p>%s</p>\n", title, http.StatusText(status), text)})
}
