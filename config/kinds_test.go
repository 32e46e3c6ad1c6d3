package config_test

import (
	"maps"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// The two kinds of sources as interface and documentation have them, without their endpoints.

type odooSettings struct {
	URL        string          `hcl:"url"`
	Database   string          `hcl:"database"`
	Login      string          `hcl:"login"`
	APIKey     pipeline.Secret `hcl:"api_key,optional"`
	Password   pipeline.Secret `hcl:"password,optional"`
	Protocol   string          `hcl:"protocol,optional"`
	Company    int             `hcl:"company,optional"`
	Language   string          `hcl:"language,optional"`
	Prices     string          `hcl:"prices,optional"`
	Timeout    time.Duration   `hcl:"timeout,optional"`
	Workers    int             `hcl:"workers,optional"`
	Stock      *odooStock      `hcl:"stock,block"`
	Categories *odooCategories `hcl:"categories,block"`
	Webhook    *webhook        `hcl:"webhook,block"`
}

type odooStock struct {
	Warehouse string `hcl:"warehouse,optional"`
}

type odooCategories struct {
	Root      string `hcl:"root,optional"`
	Separator string `hcl:"separator,optional"`
	Create    bool   `hcl:"create,optional"`
}

type webhook struct {
	Secret pipeline.Secret `hcl:"secret"`
}

type pmSettings struct {
	URL     string          `hcl:"url"`
	APIKey  pipeline.Secret `hcl:"api_key,optional"`
	API     string          `hcl:"api,optional"`
	Images  *pmImages       `hcl:"images,block"`
	Webhook *webhook        `hcl:"webhook,block"`
}

type pmImages struct {
	Hosts        []string      `hcl:"hosts,optional"`
	AllowPrivate bool          `hcl:"allow_private,optional"`
	MaxSize      pipeline.Size `hcl:"max_size,optional"`
}

func kinds() []pipeline.SourceKind { return []pipeline.SourceKind{odooKind(), pmKind()} }

func odooKind() pipeline.SourceKind {
	return pipeline.SourceKind{
		Name: "odoo",
		Settings: func() any {
			return &odooSettings{
				Protocol: "auto", Timeout: 2 * time.Minute, Workers: 4,
				Categories: &odooCategories{Root: "All", Separator: " / ", Create: true},
			}
		},
		Validate: func(settings any) (problems []pipeline.SettingProblem) {
			s := settings.(*odooSettings)
			if !strings.HasPrefix(s.URL, "http") {
				problems = append(problems, pipeline.SettingProblem{Attribute: "url", Summary: "Wrong value", Detail: "url must begin with http:// or https://."})
			}
			if s.APIKey.IsZero() && s.Password.IsZero() {
				problems = append(problems, pipeline.SettingProblem{Summary: "Credentials missing", Detail: "An odoo source needs api_key or password."})
			}
			if s.Protocol == "json2" {
				problems = append(problems, pipeline.SettingProblem{Attribute: "protocol", Summary: "Old servers", Detail: "json2 needs Odoo 19.", Warning: true})
			}
			if s.Stock != nil && s.Stock.Warehouse == "?" {
				problems = append(problems, pipeline.SettingProblem{Attribute: "stock.warehouse", Summary: "Wrong value", Detail: "warehouse must be a code."})
			}
			return problems
		},
		Standard: map[pipeline.StandardField]string{
			"title": "name", "sku": "default_code", "price": "list_price", "ean": "barcode", "description": "description_sale",
			"category": "categ_id", "stock_quantity": "qty_available", "cost_price": "standard_price", "weight": "weight",
			"image": "image_1920", "is_active": "active",
		},
		Without: func(settings any) map[pipeline.StandardField]string {
			if settings.(*odooSettings).Stock != nil {
				return nil
			}
			return map[pipeline.StandardField]string{"stock_quantity": `stock { warehouse = "WH" }`}
		},
		Known: schema(true,
			pipeline.Field{Name: "name", Type: pipeline.TypeText, Required: true},
			pipeline.Field{Name: "default_code", Type: pipeline.TypeText},
			pipeline.Field{Name: "list_price", Type: pipeline.TypeNumber, Digits: 2, NotNull: true},
			pipeline.Field{Name: "barcode", Type: pipeline.TypeText},
			pipeline.Field{Name: "description_sale", Type: pipeline.TypeText},
			pipeline.Field{Name: "categ_id", Type: pipeline.TypePath, Separator: " / ", Root: "All", NotNull: true},
			pipeline.Field{Name: "qty_available", Type: pipeline.TypeNumber, Digits: 2},
			pipeline.Field{Name: "standard_price", Type: pipeline.TypeNumber, Digits: 2, NotNull: true},
			pipeline.Field{Name: "weight", Type: pipeline.TypeNumber, Digits: 2, NotNull: true},
			pipeline.Field{Name: "image_1920", Type: pipeline.TypeImage, Image: &pipeline.ImageNeeds{Side: 1920}},
			pipeline.Field{Name: "active", Type: pipeline.TypeBool, NotNull: true},
			pipeline.Field{Name: "create_date", Type: pipeline.TypeDateTime, ReadOnly: true},
		),
	}
}

func pmKind() pipeline.SourceKind {
	return pipeline.SourceKind{
		Name:     "products_manager",
		Settings: func() any { return &pmSettings{API: "app"} },
		Standard: map[pipeline.StandardField]string{
			"title": "title", "sku": "sku", "price": "price", "ean": "ean", "description": "description", "category": "category",
			"stock_quantity": "stock_quantity", "cost_price": "cost_price", "weight": "weight", "image": "images[0].url", "is_active": "is_active",
		},
		Known: schema(true,
			pipeline.Field{Name: "title", Type: pipeline.TypeText, MaxLength: 255, Required: true},
			pipeline.Field{Name: "sku", Type: pipeline.TypeText},
			pipeline.Field{Name: "price", Type: pipeline.TypeNumber, Digits: 2},
			pipeline.Field{Name: "ean", Type: pipeline.TypeText},
			pipeline.Field{Name: "description", Type: pipeline.TypeText},
			pipeline.Field{Name: "category", Type: pipeline.TypePath, Separator: "/"},
			pipeline.Field{Name: "stock_quantity", Type: pipeline.TypeNumber},
			pipeline.Field{Name: "cost_price", Type: pipeline.TypeNumber, Digits: 2},
			pipeline.Field{Name: "weight", Type: pipeline.TypeNumber, Digits: 3},
			pipeline.Field{Name: "images[0].url", Type: pipeline.TypeImage, Image: &pipeline.ImageNeeds{WebP: true, Side: 2000, ByAddress: true}},
			pipeline.Field{Name: "is_active", Type: pipeline.TypeBool, NotNull: true},
			pipeline.Field{Name: "status", Type: pipeline.TypeSelection, Options: []string{"active", "inactive", "draft"}},
			pipeline.Field{Name: "tax_rate", Type: pipeline.TypeNumber, Digits: 2},
			pipeline.Field{Name: "created_at", Type: pipeline.TypeDateTime, ReadOnly: true},
		),
	}
}

// closedKind is a system that has no other fields than those it is known to have.
func closedKind() pipeline.SourceKind {
	k := pmKind()
	k.Name, k.Known.Open = "closed", false
	return k
}

// plainKind is a system without categories.
func plainKind() pipeline.SourceKind {
	k := pmKind()
	k.Name, k.Standard = "plain", maps.Clone(k.Standard)
	delete(k.Standard, "category")
	return k
}

// familyKind is a system whose products have variants, which name their parent by its SKU.
func familyKind() pipeline.SourceKind {
	k := pmKind()
	k.Name, k.Variants = "family", &pipeline.VariantFields{Parent: "parent", Attributes: "options"}
	k.Known.Fields["parent"] = pipeline.Field{Name: "parent", Type: pipeline.TypeText, Via: "sku"}
	k.Known.Fields["options"] = pipeline.Field{Name: "options", Type: pipeline.TypeText}
	return k
}

func schema(open bool, fields ...pipeline.Field) pipeline.Schema {
	s := pipeline.Schema{Open: open, Fields: map[string]pipeline.Field{}}
	for _, f := range fields {
		s.Fields[f.Name] = f
	}
	return s
}
