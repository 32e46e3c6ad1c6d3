package starter

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"unicode"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

//go:embed templates
var templates embed.FS

// The labels of the two sources, and the environment variables of their keys.
const (
	PM  = "pm"
	ERP = "erp"

	PMKey  = "PM_API_KEY"
	ERPKey = "ODOO_API_KEY"
)

// DefaultPM is the address of the service itself.
const DefaultPM = "https://api.productsmanager.app/api/v1"

// CI is the service that checks the directory at each push.
type CI string

// The services that there is a file for.
const (
	GitHub CI = "github"
	GitLab CI = "gitlab"
	NoCI   CI = "none"
)

// Answers is what whoever begins has to say. What is empty becomes a placeholder.
type Answers struct {
	OdooURL, OdooDatabase, OdooLogin string
	PMURL, PMAPI                     string
	CI                               CI
	// Version is that of this program.
	Version string
}

// Findings are what the systems told, nil for one that was not asked.
type Findings struct {
	PM, Odoo *pipeline.Survey
}

// File is one file to be written.
type File struct {
	Name string // below the directory, with slashes
	Text []byte
}

// Sources returns a configuration of the two sources alone, by file: enough to ask them.
func Sources(a Answers, pm, odoo bool) map[string]string {
	text := ""
	if pm {
		text += fmt.Sprintf("source \"products_manager\" %q {\n  url     = %s\n  api_key = env(%q)\n", PM, quoted(a.PMURL), PMKey)
		if a.PMAPI != "" {
			text += "  api     = " + quoted(a.PMAPI) + "\n"
		}
		text += "}\n"
	}
	if odoo {
		text += fmt.Sprintf("source \"odoo\" %q {\n  url      = %s\n  database = %s\n  login    = %s\n  api_key  = env(%q)\n}\n",
			ERP, quoted(a.OdooURL), quoted(a.OdooDatabase), quoted(a.OdooLogin), ERPKey)
	}
	return map[string]string{"tandem.hcl": text}
}

// Names returns the names of the files that Files makes.
func Names(ci CI) []string {
	var names []string
	for _, f := range parts(ci) {
		names = append(names, f.name)
	}
	return names
}

type part struct{ name, template string }

func parts(ci CI) []part {
	all := []part{
		{"tandem.hcl", "tandem.hcl.tmpl"},
		{"products.test.hcl", "products.test.hcl.tmpl"},
		{"example.env", "example.env.tmpl"},
		{".gitignore", "gitignore.tmpl"},
		{"README.md", "README.md.tmpl"},
	}
	switch ci {
	case GitHub:
		all = append(all, part{".github/workflows/tandem.yml", "github.yml.tmpl"})
	case GitLab:
		all = append(all, part{".gitlab-ci.yml", "gitlab.yml.tmpl"})
	}
	return all
}

// Files makes all files, those of HCL in the canonical form. kinds are the registry of source kinds.
func Files(a Answers, f Findings, kinds []pipeline.SourceKind) ([]File, error) {
	t, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"q": quoted, "plain": plain, "join": strings.Join,
	}).ParseFS(templates, "templates/*.tmpl")
	if err != nil {
		return nil, err
	}
	p := newPage(a, f)
	var files []File
	for _, part := range parts(a.CI) {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, part.template, p); err != nil {
			return nil, err
		}
		file := File{Name: part.name, Text: b.Bytes()}
		if strings.HasSuffix(part.name, ".hcl") {
			formatted := config.Format(part.name, file.Text, kinds)
			if formatted.Problems.HasErrors() {
				return nil, fmt.Errorf("%s: %w", part.name, formatted.Problems)
			}
			file.Text = formatted.Text
		}
		files = append(files, file)
	}
	return files, nil
}

// page is what the templates are filled with.
type page struct {
	Answers
	// OdooKnown and PMKnown: the system was asked.
	OdooKnown, PMKnown bool
	API                string // "" for the usual one
	Separator          string // "" for the usual one
	Odoo, PM           pipeline.Survey
	Company            pipeline.Company
	OtherCompanies     []pipeline.Company
	Warehouse          string
	OtherWarehouses    []pipeline.Warehouse
	Prices             prices
	Linked             bool
	Without            []string
	SKU, EAN           bool // what identifies a product in the tests
	Fields             fields
	Categories         categories
}

func newPage(a Answers, f Findings) page {
	p := page{Answers: a, SKU: true, OdooKnown: f.Odoo != nil, PMKnown: f.PM != nil, API: a.PMAPI}
	p.OdooURL, p.OdooDatabase = cmp.Or(a.OdooURL, "https://example.odoo.com"), cmp.Or(a.OdooDatabase, "example")
	p.OdooLogin, p.PMURL = cmp.Or(a.OdooLogin, "sync@example.com"), cmp.Or(a.PMURL, DefaultPM)
	if f.PM != nil {
		p.PM, p.API = *f.PM, f.PM.API
		if f.PM.Separator != "/" {
			p.Separator = f.PM.Separator
		}
	}
	if p.API == "app" {
		p.API = ""
	}
	if p.API == "public" || p.API == "windev" {
		p.EAN, p.SKU = true, p.API == "windev"
	}
	if f.Odoo != nil {
		p.Odoo = *f.Odoo
		p.companies()
		p.Prices = pricesOf(p.Odoo.Taxes)
		if len(p.Odoo.Warehouses) > 0 {
			p.Warehouse, p.OtherWarehouses = p.Odoo.Warehouses[0].Code, p.Odoo.Warehouses[1:]
		}
	}
	p.Linked = p.Odoo.Families > 0 && p.PM.Families > 0 && p.API != "public"
	if p.Warehouse == "" {
		p.Without = append(p.Without, "stock_quantity")
	}
	p.Without = append(p.Without, "images[0].url")
	p.Fields = fieldsOf(p.Odoo.Extra, p.PM.Extra)
	if p.OdooKnown && p.PMKnown {
		p.Categories = categoriesOf(
			place{pipeline.Field{Type: pipeline.TypePath, Separator: p.PM.Separator}, p.PM.Categories},
			place{p.Odoo.About.Schema.Fields["categ_id"], p.Odoo.Categories},
		)
	}
	return p
}

// Release is what CI installs: this program's own version where it is a release.
func (p page) Release() string {
	if regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(p.Version) {
		return p.Version
	}
	return "latest"
}

func (p *page) companies() {
	for _, c := range p.Odoo.Companies {
		if c.ID == p.Odoo.Company {
			p.Company = c
		} else {
			p.OtherCompanies = append(p.OtherCompanies, c)
		}
	}
}

// prices is what the sales taxes of Odoo say of its prices, where Products Manager holds them with tax.
type prices struct {
	Taxes []string // names, at most a few
	// On: Odoo's prices lack tax, and it can be computed. Strange: it cannot, for some of the taxes. Included: Odoo
	// holds prices with tax, as Products Manager does.
	On, Strange, Included bool
}

func pricesOf(taxes []pipeline.Tax) prices {
	p := prices{Included: len(taxes) > 0}
	for _, t := range taxes {
		if len(p.Taxes) < 4 {
			p.Taxes = append(p.Taxes, t.Name)
		}
		p.Included = p.Included && t.Included
		p.Strange = p.Strange || !t.Percent
	}
	p.On = len(taxes) > 0 && !p.Included && !p.Strange
	return p
}

// quoted writes a text as HCL does.
func quoted(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}

// plain is a text that comes from a system, for a comment: on one line, and nothing in it that a terminal or an editor
// would take for more than text.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
