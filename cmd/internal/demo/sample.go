package demo

import (
	"bytes"
	_ "embed" // the catalogue
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// The products that are odd on purpose, by SKU. EANs begin with 201, a range that shops use within their
// own walls, so that they are nobody's.
const (
	// skuTwice is on two products of Products Manager: they cannot be paired, and wait.
	skuTwice = "THE-003"
	// skuWrongDigit has an EAN whose check digit is wrong: the mapping stops it.
	skuWrongDigit = "EPC-003"
	// skuWrongCode carries in Odoo the bar code of skuRightCode, which Odoo does not have yet: neither
	// can be finished before somebody corrects it.
	skuWrongCode, skuRightCode = "LMP-350", "LMP-500"
	// skuThreeDecimals has a price with three decimals, which Odoo's two must not shorten.
	skuThreeDecimals = "EPC-002"
	// skuInactive is inactive in Products Manager, skuArchived archived in Odoo.
	skuInactive, skuArchived = "CAF-012", "OLD-001"
	// skuDraft is a draft, which the filter leaves alone.
	skuDraft = "FEU-002"
	// skuPriced is in both systems with different prices: a conflict that waits for a person.
	skuPriced = "COC-024"
	// skuRenamed is in both with different titles: Products Manager's wins, by the configuration.
	skuRenamed = "TNT-002"
	// skuRespelt is in Odoo as oldSpelling: the two are paired by their EAN.
	skuRespelt, oldSpelling = "GRD-075", "GRD075"
	// skuLater is in both; Odoo's weight and cost are the later ones and win, its description fills an
	// empty one.
	skuLater = "SAC-040"
	// skuUPC has twelve digits in Odoo and becomes thirteen in Products Manager.
	skuUPC = "IMP-001"
)

//go:embed sample/products-manager.csv
var pmCatalogue []byte

//go:embed sample/odoo.csv
var erpCatalogue []byte

// samplePM returns the products of Products Manager.
func samplePM() ([]map[string]any, error) {
	return sample(pmCatalogue, func(column, text string) (any, error) {
		switch column {
		case "price", "cost_price", "weight":
			return json.Number(text), nil
		}
		return text, nil
	})
}

// sampleERP returns the products of Odoo. Their category is a path, not yet an id.
func sampleERP() ([]odoosim.Values, error) {
	return sample(erpCatalogue, func(column, text string) (any, error) {
		switch column {
		case "list_price", "standard_price", "weight":
			return strconv.ParseFloat(text, 64)
		case "active":
			return strconv.ParseBool(text)
		}
		return text, nil
	})
}

// sample reads a catalogue whose heading names the fields. Empty cells are left out.
func sample(file []byte, typed func(column, text string) (any, error)) ([]map[string]any, error) {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the sample catalogue: %w", err)
	}
	products := make([]map[string]any, 0, len(rows))
	for i, row := range rows[1:] {
		product := map[string]any{}
		for j, text := range row {
			if text == "" {
				continue
			}
			if product[rows[0][j]], err = typed(rows[0][j], text); err != nil {
				return nil, fmt.Errorf("sample catalogue, product %d: %w", i+1, err)
			}
		}
		products = append(products, product)
	}
	return products, nil
}
