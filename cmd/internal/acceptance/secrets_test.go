package acceptance

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"mime/quotedprintable"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// TestNoSecretLeaves: whatever the program writes or answers, while systems repeat what they were sent, and in
// whatever form, no secret of the configuration and its surroundings is in it.
func TestNoSecretLeaves(t *testing.T) {
	s := plant(t)
	s.offline(t)
	s.commands(t, "at rest")
	for _, format := range []string{"text", "json"} {
		s.daemon(t, format)
	}
	s.elsewhere(t)
	s.broken(t)
	s.inState(t)
	if len(s.heard) < 60 {
		t.Errorf("only %d outputs were looked at", len(s.heard))
	}
	names := make([]string, 0, len(s.heard))
	for name, text := range s.heard {
		names = append(names, name)
		s.mustNotTell(t, name, text)
	}
	slices.Sort(names)
	t.Logf("looked at %d outputs: %s", len(names), strings.Join(names, ", "))
	for kind, n := range s.repeated() {
		if n == 0 {
			t.Errorf("no %s has repeated a secret: the test proves nothing of it", kind)
		}
	}
}

// spy is a shop full of secrets, and all that was heard from it.
type spy struct {
	tandem, dir, state string
	pm                 *pmsim.Server
	clumsy             map[string]*clumsy // by what they stand before
	secrets            map[string]string  // by where they were planted
	heard              map[string]string  // output by what gave it
}

// Of each secret: letters that show what it is, and characters that every encoding writes differently.
const (
	pmKey      = "pm_test_PLANTED-pm+key/7f3a91=c0ffee~0123456789"
	odooKey    = "PLANTED-odoo+key/5d2e<8&b1>c0ffee=0123456789"
	pmHook     = `PLANTED-pm"hook+5e/cret<&>'9a8b7c6d5e`
	odooHook   = "PLANTED-odoo-hook_41f0c2d3e4b5a697"
	token      = "PLANTED-token+of/the=dashboard~e1d2c3b4"
	accessKey  = "PLANTEDACCESSKEY00A1"
	secretKey  = "PLANTED/s3+secret=key/9f8e7d6c5b4a3928"
	proxyWord  = "PLANTED-proxy-word-77ab12cd"
	traceWord  = "PLANTED-collector-word-3344eeff"
	plainWord  = "PLANTED-plain-in-the-file-0a1b2c3d"
	addressKey = "PLANTED-in-an-address-9c8d7e6f"
)

func plant(t *testing.T) *spy {
	t.Helper()
	dir, err := os.MkdirTemp("", "tandem-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &spy{
		tandem: binary(t), dir: dir, state: filepath.Join(dir, "state"), heard: map[string]string{}, clumsy: map[string]*clumsy{},
		secrets: map[string]string{
			"key of Products Manager": pmKey, "key of Odoo": odooKey, "webhook of Products Manager": pmHook, "webhook of Odoo": odooHook,
			"token": token, "access key": accessKey, "secret key": secretKey, "password of the proxy": proxyWord, "header of traces": traceWord,
			"password in the file": plainWord, "password in an address": addressKey,
		},
		pm: pmsim.New(pmsim.Config{APIKeys: []pmsim.APIKey{{Key: pmKey}}}),
	}
	pm, err := s.pm.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.pm.Close() })
	erp, err := odoosim.New(odoosim.Config{Version: 18, Users: []odoosim.User{{Login: "bot", Keys: []string{odooKey}, Role: odoosim.Manager}}})
	if err != nil {
		t.Fatal(err)
	}
	odoo, err := erp.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = erp.Close() })
	for i := range 6 {
		if _, err := s.pm.Create(pmsim.Fields{"title": fmt.Sprintf("Lamp %d", i), "sku": fmt.Sprintf("L-%d", i), "price": "12.00"}); err != nil {
			t.Fatal(err)
		}
	}
	s.clumsy["Products Manager"] = newClumsy(t, pm, pmKey)
	s.clumsy["Odoo"] = newClumsy(t, odoo, odooKey)
	s.clumsy["S3 server"] = newClumsy(t, "", secretKey, accessKey)
	s.clumsy["collector"] = newClumsy(t, "", traceWord)
	s.clumsy["proxy"] = newClumsy(t, "", proxyWord)
	credentials := filepath.Join(dir, "credentials")
	if err := os.Mkdir(credentials, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"credentials/token": token + "\n", "shop/tandem.vars.hcl": fmt.Sprintf("odoo_hook = %q\n", odooHook)} {
		s.write(t, name, value)
	}
	for name, value := range map[string]string{
		"SPY_PM_KEY": pmKey, "SPY_ODOO_KEY": odooKey, "SPY_ACCESS": accessKey, "SPY_SECRET": secretKey, "TANDEM_VAR_pm_hook": pmHook,
		"CREDENTIALS_DIRECTORY": credentials, "HTTP_PROXY": strings.Replace(s.clumsy["proxy"].url, "//", "//somebody:"+proxyWord+"@", 1),
		"OTEL_EXPORTER_OTLP_ENDPOINT": s.clumsy["collector"].url, "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20" + traceWord,
		"OTEL_BSP_SCHEDULE_DELAY": "50",
	} {
		t.Setenv(name, value)
	}
	s.configure(t, "text", "")
	return s
}

func (s *spy) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// configure writes the configuration; further goes into the block of Odoo.
func (s *spy) configure(t *testing.T, format, further string) {
	t.Helper()
	s.write(t, "shop/tandem.hcl", fmt.Sprintf(`
daemon {
  state_dir  = %q
  listen     = "127.0.0.1:0"
  public_url = "https://tandem.example.com"
  token      = credential("token")
  log {
    level  = "debug"
    format = %q
  }
}
variable "pm_hook" {}
variable "odoo_hook" {}
locals {
  door = env("SPY_ODOO_KEY")
}
source "products_manager" "pm" {
  url     = %q
  api_key = env("SPY_PM_KEY")
  webhook { secret = var.pm_hook }
}
source "odoo" "erp" {
  url      = %q
  database = "odoo"
  login    = "bot"
  api_key  = local.door
  protocol = "xmlrpc"
  webhook { secret = var.odoo_hook }
  %s
}
media "s3" "images" {
  endpoint   = %q
  bucket     = "shop"
  region     = "us-east-1"
  access_key = env("SPY_ACCESS")
  secret_key = env("SPY_SECRET")
  public_url = "http://127.0.0.1:9/shop"
  tls        = false
}
pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  media = media.s3.images
  mapping {
    defaults = true
    without  = ["stock_quantity"]
  }
  limits { updates = "100%%" }
  schedule {
    realtime = true
    every    = "24h"
  }
}
`, s.state, format, s.clumsy["Products Manager"].url+"/api/v1", s.clumsy["Odoo"].url, further, strings.TrimPrefix(s.clumsy["S3 server"].url, "http://")))
	s.write(t, "shop/shop.test.hcl", `test "lamps" {
  pipeline = "products"
  record "pm" {
    title = "Lamp"
    sku   = "L"
  }
  expect {
    to_erp = { name = "Torch" }
  }
}
`)
}

// run keeps what a command prints, wrong exit codes included.
func (s *spy) run(t *testing.T, when string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.tandem, args...)
	cmd.Dir = filepath.Join(s.dir, "shop")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", args, err)
	}
	s.heard[strings.Join(args, " ")+", "+when] += string(out)
	return string(out)
}

// offline runs what needs no system.
func (s *spy) offline(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{
		{"validate"},
		{"validate", "--json"},
		{"fmt", "--diff"},
		{"test"},
		{"test", "--json"},
		{"graph"},
		{"graph", "--json"},
		{"schema"},
		{"functions"},
		{"console", "-e", "local.door", "-e", `env("SPY_PM_KEY")`, "-e", `"${local.door}x"`, "-e", "var.pm_hook", "-e", `upper(credential("token"))`, "-e", "local", "-e", "var"},
	} {
		s.run(t, "offline", args...)
	}
}

// commands runs all that ask the daemon, or the systems.
func (s *spy) commands(t *testing.T, when string) {
	t.Helper()
	for _, args := range [][]string{
		{"validate", "--online"},
		{"check"},
		{"check", "--json"},
		{"plan"},
		{"plan", "--json", "--full"},
		{"plan", "--full", "--out", filepath.Join(s.dir, "kept.plan")},
		{"sync"},
		{"sync", "--json", "--full"},
		{"status"},
		{"status", "--json"},
		{"explain", "L-1"},
		{"explain", "L-1", "--json"},
		{"history"},
		{"history", "--json"},
		{"quarantine"},
		{"quarantine", "--json"},
		{"conflicts", "--json"},
		{"state", "check"},
		{"state", "export", "--history"},
		{"webhook", "register", "pm"},
		{"webhook", "register", "erp"},
		{"console", "--source", "pm", "--key", "L-1", "-e", "record"},
		{"reload"},
		{"reload", "--json"},
		{"apply", filepath.Join(s.dir, "kept.plan")},
	} {
		s.run(t, when, args...)
	}
	if kept, err := os.ReadFile(filepath.Join(s.dir, "kept.plan")); err == nil {
		s.heard["a kept plan, "+when] = string(kept)
	}
}

// troubled has the systems repeat secrets in their errors, and lets the commands meet them.
func (s *spy) troubled(t *testing.T, when string) {
	t.Helper()
	for _, trouble := range []trouble{denied, refuses, fails} {
		for _, c := range s.clumsy {
			c.be(trouble)
		}
		if trouble == fails { // which is tried again and again, with pauses
			s.run(t, when+", when systems are failing", "check")
			continue
		}
		for i := range 2 { // other forms of the secrets each time
			id := s.pm.Find("sku", "L-2")[0].ID
			if _, err := s.pm.Edit(id, pmsim.Fields{"title": fmt.Sprint("Torch ", trouble, i)}); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"check"}, {"sync", "--full"}, {"status", "--json"}, {"explain", "L-2"}, {"webhook", "register", "pm"}, {"quarantine", "--json"}} {
				s.run(t, fmt.Sprintf("%s, when systems are %s", when, trouble), args...)
			}
		}
	}
}

// elsewhere meets a proxy with a password, and systems before the daemon runs.
func (s *spy) elsewhere(t *testing.T) {
	t.Helper()
	s.troubled(t, "without a daemon")
	for _, c := range s.clumsy {
		c.be(fine)
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "shop/tandem.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	far := strings.ReplaceAll(string(text), s.clumsy["Products Manager"].url, "http://pm.example.com")
	far = strings.ReplaceAll(far, s.clumsy["Odoo"].url, "http://odoo.example.com")
	far = strings.ReplaceAll(far, strings.TrimPrefix(s.clumsy["S3 server"].url, "http://"), "s3.example.com")
	s.write(t, "shop/tandem.hcl", far)
	for _, trouble := range []trouble{denied, fails, denied, refuses} {
		s.clumsy["proxy"].be(trouble)
		s.run(t, "through a proxy that is "+string(trouble), "check")
	}
	t.Setenv("HTTP_PROXY", "http://somebody:"+proxyWord+" @pro xy:80") // no address at all
	s.run(t, "through a proxy that is none", "check")
}

// broken is how mistakes in the configuration are told.
func (s *spy) broken(t *testing.T) {
	t.Helper()
	for i, further := range []string{
		`passwort = "` + plainWord + `"`, `password = "` + plainWord + `"`, `company = env("SPY_ODOO_KEY")`, `timeout = var.pm_hook`,
		`language = local.door`, `login = "${local.door}`, `prices = credential("token")`,
	} {
		s.configure(t, "text", further)
		for _, args := range [][]string{{"validate"}, {"validate", "--json"}, {"status"}, {"fmt", "--diff"}, {"run"}} {
			s.run(t, fmt.Sprint("mistake ", i), args...)
		}
	}
	s.configure(t, "text", "")
	text, err := os.ReadFile(filepath.Join(s.dir, "shop/tandem.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	for i, address := range []string{"http://bot:" + addressKey + "@odoo.example.com", "http://odoo.example.com/?token=" + addressKey, "http//bot:" + addressKey + "@odoo"} {
		s.write(t, "shop/tandem.hcl", strings.Replace(string(text), s.clumsy["Odoo"].url, address, 1))
		s.run(t, fmt.Sprint("address ", i), "validate")
		s.write(t, "shop/tandem.hcl", strings.Replace(string(text), s.clumsy["Products Manager"].url, address, 1))
		s.run(t, fmt.Sprint("address ", i), "validate", "--json")
	}
	s.configure(t, "text", "")
}

// inState looks at what is on the disk. The files of the configuration that was live last are there as they stood, what
// stands in them in plain text included.
func (s *spy) inState(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(s.state, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if entry.Name() == "last-good.json" {
			for _, stood := range []string{plainWord, forms(odooKey)["JSON"]} {
				text = bytes.ReplaceAll(text, []byte(stood), nil)
			}
		}
		s.heard["state "+entry.Name()] += string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// daemon is the daemon's log, and all that it answers.
func (s *spy) daemon(t *testing.T, format string) {
	t.Helper()
	for _, c := range s.clumsy {
		c.be(fine)
	}
	s.configure(t, format, "")
	log, err := os.Create(filepath.Join(s.dir, "log-"+format))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(s.tandem, "run")
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Join(s.dir, "shop"), log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	address := s.listening(t, log.Name())
	v := s.visitor(t, address, "daemon with "+format)
	v.logIn(t)
	v.crawl(t, "at rest")
	s.commands(t, "daemon with "+format)
	v.hooks(t)
	s.troubled(t, "daemon with "+format)
	if format == "json" {
		s.run(t, "daemon, when systems are failing", "sync") // and so the log tells of tries
	}
	for _, c := range s.clumsy {
		c.be(refuses)
	}
	v.press(t)
	v.crawl(t, "in trouble")
	s.configure(t, format, `password = "`+plainWord+`"`) // a second key, which is a mistake
	s.run(t, "with a mistake, daemon with "+format, "reload")
	v.crawl(t, "with a mistake")
	s.write(t, "shop/further.hcl", "# the old one was "+odooKey+"\nlocals {\n  password = \""+plainWord+"\"\n}\n")
	s.configure(t, format, "")
	v.crawl(t, "with a change that waits")
	if err := os.Remove(filepath.Join(s.dir, "shop/further.hcl")); err != nil {
		t.Fatal(err)
	}
	if format == "text" { // what a daemon that hangs is made to tell
		if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
	} else if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // SIGQUIT is no success
	text, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	if format == "text" && !bytes.Contains(text, []byte("goroutine 1")) {
		t.Errorf("SIGQUIT led to no dump:\n%s", text)
	}
	s.heard["log in "+format] = string(text)
}

var listens = regexp.MustCompile(`address"?[=:]"?(127\.0\.0\.1:\d+)`)

// listening waits until the daemon's log tells where it listens.
func (s *spy) listening(t *testing.T, log string) string {
	t.Helper()
	var text []byte
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var err error
		if text, err = os.ReadFile(log); err != nil {
			t.Fatal(err)
		}
		if m := listens.FindSubmatch(text); m != nil {
			return string(m[1])
		}
	}
	t.Fatalf("the daemon does not listen:\n%s", text)
	return ""
}

func (s *spy) repeated() map[string]int {
	n := map[string]int{}
	for name, c := range s.clumsy {
		n[name] = int(c.repeated.Load())
	}
	return n
}

// mustNotTell looks for every secret in every form, and for the beginning of one that was cut off.
func (s *spy) mustNotTell(t *testing.T, name, text string) {
	t.Helper()
	unfolded := strings.NewReplacer("=\r\n", "", "=\n", "").Replace(text)
	for what, secret := range s.secrets {
		for form, written := range forms(secret) {
			if i := strings.Index(unfolded, written); i >= 0 {
				t.Errorf("%s tells the %s (%s): …%s…", name, what, form, unfolded[max(0, i-200):min(len(unfolded), i+len(written)+80)])
			}
		}
		beginning := secret[:min(len(secret), strings.Index(secret, "PLANTED")+len("PLANTED")+6)]
		if i := strings.Index(unfolded, beginning); i >= 0 {
			t.Errorf("%s tells the beginning of the %s: …%s…", name, what, unfolded[max(0, i-200):min(len(unfolded), i+80)])
		}
	}
}

// forms are how a secret can look in a text.
func forms(s string) map[string]string {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	var printable strings.Builder
	w := quotedprintable.NewWriter(&printable)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	f := map[string]string{
		"plain": s, "query": url.QueryEscape(s), "path": url.PathEscape(s), "JSON": strings.Trim(string(quoted), `"`), "HTML": html.EscapeString(s),
		"hex": hex.EncodeToString([]byte(s)), "quoted-printable": strings.ReplaceAll(printable.String(), "=\r\n", ""),
		"quoted": strings.Trim(fmt.Sprintf("%q", s), `"`),
	}
	for before := range 3 { // whatever stands before and behind it
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + s + "xx"))
		f[fmt.Sprint("base64 from ", before)] = text[min(1, before)*4 : len(text)-8]
	}
	return f
}
