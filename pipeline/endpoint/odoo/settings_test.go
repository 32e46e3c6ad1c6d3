package odoo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestValidate(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Settings)
		want   []string // attributes, "warn " before those of warnings
	}{
		"as in the manual":      {func(*Settings) {}, nil},
		"no address":            {func(s *Settings) { s.URL = "" }, []string{"url"}},
		"no scheme":             {func(s *Settings) { s.URL = "example.odoo.com" }, []string{"url"}},
		"another scheme":        {func(s *Settings) { s.URL = "ftp://example.com" }, []string{"url"}},
		"the login page":        {func(s *Settings) { s.URL = "https://example.com/web/login" }, []string{"url"}},
		"a key in the address":  {func(s *Settings) { s.URL = "https://bot:key@example.com" }, []string{"url"}},
		"a path like a page's":  {func(s *Settings) { s.URL = "https://example.com/website" }, nil},
		"below a path":          {func(s *Settings) { s.URL = "https://example.com/erp" }, nil},
		"plain HTTP":            {func(s *Settings) { s.URL = "http://erp.example.com" }, []string{"warn url"}},
		"plain HTTP at home":    {func(s *Settings) { s.URL = "http://127.0.0.1:8069" }, nil},
		"plain HTTP by name":    {func(s *Settings) { s.URL = "http://localhost:8069" }, nil},
		"no database, no login": {func(s *Settings) { s.Database, s.Login = "", "" }, []string{"database", "login"}},
		"no key":                {func(s *Settings) { s.APIKey = pipeline.Secret{} }, []string{""}},
		"a password":            {func(s *Settings) { s.APIKey, s.Password = pipeline.Secret{}, pipeline.NewSecret("p") }, nil},
		"two keys":              {func(s *Settings) { s.Password = pipeline.NewSecret("p") }, []string{"password"}},
		"JSON-2":                {func(s *Settings) { s.Protocol = "json2" }, nil},
		"JSON-2 by password": {func(s *Settings) {
			s.Protocol, s.APIKey, s.Password = "json2", pipeline.Secret{}, pipeline.NewSecret("p")
		}, []string{"password"}},
		"a header of a fork":     {func(s *Settings) { s.DatabaseHeader = "X-Fork-Database" }, nil},
		"no header":              {func(s *Settings) { s.DatabaseHeader = "X Database:" }, []string{"database_header"}},
		"another protocol":       {func(s *Settings) { s.Protocol = "soap" }, []string{"protocol"}},
		"no time, no workers":    {func(s *Settings) { s.Timeout, s.Workers, s.Overlap = 0, 0, 0 }, []string{"timeout", "overlap", "workers"}},
		"a short overlap":        {func(s *Settings) { s.Overlap = time.Minute }, []string{"warn overlap"}},
		"a language of the web":  {func(s *Settings) { s.Language = "fr-FR" }, []string{"language"}},
		"a company that is none": {func(s *Settings) { s.Company = -1 }, []string{"company"}},
		"another separator":      {func(s *Settings) { s.Categories.Separator = ">" }, []string{"categories.separator"}},
		"a root of two levels":   {func(s *Settings) { s.Categories.Root = "All / Shop" }, []string{"categories.root"}},
		"empty blocks":           {func(s *Settings) { s.Stock, s.Webhook = &Stock{}, &Webhook{} }, []string{"stock.warehouse", "webhook.secret"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := Kind().Settings().(*Settings)
			s.URL, s.Database, s.Login, s.APIKey = "https://example.odoo.com", "example", "sync@example.com", pipeline.NewSecret("k3y")
			tt.change(s)
			var got []string
			for _, p := range Kind().Validate(s) {
				if p.Summary == "" || p.Detail == "" {
					t.Errorf("without words: %+v", p)
				}
				if p.Warning {
					p.Attribute = "warn " + p.Attribute
				}
				got = append(got, p.Attribute)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKindNamesEveryStandardField(t *testing.T) {
	k := Kind()
	for _, standard := range pipeline.StandardFields() {
		name := k.Standard[standard]
		if f, ok := k.Known.Fields[name]; !ok || f.Name != name || f.Type == "" {
			t.Errorf("%s is %q, which is not known", standard, name)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	s := defaults()
	s.APIKey = pipeline.NewSecret("k3y")
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, *s); strings.Contains(got, "k3y") {
			t.Errorf(format+" shows %s", got)
		}
	}
}
