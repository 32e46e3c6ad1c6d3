package pages

import (
	"net/http"

	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

// Login is what the login page shows.
type Login struct {
	Next  string // where somebody is led who is let in
	Wrong bool   // what was given is not the token
	Wait  int    // seconds until the next one is looked at, where too many were wrong
}

// Login shows the page at which a browser gets a session. It is the one page for people who have none.
func (p *Pages) Login(w http.ResponseWriter, r *http.Request, status int, v Login) {
	p.render(w, r, ui.Page{Name: "login", Outside: true, Status: status, Done: r.URL.Query().Get("done"), Data: v})
}
