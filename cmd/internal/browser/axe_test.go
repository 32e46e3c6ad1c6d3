package browser

import (
	"os"
	"sync"

	"github.com/chromedp/chromedp"
)

// axe is the text of axe-core, read once; "" where TANDEM_TEST_AXE names none.
var axe = sync.OnceValues(func() (string, error) {
	file := os.Getenv("TANDEM_TEST_AXE")
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	return string(text), err
})

// finding is what axe has to say.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	}
}

// wantAccessible has axe-core look at the page. What is serious or critical fails the test.
func (x *tab) wantAccessible() {
	x.Helper()
	text, err := axe()
	if err != nil {
		x.Fatal("TANDEM_TEST_AXE: ", err)
	}
	if text == "" {
		if os.Getenv("TANDEM_TEST_BROWSER") != "" {
			x.Fatal("TANDEM_TEST_BROWSER is set, and TANDEM_TEST_AXE names no file of axe-core")
		}
		return
	}
	if !js[bool](x, "'axe' in window") {
		x.do(chromedp.Evaluate[chromedp.Void](text))
	}
	for _, f := range js[[]finding](x, "axe.run({resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => r.violations)") {
		for _, n := range f.Nodes[:min(3, len(f.Nodes))] {
			tell := x.Errorf
			if f.Impact != "serious" && f.Impact != "critical" {
				tell = x.Logf
			}
			tell("%s (%s): %s: %s\n%s", f.ID, f.Impact, f.Help, n.HTML, n.Summary)
		}
	}
}
