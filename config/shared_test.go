package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

const twoShops = sources + `
source "odoo" "belgium" {
  url      = env("ODOO_URL")
  database = "belgium"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}
`

const sharedCatalogue = `
mapping "catalogue" {
  defaults = true
  without  = ["stock_quantity", "images[0].url"]

  field "price" {
    to_right = value / 2
    to_left  = value * 2
  }
  field "brand_name" {
    right     = "x_brand"
    direction = "to_right"
  }
  field "attributes.color" {
    erp     = "x_color"
    belgium = "x_kleur"
  }
  category "Clothing" { right = "All / Apparel" }
  category "Shoes" {
    erp     = "All / Footwear"
    belgium = "All / Schoenen"
  }
}
`

func described(d *pipeline.Definition) []string {
	var out []string
	for _, f := range d.Fields {
		line := f.Fields[pipeline.Left] + " = " + f.Fields[pipeline.Right]
		for _, s := range pipeline.Sides() {
			if f.Carry[s] != nil {
				line += " expression to " + s.String()
			}
			if !f.Writes[s] {
				line += " not to " + s.String()
			}
		}
		out = append(out, line)
	}
	for _, p := range d.Places {
		out = append(out, "category "+p.Paths[pipeline.Left]+" = "+p.Paths[pipeline.Right])
	}
	return out
}

// A shared mapping is compiled between the sources of each pipeline that takes it; what the pipeline says itself
// replaces the field, or the category, of that name.
func TestSharedMapping(t *testing.T) {
	c := mustLoad(t, write(t, map[string]string{"sources.hcl": twoShops, "shared.hcl": sharedCatalogue, "shop.hcl": pipelineOf("mapping { from = mapping.catalogue }") + `
pipeline "belgium" {
  left  = source.products_manager.pm
  right = source.odoo.belgium
  mapping {
    from    = mapping.catalogue
    without = ["weight", "brand_name"]
    field "price" {}
    field "tax_rate" { belgium = "x_tax" }
    category "Clothing" { belgium = "All / Kleding" }
  }
}`}), options(t))
	standard := []string{"ean = barcode", "description = description_sale", "category = categ_id", "cost_price = standard_price"}
	want := map[string][]string{
		"products": append(append([]string{"title = name", "sku = default_code", "price = list_price expression to left expression to right"}, standard...),
			"weight = weight", "is_active = active", "brand_name = x_brand not to left", "attributes.color = x_color",
			"category Clothing = All / Apparel", "category Shoes = All / Footwear"),
		"belgium": append(append([]string{"title = name", "sku = default_code", "price = list_price"}, standard...),
			"is_active = active", "attributes.color = x_kleur", "tax_rate = x_tax",
			"category Clothing = All / Kleding", "category Shoes = All / Schoenen"),
	}
	for name, want := range want {
		d, ok := c.Pipeline(name)
		if !ok {
			t.Fatalf("no pipeline %s", name)
		}
		if diff := cmp.Diff(want, described(d)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// Nothing changes, for pairs that are linked already, where a mapping is moved to the top level.
func TestSharingKeepsTheHash(t *testing.T) {
	const body = "\n  defaults = true\n  field \"price\" { to_erp = round(value / 2, 2) }\n  category \"A\" { erp = \"All / B\" }\n"
	inline := loadPipeline(t, "mapping {"+body+"}")
	shared := mustLoad(t, write(t, map[string]string{
		"a.hcl": sources + "mapping \"m\" {" + body + "}\n" + pipelineOf("mapping { from = mapping.m }"),
	}), options(t)).Pipelines[0]
	if inline.Hash != shared.Hash || inline.MergeHash != shared.MergeHash {
		t.Error("the hash changes")
	}
}

func TestUnusedMapping(t *testing.T) {
	c, problems := config.Load(write(t, map[string]string{"a.hcl": sources + "mapping \"m\" { defaults = true }\n" + pipelineOf("mapping {\n defaults = true\n without = [\"stock_quantity\", \"images[0].url\"]\n }")}), options(t))
	if len(problems) != 1 || !strings.Contains(render(t, c, problems), `No pipeline takes the mapping "m"`) {
		t.Error(render(t, c, problems))
	}
}
