package browser

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestInAndOut is a person's way in, with a wrong token first, and out.
func TestInAndOut(t *testing.T) {
	w := newWorld(t)
	x := newTab(t, w)
	x.expected = []int64{401}
	x.open("/conflicts")
	if js[bool](x, `document.querySelector("#logout") !== null || document.querySelector("nav") !== null`) {
		t.Error("somebody who has not come in is offered what is inside")
	}
	x.do(chromedp.SendKeys(chromedp.CSS("#token"), "wrong\r"))
	x.wait(`document.querySelector('[role="alert"]')?.innerText.includes("This is not the token")`)
	x.do(chromedp.Click(chromedp.CSS(`a[hreflang="fr"]`)))
	x.shows("Jeton du tableau de bord")
	x.do(chromedp.SendKeys(chromedp.CSS("#token"), token+"\r"))
	x.shows("Aucun conflit")
	if got := js[string](x, "location.pathname"); got != "/conflicts" {
		t.Errorf("the way in leads to %s", got)
	}
	x.do(chromedp.Click(chromedp.CSS("#logout")))
	x.shows("Vous êtes déconnecté")
	x.open("/history")
	x.shows("Jeton du tableau de bord")
}

// TestSessionThatEnds leads a page that is open to the login page as soon as something happens.
func TestSessionThatEnds(t *testing.T) {
	w := newWorld(t)
	x := newTab(t, w)
	x.expected = []int64{401}
	x.logIn("/")
	x.settled()
	x.do(chromedp.Evaluate[chromedp.Void](`fetch("/logout", {method: "POST"}).then(() => 1)`, chromedp.EvalAwaitPromise))
	w.sync(t)
	x.wait(`location.pathname === "/login" || document.querySelector("main #token") !== null`)
}

// TestPreferences has the foot of a page change language and colours, and the browser remember them.
func TestPreferences(t *testing.T) {
	x := newTab(t, newWorld(t))
	x.logIn("/")
	background := "getComputedStyle(document.body).backgroundColor"
	light := js[string](x, background)
	x.do(chromedp.Click(chromedp.CSS(`a[href*="theme=dark"]`)))
	x.wait(background + ` !== "` + light + `"`)
	x.do(chromedp.Click(chromedp.CSS(`a[hreflang="fr"]`)))
	x.shows("Vue d’ensemble")
	x.open("/history")
	if js[string](x, background) == light || js[string](x, "document.documentElement.lang") != "fr" {
		t.Error("another page has forgotten what was chosen")
	}
}

// TestKeyboard reaches everything on the page of a conflict with the Tab key, sees where it is, and settles with Enter.
func TestKeyboard(t *testing.T) {
	w := newWorld(t)
	w.fightForPrices(t, 1)
	x := newTab(t, w)
	x.logIn("/conflicts/" + w.conflict(t, 0).ID)
	controls := js[[]string](x, `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].map((e, i) => {
		e.dataset.control = i + " " + e.tagName + " " + (e.value || e.innerText);
		return e.dataset.control;
	})`)
	for reached := []string{}; ; {
		x.do(chromedp.KeyEvent(kb.Tab))
		at := js[struct {
			Control      string
			Outline      float64
			Seen, Inside bool
		}](x, `(() => {
			const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
			return {
				Control: e.dataset.control || "", Outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth), Seen: e.matches(":focus-visible"),
				Inside: box.width > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
			};
		})()`)
		if at.Control == "" || slices.Contains(reached, at.Control) { // at the end, or at the beginning again
			for _, c := range controls {
				if !slices.Contains(reached, c) {
					t.Errorf("Tab does not reach %q", c)
				}
			}
			break
		}
		if !at.Seen || at.Outline < 2 || !at.Inside {
			t.Errorf("nobody sees that %q has the focus: %+v", at.Control, at)
		}
		reached = append(reached, at.Control)
	}
	for range controls {
		if js[bool](x, `document.activeElement.name === "take" && document.activeElement.value === "pm"`) {
			break
		}
		x.do(chromedp.KeyEvent(kb.Tab))
	}
	x.do(chromedp.KeyEvent(kb.Enter))
	x.shows("Settled: both sides will have what pm has.")
	w.sync(t)
	w.wantPrice(t, 0, 20.5)
}

// TestWithoutScripts reads and works in a browser that runs none.
func TestWithoutScripts(t *testing.T) {
	w := newWorld(t)
	w.fightForPrices(t, 2)
	x := newTab(t, w)
	if _, err := chromedp.Call(x.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	x.open("/")
	x.do(chromedp.SendKeys(chromedp.CSS("#token"), token), chromedp.Click(chromedp.CSS("main button")))
	x.shows("products in sync")
	for _, p := range []string{"/pipelines/" + main, "/history", "/quarantine", "/sources", "/config", "/records/" + sku(1)} {
		x.open(p)
		if js[string](x, "document.querySelector('h1').innerText") == "" || js[bool](x, `document.querySelector("[data-htmx-powered]") !== null`) {
			t.Errorf("%s has no heading, or scripts run", p)
		}
	}
	x.open("/conflicts/" + w.conflict(t, 0).ID)
	x.do(chromedp.SetValue(chromedp.CSS("textarea"), "99.5"), chromedp.Click(chromedp.CSS("textarea + div button")))
	x.shows("Settled")
	x.open("/conflicts?all=1")
	x.do(chromedp.Click(chromedp.CSS(`button[name="take"][value="erp"]`)))
	x.shows("Settled: the next cycle carries it out on both sides.")
	x.open("/pipelines/" + main)
	x.do(chromedp.Click(chromedp.CSS("#pause summary")), chromedp.Click(chromedp.CSS("#pause form button")))
	x.shows("Paused by dashboard")
	x.do(chromedp.Click(chromedp.CSS("#resume")))
	x.shows("Resumed")
	w.sync(t)
	w.wantPrice(t, 0, 99.5)
}
