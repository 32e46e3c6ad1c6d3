package productsmanager_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
)

func TestValidate(t *testing.T) {
	type settings = productsmanager.Settings
	secret := pipeline.NewSecret
	for name, c := range map[string]struct {
		change func(*settings)
		want   []string // attributes, with "?" for a warning
	}{
		"good":    {func(*settings) {}, nil},
		"a login": {func(s *settings) { s.APIKey, s.Email, s.Password = secret(""), "a@b.c", secret("x") }, nil},
		"all blocks": {func(s *settings) {
			s.Rate, s.Images, s.Webhook, s.Categories = &productsmanager.Rate{Read: 1}, &productsmanager.Images{Hosts: []string{"m.example.com"}, MaxSize: 1}, &productsmanager.Webhook{Secret: secret("x")}, &productsmanager.Categories{Separator: " > "}
		}, nil},
		"no address":            {func(s *settings) { s.URL = "" }, []string{"url"}},
		"not an address":        {func(s *settings) { s.URL = "api.example.com/api/v1" }, []string{"url"}},
		"another scheme":        {func(s *settings) { s.URL = "ftp://api.example.com/api/v1" }, []string{"url"}},
		"no host":               {func(s *settings) { s.URL = "https:///api/v1" }, []string{"url"}},
		"a port alone":          {func(s *settings) { s.URL = "https://:8000/api/v1" }, []string{"url"}},
		"a broken address":      {func(s *settings) { s.URL = "https://exa mple.com/%zz" }, []string{"url"}},
		"credentials in it":     {func(s *settings) { s.URL = "https://u:p@api.example.com/api/v1" }, []string{"url"}},
		"a query":               {func(s *settings) { s.URL = "https://api.example.com/api/v1?x=1" }, []string{"url"}},
		"no path":               {func(s *settings) { s.URL = "https://api.example.com/" }, []string{"url?"}},
		"without TLS":           {func(s *settings) { s.URL = "http://api.example.com/api/v1" }, []string{"url?"}},
		"without TLS, here":     {func(s *settings) { s.URL = "http://127.0.0.1:8000/api/v1" }, nil},
		"without TLS, by name":  {func(s *settings) { s.URL = "http://localhost:8000/api/v1" }, nil},
		"an API for machines":   {func(s *settings) { s.API = "windev" }, nil},
		"a login to it":         {func(s *settings) { s.API, s.APIKey, s.Email, s.Password = "windev", secret(""), "a@b.c", secret("x") }, []string{"email"}},
		"an API for others":     {func(s *settings) { s.API = "public" }, nil},
		"no API":                {func(s *settings) { s.API = "graphql" }, []string{"api"}},
		"no credentials":        {func(s *settings) { s.APIKey = secret("") }, []string{""}},
		"two kinds":             {func(s *settings) { s.Email, s.Password = "a@b.c", secret("x") }, []string{"api_key"}},
		"no password":           {func(s *settings) { s.APIKey, s.Email = secret(""), "a@b.c" }, []string{"email"}},
		"no e-mail":             {func(s *settings) { s.APIKey, s.Password = secret(""), secret("x") }, []string{"password"}},
		"a key with a line end": {func(s *settings) { s.APIKey = secret("pm_live_x\n") }, []string{"api_key"}},
		"a key with a control":  {func(s *settings) { s.APIKey = secret("pm_\r\nX-Evil: 1") }, []string{"api_key"}},
		"a tenant with a blank": {func(s *settings) { s.Tenant = "shop 1" }, []string{"tenant"}},
		"limits out of range":   {func(s *settings) { s.Timeout, s.Workers, s.Overlap = 0, 0, time.Second }, []string{"overlap", "timeout", "workers"}},
		"too many workers":      {func(s *settings) { s.Workers = 65 }, []string{"workers"}},
		"negative rates":        {func(s *settings) { s.Rate = &productsmanager.Rate{Read: -1, Write: -1} }, []string{"rate.read", "rate.write"}},
		"a host with a scheme": {func(s *settings) {
			s.Images = &productsmanager.Images{Hosts: []string{"https://m.example.com", ""}, MaxSize: -1}
		}, []string{"images.hosts", "images.hosts", "images.max_size"}},
		"an empty secret":             {func(s *settings) { s.Webhook = &productsmanager.Webhook{} }, []string{"webhook.secret"}},
		"a separator of blanks":       {func(s *settings) { s.Categories = &productsmanager.Categories{Separator: "  "} }, []string{"categories.separator"}},
		"everything wrong is told":    {func(s *settings) { *s = settings{} }, []string{"", "api", "overlap", "timeout", "url", "workers"}},
		"the default separator again": {func(s *settings) { s.Categories = &productsmanager.Categories{} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			kind := productsmanager.Kind()
			s := kind.Settings().(*settings)
			s.URL, s.APIKey = "https://api.example.com/api/v1", secret("pm_live_s3cret")
			c.change(s)
			var got []string
			for _, p := range kind.Validate(s) {
				attribute := p.Attribute
				if p.Warning {
					attribute += "?"
				}
				got = append(got, attribute)
				if p.Summary == "" || !strings.HasSuffix(p.Detail, ".") || strings.Contains(p.Detail, "s3cret") || strings.Contains(p.Detail, "%!") {
					t.Errorf("%s: %q, %q", p.Attribute, p.Summary, p.Detail)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Every standard field names a field that is known, of a type that fits.
func TestKind(t *testing.T) {
	kind := productsmanager.Kind()
	for _, standard := range pipeline.StandardFields() {
		name, ok := kind.Standard[standard]
		if f, known := kind.Known.Fields[name]; !ok || !known || f.Type == "" {
			t.Errorf("%s: the field is %q, known: %t", standard, name, known)
		}
	}
	for name, f := range kind.Known.Fields {
		if f.Name != name || f.Type == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	three, _ := pipeline.ParseNumber("1.005")
	if got, err := kind.Known.Fields["price"].Canonical(three); err != nil || !got.Equal(three) {
		t.Errorf("a price of three decimals becomes %v (%v)", got, err)
	}
	if _, err := kind.Open("no settings", pipeline.Deps{}); err == nil {
		t.Error("a text was taken for settings")
	}
	s := kind.Settings().(*productsmanager.Settings)
	s.API = "graphql"
	if _, err := kind.Open(s, pipeline.Deps{}); pipeline.AsError(err) == nil || !strings.Contains(err.Error(), "no API") {
		t.Errorf("an unknown API: %v", err)
	}
}

// A configuration is checked against the fields of its own API.
func TestKindByAPI(t *testing.T) {
	for api, want := range map[string]struct {
		lacks    []pipeline.StandardField
		readOnly bool // the cost
		custom   bool
	}{
		"app":    {nil, false, true},
		"public": {[]pipeline.StandardField{"sku", "cost_price", "weight"}, false, false},
		"windev": {[]pipeline.StandardField{"cost_price"}, true, true},
	} {
		kind := productsmanager.Kind().Adapt(&productsmanager.Settings{API: api})
		var lacks []pipeline.StandardField
		for _, standard := range pipeline.StandardFields() {
			if name, ok := kind.Standard[standard]; !ok {
				lacks = append(lacks, standard)
			} else if _, known := kind.Known.Fields[name]; !known {
				t.Errorf("%s: %s is not known", api, name)
			}
		}
		if diff := cmp.Diff(want.lacks, lacks); diff != "" {
			t.Errorf("%s lacks (-want +got):\n%s", api, diff)
		}
		if cost, _ := kind.Known.Lookup("cost_price"); cost.ReadOnly != want.readOnly {
			t.Errorf("%s: the cost is read only: %t", api, cost.ReadOnly)
		}
		if _, known := kind.Known.Lookup("x_custom"); known != want.custom {
			t.Errorf("%s: a custom field is known: %t", api, known)
		}
		if _, known := kind.Known.Lookup("attributes.color"); !known {
			t.Errorf("%s: no attributes", api)
		}
	}
}
