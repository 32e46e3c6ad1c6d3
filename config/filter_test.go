package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestCategories(t *testing.T) {
	cases := []struct {
		patterns string
		selects  []string
		leaves   []string
	}{
		{`"Electronics"`, []string{"Electronics", " Electronics "}, []string{"Electronics/Phones", "electronics", "Electronic"}},
		{`"Clothing/*"`, []string{"Clothing/Shirts"}, []string{"Clothing", "Clothing/Shirts/Long"}},
		{`"Clothing/**"`, []string{"Clothing", "Clothing/Shirts", "Clothing/Shirts/Long"}, []string{"Shoes", "All/Clothing"}},
		{`"**/Shirts"`, []string{"Shirts", "Clothing/Shirts", "A/B/Shirts"}, []string{"Shirts/Long"}},
		{`"A/**/Z"`, []string{"A/Z", "A/B/Z", "A/B/C/Z"}, []string{"A", "A/B", "Z"}},
		{`"**"`, []string{"A", "A/B"}, nil},
		{`"Sh*ts/*L*"`, []string{"Shirts/Long", "Shts/XL", "Shirts/L"}, []string{"Shirt/Long", "Shirts/Short"}},
		{`"*a*b*c*"`, []string{"abc", "xaxbxcx"}, []string{"acb", "ab"}},
		{`"a*a"`, []string{"aa", "aba"}, []string{"a"}},
		{`"A", "B/*"`, []string{"A", "B/C"}, []string{"B", "C"}},
		{`" Home / Garden "`, []string{"Home/Garden", "Home / Garden"}, []string{"Home"}},
		{`"Été"`, []string{"E\u0301te\u0301"}, nil},
	}
	for _, tt := range cases {
		p := loadPipeline(t, "filter { categories = ["+tt.patterns+"] }\nmapping { defaults = true }")
		check := func(path string, want bool) {
			got, err := p.Filter.Selects(&pipeline.Record{Fields: pipeline.Values{"category": pipeline.Text(path)}})
			if err != nil || got != want {
				t.Errorf("%s of %q: %t, %v", tt.patterns, path, got, err)
			}
		}
		for _, path := range tt.selects {
			check(path, true)
		}
		for _, path := range append(tt.leaves, "") {
			check(path, false)
		}
	}
}

// TestRootAndSeparator: categories are meant from below the root, whatever the system separates levels by.
func TestRootAndSeparator(t *testing.T) {
	second := strings.NewReplacer(`"erp"`, `"erp2"`, `"pm"`, `"pm2"`, "sync\"", "sync\"\n  categories {\n    root      = \"Shop\"\n    separator = \" > \"\n  }").Replace(sources)
	c := mustLoad(t, write(t, map[string]string{"a.hcl": sources + second + `
pipeline "one" {
  left  = source.odoo.erp
  right = source.odoo.erp2
  filter { categories = ["Clothing/*"] }
  mapping { defaults = true }
}
pipeline "two" {
  left  = source.odoo.erp2
  right = source.odoo.erp
  filter { categories = ["Clothing/*"] }
  mapping { defaults = true }
}`}), options(t))
	for i, paths := range []map[string]bool{
		{"All / Clothing / Shirts": true, "All / Clothing": false, "All / A/B / Shirts": false},
		{"Shop > Clothing > Shirts": true, "Shop > Clothing": false, "Clothing > T / Shirts": true, "All > Clothing > Shirts": false},
	} {
		for path, want := range paths {
			got, err := c.Pipelines[i].Filter.Selects(&pipeline.Record{Fields: pipeline.Values{"categ_id": pipeline.Text(path)}})
			if err != nil || got != want {
				t.Errorf("%q: %t, %v", path, got, err)
			}
		}
	}
}

func TestWhere(t *testing.T) {
	p := loadPipeline(t, `
  filter {
    categories = ["A"]
    where      = record.status != "draft" && record.price > 10
  }
  mapping { defaults = true }`)
	if got := strings.Join(p.FilterReads, " "); got != "category price status" {
		t.Errorf("reads %s", got)
	}
	record := func(category, status string, price pipeline.Value) *pipeline.Record {
		return &pipeline.Record{Fields: pipeline.Values{"category": pipeline.Text(category), "status": pipeline.Text(status), "price": price}}
	}
	for _, tt := range []struct {
		record *pipeline.Record
		want   bool
	}{
		{record("A", "active", pipeline.Int(11)), true},
		{record("B", "active", pipeline.Int(11)), false},
		{record("A", "draft", pipeline.Int(11)), false},
		{record("A", "draft", pipeline.Value{}), false}, // the right side is not looked at
		{record("A", "", pipeline.Int(11)), true},
		{record("B", "active", pipeline.Value{}), false},
	} {
		if got, err := p.Filter.Selects(tt.record); err != nil || got != tt.want {
			t.Errorf("%v: %t, %v", tt.record.Fields, got, err)
		}
	}
	_, err := p.Filter.Selects(record("A", "active", pipeline.Value{}))
	var typed *pipeline.Error
	if !errors.As(err, &typed) || typed.Code != pipeline.CodeMappingFailed ||
		!strings.Contains(err.Error(), `where of pipeline "products" (shop.hcl:7) cannot be worked out`) || !strings.Contains(err.Error(), "empty: record.price") {
		t.Errorf("%v", err)
	}
}

func record() *pipeline.Record {
	return &pipeline.Record{Fields: pipeline.Values{
		"title": pipeline.Text("Shirt"), "price": pipeline.Int(12), "category": pipeline.Text("Clothing/Shirts"), "status": pipeline.Text("active"),
	}}
}
