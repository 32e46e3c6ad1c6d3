package odoo_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

var familyFields = []string{
	"name", "default_code", "barcode", "list_price", "standard_price", "weight", "active", "qty_available",
	"product_tmpl_id", "product_template_attribute_value_ids",
}

// families is a shop whose variants are records of their own.
type families struct {
	*shop
	drafts int
}

func eachFamilies(t *testing.T, test func(*families)) {
	t.Helper()
	for _, version := range []int{14, 16, 18, 19} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			s := &shop{T: t, clock: newClock()}
			var settings *odoo.Settings
			s.server, settings = serve(t, odoosim.Config{Version: version, Now: s.Now})
			settings.Stock = &odoo.Stock{Warehouse: "WH"}
			s.end = linking(t, settings, s.Now)
			test(&families{shop: s})
		})
	}
}

func linking(t testing.TB, s *odoo.Settings, now func() time.Time) pipeline.Endpoint {
	t.Helper()
	e, err := odoo.Kind().Open(s, pipeline.Deps{
		Source: "erp", Logger: slog.New(slog.DiscardHandler), Observe: func(string, time.Duration, error) {}, Now: now, Variants: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func (f *families) token() string {
	f.drafts++
	return fmt.Sprintf("r%d", f.drafts)
}

func (f *families) parent(name string, price int64) pipeline.Key {
	f.Helper()
	return f.make(pipeline.Draft{Token: f.token(), Since: f.Now(), Fields: pipeline.Values{
		"name": pipeline.Text(name), "default_code": pipeline.Text(name), "list_price": pipeline.Int(price),
	}})[0]
}

func (f *families) child(parent pipeline.Key, size, color string, price int64) pipeline.Draft {
	return pipeline.Draft{Token: f.token(), Since: f.Now(), Match: []string{"default_code"}, Fields: pipeline.Values{
		"product_tmpl_id": pipeline.Text(string(parent)), "name": pipeline.Text("never written"),
		"default_code": pipeline.Text("S-" + size + "-" + color), "list_price": pipeline.Int(price), "weight": pipeline.Int(2),
		"standard_price": pipeline.Int(7), "qty_available": pipeline.Int(int64(3)), "active": pipeline.Bool(true),
		"product_template_attribute_value_ids": told(size, color),
	}}
}

func told(size, color string) pipeline.Value {
	return pipeline.Object(map[string]pipeline.Value{"size": pipeline.Text(size), "color": pipeline.Text(color)})
}

// all lists everything, by key.
func (f *families) all() map[pipeline.Key]pipeline.Record {
	f.Helper()
	got := map[pipeline.Key]pipeline.Record{}
	_, err := f.end.List(f.Context(), familyFields, func(changes []pipeline.Change) error {
		for _, c := range changes {
			got[c.Key] = *c.Record
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	return got
}

// prices tells what each variant costs, by code.
func (f *families) prices() map[string]string {
	f.Helper()
	got := map[string]string{}
	for key, r := range f.all() {
		if key[0] == 'v' && r.Fields["active"].AsBool() {
			got[r.Fields["default_code"].AsText()] = r.Fields["list_price"].String()
		}
	}
	return got
}

func (f *families) update(key pipeline.Key, fields pipeline.Values) error {
	return f.end.Update(f.Context(), []pipeline.Patch{{Key: key, Fields: fields}})[0].Err
}

func code(err error) pipeline.Code {
	if err == nil {
		return ""
	}
	return pipeline.AsError(err).Code
}

func TestFamilyIsMade(t *testing.T) {
	eachFamilies(t, func(f *families) {
		shirt := f.parent("S", 50)
		drafts := []pipeline.Draft{f.child(shirt, "M", "red", 50), f.child(shirt, "L", "red", 55), f.child(shirt, "M", "blue", 50)}
		keys := f.make(drafts...)
		all := f.all()
		if len(all) != 4 {
			f.Fatalf("there are %d records, want the parent and three children: %v", len(all), all)
		}
		parent := all[shirt]
		for _, lacks := range []string{"default_code", "barcode", "weight", "standard_price", "qty_available"} {
			if !parent.Lacks(lacks) {
				f.Errorf("the parent has %q", lacks)
			}
		}
		if got := parent.Fields["default_code"].AsText(); got != "template-"+string(shirt) {
			f.Errorf("the parent is called %q", got) // S alone is too short a beginning
		}
		got := all[keys[1]]
		want := pipeline.Values{
			"name": pipeline.Text("S (L, red)"), "default_code": pipeline.Text("S-L-red"), "barcode": {}, "list_price": pipeline.Int(55),
			"standard_price": pipeline.Int(7), "weight": pipeline.Int(2), "active": pipeline.Bool(true), "qty_available": pipeline.Int(3),
			"product_tmpl_id": pipeline.Text(string(shirt)), "product_template_attribute_value_ids": told("L", "red"),
		}
		if got.Fields["name"].AsText() == "S (red, L)" {
			want["name"] = pipeline.Text("S (red, L)") // in the order of the attributes
		}
		if d := cmp.Diff(want, got.Fields, cmp.Comparer(pipeline.Value.Equal)); d != "" {
			f.Errorf("the child (-want +got):\n%s", d)
		}
		if !got.Lacks("name") || got.Lacks("default_code") {
			f.Errorf("the child lacks %v", got.Lacking)
		}
		for i, r := range f.end.Create(f.Context(), drafts) {
			if r.Err != nil || r.Key != keys[i] {
				f.Errorf("a repeated draft gave %s, %v; want %s", r.Key, r.Err, keys[i])
			}
		}
		settled, err := f.end.Settle(f.Context(), drafts)
		if d := cmp.Diff(keys, settled); d != "" || err != nil {
			f.Errorf("Settle gave %v (-want +got):\n%s", err, d)
		}
		found, err := f.end.Find(f.Context(), "default_code", []pipeline.Value{pipeline.Text("S-M-blue")}, []string{"default_code"})
		if err != nil || len(found) != 1 || found[0].Key != keys[2] {
			f.Errorf("Find gave %v, %v; want %s", found, err, keys[2])
		}
	})
}

func TestFamilyOfOne(t *testing.T) {
	eachFamilies(t, func(f *families) {
		shirt := f.parent("S", 50)
		key := f.make(f.child(shirt, "M", "red", 50))[0]
		all := f.all()
		if parent := all[shirt]; len(all) != 2 || !parent.Lacks("default_code") || all[key].Fields["default_code"].AsText() != "S-M-red" {
			f.Errorf("got %v", all)
		}
	})
}

func TestVariantPrices(t *testing.T) {
	eachFamilies(t, func(f *families) {
		shirt := f.parent("S", 50)
		keys := f.make(f.child(shirt, "M", "red", 50), f.child(shirt, "L", "red", 50), f.child(shirt, "M", "blue", 50), f.child(shirt, "L", "blue", 50))
		price := func(n int64) pipeline.Values { return pipeline.Values{"list_price": pipeline.Int(n)} }
		for _, r := range f.end.Update(f.Context(), []pipeline.Patch{{Key: keys[1], Fields: price(60)}, {Key: keys[3], Fields: price(60)}}) {
			if r.Err != nil {
				f.Fatal(r.Err)
			}
		}
		want := map[string]string{"S-M-red": "50", "S-L-red": "60", "S-M-blue": "50", "S-L-blue": "60"}
		if d := cmp.Diff(want, f.prices()); d != "" {
			f.Errorf("prices by size (-want +got):\n%s", d)
		}
		// One of four cannot go alone: the other three fix its price.
		if err := f.update(keys[0], price(51)); code(err) != pipeline.CodeVariantRejected {
			f.Errorf("a price that is no sum gave %v", err)
		}
		if d := cmp.Diff(want, f.prices()); d != "" {
			f.Errorf("prices after a refusal (-want +got):\n%s", d)
		}
		if err := f.update(shirt, price(40)); err != nil {
			f.Fatal(err)
		}
		want = map[string]string{"S-M-red": "40", "S-L-red": "50", "S-M-blue": "40", "S-L-blue": "50"}
		if d := cmp.Diff(want, f.prices()); d != "" {
			f.Errorf("prices below another base (-want +got):\n%s", d)
		}
	})
}

func TestVariantEdits(t *testing.T) {
	eachFamilies(t, func(f *families) {
		shirt := f.parent("S", 50)
		keys := f.make(f.child(shirt, "M", "red", 50), f.child(shirt, "L", "red", 50))
		f.pass(time.Hour)
		cursor := f.list()
		err := f.update(keys[0], pipeline.Values{
			"default_code": pipeline.Text("NEW"), "weight": pipeline.Int(9), "qty_available": pipeline.Int(11), "list_price": pipeline.Int(58),
		})
		if err != nil {
			f.Fatal(err)
		}
		got := f.all()[keys[0]].Fields
		if got["default_code"].AsText() != "NEW" || got["weight"].String() != "9" || got["qty_available"].String() != "11" || got["list_price"].String() != "58" {
			f.Errorf("got %v", got)
		}
		if changes, _ := f.changes(cursor); changes[keys[0]].Key == "" || changes[shirt].Key == "" {
			f.Errorf("changes are %v", changes)
		}
		if err := f.update(keys[0], pipeline.Values{"product_template_attribute_value_ids": told("XL", "red")}); err != nil {
			f.Fatal(err)
		}
		if got := f.all()[keys[0]].Fields["product_template_attribute_value_ids"]; !got.Equal(told("XL", "red")) {
			f.Errorf("the attributes became %v", got)
		}
		for name, fields := range map[string]pipeline.Values{
			"a taken combination": {"product_template_attribute_value_ids": told("L", "red")},
			"another parent":      {"product_tmpl_id": pipeline.Text("99")},
			"another attribute":   {"product_template_attribute_value_ids": pipeline.Object(map[string]pipeline.Value{"size": pipeline.Text("L")})},
		} {
			if err := f.update(keys[0], fields); code(err) != pipeline.CodeVariantRejected {
				f.Errorf("%s gave %v", name, err)
			}
		}
		if err := f.update(keys[0], pipeline.Values{"name": pipeline.Text("x")}); code(err) != pipeline.CodeMappingFailed {
			f.Errorf("a title gave %v", err)
		}
	})
}

func TestOneBadVariant(t *testing.T) {
	eachFamilies(t, func(f *families) {
		f.make(pipeline.Draft{Token: f.token(), Fields: pipeline.Values{"name": pipeline.Text("Other"), "barcode": pipeline.Text("2000000000015")}})
		shirt := f.parent("S", 50)
		drafts := []pipeline.Draft{f.child(shirt, "M", "red", 50), f.child(shirt, "L", "red", 50), f.child(shirt, "XL", "red", 50), f.child(shirt, "S", "red", 50)}
		drafts[1].Fields["barcode"] = pipeline.Text("2000000000015")
		drafts[2].Fields["product_template_attribute_value_ids"] = pipeline.Value{}
		var codes []pipeline.Code
		for _, r := range f.end.Create(f.Context(), drafts) {
			codes = append(codes, code(r.Err))
		}
		if d := cmp.Diff([]pipeline.Code{"", pipeline.CodeDuplicate, pipeline.CodeVariantRejected, ""}, codes); d != "" {
			f.Errorf("(-want +got):\n%s", d)
		}
		if n := len(f.all()); n != 4 {
			f.Errorf("there are %d records, want 4", n)
		}
	})
}

// TestArchivedVariantsStayArchived: Odoo takes archived variants back when a value is added or the template returns.
func TestArchivedVariantsStayArchived(t *testing.T) {
	eachFamilies(t, func(f *families) {
		shirt := f.parent("S", 50)
		keys := f.make(f.child(shirt, "M", "red", 50), f.child(shirt, "L", "red", 50))
		if r := f.end.Remove(f.Context(), keys[:1], pipeline.Archive)[0]; r.Err != nil {
			f.Fatal(r.Err)
		}
		added := f.make(f.child(shirt, "XL", "red", 50))[0]
		active := func(want ...pipeline.Key) {
			f.Helper()
			var got []pipeline.Key
			for key, r := range f.all() {
				if r.Fields["active"].AsBool() {
					got = append(got, key)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				f.Errorf("active (-want +got):\n%s", d)
			}
		}
		active(shirt, keys[1], added)
		if err := f.update(shirt, pipeline.Values{"active": pipeline.Bool(false)}); err != nil {
			f.Fatal(err)
		}
		active()
		if err := f.update(shirt, pipeline.Values{"active": pipeline.Bool(true), "name": pipeline.Text("T")}); err != nil {
			f.Fatal(err)
		}
		active(shirt)
		if err := f.update(keys[1], pipeline.Values{"active": pipeline.Bool(true)}); err != nil {
			f.Fatal(err)
		}
		active(shirt, keys[1])
		if r := f.end.Remove(f.Context(), []pipeline.Key{keys[1]}, pipeline.Delete)[0]; r.Err != nil {
			f.Fatal(r.Err) // the last one: deleting it would delete the template
		}
		active(shirt)
	})
}

// TestAttributesOfOdoo: attributes that make all combinations at once are used as they are, and combinations that
// nobody asked for are taken away.
func TestAttributesOfOdoo(t *testing.T) {
	eachFamilies(t, func(f *families) {
		shop := f.server.As(odoosim.ShopLogin)
		for _, name := range []string{"size", "color"} {
			if _, err := shop.Create("product.attribute", odoosim.Values{"name": name}); err != nil {
				f.Fatal(err)
			}
		}
		shirt := f.parent("S", 50)
		drafts := []pipeline.Draft{f.child(shirt, "M", "red", 50), f.child(shirt, "L", "blue", 52)}
		keys := f.make(drafts...)
		if d := cmp.Diff(map[string]string{"S-M-red": "50", "S-L-blue": "52"}, f.prices()); d != "" {
			f.Errorf("(-want +got):\n%s", d)
		}
		settled, err := f.end.Settle(f.Context(), drafts)
		if d := cmp.Diff(keys, settled); d != "" || err != nil {
			f.Errorf("Settle gave %v (-want +got):\n%s", err, d)
		}
		for i, r := range f.end.Create(f.Context(), drafts) {
			if r.Err != nil || r.Key != keys[i] {
				f.Errorf("a repeated draft gave %s, %v; want %s", r.Key, r.Err, keys[i])
			}
		}
		f.make(f.child(shirt, "XL", "blue", 52))
		if n := len(f.prices()); n != 3 {
			f.Errorf("there are %d variants, want 3: %v", n, f.prices())
		}
		alone := f.parent("A", 1)
		if r := f.end.Create(f.Context(), []pipeline.Draft{f.child(alone, "M", "red", 1)})[0]; code(r.Err) != pipeline.CodeVariantRejected {
			f.Errorf("a family of one gave %v", r.Err)
		}
	})
}
