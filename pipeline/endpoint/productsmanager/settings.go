package productsmanager

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/download"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// Settings are a source "products_manager" block.
type Settings struct {
	URL      string          `hcl:"url" doc:"address of the API, with its version" example:"\"https://api.productsmanager.app/api/v1\""`
	API      string          `hcl:"api,optional" choices:"app,public,windev" doc:"which of the APIs it is"`
	APIKey   pipeline.Secret `hcl:"api_key,optional" doc:"this, or email and password, is required; public and windev take a key alone" example:"env(\"PM_API_KEY\")"`
	Email    string          `hcl:"email,optional" doc:"login, with password, in the place of api_key"`
	Password pipeline.Secret `hcl:"password,optional" doc:"the password of email"`
	Tenant   string          `hcl:"tenant,optional" doc:"the account, where the credentials are good for several"`
	Timeout  time.Duration   `hcl:"timeout,optional" doc:"longest time that a request may take"`
	Workers  int             `hcl:"workers,optional" doc:"requests under way at once, at most; 1 to 64"`
	TLS      *transport.TLS  `hcl:"tls,block" doc:"How the server proves who it is, where the system's authorities do not know it, and how Tandem does."`
	// Overlap must be longer than the longest transaction of the server and than its caches.
	Overlap time.Duration `hcl:"overlap,optional" doc:"how far each poll reaches back behind the one before; 5s at least"`

	Rate       *Rate       `hcl:"rate,block" doc:"Most requests a minute. What is left out follows the server's headers."`
	Images     *Images     `hcl:"images,block" doc:"From where images that products name may be fetched."`
	Webhook    *Webhook    `hcl:"webhook,block" doc:"Lets the system call Tandem when something changes; docs/webhooks.md tells how. Without it calls get 404."`
	Categories *Categories `hcl:"categories,block" doc:"How the path of a category is written."`
}

// Rate are the most requests a minute that Tandem sends. What is left out, or 0, begins with what PM
// documents (1000 reads, 100 writes) and follows what the server's headers say; a number is a ceiling that
// no header raises.
type Rate struct {
	Read  int `hcl:"read,optional" doc:"reading requests a minute" example:"600"`
	Write int `hcl:"write,optional" doc:"writing requests a minute" example:"60"`
}

// Images says from where images named by the data may be fetched.
type Images struct {
	Hosts        []string      `hcl:"hosts,optional" doc:"names of hosts, *.example.com for all below one; if left out, that of url and those of the media stores" example:"[\"media.example.com\"]"`
	AllowPrivate bool          `hcl:"allow_private,optional" doc:"whether addresses inside the network (loopback, private, link-local) are allowed; they are not if left out"`
	MaxSize      pipeline.Size `hcl:"max_size,optional" doc:"most bytes of one image; 10MB if left out" example:"\"5MB\""`
}

// downloads says what may be fetched, where own is the host of the API.
func (s *Settings) downloads(own string, deps pipeline.Deps) download.Options {
	o := download.Options{Hosts: append([]string{own}, deps.MediaHosts...), Timeout: s.Timeout, RootCAs: transport.Roots(deps.MediaCA)}
	if s.TLS != nil {
		o.RootCAs = transport.Roots(s.TLS.CA, deps.MediaCA)
	}
	if s.Images != nil {
		o.AllowPrivate, o.MaxSize = s.Images.AllowPrivate, int64(s.Images.MaxSize)
		if len(s.Images.Hosts) > 0 {
			o.Hosts = s.Images.Hosts
		}
	}
	return o
}

// Webhook says how PM signs what it sends.
type Webhook struct {
	Secret pipeline.Secret `hcl:"secret" doc:"the key of its signatures" example:"env(\"PM_WEBHOOK_SECRET\")"`
}

// Categories says how PM writes the path of a category.
type Categories struct {
	Separator string `hcl:"separator,optional" doc:"what stands between two levels; / if left out" example:"\" > \""`
}

// The defaults of the settings.
const (
	defaultTimeout = 30 * time.Second
	defaultWorkers = 4
	defaultOverlap = 2 * time.Minute
	// shortestOverlap is where the doubt of a clock read from whole seconds, and of stamps of whole
	// seconds, ends.
	shortestOverlap = 5 * time.Second
	mostWorkers     = 64
)

func newSettings() any {
	return &Settings{API: "app", Timeout: defaultTimeout, Workers: defaultWorkers, Overlap: defaultOverlap}
}

func (s *Settings) separator() string {
	if s.Categories == nil || s.Categories.Separator == "" {
		return "/"
	}
	return s.Categories.Separator
}

// problems collects what is wrong with settings.
type problems []pipeline.SettingProblem

func (p *problems) add(attribute, summary, detail string, args ...any) {
	*p = append(*p, pipeline.SettingProblem{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(detail, args...)})
}

func (p *problems) warn(attribute, summary, detail string, args ...any) {
	p.add(attribute, summary, detail, args...)
	(*p)[len(*p)-1].Warning = true
}

// validate checks the settings without any network.
func validate(settings any) []pipeline.SettingProblem {
	s := settings.(*Settings)
	var p problems
	s.checkAddress(&p)
	s.checkCredentials(&p)
	s.checkLimits(&p)
	s.checkBlocks(&p)
	p = append(p, s.TLS.Problems()...)
	slices.SortStableFunc(p, func(a, b pipeline.SettingProblem) int { return strings.Compare(a.Attribute, b.Attribute) })
	return p
}

func (s *Settings) checkAddress(p *problems) {
	if surfaceOf(s.API) == nil {
		p.add("api", "Unknown API", "Products Manager has no API %q. Write \"app\", \"public\" or \"windev\", or leave `api` out, which is \"app\".", s.API)
	}
	u, err := url.Parse(s.URL)
	switch {
	case s.URL == "":
		p.add("url", "No address", "`url` is empty. Write the address of the API, such as \"https://api.productsmanager.app/api/v1\".")
		return
	case err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https"):
		p.add("url", "Not an address", "%q is not an address of the form https://host/api/v1.", s.URL)
		return
	case u.User != nil:
		p.add("url", "Credentials in the address", "Take the name and password out of `url`; write `api_key`, or `email` and `password`.")
		return
	case u.RawQuery != "" || u.Fragment != "":
		p.add("url", "Not an address", "Something follows the path. Write the address up to the version, such as \"https://api.productsmanager.app/api/v1\".")
		return
	}
	if strings.Trim(u.Path, "/") == "" {
		p.warn("url", "No path in the address", "The API's address usually ends in /api/v1: \"%s/api/v1\".", strings.TrimRight(s.URL, "/"))
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		p.warn("url", "Credentials without TLS", "Over http the credentials and the catalogue can be read on the way. Write https if the server has it.")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
}

func (s *Settings) checkCredentials(p *problems) {
	login := s.Email != "" || !s.Password.IsZero()
	switch {
	case !s.APIKey.IsZero() && login:
		p.add("api_key", "Two kinds of credentials", "`api_key` and a login are both there. Write `api_key`, or `email` and `password`.")
	case s.APIKey.IsZero() && !login:
		p.add("", "No credentials", "Write `api_key`, or `email` and `password`.")
	case login && surfaceOf(s.API) != nil && !surfaceOf(s.API).can().login:
		p.add("email", "No login to this API", "The API %q of Products Manager takes an API key alone. Write `api_key`, or set `api = \"app\"`.", s.API)
	case login && s.Password.IsZero():
		p.add("email", "No password", "`email` is there without `password`, or the password is empty.")
	case login && s.Email == "":
		p.add("password", "No e-mail address", "`password` is there without `email`.")
	}
	if key := s.APIKey.Reveal(); key != strings.TrimSpace(key) {
		p.add("api_key", "Blanks around the key", "The key begins or ends with a blank or a new line. If it comes from a file, use trimspace(file(…)).")
	} else if strings.ContainsFunc(key, notVisible) {
		p.add("api_key", "Not a key", "The key holds characters that no header can carry.")
	}
	if strings.ContainsFunc(s.Tenant, notVisible) {
		p.add("tenant", "Not a tenant id", "%q holds blanks or characters that no header can carry.", s.Tenant)
	}
}

func notVisible(r rune) bool { return r <= ' ' || r > '~' }

func (s *Settings) checkLimits(p *problems) {
	if s.Timeout < time.Second {
		p.add("timeout", "Timeout too short", "%s is too short for a request. Write at least \"1s\"; \"%s\" is the default.", s.Timeout, defaultTimeout)
	}
	if s.Workers < 1 || s.Workers > mostWorkers {
		p.add("workers", "Number of workers out of range", "%d requests at once cannot be. Write 1 to %d; %d is the default.", s.Workers, mostWorkers, defaultWorkers)
	}
	if s.Overlap < shortestOverlap {
		p.add("overlap", "Overlap too short", "%s is shorter than what clocks and stamps of whole seconds leave in doubt: changes would be missed. Write at least %q; \"2m\" is the default.", s.Overlap, shortestOverlap)
	}
	if s.Rate == nil {
		return
	}
	for attribute, n := range map[string]int{"rate.read": s.Rate.Read, "rate.write": s.Rate.Write} {
		if n < 0 {
			p.add(attribute, "Negative rate", "%d requests a minute cannot be. Write a positive number, or leave it out to follow the server.", n)
		}
	}
}

func (s *Settings) checkBlocks(p *problems) {
	if s.Images != nil {
		for _, host := range s.Images.Hosts {
			name := strings.TrimPrefix(host, "*.")
			if name == "" || strings.ContainsAny(name, "/@ ?#*") || (strings.Contains(name, ":") && net.ParseIP(name) == nil) {
				p.add("images.hosts", "Not a host name", "%q is not a host name. Write names such as \"media.example.com\", without https://, port and path; \"*.example.com\" is every name below one.", host)
			}
		}
		if s.Images.MaxSize < 0 {
			p.add("images.max_size", "Negative size", "Write a size such as \"10MB\".")
		}
	}
	if s.Webhook != nil && s.Webhook.Secret.IsZero() {
		p.add("webhook.secret", "No secret", "The secret is empty, so nobody could tell Products Manager's calls from others. Write one, or leave the block out.")
	}
	if s.Categories != nil && s.Categories.Separator != "" && strings.TrimSpace(s.Categories.Separator) == "" {
		p.add("categories.separator", "Not a separator", "Blanks alone cannot separate the levels of a category. Write \"/\", \" > \" or what your catalogue uses.")
	}
}
