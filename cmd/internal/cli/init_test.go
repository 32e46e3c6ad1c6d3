package cli

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// newcomer is somebody with two real systems, an empty folder and a shell.
type newcomer struct {
	*testing.T
	pm  *pmsim.Server
	erp *odoosim.Server
	dir string
	env map[string]string
	in  string // what is typed; "" is no terminal
}

func newNewcomer(t *testing.T, version int) *newcomer {
	t.Helper()
	n := &newcomer{T: t, pm: pmsim.New(pmsim.Config{Separator: " > "})}
	var err error
	n.erp, err = odoosim.New(odoosim.Config{Version: version, Companies: []string{"Rome", "Oslo"}, ExtraFields: []odoosim.Field{
		{Name: "x_studio_brand", Label: "Brand", Type: "char"},
		{Name: "x_shelf", Label: "Shelf \"${here}\"", Type: "char"},
		{Name: "x_color", Label: "Colour", Type: "char"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	// The temporary directory of a test is too long a path for a socket.
	if n.dir, err = os.MkdirTemp("", "tandem-init-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(n.dir) })
	pmURL, err := n.pm.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.pm.Close() })
	erpURL, err := n.erp.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.erp.Close() })
	n.env = map[string]string{
		"PM_API_KEY": pmsim.DefaultAPIKey, "ODOO_API_KEY": odoosim.BotKey, "PM_URL": pmURL, "ODOO_URL": erpURL, "ODOO_LOGIN": odoosim.BotLogin,
	}
	n.stock()
	return n
}

// stock fills both systems.
func (n *newcomer) stock() {
	n.Helper()
	for _, p := range []map[string]any{
		{"sku": "TP-1", "title": "Tea pot", "price": 24.9, "description": "New", "category": "T-shirts > Long", "brand": "Acme", "attributes": map[string]any{"color": "red", "size": "S"}},
		{"sku": "TP-2", "title": "Tea cup", "price": 4.9, "category": "Café > \"${x}\" %{y}", "brand": "Acme"},
		{"sku": "TP-3", "title": "Saucer", "price": 2.9, "category": "Sauser"},
	} {
		if err := n.pm.Put(pmsim.Product{Fields: p}); err != nil {
			n.Fatal(err)
		}
	}
	admin := n.erp.As(odoosim.AdminLogin)
	must := func(id int64, err error) int64 {
		n.Helper()
		if err != nil {
			n.Fatal(err)
		}
		return id
	}
	root := any(false)
	if ids, err := admin.Search("product.category", []any{"name", "=", "All"}); err == nil && len(ids) > 0 {
		root = ids[0]
	}
	for _, name := range []string{"T-Shirts", "cafe", "Sauce", "Line\none\u202e"} {
		must(admin.Create("product.category", odoosim.Values{"name": name, "parent_id": root}))
	}
	vat := must(admin.Create("account.tax", odoosim.Values{"name": "VAT 22%", "amount": 22.0}))
	if err := admin.Write("res.company", odoosim.Values{"account_sale_tax_id": vat}, 1); err != nil {
		n.Fatal(err)
	}
	must(admin.Create("product.template", odoosim.Values{"name": "Tea pot", "default_code": "TP-1", "list_price": 20.41, "description_sale": "Old"}))
}

// types runs a command as this person does.
func (n *newcomer) types(args ...string) outcome {
	n.Helper()
	var stdout, stderr bytes.Buffer
	code := Main(n.Context(), Process{
		Args: args, Stdout: &stdout, Stderr: &stderr, Stdin: strings.NewReader(n.in),
		StdinTerminal: n.in != "", StderrTerminal: n.in != "",
		Getenv: func(name string) (string, bool) { v, ok := n.env[name]; return v, ok },
	}, Options{Version: "1.2.3", Kinds: app.Kinds()})
	o := outcome{code, stdout.String(), stderr.String()}
	for _, secret := range []string{pmsim.DefaultAPIKey, odoosim.BotKey} {
		if strings.Contains(o.stdout+o.stderr, secret) {
			n.Errorf("tandem %v shows a key", args)
		}
	}
	return o
}

// files returns what is in the directory, by name.
func (n *newcomer) files() map[string]string {
	n.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(n.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(n.dir, path)
		all[name] = string(text)
		return err
	})
	if err != nil {
		n.Fatal(err)
	}
	return all
}

// What init writes needs no edit: it is canonical, validates, also by what the systems really have, passes its tests, and
// is planned and carried out.
func TestInitIsGoodAsItIs(t *testing.T) {
	for version, top := range map[int]string{16: "All / ", 18: "All / ", 19: ""} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			n := newNewcomer(t, version)
			n.types("init", n.dir).want(t, ExitDone, "API app", "3 products", "languages en_US fr_FR", "tandem plan -c "+n.dir)
			for name, text := range n.files() {
				if strings.Contains(text, pmsim.DefaultAPIKey) || strings.Contains(text, odoosim.BotKey) {
					t.Errorf("%s holds a key", name)
				}
			}
			config := n.files()["tandem.hcl"]
			told := strings.Join(strings.Fields(config), " ")
			for _, want := range []string{
				`separator = " > "`, `language = "en_US" #`, `company = 1 # Rome; the user may also work in 2 (Oslo)`, `prices = "tax_included"`,
				`warehouse = "WH"`, `erp = "x_studio_brand" # Brand, text`, `field "attributes.color" { erp = "x_color"`, `# erp = "x_shelf" # Shelf "${here}", text`,
				`category "T-shirts" { erp = "` + top + `T-Shirts"`, `category "Café" { erp = "` + top + `cafe"`, `# category "Sauser" {`, `# ` + top + `Line one`, `strategy = "manual"`,
			} {
				if !strings.Contains(told, want) {
					t.Errorf("nothing says %q", want)
				}
			}
			if t.Failed() {
				t.Log(config)
			}
			n.types("fmt", "--check", "--diff", n.dir).want(t, ExitDone)
			if o := n.types("validate", "-c", n.dir).want(t, ExitDone); o.stdout != n.dir+": valid\n" {
				t.Errorf("validate: %s", o.stdout)
			}
			if o := n.types("validate", "-c", n.dir, "--online").want(t, ExitDone); o.stdout != n.dir+": valid\n" {
				t.Errorf("validate --online: %s", o.stdout)
			}
			n.types("test", "-c", n.dir).want(t, ExitDone, "passed")
			n.types("plan", "-c", n.dir).want(t, ExitDiffers, "Tea cup")
			// The two tea pots agree on the price, with tax and without, and not on the description, which waits.
			n.types("sync", "-c", n.dir).want(t, ExitPartial, "2 created", "waiting")
			if o := n.types("conflicts", "-c", n.dir).want(t, ExitDone, "description"); strings.Contains(o.stdout, "price") {
				t.Errorf("conflicts: %s", o.stdout)
			}
			n.types("sync", "-c", n.dir, "--full").want(t, ExitPartial, "erp: 3 seen, nothing written", "pm: 3 seen, nothing written")
		})
	}
}

// Without a system nothing is asked, and the directory is as good offline; and so with the ways between.
func TestInitOffline(t *testing.T) {
	for _, args := range [][]string{{"--offline"}, {"--skip-odoo"}, {"--skip-pm"}, {"--offline", "--ci", "gitlab"}, {"--offline", "--ci", "none", "--pm-api", "public"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			n := newNewcomer(t, 18)
			if args[0] == "--offline" {
				n.env = map[string]string{}
			}
			n.types(append([]string{"init", n.dir}, args...)...).want(t, ExitDone, "tandem test")
			n.types("fmt", "--check", "--diff", n.dir).want(t, ExitDone)
			n.types("test", "-c", n.dir).want(t, ExitDone, "passed")
			// The keys of example.env are good enough to validate with, as CI does.
			for line := range strings.Lines(n.files()["example.env"]) {
				if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
					n.env[name] = value
				}
			}
			n.types("validate", "-c", n.dir).want(t, ExitDone, "valid")
		})
	}
}

// A key of another API is recognised, and said in the file.
func TestInitFindsTheAPI(t *testing.T) {
	n := newNewcomer(t, 18)
	found := read[view.Init](t, n.types("init", n.dir, "--pm-api", "windev", "--json").want(t, ExitDone))
	if found.Found[0].API != "windev" || found.Found[0].Products != 3 || found.Found[1].Version == "" || !slices.Contains(found.Files, "products.test.hcl") || len(found.Next) != 3 {
		t.Errorf("found %+v", found)
	}
	n.types("validate", "-c", n.dir, "--online").want(t, ExitDone)
	n.types("test", "-c", n.dir).want(t, ExitDone, "passed")
}

func TestInitAsks(t *testing.T) {
	n := newNewcomer(t, 18)
	address := n.env["ODOO_URL"]
	delete(n.env, "ODOO_URL")
	delete(n.env, "ODOO_LOGIN")
	n.types("init", n.dir).want(t, ExitUsage, "missing: --odoo-url (or ODOO_URL)", "--odoo-login (or ODOO_LOGIN)", "--offline")
	delete(n.env, "ODOO_API_KEY")
	n.in = "\n"
	if o := n.types("init", n.dir).want(t, ExitUsage, "ODOO_API_KEY", "read -rs ODOO_API_KEY"); strings.Contains(o.stderr, "Address") {
		t.Errorf("it asks though a key is missing: %s", o.stderr)
	}
	n.env["ODOO_API_KEY"] = odoosim.BotKey
	n.in = address + "\n" + odoosim.BotLogin + "\n"
	n.types("init", n.dir).want(t, ExitDone, "Address of Odoo", "Login of the user")
	if text := n.files()["tandem.hcl"]; !strings.Contains(text, `database = "odoo"`) {
		t.Errorf("the one database is not taken: %s", text)
	}
}

// Whatever goes wrong, nothing is written, and the cause is told with the way on.
func TestInitWritesAllOrNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*newcomer)
		args   []string
		code   int
		told   []string
	}{
		"wrong key of Odoo":   {func(n *newcomer) { n.env["ODOO_API_KEY"] = "wrong" }, nil, ExitFailed, []string{"bot@example.com", "--skip-odoo"}},
		"wrong database":      {func(n *newcomer) { n.env["ODOO_DATABASE"] = "shop" }, nil, ExitFailed, []string{`"shop"`, "remedy:"}},
		"nobody there":        {func(n *newcomer) { n.env["ODOO_URL"], n.env["ODOO_DATABASE"] = "http://127.0.0.1:1", "odoo" }, nil, ExitFailed, []string{"127.0.0.1:1", "--skip-odoo"}},
		"nobody tells":        {func(n *newcomer) { n.env["ODOO_URL"] = "http://127.0.0.1:1" }, nil, ExitFailed, []string{"127.0.0.1:1", "--skip-odoo"}},
		"wrong key of PM":     {func(n *newcomer) { n.env["PM_API_KEY"] = "wrong" }, nil, ExitFailed, []string{"refuses the credentials", "--skip-pm"}},
		"both":                {func(n *newcomer) { n.env["PM_API_KEY"], n.env["ODOO_API_KEY"] = "wrong", "wrong" }, nil, ExitFailed, []string{"--skip-pm", "--skip-odoo"}},
		"no address":          {func(n *newcomer) { n.env["ODOO_URL"] = "shop" }, nil, ExitUsage, []string{"is not an address"}},
		"an API not there":    {func(*newcomer) {}, []string{"--pm-api", "windew"}, ExitUsage, []string{"windew"}},
		"a CI not there":      {func(*newcomer) {}, []string{"--ci", "jenkins"}, ExitUsage, []string{"jenkins", "github"}},
		"another config":      {func(n *newcomer) { n.put("shop.hcl", "") }, []string{"--force"}, ExitUsage, []string{"shop.hcl"}},
		"a file there":        {func(n *newcomer) { n.put("README.md", "mine") }, nil, ExitUsage, []string{"README.md", "--force"}},
		"a file for a folder": {func(n *newcomer) { n.put("tandem.hcl", "mine"); n.put(".github", "mine") }, []string{"--force"}, ExitFailed, []string{"none was", "Make room"}},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNewcomer(t, 18)
			tt.change(n)
			before := n.files()
			n.types(append([]string{"init", n.dir}, tt.args...)...).want(t, tt.code, tt.told...)
			if diff := cmp.Diff(before, n.files()); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
			if entries, _ := os.ReadDir(n.dir); len(entries) != len(before) {
				t.Errorf("left behind: %v", entries)
			}
			below := filepath.Join(n.dir, "a", "b") // where nothing is yet
			if len(before) == 0 {
				n.types(append([]string{"init", below}, tt.args...)...).want(t, tt.code)
				if _, err := os.Stat(filepath.Dir(below)); err == nil {
					t.Error("a directory was made")
				}
			}
			if o := n.types(append([]string{"init", n.dir, "--json"}, tt.args...)...); read[failure](t, o).Error.Code == "" && name != "an API not there" {
				t.Errorf("as JSON: %s", o.stdout)
			}
		})
	}
}

func (n *newcomer) put(name, text string) {
	n.Helper()
	if err := os.WriteFile(filepath.Join(n.dir, name), []byte(text), 0o644); err != nil {
		n.Fatal(err)
	}
}

func TestInitReplacesWithForce(t *testing.T) {
	n := newNewcomer(t, 18)
	n.put("tandem.hcl", "mine")
	n.put("notes.txt", "mine")
	n.types("init", n.dir, "--offline", "--force").want(t, ExitDone)
	files := n.files()
	if files["tandem.hcl"] == "mine" || files["notes.txt"] != "mine" || len(files) != 7 {
		t.Errorf("there is %v", files)
	}
}
