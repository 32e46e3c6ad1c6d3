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
	err := wellFormed(body)
	if err == nil {
		c.method, c.params, err = xmlrpc.DecodeCall(body, limits())
	}
	if err != nil {
		s.write(w, s.answer(nil, malformed(err), first))
		return
	}
	model, method := c.target()
	s.stats.asked(model, method)
	rule := s.troubles.next(model, method, c.params, s.db.Writes(model, method))
	if s.before(w, r, rule, first) {
		return
	}
	if s.config.Latency != nil {
		s.wait(r, s.config.Latency(model, method))
	}
	result, err := s.dispatch(c)
	s.after(w, r, rule, s.answer(result, err, first))
}

// wellFormed refuses characters that XML cannot have. Our own decoder is more patient than Python's.
func wellFormed(body []byte) error {
	at := bytes.IndexFunc(body, func(r rune) bool { return r != utf8.RuneError && !xmlrpc.Carries(r) })
	if at < 0 {
		return nil
	}
	return &xmlrpc.DecodeError{Kind: xmlrpc.ErrMalformed, Offset: at}
}

func (s *Server) write(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a client that is gone is none of the server's business
}

// page writes an error page as werkzeug does.
func page(w http.ResponseWriter, status int, text string) {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<!doctype html>\n<html lang=en>\n<title>%s</title>\n<h1>%s</h1>\n<p>%s</p>\n", title, http.StatusText(status), text)
}
