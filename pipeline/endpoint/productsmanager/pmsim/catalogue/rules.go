package catalogue

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// Kind is the type of a field.
type Kind uint8

// The kinds of fields. Custom fields are Anything: kept and given back as they came.
const (
	Anything Kind = iota
	Text
	Decimal
	Integer
	Boolean
	Object
	EAN
	Images
	Status
)

// AllDigits is the Rule.Digits of a number that keeps every decimal.
const AllDigits = -1

// MaxImages is how many images a product may have.
const MaxImages = 20

// Rule is what the store accepts for a field.
type Rule struct {
	Kind   Kind
	Length int   // texts: runes at most, 0 is no limit
	Digits int32 // decimals: places kept, half away from zero, or AllDigits
}

// RuleOf returns the rule of a canonical field name. Types, lengths and places are those of PM's data
// model, except prices, whose places it does not tell: all are kept.
func RuleOf(name string) Rule {
	switch name {
	case "ean":
		return Rule{Kind: EAN}
	case "images":
		return Rule{Kind: Images}
	case "status":
		return Rule{Kind: Status}
	case "title", "description", "short_description", "marketing_description", "promotional_text":
		return Rule{Kind: Text}
	case "sku", "material", "finish", "style", "pattern":
		return Rule{Kind: Text, Length: 100}
	case "brand", "category", "external_id", "url_slug":
		return Rule{Kind: Text, Length: 255}
	case "asin", "hs_code", "unit_of_measure", "lifecycle_status":
		return Rule{Kind: Text, Length: 20}
	case "upc":
		return Rule{Kind: Text, Length: 12}
	case "gtin":
		return Rule{Kind: Text, Length: 14}
	case "color", "color_secondary", "size":
		return Rule{Kind: Text, Length: 50}
	case "energy_class":
		return Rule{Kind: Text, Length: 5}
	case "country_of_origin":
		return Rule{Kind: Text, Length: 2}
	case "price", "cost_price", "recommended_price":
		return Rule{Kind: Decimal, Digits: AllDigits}
	case "weight":
		return Rule{Kind: Decimal, Digits: 3}
	case "width", "height", "depth", "package_length", "package_width", "package_height", "tax_rate":
		return Rule{Kind: Decimal, Digits: 2}
	case "stock_quantity", "package_weight", "package_quantity", "min_order_quantity", "max_order_quantity",
		"order_increment", "lead_time_days", "warranty_duration", "return_policy_days":
		return Rule{Kind: Integer}
	case "is_active", "discontinued", "backorder_allowed", "preorder_available", "dangerous_goods",
		"reach_compliant", "rohs_compliant", "ce_marked", "recyclable", "eco_friendly", "return_allowed":
		return Rule{Kind: Boolean}
	case "attributes", "technical_specs":
		return Rule{Kind: Object}
	}
	return Rule{}
}

// canonicalName gives the store's name of a field as clients may call it. Of several names for one field
// in the same body the one of the lowest rank counts. A name that the server owns gives "".
func canonicalName(name string) (canonical string, rank int) {
	switch name {
	case "id", "created_at", "updated_at", "deleted_at", "completeness_score":
		return "", 0
	case "name":
		return "title", 1
	case "barcode":
		return "ean", 1
	case "stock":
		return "stock_quantity", 1
	case "manufacturer_reference":
		return "sku", 1
	case "reference":
		return "sku", 2
	case "supplier_sku":
		return "sku", 3
	case "brand_name":
		return "brand", 1
	case "category_id":
		return "category", 1
	case "category_name":
		return "category", 2
	}
	return name, 0
}

// check returns v as the store keeps it under rule, or what is wrong with it: the type of the problem in
// pydantic's terms and a message.
func (rule Rule) check(v any) (kept any, problem, message string) {
	if v == nil {
		return nil, "", ""
	}
	switch rule.Kind {
	case Text:
		return checkText(v, rule.Length)
	case EAN:
		return checkEAN(v)
	case Decimal, Integer:
		return checkNumber(v, rule)
	case Boolean:
		return checkBoolean(v)
	case Images:
		return checkImages(v)
	case Status:
		// The values of the API and those that only the user interface sets. "trash" is not set but reached.
		if s, ok := v.(string); ok && slices.Contains([]string{"active", "inactive", "draft", "archived"}, s) {
			return s, "", ""
		}
		return nil, "enum", "Input should be 'active', 'inactive', 'draft' or 'archived'"
	case Object:
		if _, ok := v.(map[string]any); !ok {
			return nil, "dict_type", "Input should be a valid dictionary"
		}
	}
	return v, "", ""
}

func checkText(v any, length int) (any, string, string) {
	s, ok := v.(string)
	if !ok {
		return nil, "string_type", "Input should be a valid string"
	}
	if length > 0 && utf8.RuneCountInString(s) > length {
		return nil, "string_too_long", fmt.Sprintf("String should have at most %d characters", length)
	}
	return s, "", ""
}

// checkEAN takes 8 or 13 digits and keeps 13. Check digits are not looked at: PM's pages speak of digits
// and their number only.
func checkEAN(v any) (any, string, string) {
	s, ok := v.(string)
	if !ok {
		return nil, "string_type", "Input should be a valid string"
	}
	if s == "" {
		return nil, "", ""
	}
	if strings.Trim(s, "0123456789") != "" || (len(s) != 8 && len(s) != 13) {
		return nil, "value_error", "EAN must have 8 or 13 digits"
	}
	return NormalEAN(s), "", ""
}

// NormalEAN pads an EAN of eight digits to thirteen.
func NormalEAN(ean string) string {
	if len(ean) == 8 {
		return "00000" + ean
	}
	return ean
}

func checkNumber(v any, rule Rule) (any, string, string) {
	var text string
	switch n := v.(type) {
	case json.Number:
		text = n.String()
	case string:
		text = strings.TrimSpace(n)
	}
	d, err := decimal.NewFromString(text)
	// The bound on exponents keeps a short text from becoming a number of a million digits.
	if err != nil || len(text) > 100 || d.Exponent() > 50 || d.Exponent() < -50 {
		return nil, "decimal_parsing", "Input should be a valid decimal"
	}
	if rule.Kind == Integer {
		if !d.IsInteger() {
			return nil, "int_from_float", "Input should be a valid integer, got a number with a fractional part"
		}
		return json.Number(d.String()), "", ""
	}
	if rule.Digits != AllDigits {
		d = d.Round(rule.Digits)
	}
	return json.Number(d.String()), "", ""
}

func checkBoolean(v any) (any, string, string) {
	switch b := v.(type) {
	case bool:
		return b, "", ""
	case string:
		if b == "true" || b == "false" {
			return b == "true", "", ""
		}
	case json.Number:
		if b == "1" || b == "0" {
			return b == "1", "", ""
		}
	}
	return nil, "bool_parsing", "Input should be a valid boolean"
}

// checkImages takes addresses, or objects that hold one under url, src or original; it keeps addresses.
func checkImages(v any) (any, string, string) {
	list, ok := v.([]any)
	if !ok {
		return nil, "list_type", "Input should be a valid list"
	}
	if len(list) > MaxImages {
		return nil, "too_long", fmt.Sprintf("List should have at most %d items", MaxImages)
	}
	kept := make([]any, len(list))
	for i, e := range list {
		address := ImageAddress(e)
		u, err := url.Parse(address)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return nil, "url_parsing", fmt.Sprintf("Image %d should be a valid URL", i+1)
		}
		kept[i] = address
	}
	return kept, "", ""
}

// ImageAddress returns the address that an entry of a list of images holds, "" if it holds none.
func ImageAddress(entry any) string {
	address, _ := entry.(string)
	if o, isObject := entry.(map[string]any); isObject {
		for _, key := range []string{"original", "src", "url"} {
			if s, has := o[key].(string); has {
				address = s
			}
		}
	}
	return address
}
