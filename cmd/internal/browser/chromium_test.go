package browser

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// shots is where each page is kept as a picture, for people to look at.
var shots = flag.String("shots", "", "directory for a picture of each page, in each look")

// chromium is the one browser of all tests, started by the first.
var chromium struct {
	start sync.Once
	ctx   context.Context
	stop  context.CancelFunc
	err   error
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

// browser returns a context of the running browser.
func browser(t *testing.T) context.Context {
	t.Helper()
	program := program()
	if program == "" {
		leaveOut(t, "there is no chromium in the PATH, and TANDEM_TEST_CHROMIUM names none; to have it: apt-get install chromium")
	}
	chromium.start.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(program), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en"), chromedp.DisableGPU)
		if os.Geteuid() == 0 {
			options = append(options, chromedp.NoSandbox)
		}
		allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, cancel := chromedp.NewContext(allocator)
		chromium.ctx, chromium.stop = ctx, func() { _ = chromedp.Cancel(ctx); cancel(); end() }
		chromium.err = chromedp.Do(ctx)
	})
	if chromium.err != nil {
		t.Fatalf("%s does not start: %v", program, chromium.err)
	}
	return chromium.ctx
}

// program returns where the browser is, "" where there is none.
func program() string {
	if named := os.Getenv("TANDEM_TEST_CHROMIUM"); named != "" {
		return named
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// leaveOut skips the test, or fails it where it must not be left out.
func leaveOut(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("TANDEM_TEST_BROWSER") != "" {
		t.Fatal("TANDEM_TEST_BROWSER is set, and ", why)
	}
	t.Skip(why)
}
