package acceptance

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// tape passes requests on to an Odoo, and records what is sent and how long it takes to be answered.
type tape struct {
	server http.Handler
	mu     stdsync.Mutex
	bodies []string
	waited time.Duration
}

func (r *tape) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	start := time.Now()
	r.server.ServeHTTP(w, req)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies, r.waited = append(r.bodies, string(body)), r.waited+time.Since(start)
}

// cut returns what came since the last cut.
func (r *tape) cut() (bodies []string, waited time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	bodies, waited = r.bodies, r.waited
	r.bodies, r.waited = nil, 0
	return bodies, waited
}

var called = regexp.MustCompile(`<string>([a-z_.]+)</string></value></param><param><value><string>([a-z_]+)</string></value></param><param><value><array>`)

// calls returns the recorded calls of models but those that make categories, which are there already when they are sent
// again; or the writes alone.
func calls(bodies []string, writesAlone bool) []string {
	return slices.DeleteFunc(slices.Clone(bodies), func(body string) bool {
		m := called.FindStringSubmatch(body[:min(len(body), 2000)])
		if m == nil || m[1] == "product.category" && m[2] == "create" {
			return true
		}
		return writesAlone && !isWrite(body)
	})
}

func isWrite(body string) bool {
	m := called.FindStringSubmatch(body[:min(len(body), 2000)])
	return m != nil && slices.Contains([]string{"load", "create", "write"}, m[2])
}

// taken tells whether an answer is no fault, and no refusal of load either.
func taken(answer string) bool {
	return !strings.Contains(answer, "<fault>") && !strings.Contains(answer, "<name>ids</name>\n<value><boolean>0")
}

// replay sends recorded calls one after the other, as a client that knows beforehand what to ask: other products, the
// same work.
func replay(t *testing.T, url string, bodies []string, other *strings.Replacer) time.Duration {
	t.Helper()
	sent := make([]string, len(bodies))
	for i, body := range bodies {
		sent[i] = other.Replace(body)
	}
	start := time.Now()
	for _, body := range sent {
		resp, err := http.Post(url+"/xmlrpc/2/object", "text/xml", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || isWrite(body) && !taken(string(answer)) {
			t.Fatalf("refused again: %v, %s", err, answer[:min(len(answer), 2000)])
		}
	}
	return time.Since(start)
}

// figure is how long Tandem took for n products, how much of it waiting for Odoo, and what it sent.
type figure struct {
	what           string
	n              int
	tandem, waited time.Duration
	bodies         []string
}

// TestRealFigures measures Tandem against a bare client that sends the same calls to the same server in the same
// run: the first load, products with images, and quantities. What it logs is worth something on a quiet machine only.
func TestRealFigures(t *testing.T) {
	a := realAccess(t)
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	recorder := &tape{server: httputil.NewSingleHostReverseProxy(u)}
	front := httptest.NewServer(recorder)
	t.Cleanup(front.Close)
	a.URL = front.URL
	s := wholeSettings(wholeStore(t))
	s.erp += "\n" + realTransport()
	w := newWorldAt(t, s, a)
	one := w.start(t)
	var figures []figure
	measure := func(what string, n int) {
		t.Helper()
		recorder.cut()
		start := time.Now()
		r := sync(t, one, false)
		if got := r.Writes["erp"].Total(); got != n || r.Quarantined > 0 {
			t.Fatalf("%s: wrote %v, quarantined %d", what, r.Writes, r.Quarantined)
		}
		took := time.Since(start)
		bodies, waited := recorder.cut()
		figures = append(figures, figure{what: what, n: n, tandem: took, waited: waited, bodies: bodies})
		t.Logf("load average after %q: %s", what, loadAverage())
	}
	const plain, pictured = 300, 60
	products := made(plain + pictured)
	for _, p := range products {
		p["stock_quantity"] = 5
	}
	w.load(t, products[:plain])
	measure("first load", plain)
	w.load(t, illustrated(t, products[plain:]))
	measure("with images", pictured)
	for _, p := range w.pm.Products() {
		if _, err := w.pm.Edit(p.ID, pmsim.Fields{"stock_quantity": json.Number("9")}); err != nil {
			t.Fatal(err)
		}
	}
	measure("stock", plain+pictured)
	// Other external ids, codes, barcodes and quantities of the same length.
	again := strings.NewReplacer("__tandem__", "__bare_1__", ">T-0", ">B-0", ">2100", ">2200", ">9<", ">8<", ">9.0<", ">8.0<")
	writes := strings.NewReplacer("__tandem__", "__bare_2__", ">T-0", ">C-0", ">2100", ">2300", ">9<", ">7<", ">9.0<", ">7.0<")
	for _, f := range figures {
		f.compare(t, replay(t, a.URL, calls(f.bodies, false), again), replay(t, a.URL, calls(f.bodies, true), writes))
	}
}

// compare holds a figure against the same calls, and tells the writes alone.
func (f figure) compare(t *testing.T, same, alone time.Duration) {
	t.Helper()
	ratio := f.tandem.Seconds() / same.Seconds()
	t.Logf("%-12s %5d products: Tandem %6.1f s (%.1f a second), %.2f times what it waited for Odoo; the same %d calls %6.1f s: %.2f times; the %d writes alone %6.1f s: %.2f times; load average %s",
		f.what, f.n, f.tandem.Seconds(), float64(f.n)/f.tandem.Seconds(), f.tandem.Seconds()/f.waited.Seconds(), len(calls(f.bodies, false)), same.Seconds(), ratio,
		len(calls(f.bodies, true)), alone.Seconds(), f.tandem.Seconds()/alone.Seconds(), loadAverage())
	if ratio > 1.25 {
		t.Errorf("%s takes %.2f times as long as a bare client, want at most 1.25", f.what, ratio)
	}
}

// loadAverage is that of the last minute, where the system tells.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	average, _, _ := strings.Cut(string(text), " ")
	return average
}
