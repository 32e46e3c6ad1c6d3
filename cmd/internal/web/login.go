package web

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

const (
	loginPath  = "/login"
	logoutPath = "/logout"
)

// routes are how a browser gets a session and ends it.
func (g *guard) routes() []route {
	fromHere := func(h http.HandlerFunc) http.HandlerFunc { return g.sameSite(h).ServeHTTP }
	return []route{
		{pattern: "GET " + loginPath, access: open, handler: fromHere(g.loginForm)},
		{pattern: "POST " + loginPath, access: open, handler: fromHere(g.login), body: 8 << 10},
		{pattern: "POST " + logoutPath, access: open, handler: fromHere(g.logout), body: 8 << 10},
	}
}

// loginView is what the login page shows.
type loginView struct {
	Next, Problem string
	Style         template.CSS
}

const loginStyle = "body{font:1rem/1.5 system-ui,sans-serif;max-width:22rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}" +
	"input,button{font:inherit;box-sizing:border-box;width:100%;padding:.5rem;margin:.25rem 0 1rem}" +
	".problem{border-left:.25rem solid #c62828;padding-left:.75rem}"

// loginPolicy lets the login page have its style, and nothing else that ui.Policy forbids.
func loginPolicy() string {
	sum := sha256.Sum256([]byte(loginStyle))
	return strings.Replace(ui.Policy, "style-src 'self'", "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", 1)
}

func loginPage() *template.Template {
	return template.Must(template.New("login").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tandem: log in</title>
<style>{{.Style}}</style>
<main>
<h1>Tandem</h1>
{{with .Problem}}<p class="problem" role="alert">{{.}}</p>
{{end}}<form method="post" action="/login">
<input type="hidden" name="next" value="{{.Next}}">
<label for="token">Token of the dashboard</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
<p>It is the <code>token</code> in the daemon block of the configuration. Whoever keeps the configuration knows it.</p>
</main>
`))
}

func (g *guard) loginForm(w http.ResponseWriter, r *http.Request) {
	next := localPath(r.FormValue("next"))
	if g.token.IsZero() || g.sessions.known(r) {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	g.showLogin(w, http.StatusOK, loginView{Next: next})
}

func (g *guard) login(w http.ResponseWriter, r *http.Request) {
	next := localPath(r.PostFormValue("next"))
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
		retryAfter(w, wait)
		g.showLogin(w, http.StatusTooManyRequests, loginView{Next: next, Problem: "Too many wrong tokens came. Wait a moment, then try again."})
	default:
		g.showLogin(w, http.StatusUnauthorized, loginView{Next: next, Problem: "This is not the token. Nothing else than the token is asked for, neither a name nor a password."})
	}
}

func (g *guard) logout(w http.ResponseWriter, r *http.Request) {
	g.sessions.end(w, r)
	http.Redirect(w, r, loginPath, http.StatusSeeOther)
}

func (g *guard) showLogin(w http.ResponseWriter, status int, v loginView) {
	v.Style = loginStyle
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", loginPolicy())
	w.WriteHeader(status)
	if err := loginPage().Execute(w, v); err != nil {
		g.logger.Debug("a page was not sent whole", "error", err)
	}
}

// localPath returns path if it is one of this server, else that of the dashboard: a link must not lead a person who
// logs in to another site.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\t\r\n") {
		return "/"
	}
	return path
}
