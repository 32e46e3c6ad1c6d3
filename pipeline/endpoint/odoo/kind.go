package odoo

import (
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// Kind returns the kind of source "odoo".
func Kind() pipeline.SourceKind {
	return pipeline.SourceKind{
		Name:     "odoo",
		About:    "A database of Odoo, version 14 or later.",
		Settings: func() any { return defaults() },
		Validate: func(settings any) []pipeline.SettingProblem { return settings.(*Settings).validate() },
		Standard: map[pipeline.StandardField]string{
			"title": "name", "sku": "default_code", "price": "list_price", "ean": "barcode",
			"description": "description_sale", "category": "categ_id", "stock_quantity": "qty_available",
			"cost_price": "standard_price", "weight": "weight", "image": "image_1920", "is_active": "active",
		},
		Without: func(settings any) map[pipeline.StandardField]string {
			if settings.(*Settings).Stock != nil {
				return nil
			}
			return map[pipeline.StandardField]string{"stock_quantity": `stock { warehouse = "WH" }`}
		},
		Variants: &pipeline.VariantFields{Parent: parentField, Attributes: attributesField},
		Known:    known(),
		Facts:    facts,
		Webhook:  webhook,
		Open:     open,
	}
}

// known is what every Odoo has.
func known() pipeline.Schema {
	text, number := pipeline.TypeText, pipeline.TypeNumber
	fields := map[string]pipeline.Field{}
	for _, f := range []pipeline.Field{
		{Name: "name", Type: text, Required: true, Label: "Name"},
		{Name: "default_code", Type: text, Label: "Internal Reference"},
		{Name: "barcode", Type: text, Label: "Barcode"},
		{Name: "description_sale", Type: text, Label: "Sales Description"},
		{Name: "list_price", Type: number, Digits: 2, NotNull: true, Label: "Sales Price"},
		{Name: "standard_price", Type: number, Digits: 2, NotNull: true, Label: "Cost"},
		{Name: "weight", Type: number, Digits: 2, NotNull: true, Label: "Weight"},
		{Name: "categ_id", Type: pipeline.TypePath, Separator: odooSeparator, Escapes: true, Root: "All", NotNull: true, Label: "Product Category"},
		{Name: "active", Type: pipeline.TypeBool, NotNull: true, Label: "Active"},
		{Name: "qty_available", Type: number, Digits: 2, NotNull: true, Label: "Quantity On Hand"},
		{Name: imageField, Type: pipeline.TypeImage, Image: &pipeline.ImageNeeds{Side: imageSide}, Label: "Image"},
	} {
		fields[f.Name] = f
	}
	for _, f := range variantFields() {
		fields[f.Name] = f
	}
	return pipeline.Schema{Fields: fields, Open: true}
}

func open(settings any, deps pipeline.Deps) (pipeline.Endpoint, error) {
	s := settings.(*Settings)
	u, err := url.Parse(strings.TrimSuffix(s.URL, "/"))
	if err != nil {
		return nil, fmt.Errorf("address of source %q: %w", deps.Source, err)
	}
	return newEndpoint(s, deps, rpc.Config{
		URL: u, Database: s.Database, Login: s.Login, Secret: s.secret(), Password: s.APIKey.IsZero(),
		Protocol: s.Protocol, DatabaseHeader: s.DatabaseHeader, Timeout: s.Timeout, Workers: s.Workers,
		UserAgent: userAgent(), Observe: deps.Observe, Now: deps.Now, TLS: s.TLS,
	}), nil
}

func newEndpoint(s *Settings, deps pipeline.Deps, connection rpc.Config) *Endpoint {
	return &Endpoint{
		settings: *s, deps: deps, connection: connection, client: rpc.New(connection),
		connecting: make(chan struct{}, 1), categorizing: make(chan struct{}, 1),
	}
}

func userAgent() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = strings.TrimPrefix(info.Main.Version, "v")
	}
	return "tandem/" + version
}
