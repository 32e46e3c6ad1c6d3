package acceptance

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// daemon is the real program as a daemon.
type daemon struct {
	*exec.Cmd
	tandem, dir string
	out         *bytes.Buffer
}

func (w *world) runDaemon(t *testing.T, tandem string) *daemon {
	t.Helper()
	d := &daemon{Cmd: exec.Command(tandem, "run", "-c", w.dir), tandem: tandem, dir: w.dir, out: &bytes.Buffer{}}
	d.Stdout, d.Stderr = d.out, d.out
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	return d
}

// kill ends it as the kernel does, without a word.
func (d *daemon) kill(t *testing.T) {
	t.Helper()
	if err := d.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = d.Wait() // it was killed
}

// status waits until the daemon's status is as wanted.
func (d *daemon) status(t *testing.T, what string, is func(view.Status) bool) view.Status {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var s view.Status
		if _, err := os.Stat(filepath.Join(d.dir, "state", "tandem.sock")); err == nil {
			out, err := exec.Command(d.tandem, "status", "-c", d.dir, "--json").Output()
			if err == nil && json.Unmarshal(out, &s) == nil && s.Daemon != nil && is(s) {
				return s
			}
		}
		if time.Now().After(end) {
			t.Fatalf("%s did not come; the daemon says:\n%s", what, d.out)
		}
	}
}

// TestHooksSurviveSIGKILL: calls that were answered are not lost when the daemon is killed before it has read
// anything of what they named: the next one reads it, without a poll.
func TestHooksSurviveSIGKILL(t *testing.T) {
	const products, secret = 20, "hook-secret"
	tandem := binary(t)
	w := newWorld(t, settings{
		odoo:     odoosim.Config{Version: 18},
		pmSource: fmt.Sprintf("webhook { secret = %q }", secret),
		pipeline: `schedule {
    realtime = true
    every    = "24h"
  }`,
	})
	w.load(t, made(products))
	first := w.runDaemon(t, tandem)
	done := func(s view.Status) bool {
		p := s.Pipelines[0]
		return p.LastCycle != nil && p.Running == nil && p.LastCycle.Error == nil
	}
	address := first.status(t, "the first cycle", done).Daemon.Listen
	for i, p := range w.pm.Products() {
		if _, err := w.pm.Edit(p.ID, pmsim.Fields{"title": fmt.Sprint("Named ", i)}); err != nil {
			t.Fatal(err)
		}
		call(t, address, secret, p.ID)
	}
	first.kill(t)
	second := w.runDaemon(t, tandem)
	defer second.kill(t)
	second.status(t, "a cycle of what was called about", func(s view.Status) bool {
		return done(s) && s.Pipelines[0].LastCycle.Kind == pipeline.CycleHooks && len(s.Hooks) == 1 && s.Hooks[0].Waiting == 0
	})
	w.agree(t)
}

// call sends a signed call about a product, which must be taken.
func call(t *testing.T, address, secret, id string) {
	t.Helper()
	body := fmt.Sprintf(`{"event": "product.updated", "data": {"product_id": %q}}`, id)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	request, err := http.NewRequest(http.MethodPost, "http://"+address+"/hooks/pm", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-PM-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("a call is answered with %d", answer.StatusCode)
	}
}
