package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var inPattern = regexp.MustCompile(`\{[a-z]+\}`)

// FuzzRequests: whatever strangers and people send to any route, there is an answer, without the token there is nothing
// but what is open, and no redirect leads to another site.
func FuzzRequests(f *testing.F) {
	g := newGate(f, nil)
	for i := range g.routes {
		f.Add(i, "c0ffee", "take=erp&id=1&seen=x&value=2&token=nope&next=//evil.example", "", "", false)
		f.Add(i, "a/../b", `{"pipeline":"products","full":true,"ids":["1"]}`, "tandem_session=x", "a=b&next=https://evil.example", true)
	}
	f.Add(3, "%00\x00", "{", "__Host-tandem_session=\"", "limit=-1&since=x&skip=9999999999999999999999", true)
	f.Fuzz(func(t *testing.T, at int, value, body, cookie, query string, trusted bool) {
		r := g.routes[((at%len(g.routes))+len(g.routes))%len(g.routes)]
		if strings.Contains(r.pattern, "/events") {
			return // goes on until its caller goes away
		}
		method, path := callOf(r)
		_, pattern, _ := strings.Cut(r.pattern, " ")
		if inPattern.MatchString(pattern) {
			path = inPattern.ReplaceAllLiteralString(pattern, url.PathEscape(value))
		}
		h := http.Header{"Cookie": {cookie}, "Accept": {"text/html"}, "X-Forwarded-For": {value}, "X-Pm-Signature": {value}}
		if trusted {
			h.Set("Authorization", "Bearer "+testToken)
		}
		if strings.Contains(body, "=") && !strings.HasPrefix(body, "{") {
			h.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		request, err := http.NewRequest(method, "http://tandem.example"+path, strings.NewReader(body))
		if err != nil {
			return // no client can send it
		}
		request.URL.RawQuery, request.Header, request.RemoteAddr = query, h, "203.0.113.7:4711"
		w := httptest.NewRecorder()
		g.ServeHTTP(w, request.WithContext(t.Context()))
		if to := w.Header().Get("Location"); to != "" {
			u, err := url.Parse(to)
			if err != nil || u.Host != "" || u.Scheme != "" || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") {
				t.Errorf("%s %s leads to %q", method, path, to)
			}
		}
		if w.Code >= 200 && w.Code < 300 && !trusted && r.access == private {
			t.Errorf("%s %s is answered with %d without a token", method, path, w.Code)
		}
		if strings.Contains(w.Body.String(), testToken) {
			t.Errorf("%s %s tells the token", method, path)
		}
	})
}
