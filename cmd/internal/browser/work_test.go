package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// stays marks the page that is there, to be asked for by stayed.
const (
	stays  = "window.stays = true"
	stayed = "window.stays === true"
)

// TestLive watches a cycle on a page that is never loaded again.
func TestLive(t *testing.T) {
	w := newWorld(t)
	x := newTab(t, w)
	x.logIn("/pipelines/" + main)
	x.settled()
	x.do(chromedp.Evaluate[chromedp.Void](stays), chromedp.Focus(chromedp.CSS(`nav a[href="/history"]`)))
	if _, err := w.pm.Create(pmsim.Fields{"sku": sku(90), "title": "Bol", "price": "4.50"}); err != nil {
		t.Fatal(err)
	}
	w.hold()
	if err := w.app.Begin(t.Context(), view.Begin{Pipeline: main}); err != nil {
		t.Fatal(err)
	}
	x.shows("Running")
	x.wait(`document.querySelector("main progress") !== null`)
	w.release()
	cycle := `document.querySelector("main tbody tr code").textContent`
	x.wait(`document.querySelector("main progress") === null && document.querySelectorAll("main tbody tr").length === 2`)
	x.shows("Active")
	if got := js[string](x, cycle); got != string(w.status(t).LastCycle.Cycle) {
		t.Errorf("the latest cycle on the page is %s", got)
	}
	if got := js[int](x, `Number(document.querySelectorAll(".figures dd")[1].textContent)`); got != w.status(t).Linked {
		t.Errorf("the page says that %d products are in sync", got)
	}
	if !js[bool](x, stayed) {
		t.Error("the page was loaded anew")
	}
	if got := js[string](x, "document.activeElement.outerHTML"); !js[bool](x, `document.activeElement.matches('nav a[href="/history"]')`) {
		t.Errorf("the focus has gone to %s", got)
	}
}

// TestSettle settles one conflict by a click, and has both sides hold what was clicked.
func TestSettle(t *testing.T) {
	w := newWorld(t)
	w.fightForPrices(t, 1)
	x := newTab(t, w)
	x.logIn("/")
	x.settled()
	x.do(chromedp.Click(chromedp.CSS(`nav a[href="/conflicts"]`)))
	x.shows(sku(0))
	x.do(chromedp.Click(chromedp.CSS(`a.button[href="/conflicts/` + w.conflict(t, 0).ID + `"]`)))
	x.shows("Which “price” is right?")
	x.do(chromedp.Click(chromedp.CSS(`button[name="take"][value="erp"]`)))
	x.shows("Settled: both sides will have what erp has.")
	x.do(chromedp.Click(chromedp.CSS(`.actions form button`))) // Sync now
	x.shows("A cycle has been started")
	x.wait(`document.querySelectorAll("main tbody tr").length === 3`)
	w.wantPrice(t, 0, 130.25)
}

// TestSettleMany settles some of the conflicts at once, and leaves the others alone.
func TestSettleMany(t *testing.T) {
	w := newWorld(t)
	w.fightForPrices(t, 4)
	x := newTab(t, w)
	x.logIn("/conflicts")
	for i := range 3 {
		x.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[name="id"][value=%q]`, w.conflict(t, i).ID))))
	}
	x.do(chromedp.Click(chromedp.CSS(`button[name="take"][value="pm"]`)))
	x.shows("Settled: the next cycle carries it out on both sides.")
	w.sync(t)
	for i := range 3 {
		w.wantPrice(t, i, 20.5+float64(i))
	}
	if w.conflict(t, 3).Resolution != nil {
		t.Error("what was not chosen is settled")
	}
	x.open("/conflicts")
	if n := js[int](x, "document.querySelectorAll('main tbody tr').length"); n != 1 {
		t.Errorf("%d conflicts are on the page, want one", n)
	}
}

// TestPauseAndResume holds a pipeline by clicks; another tab sees it without being loaded anew.
func TestPauseAndResume(t *testing.T) {
	w := newWorld(t)
	x := newTab(t, w)
	x.logIn("/pipelines/" + main)
	x.settled()
	other := newTab(t, w)
	other.logIn("/")
	other.settled()
	other.do(chromedp.Evaluate[chromedp.Void](stays))

	x.do(chromedp.Click(chromedp.CSS("#pause summary")), chromedp.SendKeys(chromedp.CSS("#reason"), "stocktaking"))
	for _, width := range []int64{390, 1280} {
		x.resize(width)
		x.wantNoSidewaysScroll(width)
		if !js[bool](x, `(() => { const box = document.querySelector("#pause form").getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth; })()`) {
			t.Errorf("at %d pixels the form is cut off", width)
		}
		x.keep(fmt.Sprintf("pause-%d", width))
	}
	w.sync(t) // while somebody types, the page follows
	x.wait(`document.querySelectorAll("main tbody tr").length === 2`)
	if got := js[string](x, `document.querySelector("#reason").value`); got != "stocktaking" || !js[bool](x, `document.querySelector("#pause").open`) {
		t.Errorf("after the page followed a cycle, the form has %q", got)
	}
	x.do(chromedp.Click(chromedp.CSS("#pause form button")))
	x.shows("Paused by dashboard (127.0.0.1)")
	if p := w.status(t).Paused; p == nil || p.Reason != "stocktaking" {
		t.Errorf("the pipeline is paused: %+v", p)
	}
	if js[bool](x, `document.querySelector("#sync") !== null`) {
		t.Error("a cycle of a paused pipeline can be asked for")
	}
	other.shows("Paused by dashboard (127.0.0.1)")
	other.shows(": stocktaking")
	x.do(chromedp.Click(chromedp.CSS("#resume")))
	x.shows("Resumed")
	if p := w.status(t).Paused; p != nil {
		t.Errorf("the pipeline is paused: %+v", p)
	}
	other.wait(`!document.body.innerText.includes("Paused by")`)
	if !js[bool](other, stayed) {
		t.Error("the other page was loaded anew")
	}
}

// fightForPrices makes conflicts of the prices of the first n products.
func (w *world) fightForPrices(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		w.fight(t, i, pmsim.Fields{"price": fmt.Sprintf("%d.50", 20+i)}, odoosim.Values{"list_price": 130.25 + float64(i)})
	}
	w.sync(t)
}

// wantPrice wants both sides to have it.
func (w *world) wantPrice(t *testing.T, i int, want float64) {
	t.Helper()
	if got := w.inPM(t, i).Text("price"); got != fmt.Sprint(want) {
		t.Errorf("%s costs %s in Products Manager, want %v", sku(i), got, want)
	}
	if got := w.inERP(t, i).Price; got != want {
		t.Errorf("%s costs %v in Odoo, want %v", sku(i), got, want)
	}
}
