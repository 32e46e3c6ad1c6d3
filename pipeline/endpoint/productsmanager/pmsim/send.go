package pmsim

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// gzipFrom is the size in bytes from which on answers are compressed.
const gzipFrom = 500

// reply is an answer as it goes over the wire.
type reply struct {
	status int
	head   http.Header
	body   []byte
	zip    *sync.Pool // of gzip writers; nil where the client does not take gzip
}

func (c *call) failureReply(f *failure, head http.Header) reply {
	for name, values := range f.header {
		head[name] = values
	}
	shape, status := c.route.surface.errors, f.status
	if c.server.config.SoftErrors && shape == ErrorsWindev && f.body == nil {
		status = http.StatusOK
	}
	return c.newReply(status, f.errorBody(shape, c), head)
}

func (c *call) newReply(status int, body any, head http.Header) reply {
	head.Set("Date", c.now.UTC().Format(http.TimeFormat))
	head.Set("X-Request-Id", c.id)
	if id := c.Header.Get("X-Correlation-Id"); id != "" {
		head.Set("X-Correlation-Id", id)
	} else {
		head.Set("X-Correlation-Id", c.id)
	}
	r := reply{status: status, head: head}
	if !c.server.config.NoGzip && strings.Contains(c.Header.Get("Accept-Encoding"), "gzip") {
		r.zip = &c.server.zips
	}
	if body == nil {
		return r
	}
	head.Set("Content-Type", "application/json")
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		// Everything that is sent came in as JSON or was made here: only a fault in this package leads here.
		panic("pmsim: " + err.Error())
	}
	r.body = bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	return r
}

// compress compresses the body with a writer of the pool: a new one is most of a megabyte.
func (r *reply) compress() {
	var buf bytes.Buffer
	zip, _ := r.zip.Get().(*gzip.Writer)
	if zip == nil {
		zip, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for levels that do not exist only
	}
	defer r.zip.Put(zip)
	zip.Reset(&buf)
	if _, err := zip.Write(r.body); err != nil || zip.Close() != nil {
		return // a buffer takes everything; if ever not, the body goes as it is
	}
	r.head.Set("Content-Encoding", "gzip")
	r.body = buf.Bytes()
}

func (r *reply) send(w http.ResponseWriter) {
	if r.zip != nil && len(r.body) > gzipFrom {
		r.compress()
	}
	r.sendHead(w, len(r.body))
	_, _ = w.Write(r.body) // a client that has gone is no matter of the server's
}

// sendHead sends everything that precedes a body of that many bytes.
func (r *reply) sendHead(w http.ResponseWriter, size int) {
	for name, values := range r.head {
		w.Header()[name] = values
	}
	if r.body != nil {
		w.Header().Set("Content-Length", strconv.Itoa(size))
	}
	w.WriteHeader(r.status)
}
