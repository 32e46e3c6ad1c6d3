package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// pair is a product as both systems hold it, for the page.
type pair struct {
	SKU     string
	PM, ERP *side // nil: not there
}

type side struct {
	ID, Title, Price string
	Active           bool
}

// sideBySide returns all products by SKU. Of those that have the same one twice, each stands alone.
func (s *shop) sideBySide() ([]pair, error) {
	odoo, err := s.odooProducts()
	if err != nil {
		return nil, err
	}
	var pairs []pair
	for _, p := range s.pm.Products() {
		pairs = append(pairs, pair{SKU: p.Text("sku"), PM: &side{
			ID: p.ID, Title: p.Text("title"), Price: p.Text("price"), Active: p.Text("is_active") == "true",
		}})
	}
	for _, o := range odoo {
		line := &side{ID: fmt.Sprint(o["id"]), Title: text(o["name"]), Price: text(o["list_price"]), Active: o["active"] == true}
		at := slices.IndexFunc(pairs, func(p pair) bool { return p.SKU == text(o["default_code"]) && p.ERP == nil })
		if at < 0 {
			pairs = append(pairs, pair{SKU: text(o["default_code"]), ERP: line})
			continue
		}
		pairs[at].ERP = line
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return strings.Compare(a.SKU, b.SKU) })
	return pairs, nil
}

// odooProducts reads all products of Odoo as the staff see them.
func (s *shop) odooProducts() ([]odoosim.Values, error) {
	ids, err := s.staff.Search(templateModel)
	if err != nil {
		return nil, err
	}
	return s.staff.Read(templateModel, ids, odooFields()...)
}

func odooFields() []string {
	return []string{
		"default_code", "barcode", "name", "x_brand", "categ_id", "list_price", "standard_price", "weight", "active", "description_sale",
	}
}

// showPM returns a product of Products Manager.
func (s *shop) showPM(name string) (map[string]any, error) {
	p, ok := s.pm.Get(name)
	if !ok {
		found := s.pm.Find("sku", name)
		if len(found) == 0 {
			return nil, unknownProduct("Products Manager", name)
		}
		p = found[0]
	}
	shown := map[string]any{"id": p.ID, "updated_at": p.UpdatedAt}
	for field, v := range p.Fields {
		shown[field] = v
	}
	return shown, nil
}

// showERP returns a product of Odoo.
func (s *shop) showERP(name string) (map[string]any, error) {
	ids, err := s.odooIDs(name)
	if err != nil {
		return nil, err
	}
	products, err := s.staff.Read(templateModel, ids[:1], odooFields()...)
	if err == nil && len(products) == 0 {
		err = unknownProduct("Odoo", name) // deleted this moment
	}
	if err != nil {
		return nil, err
	}
	return products[0], nil
}

// text is a value of Odoo for people: false is no value.
func text(v any) string {
	switch x := v.(type) {
	case bool:
		return ""
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
