package ui

import (
	"net/http"
	"net/url"
	"time"
)

// Theme is a colour scheme; "" is the system's.
type Theme string

// The themes that can be chosen.
const (
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Cookies and query parameters of the same names keep what the user prefers.
const (
	languageCookie = "lang"
	themeCookie    = "theme"
)

const preferenceAge = 365 * 24 * time.Hour

func themeOf(r *http.Request) Theme {
	if c, err := r.Cookie(themeCookie); err == nil {
		if t := Theme(c.Value); t == Light || t == Dark {
			return t
		}
	}
	return ""
}

// Preferences handles ?lang= and ?theme= of any page: it remembers what was chosen in a cookie and leads to
// the page without them.
func Preferences(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.Method != http.MethodGet || !q.Has(languageCookie) && !q.Has(themeCookie) {
			next.ServeHTTP(w, r)
			return
		}
		if l, ok := parseLanguage(q.Get(languageCookie)); ok {
			remember(w, r, languageCookie, string(l))
		}
		switch t := Theme(q.Get(themeCookie)); t {
		case Light, Dark:
			remember(w, r, themeCookie, string(t))
		case "auto":
			http.SetCookie(w, &http.Cookie{Name: themeCookie, Path: "/", MaxAge: -1})
		}
		q.Del(languageCookie)
		q.Del(themeCookie)
		// The path alone: no request can make this lead to another site.
		http.Redirect(w, r, (&url.URL{Path: "/" + trimSlashes(r.URL.Path), RawQuery: q.Encode()}).String(), http.StatusSeeOther)
	})
}

func trimSlashes(path string) string {
	for path != "" && (path[0] == '/' || path[0] == '\\') {
		path = path[1:]
	}
	return path
}

func remember(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(preferenceAge / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}

// with returns the address of the page that r asks for, with one parameter set.
func with(r *http.Request, name, value string) string {
	q := r.URL.Query()
	q.Set(name, value)
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}
