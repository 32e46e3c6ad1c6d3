package web

import (
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/web/pages"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

const (
	loginPath  = "/login"
	logoutPath = "/logout"
)

// loginPage shows the login page.
type loginPage func(w http.ResponseWriter, r *http.Request, status int, v pages.Login)

// routes are how a browser gets a session and ends it.
func (g *guard) routes(show loginPage) []route {
	fromHere := func(h http.HandlerFunc) http.HandlerFunc { return g.sameSite(ui.Preferences(h)).ServeHTTP }
	return []route{
		{pattern: "GET " + loginPath, access: open, handler: fromHere(g.loginForm(show))},
		{pattern: "POST " + loginPath, access: open, handler: fromHere(g.login(show)), body: 8 << 10},
		{pattern: "POST " + logoutPath, access: open, handler: fromHere(g.logout), body: 8 << 10},
	}
}

// inSession tells whether the call is part of a session, which nobody has where no token is asked for.
func (g *guard) inSession(r *http.Request) bool { return !g.token.IsZero() && g.sessions.known(r) }

func (g *guard) loginForm(show loginPage) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		next := localPath(r.FormValue("next"))
		if g.token.IsZero() || g.sessions.known(r) {
			http.Redirect(w, r, next, http.StatusSeeOther)
			return
		}
		show(w, r, http.StatusOK, pages.Login{Next: next})
	}
}

func (g *guard) login(show loginPage) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		next := localPath(r.FormValue("next"))
		if g.token.IsZero() {
			http.Redirect(w, r, next, http.StatusSeeOther)
			return
		}
		ok, wait := g.try(r, r.PostFormValue("token"))
		switch {
		case ok:
			g.metrics.login(loginOK)
			g.sessions.begin(w)
			http.Redirect(w, r, next, http.StatusSeeOther)
		case wait > 0:
			show(w, r, http.StatusTooManyRequests, pages.Login{Next: next, Wait: retryAfter(w, wait)})
		default:
			show(w, r, http.StatusUnauthorized, pages.Login{Next: next, Wrong: true})
		}
	}
}

func (g *guard) logout(w http.ResponseWriter, r *http.Request) {
	g.sessions.end(w, r)
	http.Redirect(w, r, loginPath+"?done=logout", http.StatusSeeOther)
}

// localPath returns path if it is one of this server, else that of the dashboard: a link must not lead a person who
// logs in to another site.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\t\r\n") {
		return "/"
	}
	return path
}
