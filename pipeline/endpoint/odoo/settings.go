package odoo

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// Settings are the attributes of a `source "odoo"` block.
type Settings struct {
	URL            string          `hcl:"url" doc:"address of Odoo itself" example:"\"https://example.odoo.com\""`
	Database       string          `hcl:"database" doc:"name of the database" example:"\"example\""`
	Login          string          `hcl:"login" doc:"login of the user that Tandem works as" example:"\"sync@example.com\""`
	APIKey         pipeline.Secret `hcl:"api_key,optional" doc:"a key of that user; this or password is required" example:"env(\"ODOO_API_KEY\")"`
	Password       pipeline.Secret `hcl:"password,optional" doc:"in the place of api_key, which is preferred"`
	Protocol       string          `hcl:"protocol,optional" choices:"auto,xmlrpc,json2" doc:"json2 takes Odoo 19 or later and an api_key; auto is json2 where both are given"`
	DatabaseHeader string          `hcl:"database_header,optional" doc:"HTTP header that names the database to JSON-2; some forks of Odoo have another"`
	Company        int             `hcl:"company,optional" doc:"database id of the company; the user's if left out" example:"1"`
	Language       string          `hcl:"language,optional" doc:"language of translated fields, the user's if left out; texts in other languages stay as they are" example:"\"fr_FR\""`
	Prices         string          `hcl:"prices,optional" choices:"stored,tax_included,tax_excluded" doc:"the sales price as Odoo holds it, or with or without the product's own taxes"`
	Timeout        time.Duration   `hcl:"timeout,optional" doc:"longest time that a call may take"`
	Workers        int             `hcl:"workers,optional" doc:"calls under way at once, at most; 1 to 64"`
	Overlap        time.Duration   `hcl:"overlap,optional" doc:"how far each poll reaches back; longer than Odoo's longest transaction"`
	TLS            *transport.TLS  `hcl:"tls,block" doc:"How the server proves who it is, where the system's authorities do not know it, and how Tandem does."`
	Categories     *Categories     `hcl:"categories,block" doc:"Where the categories of products stand."`
	Stock          *Stock          `hcl:"stock,block" doc:"Whose stock is carried; without it none is."`
	Webhook        *Webhook        `hcl:"webhook,block" doc:"Lets the system call Tandem when something changes; docs/webhooks.md tells how. Without it calls get 404."`
}

// Categories says where products' categories stand.
type Categories struct {
	Root      string `hcl:"root,optional" doc:"category of the first level below which new ones are made; if left out, All where Odoo has it (up to 18)" example:"\"All\""`
	Separator string `hcl:"separator,optional" doc:"what Odoo writes between the levels of a path"`
	Create    bool   `hcl:"create,optional" doc:"whether missing categories are made; if not, a product whose category is missing fails"`
}

// Stock says whose quantity is meant.
type Stock struct {
	Warehouse string `hcl:"warehouse" doc:"short name of the warehouse" example:"\"WH\""`
	Quantity  string `hcl:"quantity,optional" choices:"on_hand,free" doc:"free is on hand less what is reserved; on_hand if left out"`
}

// What of the stock counts; "" is on hand.
const (
	quantityOnHand = "on_hand"
	quantityFree   = "free" // on hand less what is reserved
)

// Webhook is how Odoo may call Tandem.
type Webhook struct {
	Secret pipeline.Secret `hcl:"secret" doc:"what calls must carry" example:"env(\"ODOO_WEBHOOK_SECRET\")"`
}

func defaults() *Settings {
	return &Settings{
		Protocol: rpc.Auto, DatabaseHeader: rpc.DatabaseHeader, Prices: pricesStored, Timeout: 2 * time.Minute, Workers: 4, Overlap: 15 * time.Minute,
		Categories: &Categories{Separator: odooSeparator, Create: true},
	}
}

// odooSeparator stands between the levels of product.category's complete_name.
const odooSeparator = " / "

func (s *Settings) secret() pipeline.Secret {
	if s.APIKey.IsZero() {
		return s.Password
	}
	return s.APIKey
}

// problems collects what is wrong with settings.
type problems []pipeline.SettingProblem

func (p *problems) add(attribute, summary, detail string) {
	*p = append(*p, pipeline.SettingProblem{Attribute: attribute, Summary: summary, Detail: detail})
}

func (p *problems) warn(attribute, summary, detail string) {
	*p = append(*p, pipeline.SettingProblem{Attribute: attribute, Summary: summary, Detail: detail, Warning: true})
}

// validate returns everything that is wrong with the settings.
func (s *Settings) validate() []pipeline.SettingProblem {
	var p problems
	s.validateURL(&p)
	s.validateLogin(&p)
	s.validateProtocol(&p)
	if s.Company < 0 {
		p.add("company", "No such company", "company is the database id of a company, a whole number from 1 on. Leave it out to use the user's own.")
	}
	if s.Timeout <= 0 {
		p.add("timeout", "Timeout too short", `timeout must be longer than nothing, as in timeout = "120s".`)
	}
	if s.Overlap <= 0 {
		p.add("overlap", "Overlap too short", `overlap must exceed Odoo's longest transaction, as in overlap = "15m".`)
	} else if s.Overlap < 2*time.Minute {
		p.warn("overlap", "Short overlap", "Odoo lets a request run for two minutes by default: edits of transactions longer than overlap are seen by the full pass only.")
	}
	if s.Workers < 1 || s.Workers > 64 {
		p.add("workers", "Number of workers", "workers is the number of calls under way at once, from 1 to 64.")
	}
	if strings.TrimSpace(s.Language) != s.Language || strings.ContainsAny(s.Language, "-.") {
		p.add("language", "Not a language code", `language is a code as Odoo writes it, as in language = "fr_FR".`)
	}
	s.validatePrices(&p)
	s.validateBlocks(&p)
	return append(p, s.TLS.Problems()...)
}

func (s *Settings) validateURL(p *problems) {
	u, err := url.Parse(s.URL)
	switch {
	case s.URL == "":
		p.add("url", "No address", `url is the address of Odoo, as in url = "https://example.odoo.com".`)
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "":
		p.add("url", "Not an address", `url must begin with http:// or https:// and name a host, as in url = "https://example.odoo.com".`)
	case u.User != nil:
		p.add("url", "Credentials in the address", "Write the user into login and the key into api_key; url is shown in messages.")
	case u.RawQuery != "" || u.Fragment != "":
		p.add("url", "Too much in the address", "url is the address of Odoo itself, without anything after ? or #.")
	case slices.ContainsFunc([]string{"/web/", "/odoo/", "/xmlrpc/"}, func(page string) bool { return strings.HasPrefix(u.Path+"/", page) }):
		p.add("url", "Path in the address", "url is the address of Odoo itself: leave out "+u.Path+".")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		p.warn("url", "Unencrypted connection", "The key travels over the network for everybody to read. Use https://, or a tunnel.")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (s *Settings) validateLogin(p *problems) {
	if s.Database == "" {
		p.add("database", "No database", "database is the name shown in Odoo's database selector; on Odoo Online it is the first part of the address.")
	}
	if s.Login == "" {
		p.add("login", "No login", "login is the user's login, mostly an e-mail address.")
	}
	switch {
	case s.APIKey.IsZero() && s.Password.IsZero():
		p.add("", "No key", `Write api_key = env("ODOO_API_KEY"): a key is made in Odoo under the user's preferences, Account Security.`)
	case !s.APIKey.IsZero() && !s.Password.IsZero():
		p.add("password", "Two keys", "Write api_key or password, not both; an API key is preferred.")
	}
}

func (s *Settings) validateProtocol(p *problems) {
	switch s.Protocol {
	case rpc.Auto, rpc.XMLRPC:
	case rpc.JSON2:
		if s.APIKey.IsZero() && !s.Password.IsZero() {
			p.add("password", "Password with JSON-2", `JSON-2 takes API keys only: write api_key, or protocol = "xmlrpc".`)
		}
	default:
		p.add("protocol", "Unknown protocol", `protocol is "auto", "xmlrpc" or "json2" (Odoo 19 and later).`)
	}
	if !httpguts.ValidHeaderFieldName(s.DatabaseHeader) {
		p.add("database_header", "Not a header", `database_header is the name of an HTTP header, as in database_header = "X-Odoo-Database".`)
	}
}

func (s *Settings) validateBlocks(p *problems) {
	if c := s.Categories; c != nil {
		if c.Separator != odooSeparator {
			p.add("categories.separator", "Separator of categories", `Odoo itself writes the levels of a category with " / " between them: leave separator out. The other side's separator is its own.`)
		}
		if strings.Contains(c.Root, odooSeparator) || strings.TrimSpace(c.Root) != c.Root {
			p.add("categories.root", "Root of categories", `root is the name of a category of the first level, as in root = "All".`)
		}
	}
	if s.Stock != nil && s.Stock.Warehouse == "" {
		p.add("stock.warehouse", "No warehouse", `warehouse is the short name of a warehouse, as in warehouse = "WH".`)
	}
	if s.Stock != nil && !slices.Contains([]string{"", quantityOnHand, quantityFree}, s.Stock.Quantity) {
		p.add("stock.quantity", "Unknown quantity", `quantity is "on_hand", or "free" for what is on hand less what is reserved.`)
	}
	if s.Webhook != nil && s.Webhook.Secret.IsZero() {
		p.add("webhook.secret", "Empty secret", "A webhook without a secret would take calls from anybody.")
	}
}
