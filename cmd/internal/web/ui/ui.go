package ui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// Policy is the content security policy of every page: nothing but what this daemon itself serves, and
// nothing inline.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// UI has the pages, ready in every language.
type UI struct {
	pages  map[Language]map[string]*template.Template
	nav    []Nav
	inside func(*http.Request) bool
	assets map[string]string
}

// Nav is an entry of the navigation: the text nav.NAME, leading to Path.
type Nav struct{ Name, Path string }

// Options of a UI.
type Options struct {
	// Session tells whether a request is part of a session, which can be ended then; nil: there are none.
	Session func(*http.Request) bool
	// Pages holds the templates, *.html. A page is known by its file's name without the ending; a file
	// whose name begins with an underscore has parts for all pages.
	Pages fs.FS
	Nav   []Nav
	Now   func() time.Time // nil is time.Now
}

// New parses all pages.
func New(o Options) (*UI, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	u := &UI{pages: map[Language]map[string]*template.Template{}, nav: o.Nav, inside: o.Session}
	var err error
	if u.assets, err = assets(); err != nil {
		return nil, err
	}
	for _, l := range Languages() {
		if u.pages[l], err = u.parse(o, newWords(l, o.Now)); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func (u *UI) parse(o Options, w words) (map[string]*template.Template, error) {
	base, err := template.New("layout").Option("missingkey=error").Funcs(u.functions(w)).ParseFS(layoutFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(o.Pages, "*.html")
	if err != nil {
		return nil, err
	}
	var own []string
	for _, f := range files {
		if !strings.HasPrefix(f, "_") {
			own = append(own, f)
		} else if base, err = base.ParseFS(o.Pages, f); err != nil {
			return nil, err
		}
	}
	pages := map[string]*template.Template{}
	for _, f := range own {
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(o.Pages, f)
		}
		if err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(f, path.Ext(f))] = t
	}
	return pages, nil
}

func (u *UI) functions(w words) template.FuncMap {
	return template.FuncMap{
		"t": w.text, "tn": w.count, "number": w.number, "time": w.time, "ago": w.ago, "until": w.until, "span": w.span, "duration": w.duration,
		"asset": u.asset, "icon": icon, "prose": prose, "dict": dict, "id": id,
		"percent": func(part, whole int) int { return 100 * part / max(whole, 1) },
	}
}

// prose shows text of a person or of the catalogue of errors, with what it has in backticks as code.
func prose(text string) template.HTML {
	var b strings.Builder
	parts := strings.Split(text, "`")
	for i, part := range parts {
		switch part = template.HTMLEscapeString(part); {
		case i%2 == 0:
			b.WriteString(part)
		case i == len(parts)-1: // a backtick that none follows is one
			b.WriteString("`" + part)
		default:
			b.WriteString("<code>" + part + "</code>")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

func (u *UI) asset(name string) (string, error) {
	address, ok := u.assets[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %q", name)
	}
	return address, nil
}

// id returns what can be part of an id attribute and stands for name, which may hold anything.
func id(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:6])
}

// dict makes a map of keys and values in turn, for a template that takes several things.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict has a key without a value")
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict has the key %v, which is no text", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

// Page is what Render shows.
type Page struct {
	Name   string // of the template
	Nav    string // the entry of the navigation that it belongs to, "" for none
	Status int    // of the answer; 0 is 200
	// Live: what is inside "main" is fetched anew when something changes.
	Live bool
	// Outside: it is for people who have not come in, whom navigation and search would lead nowhere.
	Outside bool
	Badges  map[string]int // how much waits, by entry of the navigation
	// Done is a text's key that tells what was just done, "" for nothing. It comes from the address:
	// one that is no text is ignored.
	Done string
	Data any
}

// frame is what the layout sees.
type frame struct {
	Page
	Lang      Language
	Theme     Theme
	Entries   []entry
	Languages []choice
	Themes    []choice
	Here      string
	Session   bool // there is one that can be ended
}

type entry struct {
	Nav
	Current bool
	Waiting int
}

type choice struct {
	Value, Name, Address string
	Current              bool
}

// Render answers with a page, whole or, where it cannot be made, not at all.
func (u *UI) Render(w http.ResponseWriter, r *http.Request, p Page) error {
	f := u.frame(r, p)
	t, ok := u.pages[f.Lang][p.Name]
	if !ok {
		return fmt.Errorf("there is no page %q", p.Name)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", f); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(f.Lang))
	h.Set("Vary", "Accept-Language, Cookie")
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	_, err := b.WriteTo(w)
	return err
}

// Part returns one template of a page alone, in the language of r.
func (u *UI) Part(r *http.Request, page, name string, data any) (string, error) {
	t, ok := u.pages[LanguageOf(r)][page]
	if !ok {
		return "", fmt.Errorf("there is no page %q", page)
	}
	var b strings.Builder
	err := t.ExecuteTemplate(&b, name, data)
	return b.String(), err
}

func (u *UI) frame(r *http.Request, p Page) frame {
	f := frame{Page: p, Lang: LanguageOf(r), Theme: themeOf(r), Here: r.URL.RequestURI()}
	f.Session = !p.Outside && u.inside != nil && u.inside(r)
	for _, n := range u.nav {
		f.Entries = append(f.Entries, entry{Nav: n, Current: n.Name == p.Nav, Waiting: p.Badges[n.Name]})
	}
	for _, l := range Languages() {
		f.Languages = append(f.Languages, choice{string(l), l.Name(), with(r, languageCookie, string(l)), l == f.Lang})
	}
	for _, t := range []Theme{"", Light, Dark} {
		value := string(t)
		if t == "" {
			value = "auto"
		}
		f.Themes = append(f.Themes, choice{value, "theme." + value, with(r, themeCookie, value), t == f.Theme})
	}
	if _, ok := f.Lang.messages()["done."+p.Done]; !ok {
		f.Done = ""
	}
	return f
}
