package product

import "github.com/tandem-sync/tandem/pipeline"

// Limits of texts. Servers accept titles of 7,500 characters from imports; what is typed in or sent may
// have 255.
const (
	LongestTitle     = 7500
	LongestSentTitle = 255
)

// Schema returns the fields that Products Manager documents, with separator between the levels of a
// category. It is open: further fields of an account pass under their own names.
//
// price and cost_price keep every decimal: the documentation says "decimal" without digits, and a price
// with three of them must survive.
func Schema(separator string) pipeline.Schema {
	fields := map[string]pipeline.Field{}
	add := func(f pipeline.Field) {
		if f.Type != pipeline.TypeNumber {
			f.Digits = pipeline.Unlimited
		}
		fields[f.Name] = f
	}
	for _, f := range canonicalFields(separator) {
		add(f)
	}
	for name, length := range modelTexts() {
		add(pipeline.Field{Name: name, Type: pipeline.TypeText, MaxLength: length})
	}
	for name, digits := range modelNumbers() {
		add(pipeline.Field{Name: name, Type: pipeline.TypeNumber, Digits: digits})
	}
	for _, name := range modelBools() {
		add(pipeline.Field{Name: name, Type: pipeline.TypeBool})
	}
	return pipeline.Schema{Fields: fields, Open: true}
}

// canonicalFields are the fields that the endpoint promises whatever the API calls them.
func canonicalFields(separator string) []pipeline.Field {
	return []pipeline.Field{
		{Name: "id", Type: pipeline.TypeText, ReadOnly: true, Label: "Id"},
		{Name: "title", Type: pipeline.TypeText, MaxLength: LongestTitle, Required: true, Label: "Title"},
		{Name: "sku", Type: pipeline.TypeText, MaxLength: 100, Label: "SKU"},
		{Name: "ean", Type: pipeline.TypeText, MaxLength: 20, Label: "EAN"},
		{Name: "price", Type: pipeline.TypeNumber, Digits: pipeline.Unlimited, Label: "Price, tax included"},
		{Name: "cost_price", Type: pipeline.TypeNumber, Digits: pipeline.Unlimited, Label: "Cost price"},
		{Name: "description", Type: pipeline.TypeText, Label: "Description"},
		{Name: "category", Type: pipeline.TypePath, Separator: separator, Label: "Category"},
		{Name: "stock_quantity", Type: pipeline.TypeNumber, Digits: 0, Label: "Stock"},
		{Name: "weight", Type: pipeline.TypeNumber, Digits: 3, Label: "Weight in kg"},
		{Name: "images", Type: pipeline.TypeAny, ReadOnly: true, Label: "Images"},
		{Name: MainImage, Type: pipeline.TypeImage, Label: "Main image", Image: &pipeline.ImageNeeds{
			WebP: true, Side: LongestSide, ByAddress: true,
		}},
		{Name: "is_active", Type: pipeline.TypeBool, NotNull: true, Label: "Active"},
		{Name: "status", Type: pipeline.TypeText, MaxLength: 50, Label: "Status"},
		{Name: "tax_rate", Type: pipeline.TypeNumber, Digits: 2, Label: "Tax rate in %"},
		{Name: "brand", Type: pipeline.TypeText, MaxLength: 255, Label: "Brand"},
		{Name: "brand_name", Type: pipeline.TypeText, MaxLength: 255, Label: "Brand"},
		{Name: "parent_sku", Type: pipeline.TypeReference, Via: "sku", Label: "SKU of the parent"},
		{Name: "attributes", Type: pipeline.TypeAny, Label: "Attributes"},
		{Name: "created_at", Type: pipeline.TypeDateTime, ReadOnly: true, Label: "Created"},
		{Name: "updated_at", Type: pipeline.TypeDateTime, ReadOnly: true, Label: "Updated"},
	}
}

// modelTexts, modelNumbers and modelBools are further columns of the documented product model: known
// here so that their values have types, which JSON alone does not tell (decimals come as texts).
func modelTexts() map[string]int {
	return map[string]int{
		"asin": 20, "upc": 12, "gtin": 14, "manufacturer_reference": 100, "external_id": 255,
		"manufacturer": 0, "short_description": 0, "marketing_description": 0, "promotional_text": 0,
		"unit_of_measure": 20, "hs_code": 20, "country_of_origin": 2, "customs_description": 0,
		"weee_category": 0, "lifecycle_status": 20, "energy_class": 5, "warranty_type": 0,
		"color": 50, "color_secondary": 50, "size": 50, "material": 100, "finish": 100, "style": 100,
		"pattern": 100, "url_slug": 255,
	}
}

func modelNumbers() map[string]int {
	return map[string]int{
		"width": 2, "height": 2, "depth": 2, "package_length": 2, "package_width": 2,
		"package_height": 2, "package_weight": 0, "package_quantity": 0, "recommended_price": pipeline.Unlimited,
		"min_order_quantity": 0, "max_order_quantity": 0, "order_increment": 0, "lead_time_days": 0,
		"power_consumption_kwh": pipeline.Unlimited, "carbon_footprint_kg": pipeline.Unlimited,
		"warranty_duration": 0, "return_policy_days": 0, "completeness_score": pipeline.Unlimited,
	}
}

func modelBools() []string {
	return []string{
		"backorder_allowed", "preorder_available", "dangerous_goods", "reach_compliant", "rohs_compliant",
		"ce_marked", "discontinued", "recyclable", "eco_friendly", "return_allowed",
	}
}
