package acceptance

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/cli"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// example is one of the directories of examples/ at work: a copy of it in the working directory, whose addresses lead
// to stand-ins.
type example struct {
	dir   string // the original
	env   map[string]string
	shift atomic.Int64 // of the clocks of all stand-ins, nanoseconds
	pm    map[string]*pmsim.Server
	odoo  map[string]*odoosim.Server
	ran   []string // commands
	front *front   // at public_url
}

var (
	keyOfPM   = regexp.MustCompile(`(?m)^source "products_manager" "(\w+)" {\n  url     = "https://api.productsmanager.app/api/v1"\n  api_key = env\("(\w+)"\)$`)
	odooBlock = regexp.MustCompile(`(?m)^source "odoo" "(\w+)" {\n  url      = "(https://[a-z.]+)"\n  database = "(\w+)"\n  login    = "sync@example.com"[^\n]*\n  api_key  = env\("(\w+)"\)$`)
)

// openExample copies an example, starts a stand-in for each of its sources, and goes there. Each Odoo has the custom
// fields.
func openExample(t *testing.T, name string, fields ...odoosim.Field) *example {
	t.Helper()
	e := &example{
		dir:   filepath.Join("..", "..", "..", "examples", name),
		front: newFront(t), env: map[string]string{}, pm: map[string]*pmsim.Server{}, odoo: map[string]*odoosim.Server{},
	}
	var err error
	if e.dir, err = filepath.Abs(e.dir); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(e.read(t, "example.env")) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			e.env[key] = value
		}
	}
	dir, err := os.MkdirTemp("", "tandem-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	images := filepath.Join(dir, "images")
	if err := os.Mkdir(images, 0o755); err != nil {
		t.Fatal(err)
	}
	served := httptest.NewServer(http.FileServer(http.Dir(images)))
	t.Cleanup(served.Close)
	files, err := filepath.Glob(filepath.Join(e.dir, "*.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text := e.read(t, filepath.Base(f))
		text = keyOfPM.ReplaceAllStringFunc(text, func(block string) string { return e.standInPM(t, block) })
		text = odooBlock.ReplaceAllStringFunc(text, func(block string) string { return e.standInOdoo(t, block, fields) })
		text = strings.NewReplacer(`"/var/lib/tandem"`, `"state"`, `"/srv/images"`, `"images"`, `"https://media.example.com"`, fmt.Sprintf("%q", served.URL),
			`"127.0.0.1:9477"`, `"127.0.0.1:0"`, `"https://tandem.example.com"`, fmt.Sprintf("%q", e.front.URL)).Replace(text)
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.pm) == 0 || len(e.odoo) == 0 {
		t.Fatalf("%s has %d Products Managers and %d Odoos", name, len(e.pm), len(e.odoo))
	}
	t.Chdir(dir)
	return e
}

func (e *example) now() time.Time { return time.Now().Add(time.Duration(e.shift.Load())) }

func (e *example) read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(e.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// standInPM starts what a source block names, and returns the block with its address. Images are on this machine.
func (e *example) standInPM(t *testing.T, block string) string {
	t.Helper()
	m := keyOfPM.FindStringSubmatch(block)
	s := pmsim.New(pmsim.Config{Now: e.now, APIKeys: []pmsim.APIKey{{Key: e.env[m[2]]}}})
	address, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	e.pm[m[1]] = s
	return fmt.Sprintf("source \"products_manager\" %q {\n  url = %q\n  api_key = env(%q)\n  images {\n    allow_private = true\n  }", m[1], address, m[2])
}

func (e *example) standInOdoo(t *testing.T, block string, fields []odoosim.Field) string {
	t.Helper()
	m := odooBlock.FindStringSubmatch(block)
	s, err := odoosim.New(odoosim.Config{
		Now: e.now, Database: m[3], ExtraFields: fields, Languages: []string{"fr_FR", "fr_BE"},
		Users: []odoosim.User{
			{ID: odoosim.AdminID, Login: odoosim.AdminLogin, Password: odoosim.AdminPassword, Role: odoosim.Administrator},
			{Login: "sync@example.com", Keys: []string{e.env[m[4]]}, Role: odoosim.Manager},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	address, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	e.odoo[m[1]] = s
	return strings.Replace(block, m[2], address, 1)
}

// run runs a command as a shell in the directory would, and returns its standard output.
func (e *example) run(t *testing.T, code int, command string) string {
	t.Helper()
	args := strings.Fields(command)
	if args[0] != "tandem" {
		t.Fatalf("%s is not a command of Tandem", command)
	}
	e.ran = append(e.ran, command)
	var out, told bytes.Buffer
	got := e.main(t.Context(), args[1:], &out, &told)
	t.Logf("$ %s\n%s%s", command, &out, &told)
	if got != code {
		t.Fatalf("%s: exit code %d, want %d\n%s%s", command, got, code, &out, &told)
	}
	return out.String()
}

func (e *example) main(ctx context.Context, args []string, out, told io.Writer) int {
	return cli.Main(ctx, cli.Process{
		Args: args, Stdin: strings.NewReader(""), Stdout: out, Stderr: told,
		Getenv: func(name string) (string, bool) { v, ok := e.env[name]; return v, ok },
	}, cli.Options{Version: "test", Kinds: app.Kinds()})
}

// daemon runs `tandem run` behind the proxy at public_url, until the test ends or what it returns is called.
func (e *example) daemon(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	told, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	go func() { ended <- e.main(ctx, []string{"run"}, told, told) }()
	t.Cleanup(func() {
		if text, err := os.ReadFile(told.Name()); err == nil && t.Failed() {
			t.Logf("$ tandem run\n%s", text)
		}
	})
	var s view.Status
	comes(t, "the daemon", func() bool {
		if _, err := os.Stat(filepath.Join("state", "tandem.sock")); err != nil {
			return false // without a daemon the status would hold the state itself for a moment
		}
		var out bytes.Buffer
		code := e.main(ctx, []string{"status", "--json"}, &out, io.Discard)
		return code == cli.ExitDone && json.Unmarshal(out.Bytes(), &s) == nil && s.Daemon != nil
	})
	address, err := url.Parse("http://" + s.Daemon.Listen)
	if err != nil {
		t.Fatal(err)
	}
	e.front.daemon.Store(address)
	return func() {
		cancel()
		if code := <-ended; code != cli.ExitDone {
			t.Errorf("the daemon ended with %d", code)
		}
		_ = told.Close()
	}
}

// sync runs one cycle of every pipeline and wants these numbers of records written, by source; what is not named is 0.
func (e *example) sync(t *testing.T, code int, want map[string]int) map[string]pipeline.Report {
	t.Helper()
	var reports []pipeline.Report
	text := e.run(t, code, "tandem sync --json")
	if !strings.HasPrefix(text, "[") {
		text = "[" + text + "]"
	}
	if err := json.Unmarshal([]byte(text), &reports); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	got, by := map[string]int{}, map[string]pipeline.Report{}
	for _, r := range reports {
		by[r.Pipeline] = r
		for label, w := range r.Writes {
			if got[label] += w.Total(); got[label] == 0 {
				delete(got, label)
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("written %v, want %v\n%s", got, want, text)
	}
	return by
}

// documented fails unless every command of the example's README ran. A word in capitals stands for anything; the
// daemon is started by tests of its own.
func (e *example) documented(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(e.read(t, "README.md")) {
		command, _, _ := strings.Cut(strings.TrimSpace(line), "#")
		command = strings.TrimSpace(command)
		if !strings.HasPrefix(command, "tandem ") || strings.HasPrefix(command, "tandem run") {
			continue
		}
		command = strings.TrimSuffix(command, " --json")
		words := regexp.MustCompile(`\b[A-Z]{2,}\b`).ReplaceAllString(regexp.QuoteMeta(command), `\S+`)
		pattern := regexp.MustCompile("^" + words + "$")
		if !slices.ContainsFunc(e.ran, func(ran string) bool { return pattern.MatchString(strings.TrimSuffix(ran, " --json")) }) {
			t.Errorf("README.md tells to run `%s`, which this test does not", command)
		}
	}
}

func (e *example) person(label string) *odoosim.Session {
	return e.odoo[label].As(odoosim.AdminLogin).With("active_test", false)
}

// inOdoo returns the only product of that code.
func (e *example) inOdoo(t *testing.T, label, sku string) odoosim.Values {
	t.Helper()
	ids, err := e.person(label).Search("product.template", []any{"default_code", "=", sku})
	if err != nil || len(ids) != 1 {
		t.Fatalf("%s has %d products %s, want 1: %v", label, len(ids), sku, err)
	}
	rows, err := e.person(label).Read("product.template", ids)
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}

// editOdoo makes a product, or changes the one of that code.
func (e *example) editOdoo(t *testing.T, label, sku string, values odoosim.Values) {
	t.Helper()
	ids, err := e.person(label).Search("product.template", []any{"default_code", "=", sku})
	if err == nil && len(ids) == 0 {
		values = maps.Clone(values)
		values["default_code"], values["is_storable"] = sku, true
		_, err = e.person(label).Create("product.template", values)
	} else if err == nil {
		err = e.person(label).Write("product.template", values, ids...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// count sets what is on hand of a product.
func (e *example) count(t *testing.T, label, sku string, n int) {
	t.Helper()
	p, people := e.inOdoo(t, label, sku), e.person(label)
	places, err := people.Search("stock.location", []any{"usage", "=", "internal"})
	if err != nil || len(places) == 0 {
		t.Fatalf("no place for stock: %v", err)
	}
	variants := p["product_variant_ids"].([]int64)
	_, err = people.With("inventory_mode", true).Create("stock.quant", odoosim.Values{
		"product_id": variants[0], "location_id": places[0], "inventory_quantity_auto_apply": n,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// editPM makes a product, or changes the one of that SKU.
func (e *example) editPM(t *testing.T, label, sku string, fields pmsim.Fields) {
	t.Helper()
	var err error
	if found := e.pm[label].Find("sku", sku); len(found) > 0 {
		_, err = e.pm[label].Edit(found[0].ID, fields)
	} else {
		fields = maps.Clone(fields)
		fields["sku"] = sku
		_, err = e.pm[label].Create(fields)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wantPM compares fields of the only product of that SKU, as texts.
func (e *example) wantPM(t *testing.T, label, sku string, want map[string]string) {
	t.Helper()
	found := e.pm[label].Find("sku", sku)
	if len(found) != 1 {
		t.Errorf("%s has %d products %s, want 1", label, len(found), sku)
		return
	}
	for _, field := range slices.Sorted(maps.Keys(want)) {
		got := found[0].Text(field)
		if name, ok := strings.CutPrefix(field, "attributes."); ok {
			attributes, _ := found[0].Fields["attributes"].(map[string]any)
			got = fmt.Sprint(attributes[name])
		}
		if got != want[field] {
			t.Errorf("%s of %s is %q in %s, want %q", field, sku, got, label, want[field])
		}
	}
}

// wantOdoo is wantPM for Odoo.
func (e *example) wantOdoo(t *testing.T, label, sku string, want map[string]string) {
	t.Helper()
	p := e.inOdoo(t, label, sku)
	for _, field := range slices.Sorted(maps.Keys(want)) {
		v := p[field]
		if pair, ok := v.([]any); ok && len(pair) == 2 {
			v = pair[1]
		}
		if got := fmt.Sprint(v); got != want[field] {
			t.Errorf("%s of %s is %q in %s, want %q", field, sku, got, label, want[field])
		}
	}
}

func (e *example) absentPM(t *testing.T, label, sku string) {
	t.Helper()
	if n := len(e.pm[label].Find("sku", sku)); n > 0 {
		t.Errorf("%s has %d products %s, want none", label, n, sku)
	}
}

func (e *example) absentOdoo(t *testing.T, label, sku string) {
	t.Helper()
	if ids, err := e.person(label).Search("product.template", []any{"default_code", "=", sku}); err != nil || len(ids) > 0 {
		t.Errorf("%s has %d products %s, want none: %v", label, len(ids), sku, err)
	}
}

// tent is a product of Products Manager.
func tent(more pmsim.Fields) pmsim.Fields {
	p := pmsim.Fields{"title": "Tent", "ean": "4006381333931", "price": json.Number("249"), "is_active": true, "status": "active"}
	maps.Copy(p, more)
	return p
}

// first runs what each README begins with, up to the plan.
func (e *example) first(t *testing.T) {
	t.Helper()
	for _, command := range []string{"tandem validate", "tandem test", "tandem check"} {
		e.run(t, cli.ExitDone, command)
	}
	e.run(t, cli.ExitDiffers, "tandem plan")
}

func TestExampleOdooMaster(t *testing.T) {
	e := openExample(t, "odoo-master")
	e.editOdoo(t, "erp", "T-1", odoosim.Values{"name": "Tent", "list_price": 249})
	e.count(t, "erp", "T-1", 7)
	e.editPM(t, "pm", "V-1", pmsim.Fields{"title": "Gift voucher", "is_active": true})
	e.first(t)
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1})
	e.wantPM(t, "pm", "T-1", map[string]string{"title": "Tent", "price": "249", "stock_quantity": "7"})
	e.absentOdoo(t, "erp", "V-1")
	e.sync(t, cli.ExitDone, nil)

	e.editOdoo(t, "erp", "T-1", odoosim.Values{"name": "Tunnel tent"})
	e.editPM(t, "pm", "T-1", pmsim.Fields{"price": 199, "description": "For two"})
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1})
	e.wantPM(t, "pm", "T-1", map[string]string{"title": "Tunnel tent", "price": "199", "description": "For two"})
	e.wantOdoo(t, "erp", "T-1", map[string]string{"list_price": "249", "description_sale": "false"})
	e.sync(t, cli.ExitDone, nil)

	e.editOdoo(t, "erp", "T-1", odoosim.Values{"list_price": 229})
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1})
	e.wantPM(t, "pm", "T-1", map[string]string{"price": "229", "description": "For two"})
	if told := e.run(t, cli.ExitDone, "tandem explain T-1"); !strings.Contains(told, `strategy "erp"`) {
		t.Errorf("nothing tells why the price of Products Manager was written over:\n%s", told)
	}
	e.sync(t, cli.ExitDone, nil)
	e.documented(t)
}

func TestExamplePMMaster(t *testing.T) {
	e := openExample(t, "pm-master")
	e.editPM(t, "pm", "T-1", tent(nil))
	e.editPM(t, "pm", "T-2", tent(pmsim.Fields{"title": "Tarp", "ean": "", "stock_quantity": 3}))
	e.editOdoo(t, "erp", "RAW-1", odoosim.Values{"name": "Aluminium tube"})
	e.first(t)
	e.sync(t, cli.ExitDone, map[string]int{"erp": 2})
	e.wantOdoo(t, "erp", "T-1", map[string]string{"name": "Tent", "list_price": "249", "barcode": "4006381333931"})
	e.absentPM(t, "pm", "RAW-1")
	e.sync(t, cli.ExitDone, nil)
	e.wantPM(t, "pm", "T-2", map[string]string{"stock_quantity": "3"})

	e.count(t, "erp", "T-1", 7)
	e.editOdoo(t, "erp", "T-1", odoosim.Values{"standard_price": 120, "name": "Tent (old stock)"})
	e.editPM(t, "pm", "T-1", pmsim.Fields{"price": 229, "stock_quantity": 100})
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1, "erp": 1})
	e.wantPM(t, "pm", "T-1", map[string]string{"title": "Tent", "price": "229", "stock_quantity": "7", "cost_price": "120"})
	e.wantOdoo(t, "erp", "T-1", map[string]string{"name": "Tent (old stock)", "list_price": "229"})
	e.sync(t, cli.ExitDone, nil)
	e.documented(t)
}

func TestExampleEqual(t *testing.T) {
	e := openExample(t, "equal")
	e.shift.Store(int64(-10 * time.Minute))
	e.run(t, cli.ExitDone, "tandem webhook register pm")
	e.editPM(t, "pm", "T-1", tent(nil))
	e.editOdoo(t, "erp", "T-2", odoosim.Values{"name": "Tarp", "list_price": 49})
	e.first(t)
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1, "erp": 1})
	e.sync(t, cli.ExitDone, nil)

	e.shift.Store(int64(-5 * time.Minute))
	e.editPM(t, "pm", "T-1", pmsim.Fields{"title": "Tunnel tent", "price": 199, "description": "For two"})
	e.shift.Store(0)
	e.editOdoo(t, "erp", "T-1", odoosim.Values{"name": "Tent for two", "list_price": 229})
	r := e.sync(t, cli.ExitPartial, map[string]int{"pm": 1, "erp": 1})["products"]
	if r.Conflicts.New != 1 || r.Conflicts.Pending != 1 {
		t.Errorf("conflicts %+v", r.Conflicts)
	}
	e.wantPM(t, "pm", "T-1", map[string]string{"title": "Tent for two", "price": "199"})
	e.wantOdoo(t, "erp", "T-1", map[string]string{"name": "Tent for two", "list_price": "229", "description_sale": "For two"})
	e.sync(t, cli.ExitPartial, nil)

	var waiting []struct{ ID, Field string }
	if err := json.Unmarshal([]byte(e.run(t, cli.ExitDone, "tandem conflicts --json")), &waiting); err != nil || len(waiting) != 1 || waiting[0].Field != "price" {
		t.Fatalf("%+v waits: %v", waiting, err)
	}
	e.run(t, cli.ExitDone, "tandem conflicts")
	e.run(t, cli.ExitDone, "tandem conflicts show "+waiting[0].ID)
	e.run(t, cli.ExitDone, "tandem conflicts resolve "+waiting[0].ID+" --take erp")
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1})
	e.wantPM(t, "pm", "T-1", map[string]string{"price": "229"})
	e.sync(t, cli.ExitDone, nil)
	e.documented(t)

	// The daemon hears of edits: no poll is due for ten minutes.
	defer e.daemon(t)()
	e.odoo["erp"].Automate(odoosim.Automations(e.front.URL + "/hooks/erp/" + e.env["ODOO_WEBHOOK"])...)
	e.editPM(t, "pm", "T-1", pmsim.Fields{"title": "Called by Products Manager"})
	e.editOdoo(t, "erp", "T-2", odoosim.Values{"name": "Called by Odoo"})
	comes(t, "an edit in Products Manager", func() bool { return e.inOdoo(t, "erp", "T-1")["name"] == "Called by Products Manager" })
	comes(t, "an edit in Odoo", func() bool { return e.pm["pm"].Find("sku", "T-2")[0].Text("title") == "Called by Odoo" })
	e.count(t, "erp", "T-2", 9)
	comes(t, "a count", func() bool { return e.pm["pm"].Find("sku", "T-2")[0].Text("stock_quantity") == "9" })
}

func TestExampleTwoShops(t *testing.T) {
	e := openExample(t, "two-shops", odoosim.Field{Name: "x_trade", Type: "boolean"}, odoosim.Field{Name: "x_trade_price", Type: "float", Digits: 2})
	e.editPM(t, "retail", "T-1", tent(nil))
	e.editOdoo(t, "erp", "T-2", odoosim.Values{"name": "Tarp", "list_price": 49, "x_trade_price": 35, "x_trade": true})
	e.count(t, "erp", "T-2", 7)
	e.first(t)
	e.sync(t, cli.ExitDone, map[string]int{"retail": 1, "erp": 1, "trade": 2})
	e.wantPM(t, "trade", "T-1", map[string]string{"title": "Tent", "attributes.trade": "no", "price": "0"})
	e.wantPM(t, "trade", "T-2", map[string]string{"title": "Tarp", "attributes.trade": "yes", "price": "35", "stock_quantity": "7"})
	e.wantPM(t, "retail", "T-2", map[string]string{"price": "49", "stock_quantity": "7"})
	e.sync(t, cli.ExitDone, nil)

	e.editOdoo(t, "erp", "T-1", odoosim.Values{"x_trade": true, "x_trade_price": 180})
	e.count(t, "erp", "T-2", 5)
	e.editPM(t, "retail", "T-1", pmsim.Fields{"title": "Tunnel tent"})
	e.editPM(t, "trade", "T-2", pmsim.Fields{"title": "Tarp, wholesale"})
	e.sync(t, cli.ExitDone, map[string]int{"retail": 1, "erp": 1, "trade": 2})
	e.wantPM(t, "trade", "T-1", map[string]string{"title": "Tunnel tent", "attributes.trade": "yes", "price": "180"})
	e.wantPM(t, "trade", "T-2", map[string]string{"stock_quantity": "5", "title": "Tarp, wholesale"})
	e.wantPM(t, "retail", "T-2", map[string]string{"stock_quantity": "5", "title": "Tarp"})
	e.wantOdoo(t, "erp", "T-2", map[string]string{"name": "Tarp"})
	e.sync(t, cli.ExitDone, nil)

	e.editOdoo(t, "erp", "T-2", odoosim.Values{"active": false})
	e.sync(t, cli.ExitDone, map[string]int{"retail": 1, "trade": 1})
	e.wantPM(t, "trade", "T-2", map[string]string{"is_active": "false"})
	e.sync(t, cli.ExitDone, nil)
	e.documented(t)
}

func TestExampleTwoCountries(t *testing.T) {
	e := openExample(t, "two-countries")
	e.editOdoo(t, "belgium", "T-0", odoosim.Values{"name": "Sac"})
	e.editPM(t, "pm", "T-1", tent(pmsim.Fields{"price": 240, "category": "Plein air"}))
	e.editPM(t, "pm", "C-1", tent(pmsim.Fields{"title": "Moulin", "ean": "", "category": "Cuisine"}))
	e.editOdoo(t, "france", "F-1", odoosim.Values{"name": "Gourde", "list_price": 10})
	_, err := e.person("belgium").Create("product.category", odoosim.Values{"name": "Plein air", "parent_id": int64(1)})
	if err != nil {
		t.Fatal(err)
	}
	e.run(t, cli.ExitDone, "tandem validate")
	e.run(t, cli.ExitDone, "tandem test")
	e.run(t, cli.ExitDiffers, "tandem plan france")
	e.run(t, cli.ExitDiffers, "tandem plan belgium")
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1, "france": 2, "belgium": 1})
	e.wantOdoo(t, "france", "T-1", map[string]string{"list_price": "200"})
	e.wantOdoo(t, "belgium", "T-1", map[string]string{"list_price": "198.35"})
	e.absentOdoo(t, "belgium", "C-1")
	e.wantPM(t, "pm", "F-1", map[string]string{"price": "12"})
	e.absentPM(t, "pm", "T-0")
	e.sync(t, cli.ExitDone, nil)

	e.editOdoo(t, "france", "T-1", odoosim.Values{"list_price": 250})
	e.editOdoo(t, "belgium", "T-1", odoosim.Values{"name": "Tente belge"})
	e.sync(t, cli.ExitDone, map[string]int{"pm": 1})
	e.sync(t, cli.ExitDone, map[string]int{"belgium": 1}) // which ran before France
	e.wantPM(t, "pm", "T-1", map[string]string{"price": "300", "title": "Tent"})
	e.wantOdoo(t, "belgium", "T-1", map[string]string{"list_price": "247.93", "name": "Tente belge"})
	e.sync(t, cli.ExitDone, nil)
	e.documented(t)
}

// TestExampleFirstLoad goes by the run book, once into an empty Odoo and once into an empty Products Manager.
func TestExampleFirstLoad(t *testing.T) {
	for _, into := range []string{"odoo", "pm"} {
		t.Run(into, func(t *testing.T) {
			e := openExample(t, "first-load")
			with := " -var-file into-" + into + ".vars.hcl"
			const n = 30
			for i := range n {
				sku := fmt.Sprintf("T-%d", i)
				if into == "odoo" {
					e.editPM(t, "pm", sku, pmsim.Fields{"title": "Tent " + sku, "price": 100 + i, "is_active": true})
				} else {
					e.editOdoo(t, "erp", sku, odoosim.Values{"name": "Tent " + sku, "list_price": 100 + i})
				}
			}
			e.run(t, cli.ExitDone, "tandem validate"+with)
			e.run(t, cli.ExitDone, "tandem test"+with)
			e.run(t, cli.ExitDone, "tandem check"+with)
			e.run(t, cli.ExitDiffers, "tandem plan"+with)

			// Without the load's file nothing happens beyond the brakes of every day; the test's are smaller.
			text, err := os.ReadFile("tandem.vars.hcl")
			if err != nil {
				t.Fatal(err)
			}
			small := bytes.Replace(text, []byte("creates = 100"), []byte("creates = 10"), 1)
			if err := os.WriteFile("tandem.vars.hcl", small, 0o600); err != nil || bytes.Equal(text, small) {
				t.Fatal(cmp.Or(err, fmt.Errorf("no brake in %s", text)))
			}
			e.sync(t, cli.ExitBraked, nil)

			e.run(t, cli.ExitDiffers, "tandem plan"+with+" --out load.plan")
			e.run(t, cli.ExitDone, "tandem apply"+with+" load.plan")
			if pm, odoo := len(e.pm["pm"].Products()), e.odoo["erp"].Count("product.template"); pm != n || odoo != n {
				t.Fatalf("Products Manager has %d products and Odoo %d, want %d", pm, odoo, n)
			}
			e.run(t, cli.ExitDone, "tandem plan"+with+" --full")
			e.run(t, cli.ExitDone, "tandem quarantine")
			e.run(t, cli.ExitDone, "tandem history --limit 20")
			var events []struct{ Cycle string }
			if err := json.Unmarshal([]byte(e.run(t, cli.ExitDone, "tandem history --json")), &events); err != nil || len(events) == 0 {
				t.Fatalf("no history: %v", err)
			}
			e.run(t, cli.ExitDiffers, "tandem undo"+with+" "+events[0].Cycle)

			e.run(t, cli.ExitDone, "tandem plan --full")
			e.sync(t, cli.ExitDone, nil)
			e.editPM(t, "pm", "T-1", pmsim.Fields{"price": 90})
			e.editOdoo(t, "erp", "T-2", odoosim.Values{"name": "Tunnel tent"})
			e.sync(t, cli.ExitDone, map[string]int{"pm": 1, "erp": 1})
			e.wantOdoo(t, "erp", "T-1", map[string]string{"list_price": "90"})
			e.wantPM(t, "pm", "T-2", map[string]string{"title": "Tunnel tent"})
			e.sync(t, cli.ExitDone, nil)
			if into == "odoo" {
				e.documented(t)
			}
		})
	}
}
