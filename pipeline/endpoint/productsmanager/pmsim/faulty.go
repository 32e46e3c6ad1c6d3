package pmsim

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// before lets a fault act before the request is carried out; it tells whether the request goes on.
func (c *call) before(w http.ResponseWriter) bool {
	switch c.fault.Kind {
	case FaultStatus:
		r := c.failureReply(c.fault.failure(c.server.limits.limits), http.Header{})
		r.send(w)
		return false
	case FaultHTML:
		c.sendProxyPage(w, cmp.Or(c.fault.Status, http.StatusBadGateway))
		return false
	case FaultSlow:
		c.wait(time.After(c.fault.Delay))
	case FaultHang:
		_, _ = io.Copy(io.Discard, c.Body) // only then does net/http notice that the client goes
		c.wait(nil)
	case FaultResetBefore:
		reset(w)
		return false
	}
	return true
}

// after lets a fault act on the answer; it tells whether the answer is still to be sent.
func (c *call) after(w http.ResponseWriter, r *reply) bool {
	switch c.fault.Kind {
	case FaultResetAfter:
		reset(w)
		return false
	case FaultTruncated:
		r.body = r.body[:len(r.body)/2]
	case FaultCut:
		r.sendHead(w, len(r.body))
		_, _ = w.Write(r.body[:len(r.body)/2])
		_ = http.NewResponseController(w).Flush() // what it fails with, the abort below brings about anyway
		panic(http.ErrAbortHandler)
	case FaultOversized:
		r.sendOversized(w, c.fault.Size)
		return false
	}
	return true
}

// sendOversized sends the answer behind about size bytes of blanks, which JSON allows there.
func (r *reply) sendOversized(w http.ResponseWriter, size int) {
	blanks := bytes.Repeat([]byte(" "), 64<<10)
	times := (size + len(blanks) - 1) / len(blanks)
	r.sendHead(w, times*len(blanks)+len(r.body))
	for range times {
		if _, err := w.Write(blanks); err != nil {
			return // the client has had enough
		}
	}
	_, _ = w.Write(r.body)
}

// wait blocks until due. When the client goes or the server closes before, it does not return: the
// connection ends without an answer.
func (c *call) wait(due <-chan time.Time) {
	select {
	case <-due:
		return
	case <-c.Context().Done():
	case <-c.server.closing:
	}
	panic(http.ErrAbortHandler)
}

// failure returns what PM would say with the fault's status.
func (f *Fault) failure(limits Limits) *failure {
	var e *failure
	switch f.Status {
	case http.StatusUnauthorized:
		e = unauthorized("AUTH_TOKEN_INVALID", "Could not validate credentials")
	case http.StatusForbidden:
		e = forbidden("Module 'products' is not enabled")
	case http.StatusNotFound:
		e = notFound("Not Found")
	case http.StatusTooManyRequests:
		return limits.tooMany(quota{limit: cmp.Or(limits.Read, 60), window: time.Minute}, f.Delay)
	default:
		status := cmp.Or(f.Status, http.StatusInternalServerError)
		e = &failure{
			status: status, code: "INTERNAL_SERVER_ERROR", kind: "internal_server_error", short: "server_error",
			message: http.StatusText(status),
		}
	}
	if f.Message != "" {
		e.message = f.Message
	}
	return e
}

func (c *call) sendProxyPage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Date", c.now.UTC().Format(http.TimeFormat))
	w.WriteHeader(status)
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	_, _ = fmt.Fprintf(w, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", title, title)
}

// reset ends the connection with a TCP reset where it can get at it, else without an answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // unsent data is thrown away: the other end sees a reset; else it sees an early end
	}
	_ = conn.Close()
}
