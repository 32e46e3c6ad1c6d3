package odoo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// everything is what a pipeline wants that carries all fields both ways.
func everything() pipeline.Needs {
	var fields []string
	for _, name := range odoo.Kind().Standard {
		fields = append(fields, name)
	}
	slices.Sort(fields)
	return pipeline.Needs{Reads: fields, Writes: fields, Creates: true, Archives: true}
}

// check returns the tests as "grade name", and those that are not well with what was found.
func (s *shop) check(needs pipeline.Needs) (names []string, wrong []pipeline.Check) {
	s.Helper()
	checker, ok := s.end.(pipeline.Checker)
	if !ok {
		s.Fatal("the endpoint is no Checker")
	}
	for _, c := range checker.Check(s.Context(), needs).Checks {
		names = append(names, string(c.Grade)+" "+c.Name)
		if c.Grade != pipeline.GradePassed {
			wrong = append(wrong, c)
		}
	}
	return names, wrong
}

// wrongly expects one test that is not well.
func (s *shop) wrongly(needs pipeline.Needs, name string, grade pipeline.Grade, detail, remedy string) {
	s.Helper()
	_, wrong := s.check(needs)
	i := slices.IndexFunc(wrong, func(c pipeline.Check) bool { return c.Name == name && strings.Contains(c.Detail, detail) })
	if i < 0 || wrong[i].Grade != grade || !strings.Contains(wrong[i].Remedy, remedy) {
		s.Errorf("want %s %q with %q and the remedy %q, got %+v", grade, name, detail, remedy, wrong)
	}
}

func TestCheckOfAShopInOrder(t *testing.T) {
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			s := newShop(t, version, inWarehouse("WH", ""), func(_ *odoosim.Config, s *odoo.Settings) { s.Language, s.Company = "fr_FR", 1 })
			names, wrong := s.check(everything())
			want := []string{
				"ok connection", "ok version", "ok database", "ok login", "ok company", "ok language", "ok warehouse",
				"ok rights on product.template", "ok rights on product.product", "ok rights on product.category",
				"ok rights on stock.quant", "ok rights on stock.move.line", "ok categories", "ok images", "ok products",
			}
			got := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.HasSuffix(n, " API key") })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%+v", diff, wrong)
			}
			if n := s.server.Stats().Changes(); n != 0 {
				t.Errorf("the check wrote %d times", n)
			}
		})
	}
}

// What pipelines do not want is not asked for.
func TestCheckAsksForWhatIsNeeded(t *testing.T) {
	both(t, func(s *shop) {
		names, _ := s.check(pipeline.Needs{Reads: []string{"name"}})
		for _, n := range names {
			if strings.Contains(n, "stock") || strings.Contains(n, "category") || strings.Contains(n, "images") {
				s.Errorf("tested though not needed: %s", n)
			}
		}
	}, asEmployee)
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		change               func(*odoosim.Config, *odoo.Settings)
		test, detail, remedy string
		grade                pipeline.Grade
		goesOn               bool // later tests are made all the same
	}{
		"no such database":         {func(_ *odoosim.Config, s *odoo.Settings) { s.Database = "shopp" }, "database", `"shopp"`, "`database`", pipeline.GradeFailed, false},
		"a wrong key":              {func(_ *odoosim.Config, s *odoo.Settings) { s.APIKey = pipeline.NewSecret("wrong") }, "login", "refuses the login", "Account Security", pipeline.GradeFailed, false},
		"a language not installed": {func(_ *odoosim.Config, s *odoo.Settings) { s.Language = "fr_CA" }, "language", `"fr_CA"`, `"fr_FR"`, pipeline.GradeFailed, true},
		"another's company":        {func(_ *odoosim.Config, s *odoo.Settings) { s.Company = 7 }, "company", "company 7", "`company`", pipeline.GradeFailed, true},
		"no such warehouse":        {inWarehouse("Main", ""), "warehouse", `"Main"`, "", pipeline.GradeFailed, true},
		"no right to products":     {asEmployee, "rights on product.template", `may not write, create, but read`, "Inventory / Administrator", pipeline.GradeFailed, true},
		"no right to categories":   {asEmployee, "rights on product.category", `may not create`, "create = false", pipeline.GradeFailed, true},
		"no right to count": {
			func(c *odoosim.Config, s *odoo.Settings) { asEmployee(c, s); inWarehouse("WH", "")(c, s) },
			"rights on stock.quant", "may not create, but read", "Inventory / ", pipeline.GradeFailed, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(s *shop) {
				s.wrongly(everything(), tt.test, tt.grade, tt.detail, tt.remedy)
				names, _ := s.check(everything())
				if goesOn := slices.Contains(names, "ok products"); goesOn != tt.goesOn {
					s.Errorf("later tests made: %v, in %q", goesOn, names)
				}
			}, tt.change)
		})
	}
}

// Creating products is another group's right from 19 on.
func TestCheckNamesTheGroupOfTheVersion(t *testing.T) {
	s := newShop(t, 19, asEmployee)
	s.wrongly(everything(), "rights on product.template", pipeline.GradeFailed, "may not", "Products / Create")
}

// A pipeline that carries families makes attributes and their values, and prices them.
func TestCheckOfFamilies(t *testing.T) {
	needs := everything()
	needs.Reads = append(needs.Reads, "product_template_attribute_value_ids")
	needs.Writes = append(needs.Writes, "product_template_attribute_value_ids")
	both(t, func(s *shop) {
		for model, may := range map[string]string{
			"product.attribute": "create", "product.attribute.value": "create", "product.template.attribute.line": "write, create",
			"product.template.attribute.value": "write",
		} {
			s.wrongly(needs, "rights on "+model, pipeline.GradeFailed, "may not "+may+", but read", "Inventory / Administrator")
		}
	}, asEmployee)
	both(t, func(s *shop) {
		if names, wrong := s.check(needs); !slices.Contains(names, "ok rights on product.template.attribute.value") {
			s.Errorf("%v, %+v", names, wrong)
		}
	})
}

func TestCheckOfAVersionNeverTried(t *testing.T) {
	s := newShop(t, 17)
	s.wrongly(everything(), "version", pipeline.GradeWarning, "not been tried", "copy")
}

// A password that is hashed takes long each time; a server that loads a database takes long once.
func TestCheckWarnsOfSlowPasswords(t *testing.T) {
	both(t, func(s *shop) {
		s.after("login", func() { s.pass(400 * time.Millisecond) })
		if _, wrong := s.check(pipeline.Needs{Reads: []string{"name"}}); slices.ContainsFunc(wrong, func(c pipeline.Check) bool { return c.Name == "password" }) {
			s.Errorf("after one slow login: %+v", wrong)
		}
		s.slow = map[string]time.Duration{"version": 200 * time.Millisecond, "login": 200 * time.Millisecond}
		if _, wrong := s.check(pipeline.Needs{Reads: []string{"name"}}); slices.ContainsFunc(wrong, func(c pipeline.Check) bool { return c.Name == "password" }) {
			s.Errorf("with a slow network: %+v", wrong)
		}
	})
	both(t, func(s *shop) {
		s.slow = map[string]time.Duration{"login": 400 * time.Millisecond}
		s.wrongly(pipeline.Needs{Reads: []string{"name"}}, "password", pipeline.GradeWarning, "400ms", "no password")
	})
}

func TestCheckWhenNobodyAnswers(t *testing.T) {
	s := newShop(t, 18)
	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := s.check(everything())
	want := []string{"failed connection", "untested login", "untested rights", "untested products"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// From 18 on keys expire; whoever reads his own keys sees when.
func TestCheckWarnsOfKeysThatEnd(t *testing.T) {
	for days, grade := range map[int]pipeline.Grade{20: pipeline.GradeWarning, 60: pipeline.GradePassed} {
		ends := newClock().Now().AddDate(0, 0, days)
		s := newShop(t, 18, func(c *odoosim.Config, set *odoo.Settings) {
			asEmployee(c, set)
			c.Users[0].KeysEnd = ends
		})
		checks := s.end.(pipeline.Checker).Check(t.Context(), pipeline.Needs{Reads: []string{"name"}}).Checks
		i := slices.IndexFunc(checks, func(c pipeline.Check) bool { return c.Name == "API key" })
		if i < 0 || checks[i].Grade != grade || !strings.Contains(checks[i].Detail, ends.Format(time.DateOnly)) {
			t.Errorf("%d days before: %+v", days, checks)
		}
	}
	if names, _ := newShop(t, 16).check(pipeline.Needs{Reads: []string{"name"}}); slices.Contains(names, "ok API key") {
		t.Errorf("16 knows no end of keys: %q", names)
	}
}
