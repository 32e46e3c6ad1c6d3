package odoo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// Odoo says in the user's language that some packaging has a barcode, and neither which barcode nor which
// packaging.
func TestBarcodeOfAPackaging(t *testing.T) {
	for _, version := range []int{16, 18, 19} {
		t.Run(fmt.Sprint("odoo ", version), func(t *testing.T) {
			s := newShop(t, version)
			packed := s.make(pipeline.Draft{Token: "packed", Fields: pipeline.Values{"name": pipeline.Text("Mug"), "default_code": pipeline.Text("MUG")}})[0]
			admin := s.server.As("admin")
			variant := must(admin.Search("product.product", []any{"product_tmpl_id", "=", idOf(t, packed)}))[0]
			model, values := "product.packaging", odoosim.Values{"name": "Box", "product_id": variant, "barcode": "5901234123457"}
			if version >= 19 {
				model, values = "product.uom", odoosim.Values{"uom_id": 1, "product_id": variant, "barcode": "5901234123457"}
			}
			must(admin.Create(model, values))
			s.refusesPacked("5901234123457", "[MUG] Mug")
		})
	}
}

// TestRealBarcodeOfAPackaging is the same on a real Odoo, which must let the user make packagings: 16 lets
// administrators alone.
func TestRealBarcodeOfAPackaging(t *testing.T) {
	settings := realSettings(t)
	p := realPeople(t, settings)
	s := &shop{T: t, end: open(t, settings, nil, time.Now)}
	t.Cleanup(func() { _ = s.end.Close() })
	unique := fmt.Sprint(time.Now().UnixNano())
	packed := s.make(pipeline.Draft{Token: "packed" + unique, Fields: pipeline.Values{"name": pipeline.Text("Mug"), "default_code": pipeline.Text("M" + unique)}})[0]
	variant := p.call(t, "product.product", "search", nil, []any{[]any{"product_tmpl_id", "=", idOf(t, packed)}}).([]any)[0]
	model, values := "product.packaging", map[string]any{"name": "Box", "product_id": variant, "barcode": unique}
	if p.countsWithoutLots(t) {
		model, values = "product.uom", map[string]any{"uom_id": 1, "product_id": variant, "barcode": unique}
	}
	p.call(t, model, "create", nil, values)
	s.refusesPacked(unique, fmt.Sprintf("[M%s] Mug", unique))
}

// refusesPacked holds that a product cannot get a barcode which a packaging has, and is told why, be it made or
// changed, alone or among others, which go through.
func (s *shop) refusesPacked(barcode, packed string) {
	s.Helper()
	named := func(n int, code string) pipeline.Values {
		return pipeline.Values{"name": pipeline.Text(fmt.Sprint("Product ", n)), "barcode": pipeline.Text(code)}
	}
	var drafts []pipeline.Draft
	for i := range 5 {
		drafts = append(drafts, pipeline.Draft{Token: fmt.Sprintf("p%s_%d", barcode, i), Fields: named(i, fmt.Sprintf("%s-%d", barcode, i))})
	}
	drafts[3].Fields["barcode"] = pipeline.Text(barcode)
	var keys []pipeline.Key
	for i, r := range s.end.Create(s.Context(), drafts) {
		if i != 3 && r.Err != nil {
			s.Fatalf("the draft %d beside it: %v", i, r.Err)
		}
		if i == 3 {
			s.tellsPacked("made", r.Err, barcode, packed)
			continue
		}
		keys = append(keys, r.Key)
	}
	var patches []pipeline.Patch
	for i, key := range keys {
		patches = append(patches, pipeline.Patch{Key: key, Fields: pipeline.Values{"barcode": pipeline.Text(fmt.Sprintf("%s+%d", barcode, i))}})
	}
	patches[1].Fields["barcode"] = pipeline.Text(barcode)
	for i, r := range s.end.Update(s.Context(), patches) {
		if i == 1 {
			s.tellsPacked("changed", r.Err, barcode, packed)
		} else if r.Err != nil {
			s.Errorf("the patch %d beside it: %v", i, r.Err)
		}
	}
	s.tellsPacked("changed alone", s.end.Update(s.Context(), patches[1:2])[0].Err, barcode, packed)
}

func (s *shop) tellsPacked(when string, err error, barcode, packed string) {
	s.Helper()
	e := pipeline.AsError(err)
	if e == nil || e.Code != pipeline.CodeDuplicate || e.Class != pipeline.Permanent || !strings.Contains(e.Message, barcode) ||
		!strings.Contains(e.Message, packed) || !strings.Contains(e.Remedy, "packaging") {
		s.Errorf("%s: %+v", when, e)
	}
}
