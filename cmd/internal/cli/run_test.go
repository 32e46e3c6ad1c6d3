package cli

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
)

// A table in a folder that is not the configuration's own is taken in when it changes, and when it is there at last.
func TestDaemonFollowsItsTables(t *testing.T) {
	s := apptest.New(t, nil)
	table := filepath.Join(s.Dir, "tables", "drafts.csv")
	put := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(table), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(table, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.Write(t, `
  schedule { manual = true }
  filter { where = lookup(local.drafts, record.sku, "no") == "no" }
`, `locals { drafts = table("tables/drafts.csv", "sku", "draft") }`)
	put("sku;draft\nCH-100;yes\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stderr := &lookout{text: `"msg":"listening"`, seen: make(chan struct{})}
	done := make(chan outcome, 1)
	go func() { done <- watched(ctx, t, s, stderr, "-c", s.Dir, "run") }()
	wait := func(text string, change func()) {
		t.Helper()
		seen := stderr.seen
		if change != nil {
			seen = stderr.next(text)
			change()
		}
		select {
		case <-seen:
		case o := <-done:
			t.Fatalf("the daemon has ended: %+v", o)
		case <-time.After(time.Minute):
			t.Fatalf("%s was not told: %s", text, stderr)
		}
	}
	wait("listening", nil)
	wait(`"msg":"configuration taken in","generation":2`, func() { put("sku;draft\nCH-101;yes\n") })
	wait(`the old one runs on`, func() {
		if err := os.RemoveAll(filepath.Dir(table)); err != nil {
			t.Error(err)
		}
	})
	wait(`"msg":"configuration taken in","generation":3`, func() { put("sku;draft\nCH-102;yes\n") })
	cancel()
	(<-done).want(t, ExitDone)
}
