package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// lived is a world with something on each page: conflicts, one of them of a long text, records in quarantine, a
// pipeline that failed, one that a brake stopped, one that is paused, and files that are not live.
func lived(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for i := range 5 {
		w.fight(t, i, pmsim.Fields{"price": fmt.Sprintf("%d.50", 20+i)}, odoosim.Values{"list_price": 30.25 + float64(i)})
	}
	w.fight(t, 5, pmsim.Fields{"description": strings.Replace(description, "une heure durant", "deux heures", 1)},
		odoosim.Values{"description_sale": strings.Replace(description, "0,8 litre", "1 litre", 1)})
	w.fight(t, 7, pmsim.Fields{"title": strings.Repeat("Bouilloire électrique à température réglable ", 4)}, odoosim.Values{"name": "Bouilloire"})
	w.sync(t)
	for _, name := range []string{broken, braked} {
		if _, err := w.app.Sync(t.Context(), web.SyncRequest{Pipeline: name}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.app.Pause(t.Context(), view.Hold{Pipelines: []string{broken}, By: "anna", Reason: "la place de marché est en maintenance jusqu’à vendredi"}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(w.dir, "tandem.hcl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, []byte("\nlint {}\n")...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.app.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// page is one that is looked at.
type page struct{ name, path string }

func (w *world) pages(t *testing.T) []page {
	return []page{
		{"overview", "/"},
		{"overview-filtered", "/?state=paused"},
		{"pipeline", "/pipelines/" + main},
		{"pipeline-paused", "/pipelines/" + broken},
		{"pipeline-braked", "/pipelines/" + braked},
		{"approve", "/pipelines/" + braked + "/approve"},
		{"conflicts", "/conflicts"},
		{"conflict", "/conflicts/" + w.conflict(t, 0).ID},
		{"conflict-text", "/conflicts/" + w.conflict(t, 5).ID},
		{"conflict-long", "/conflicts/" + w.conflict(t, 7).ID},
		{"history", "/history"},
		{"cycle", "/history?cycle=" + string(w.status(t).LastCycle.Cycle) + "&pipeline=" + main},
		{"record", "/records/" + sku(0)},
		{"record-unknown", "/records/NOBODY"},
		{"quarantine", "/quarantine"},
		{"sources", "/sources"},
		{"config", "/config"},
		{"error", "/pipelines/nobody"},
	}
}

// look is how somebody has set up their browser.
type look struct {
	scheme string
	width  int64
}

// TestPages looks at every page in both languages and themes, on a desk and in a hand. axe-core, which takes long, looks
// once in each theme: at the wide page in English and at the narrow one in French.
func TestPages(t *testing.T) {
	w := lived(t)
	pages := w.pages(t)
	english, french := texts(t, "english"), texts(t, "french")
	for _, tt := range []struct {
		language string
		audited  look
	}{{"en", look{"light", 1280}}, {"fr", look{"dark", 390}}} {
		language, audited := tt.language, tt.audited
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			x := newTab(t, w)
			x.expected = []int64{404} // what is not there says so
			x.prefer(language, "light")
			check := func(p page) {
				before := x.T
				x.Run(p.name, func(t *testing.T) {
					x.T = t
					defer func() { x.T = before }()
					if got := js[string](x, "document.documentElement.lang"); got != language {
						t.Errorf("the page is in %q", got)
					}
					x.wantWords(language, english, french)
					for _, look := range []look{{"light", 390}, {"dark", 390}, {"dark", 1280}, {"light", 1280}} {
						x.resize(look.width)
						x.prefer(language, look.scheme)
						x.wantNoSidewaysScroll(look.width)
						if look == audited {
							x.wantAccessible()
						}
						x.keep(fmt.Sprintf("%s-%s-%s-%d", p.name, language, look.scheme, look.width))
					}
					x.wantNoProblems()
				})
			}
			x.open("/")
			check(page{name: "login"})
			x.logIn("/")
			for _, p := range pages {
				x.open(p.path)
				x.settled()
				check(p)
			}
		})
	}
}

// settled waits until a page that follows what happens has fetched itself for the first time.
func (x *tab) settled() {
	x.Helper()
	x.wait(`!document.querySelector("main[hx-get]") || performance.getEntriesByType("resource").some(
		e => e.initiatorType === "fetch" && e.responseEnd > 0 && new URL(e.name).pathname === location.pathname)`)
}

// wantNoSidewaysScroll wants all of the page to be as wide as the screen, and nothing to be cut off.
func (x *tab) wantNoSidewaysScroll(width int64) {
	x.Helper()
	wide := js[[]string](x, `(() => {
		const room = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= room) return [];
		return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > room + 1)
			.map(e => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 60)).slice(0, 5);
	})()`)
	if len(wide) > 0 {
		x.Errorf("at %d pixels the page scrolls sideways: %q", width, wide)
	}
}

// wantWords wants every text of the interface to be in the page's language. Parts that say they are in English may be
// so, as messages of errors are.
func (x *tab) wantWords(language string, english, french map[string]string) {
	x.Helper()
	said := js[[]string](x, `(() => {
		const said = [], nodes = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
		for (let n; n = nodes.nextNode();) {
			const e = n.nodeType === Node.TEXT_NODE ? n.parentElement : n;
			if (e.closest("script, style, code, pre") || e.closest("[lang]").lang !== document.documentElement.lang) continue;
			if (n === e) for (const a of ["aria-label", "title", "placeholder", "data-label"]) said.push(e.getAttribute(a) ?? "");
			else said.push(n.data);
		}
		return [...new Set(said.map(s => s.trim()).filter(s => s))];
	})()`)
	other := map[string]bool{}
	for key, text := range english {
		if language == "fr" && !strings.ContainsAny(text, "%|") && !slices.Contains(mapValues(french), text) {
			other[text] = true
		}
		if slices.Contains(said, key) {
			x.Errorf("the page shows the key %s instead of its text", key)
		}
	}
	for _, text := range said {
		if other[text] {
			x.Errorf("%q is English on a page in French", text)
		}
	}
}

func mapValues(m map[string]string) []string {
	var all []string
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// texts reads a catalogue of the interface.
func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "web", "ui", language+".go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\t\t"([a-z_.]+)": +("(?:[^"\\]|\\.)*"),$`).FindAllSubmatch(source, -1) {
		var text string
		if err := json.Unmarshal(m[2], &text); err != nil {
			t.Fatal(err)
		}
		found[string(m[1])] = text
	}
	if len(found) < 100 {
		t.Fatalf("%d texts of the language are found, which cannot be all", len(found))
	}
	return found
}

// keep makes a picture of the page where pictures are asked for.
func (x *tab) keep(name string) {
	x.Helper()
	if *shots == "" {
		return
	}
	picture, err := chromedp.Run(x.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o600)
	}
	if err != nil {
		x.Error(err)
	}
}
