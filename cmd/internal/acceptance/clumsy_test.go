package acceptance

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// trouble is what a clumsy server does.
type trouble string

const (
	fine    trouble = ""
	denied  trouble = "denied"
	fails   trouble = "failing"
	refuses trouble = "refusing"
)

// clumsy stands before a system, and repeats secrets in its errors: each time in another form and at another place.
type clumsy struct {
	url      string
	forms    []string
	trouble  atomic.Value
	next     atomic.Int64
	repeated atomic.Int64
}

// newClumsy starts one before the system at that address; "" is none, so that all is well answered with nothing.
func newClumsy(t *testing.T, before string, secrets ...string) *clumsy {
	t.Helper()
	c := &clumsy{}
	c.be(fine)
	for _, secret := range secrets {
		all := forms(secret)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if !strings.HasPrefix(name, "base64") {
				c.forms = append(c.forms, all[name])
			}
		}
		for _, before := range []string{"", "bot:", "a:", "ab:"} {
			c.forms = append(c.forms, base64.StdEncoding.EncodeToString([]byte(before+secret)))
		}
		c.forms = append(c.forms, secret)
		for most := 60; most <= 420; most += 20 { // cut off within it, wherever messages are
			c.forms = append(c.forms, strings.Repeat("a", most-len(secret)/2)+secret)
		}
	}
	to, err := url.Parse(before)
	if err != nil {
		t.Fatal(err)
	}
	behind := http.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	if before != "" {
		proxy := httputil.NewSingleHostReverseProxy(to)
		proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
		behind = proxy
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.trouble.Load() == fine {
			behind.ServeHTTP(w, r)
			return
		}
		c.answer(w, r)
	}))
	t.Cleanup(front.Close)
	c.url = front.URL
	return c
}

func (c *clumsy) be(t trouble) { c.trouble.Store(t) }

// answer is an error as the protocol of the call has it.
func (c *clumsy) answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	told := "you sent: " + c.forms[int(c.next.Add(1))%len(c.forms)]
	c.repeated.Add(1)
	status := map[trouble]int{denied: http.StatusUnauthorized, fails: http.StatusInternalServerError, refuses: http.StatusUnprocessableEntity}[c.trouble.Load().(trouble)]
	w.Header().Set("X-Request-Id", c.forms[0])
	w.Header().Set("WWW-Authenticate", "Basic realm=\""+told+"\"")
	switch {
	case strings.HasPrefix(r.URL.Path, "/xmlrpc"):
		code := map[trouble]int{denied: 4, fails: 1, refuses: 2}[c.trouble.Load().(trouble)]
		var text bytes.Buffer
		_ = xml.EscapeText(&text, []byte(told))
		w.Header().Set("Content-Type", "text/xml")
		_, _ = fmt.Fprintf(w, "<?xml version='1.0'?><methodResponse><fault><value><struct><member><name>faultCode</name><value><int>%d</int></value></member>"+
			"<member><name>faultString</name><value><string>%s</string></value></member></struct></value></fault></methodResponse>", code, text.String())
	case strings.HasPrefix(r.URL.Path, "/api/"):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"error": {"code": %q, "message": %q}, "request_id": %q}`, told, told, told)
	case strings.HasPrefix(r.URL.Path, "/shop"):
		var text bytes.Buffer
		_ = xml.EscapeText(&text, []byte(told))
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(map[trouble]int{denied: http.StatusForbidden, fails: http.StatusInternalServerError, refuses: http.StatusBadRequest}[c.trouble.Load().(trouble)])
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message><RequestId>%s</RequestId><Resource>/shop</Resource></Error>",
			map[trouble]string{denied: "AccessDenied", fails: "InternalError", refuses: text.String()}[c.trouble.Load().(trouble)], text.String(), text.String())
	default:
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, told)
	}
}

// visitor is a person with a browser, and a script with the token.
type visitor struct {
	*spy
	address, when string
	client        *http.Client
}

func (s *spy) visitor(t *testing.T, address, when string) *visitor {
	t.Helper()
	return &visitor{spy: s, address: "http://" + address, when: when, client: &http.Client{Timeout: time.Minute}}
}

// call keeps what is answered, head and body. The cookie that a login gives is for the browser.
func (v *visitor) call(t *testing.T, method, path, body string, header ...string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := v.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	var head bytes.Buffer
	if err := answer.Header.Write(&head); err != nil {
		t.Fatal(err)
	}
	v.heard[fmt.Sprintf("%s %s, %s", method, strings.ReplaceAll(path, odooHook, "SECRET"), v.when)] += fmt.Sprintf("%s\n%s\n%s", answer.Status, head.String(), text)
	return string(text)
}

const form = "application/x-www-form-urlencoded"

// logIn tries a wrong token, then begins a session; its cookie is another secret. It has the scheme's prefix, since
// browsers come by public_url, and so the test brings it itself.
func (v *visitor) logIn(t *testing.T) {
	t.Helper()
	v.call(t, http.MethodGet, "/api/v1/status", "", "Authorization", "Bearer "+pmKey)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	v.call(t, http.MethodPost, "/login", url.Values{"token": {odooHook}, "next": {"/"}}.Encode(), "Content-Type", form)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.address+"/login", strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form)
	answer, err := v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if len(answer.Cookies()) != 1 || answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("the login is answered with %s and %v", answer.Status, answer.Cookies())
	}
	cookie := answer.Cookies()[0]
	v.secrets["session "+v.when] = cookie.Value
	v.client.CheckRedirect = nil
	v.client.Transport = withCookie{cookie.Name + "=" + cookie.Value}
}

type withCookie struct{ cookie string }

func (w withCookie) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Cookie", w.cookie)
	return http.DefaultTransport.RoundTrip(r)
}

var link = regexp.MustCompile(`href="(/[^"]*)"`)

// crawl reads every page that a link leads to, and every answer of the API that needs no body.
func (v *visitor) crawl(t *testing.T, when string) {
	t.Helper()
	v.when, when = v.when+", "+when, v.when
	defer func() { v.when = when }()
	queue := []string{
		"/", "/config", "/nowhere", "/records/L-1", "/records/L-2", "/metrics", "/healthz", "/readyz", "/api/v1/status", "/api/v1/check", "/api/v1/config", "/api/v1/sources",
		"/api/v1/history", "/api/v1/quarantine", "/api/v1/conflicts", "/api/v1/runs", "/api/v1/explain?record=L-1", "/api/v1/explain?record=L-2", "/api/v1/state/check", "/api/v1/adoptions",
		"/api/v1/openapi.json", "/api/v1/nowhere",
	}
	known := map[string]bool{}
	for len(queue) > 0 && len(known) < 80 {
		path := queue[0]
		queue = queue[1:]
		if known[path] || strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/events") {
			continue
		}
		known[path] = true
		for _, m := range link.FindAllStringSubmatch(v.call(t, http.MethodGet, path, "", "Accept", "text/html"), -1) {
			queue = append(queue, html.UnescapeString(m[1]))
		}
	}
	for _, path := range []string{"/api/v1/sync", "/api/v1/plan", "/api/v1/reload", "/api/v1/state/export", "/api/v1/webhooks/pm/register"} {
		v.call(t, http.MethodPost, path, "{}")
	}
	v.call(t, http.MethodPost, "/api/v1/sync", `{"`+"x"+`": 1`)
}

// press presses the buttons of the pages.
func (v *visitor) press(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/sync", "/sources/pm/check", "/sources/erp/check", "/pipelines/products/sync", "/config/reload", "/quarantine"} {
		v.call(t, http.MethodPost, path, "", "Content-Type", form)
	}
}

// hooks calls as the systems do: with the right secret, and with others.
func (v *visitor) hooks(t *testing.T) {
	t.Helper()
	body := `{"_model": "product.template", "_id": 1, "_action": "x"}`
	for _, secret := range []string{odooHook, pmHook, odooHook + "x"} {
		v.call(t, http.MethodPost, "/hooks/erp/"+url.PathEscape(secret), body)
		v.call(t, http.MethodPost, "/hooks/erp", body, "Authorization", "Bearer "+secret)
	}
	v.call(t, http.MethodPost, "/hooks/erp/"+url.PathEscape(odooHook), "{")
	v.call(t, http.MethodGet, "/hooks/erp/"+url.PathEscape(odooHook), "")
	v.call(t, http.MethodPost, "/hooks/nobody/"+url.PathEscape(odooHook), body)
	v.call(t, http.MethodPost, "/hooks/pm", "{}", "X-PM-Signature", "sha256="+pmHook)
}
