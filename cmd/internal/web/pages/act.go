package pages

import (
	"net"
	"net/http"
	"net/url"
)

// act answers a posted form: with a page of the error, or by leading to a page that says what was done. done
// is the end of a text's key.
func (p *Pages) act(w http.ResponseWriter, r *http.Request, to, done string, err error) {
	if err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, to+"?"+url.Values{"done": {done}}.Encode(), http.StatusSeeOther)
}

// byOf is how the history names whoever acts on a page.
func byOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "dashboard"
	}
	return "dashboard (" + host + ")"
}
