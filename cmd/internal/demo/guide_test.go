package demo

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/cli"
)

// screen is what the user sees; until waits for something on it.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newScreen() *screen { return &screen{more: make(chan struct{}, 1)} }

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) until(ctx context.Context, t *testing.T, what string) {
	t.Helper()
	for !strings.Contains(s.String(), what) {
		select {
		case <-s.more:
		case <-ctx.Done():
			t.Fatalf("nothing says %q: %s", what, s.String())
		}
	}
}

// Everything that the guide says to try is tried, word for word.
func TestGuide(t *testing.T) {
	shown := newScreen()
	d := opened(t, false, shown)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- d.show(ctx, "tandem") }()
	shown.until(ctx, t, "Press Ctrl-C")

	for _, line := range strings.Split(shown.String(), "\n") {
		for command := range strings.SplitSeq(strings.TrimSpace(line), "; ") {
			switch program, _, _ := strings.Cut(command, " "); program {
			case "curl":
				curl(t, command)
			case "tandem":
				tandem(t, command)
			}
		}
		if line == "" { // the user reads on, and a cycle passes
			if _, err := d.cycle(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, told := range []string{
		"MLN-001 in erp: price 57.5 → 49.92",
		`THR-001 in erp: title "Théière en fonte 0,8 L" → "Théière « Sōma »"`,
		"THR-001 in pm: weight 1.6 → 1.65",
		"COC-024 in erp: price 119 → 107.5",
		"PLD-001: the two sides differ in price, which waits for you",
		"FEU-002 made in erp",
		"MLN-001 in pm: is_active true → false",
	} {
		shown.until(ctx, t, told)
	}
	edit(t, d, `deletes = "archive"`, `deletes = "ignore"`)
	shown.until(ctx, t, "replaced:  products")
	edit(t, d, `deletes = "ignore"`, `deletes = "ingore"`)
	shown.until(ctx, t, `Did you mean "ignore"?`)
	shown.until(ctx, t, "not taken in: the old configuration runs on")
	wantAgreement(t, d.shop, skuWrongDigit, skuFought)
	if q, err := d.app.Quarantine(ctx); err != nil || len(q) != 1 || q[0].Match["sku"].AsText() != skuWrongDigit {
		t.Errorf("in quarantine are still %v, %v", q, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// edit is what the user does to the configuration.
func edit(t *testing.T, d *demo, old, with string) {
	t.Helper()
	path := filepath.Join(d.dir, "tandem.hcl")
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		t.Fatalf("no %s in %s: %v", old, text, err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(with), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

var (
	curlCommand = regexp.MustCompile(`^curl (?:-X (\w+) )?(http://\S+)((?: -H '[^']*')*) -d '([^']*)'$`)
	curlHeader  = regexp.MustCompile(`-H '([^:]*): ([^']*)'`)
)

// curl does what curl would do.
func curl(t *testing.T, command string) {
	t.Helper()
	m := curlCommand.FindStringSubmatch(command)
	if m == nil {
		t.Fatalf("not understood: %s", command)
	}
	method := http.MethodPost
	if m[1] != "" {
		method = m[1]
	}
	r, err := http.NewRequestWithContext(t.Context(), method, m[2], strings.NewReader(m[4]))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, h := range curlHeader.FindAllStringSubmatch(m[3], -1) {
		r.Header.Set(h[1], h[2])
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.Body.Close() != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s: HTTP %d %s %v", command, answer.StatusCode, body, err)
	}
}

// tandem runs a command as a process of its own would.
func tandem(t *testing.T, command string) {
	t.Helper()
	var out bytes.Buffer
	code := cli.Main(t.Context(), cli.Process{
		Args: strings.Fields(command)[1:], Stdout: &out, Stderr: &out,
		Getenv: func(string) (string, bool) { return "", false },
	}, cli.Options{Version: "1.2.3", Kinds: app.Kinds()})
	if code != cli.ExitDone && (code != cli.ExitDiffers || !strings.Contains(command, " plan ")) {
		t.Errorf("%s: exit code %d: %s", command, code, out.String())
	}
}

func TestCommandForAShell(t *testing.T) {
	for program, want := range map[string]string{
		"tandem":              "tandem",
		"/usr/bin/tandem":     "/usr/bin/tandem",
		"/opt/my apps/tandem": "'/opt/my apps/tandem'",
		"/opt/it's/tandem":    `'/opt/it'\''s/tandem'`,
	} {
		if got := command(program); got != want {
			t.Errorf("%s is called as %s, want %s", program, got, want)
		}
	}
	if got := command("bin/tandem"); !strings.HasPrefix(got, "/") || !strings.HasSuffix(got, "/bin/tandem") {
		t.Errorf("bin/tandem is called as %s", got)
	}
}
