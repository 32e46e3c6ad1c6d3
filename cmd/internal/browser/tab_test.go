package browser

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for what must come.
const patience = 2 * time.Minute

// tab is a tab of a browser that has no cookies to begin with.
type tab struct {
	*testing.T
	ctx   context.Context
	world *world

	mu       sync.Mutex
	problems []string
	// expected are statuses of answers that are no problem.
	expected []int64
}

// newTab opens one. Whatever goes wrong in it fails the test at the end.
func newTab(t *testing.T, w *world) *tab {
	t.Helper()
	x := &tab{T: t, world: w}
	ctx, cancel := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext(), chromedp.WithListener(x.hear))
	t.Cleanup(func() {
		x.wantNoProblems()
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // its life must not be that of a context with a timeout
		t.Fatal(err)
	}
	x.ctx = ctx
	x.resize(1280)
	return x
}

// hear notes what a person would find in the console.
func (x *tab) hear(event any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	problem := func(format string, args ...any) { x.problems = append(x.problems, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if slices.Contains([]runtime.ConsoleAPICalledType{"error", "warning", "assert"}, e.Type) {
			for _, arg := range e.Args {
				problem("console: %s %s %s", e.Type, arg.Value, arg.Description)
			}
		}
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			what += " " + thrown.Description
		}
		problem("exception: %s", what)
	case *log.EventEntryAdded:
		// What the network logs is told by its own events.
		if e.Entry.Source != "network" && (e.Entry.Level == "error" || e.Entry.Level == "warning") {
			problem("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled { // as the stream of events is when a page is left
			problem("a request failed: %s %s", e.Type, e.ErrorText)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && !slices.Contains(x.expected, e.Response.Status) {
			problem("a request was answered with %d: %s", e.Response.Status, e.Response.URL)
		}
	}
}

// wantNoProblems tells what went wrong since it was called last.
func (x *tab) wantNoProblems() {
	x.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range x.problems {
		x.Error(p)
	}
	x.problems = nil
}

// do carries out steps, and fails the test where one of them does not come to its end.
func (x *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		x.Fatalf("%v\non the page: %s", err, x.describe())
	}
}

// describe tells what the tab shows.
func (x *tab) describe() string {
	ctx, cancel := context.WithTimeout(x.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// js returns what an expression is on the page.
func js[T any](x *tab, expression string) T {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		x.Fatalf("%s: %v", expression, err)
	}
	return v
}

// open goes to a page of the dashboard.
func (x *tab) open(path string) {
	x.Helper()
	x.do(chromedp.Navigate(x.world.url + path))
}

// wait waits until an expression is true on the page, whichever page that is by then.
func (x *tab) wait(expression string) {
	x.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(x.ctx, patience)
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		cancel()
		if err == nil && is {
			return
		}
		if time.Now().After(end) {
			x.Fatalf("%s does not become true: %v\non the page: %s", expression, err, x.describe())
		}
	}
}

// shows waits until the page has that text.
func (x *tab) shows(text string) {
	x.Helper()
	x.wait(fmt.Sprintf("document.readyState === 'complete' && document.body.innerText.includes(%q)", text))
}

// logIn gets a session, and comes out at path.
func (x *tab) logIn(path string) {
	x.Helper()
	x.open(path)
	x.do(chromedp.SendKeys(chromedp.CSS("#token"), token+"\r"))
	x.wait("document.readyState === 'complete' && location.pathname !== '/login'")
}

func (x *tab) resize(width int64) {
	x.Helper()
	x.do(chromedp.EmulateViewport(width, 900))
}

// prefer has the browser ask for a language and a colour scheme, as its owner set it up.
func (x *tab) prefer(language, scheme string) {
	x.Helper()
	_, err := chromedp.Call(x.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
	if err == nil {
		_, err = chromedp.Call(x.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	}
	if err != nil {
		x.Fatal(err)
	}
}
