package odoo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// describe returns what the shop says of itself, which must succeed.
func (s *shop) describe() pipeline.Description {
	s.Helper()
	about, err := s.end.Describe(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	return about
}

func TestDescribeIsRemembered(t *testing.T) {
	both(t, func(s *shop) {
		s.make(s.drafts(3)...)
		about := s.describe()
		s.server.ResetStats()
		s.pass(time.Minute)
		again := s.describe()
		if n := s.server.Stats().Total(); n != 0 || !again.Time.Equal(about.Time.Add(time.Minute)) {
			s.Errorf("after a minute: %d requests, time %v after %v", n, again.Time, about.Time)
		}
		s.pass(10 * time.Minute)
		if about = s.describe(); about.Records != 3 || s.server.Stats().Requests["authenticate"] != 0 {
			s.Errorf("after eleven minutes: %d records, requests %v", about.Records, s.server.Stats().Requests)
		}
		if n := s.server.Stats().Total(); n > 10 {
			s.Errorf("%d requests: %v", n, s.server.Stats().Requests)
		}
	})
}

func TestIdentity(t *testing.T) {
	both(t, func(s *shop) {
		want := "odoo:127.0.0.1:"
		if got := s.describe().Identity; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "/odoo") {
			s.Errorf("for most users: %q", got)
		}
	})
	both(t, func(s *shop) {
		if got := s.describe().Identity; got != "odoo:"+s.server.UUID() {
			s.Errorf("for an administrator: %q, want the uuid %q", got, s.server.UUID())
		}
	}, func(c *odoosim.Config, _ *odoo.Settings) { c.OpenParameters = true })
}

func TestDescribeSaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(*odoosim.Config, *odoo.Settings)
		want    pipeline.Code
		message string
		remedy  string
	}{
		"no such database":         {func(_ *odoosim.Config, s *odoo.Settings) { s.Database = "shopp" }, pipeline.CodeDatabaseNotFound, `"shopp"`, "`database`"},
		"a wrong key":              {func(_ *odoosim.Config, s *odoo.Settings) { s.APIKey = pipeline.NewSecret("wrong") }, pipeline.CodeAccessDenied, `refuses the login "bot@example.com"`, "Account Security"},
		"a language not installed": {func(_ *odoosim.Config, s *odoo.Settings) { s.Language = "fr_CA" }, pipeline.CodeLanguageNotInstalled, `"fr_CA"`, `"fr_FR"`},
		"another's company":        {func(_ *odoosim.Config, s *odoo.Settings) { s.Company = 7 }, pipeline.CodeAccessDenied, "company 7", "`company`"},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(s *shop) {
				_, err := s.end.Describe(s.Context())
				e := pipeline.AsError(err)
				if e == nil || e.Code != tt.want || e.Class != pipeline.Auth || !strings.Contains(e.Message, tt.message) || !strings.Contains(pipeline.RemedyOf(e), tt.remedy) {
					s.Errorf("got %+v, %v", e, err)
				}
				// Nothing else gets through either.
				if r := s.end.Create(s.Context(), s.drafts(1)); pipeline.AsError(r[0].Err) == nil || s.server.Stats().Changes() != 0 {
					s.Errorf("Create: %+v, %+v", r, s.server.Stats())
				}
			}, tt.change)
		})
	}
}

// Texts are read and written in the language of the settings, or the user's own.
func TestLanguage(t *testing.T) {
	for name, change := range map[string]func(*odoosim.Config, *odoo.Settings){
		"of the settings": func(_ *odoosim.Config, s *odoo.Settings) { s.Language = "fr_FR" },
		"of the user": func(c *odoosim.Config, s *odoo.Settings) {
			c.Users = []odoosim.User{
				{Login: odoosim.BotLogin, Keys: []string{odoosim.BotKey}, Role: odoosim.Manager, Language: "fr_FR"},
				{Login: odoosim.ShopLogin, Role: odoosim.Manager},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(s *shop) {
				product := must(s.as().With("lang", "en_US").Create("product.template", odoosim.Values{"name": "Mug"}))
				if err := s.as().With("lang", "fr_FR").Write("product.template", odoosim.Values{"name": "Tasse"}, product); err != nil {
					s.Fatal(err)
				}
				key := keyOf(product)
				if got := s.fetch(key)[key].Fields["name"].AsText(); got != "Tasse" {
					s.Errorf("read %q", got)
				}
				patch := pipeline.Patch{Key: key, Fields: pipeline.Values{"name": pipeline.Text("Bol")}}
				if r := s.end.Update(s.Context(), []pipeline.Patch{patch})[0]; r.Err != nil || r.Record.Fields["name"].AsText() != "Bol" {
					s.Errorf("written %+v", r)
				}
				if english := s.server.Products()[0].Name; english != "Mug" {
					s.Errorf("the English name became %q", english)
				}
			}, change)
		})
	}
}
