package odoo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
)

// another returns the shop as another source block leads to it.
func another(t *testing.T, s odoo.Settings, change func(*odoo.Settings)) *shop {
	t.Helper()
	change(&s)
	other := &shop{T: t, end: open(t, &s, nil, time.Now)}
	t.Cleanup(func() { _ = other.end.Close() })
	return other
}

func unique(name string) string { return fmt.Sprintf("%s%d", name, time.Now().UnixNano()) }

// TestRealLanguages: translated texts are written in the language of the source alone, and a language that
// is not installed is refused before anything is written: 16 would overwrite the English text.
func TestRealLanguages(t *testing.T) {
	settings := realSettings(t)
	english := another(t, *settings, func(s *odoo.Settings) { s.Language = "en_US" })
	french := another(t, *settings, func(s *odoo.Settings) { s.Language = "fr_FR" })
	german := another(t, *settings, func(s *odoo.Settings) { s.Language = "de_DE" })
	key := english.make(pipeline.Draft{Token: unique("lang"), Fields: pipeline.Values{
		"name": pipeline.Text("Chair"), "description_sale": pipeline.Text("To sit on"), "default_code": pipeline.Text("one"),
	}})[0]
	t.Cleanup(func() { _ = english.end.Remove(t.Context(), []pipeline.Key{key}, pipeline.Delete) })
	write := func(s *shop, values pipeline.Values) error {
		return s.end.Update(t.Context(), []pipeline.Patch{{Key: key, Fields: values}})[0].Err
	}
	if err := write(french, pipeline.Values{"name": pipeline.Text("Chaise"), "default_code": pipeline.Text("two")}); err != nil {
		t.Fatal(err)
	}
	err := write(german, pipeline.Values{"name": pipeline.Text("Stuhl")})
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeLanguageNotInstalled {
		t.Errorf("in a language that is not installed: %v", err)
	}
	for name, c := range map[string]struct {
		shop        *shop
		name, sales string
	}{"English": {english, "Chair", "To sit on"}, "French": {french, "Chaise", "To sit on"}} {
		r := c.shop.fetch(key)[key]
		if got := r.Fields["name"].AsText(); got != c.name {
			t.Errorf("%s: the name is %q, want %q", name, got, c.name)
		}
		if got := r.Fields["description_sale"].AsText(); got != c.sales {
			t.Errorf("%s: the description is %q, want %q", name, got, c.sales)
		}
		if got := r.Fields["default_code"].AsText(); got != "two" {
			t.Errorf("%s: the code is %q", name, got)
		}
	}
}

// TestRealCompanies: the cost belongs to the company of the source, and a company that the user may not work in
// is refused. It needs an administrator, to make the second company.
func TestRealCompanies(t *testing.T) {
	settings := realSettings(t)
	p := realPeople(t, settings)
	uid, err := p.client.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	user := p.call(t, "res.users", "read", nil, []any{uid}, []any{"company_id", "company_ids"}).([]any)[0].(map[string]any)
	first := user["company_id"].([]any)[0].(int64)
	second := p.secondCompany(t, uid, user["company_ids"].([]any), first)

	one := another(t, *settings, func(s *odoo.Settings) { s.Company = int(first) })
	two := another(t, *settings, func(s *odoo.Settings) { s.Company = int(second) })
	key := one.make(pipeline.Draft{Token: unique("company"), Fields: pipeline.Values{
		"name": pipeline.Text("Two companies"), "standard_price": pipeline.Int(5), "list_price": pipeline.Int(9),
	}})[0]
	t.Cleanup(func() { _ = one.end.Remove(t.Context(), []pipeline.Key{key}, pipeline.Delete) })
	r := two.end.Update(t.Context(), []pipeline.Patch{{Key: key, Fields: pipeline.Values{"standard_price": pipeline.Int(7)}}})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	for want, s := range map[string]*shop{"5": one, "7": two} {
		if got := s.fetch(key)[key].Fields; got["standard_price"].String() != want || got["list_price"].String() != "9" {
			t.Errorf("costs %v, want %s; is sold for %v, want 9", got["standard_price"], want, got["list_price"])
		}
	}
	none := another(t, *settings, func(s *odoo.Settings) { s.Company = 999999 })
	if _, err := none.end.Describe(t.Context()); err == nil || pipeline.AsError(err).Code != pipeline.CodeAccessDenied {
		t.Errorf("a company that is none: %v", err)
	}
}

// secondCompany returns a company of the user that is not the first, making it if there is none.
func (p people) secondCompany(t *testing.T, uid int64, companies []any, first int64) int64 {
	t.Helper()
	for _, id := range companies {
		if id != first {
			return id.(int64)
		}
	}
	if allowed := p.call(t, "res.users", "has_group", nil, p.groupArgs(t, uid, "base.group_system")...); allowed != true {
		t.Skip("the user is no administrator, and has one company only")
	}
	id := p.call(t, "res.company", "create", nil, map[string]any{"name": unique("Second ")}).(int64)
	p.call(t, "res.users", "write", nil, []any{uid}, map[string]any{"company_ids": []any{[]any{int64(4), id}}})
	return id
}

// groupArgs are the arguments of has_group: up to 17 it is a method of the model, later of the user's record.
func (p people) groupArgs(t *testing.T, uid int64, group string) []any {
	t.Helper()
	v, err := p.client.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v.Major < 18 {
		return []any{group}
	}
	return []any{[]any{uid}, group}
}
