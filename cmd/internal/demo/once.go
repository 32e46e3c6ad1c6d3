package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// once runs two cycles with a morning's work of the staff between them.
func (d *demo) once(ctx context.Context) ([]pipeline.Report, error) {
	if err := d.app.Start(ctx); err != nil {
		return nil, err
	}
	fmt.Fprintf(d.text, "Two stand-ins on this machine: Products Manager with %d products, Odoo 18 with %d. A first cycle, a morning's\n"+
		"work of the staff on both sides, a second cycle.\n\n", d.shop.pm.Len(), d.shop.erp.Count(templateModel))
	first, err := d.cycle(ctx)
	if err != nil {
		return nil, err
	}
	if first.Error != nil {
		return []pipeline.Report{first}, nil // the report tells why; there is nothing to go on with
	}
	if err := d.shop.morning(); err != nil {
		return nil, fmt.Errorf("editing the catalogues between the cycles: %w", err)
	}
	second, err := d.cycle(ctx)
	if err != nil {
		return nil, err
	}
	return []pipeline.Report{first, second}, d.tellWaiting(ctx)
}

// tellWaiting tells what waits for a person, who cannot ask once everything has ended.
func (d *demo) tellWaiting(ctx context.Context) error {
	conflicts, err := d.app.Conflicts(ctx)
	if err != nil {
		return err
	}
	quarantined, err := d.app.Quarantine(ctx)
	if err != nil {
		return err
	}
	out := render.Output{W: d.text, Now: time.Now()}
	fmt.Fprintln(d.text, "What waits for a person in the end; some of the catalogue is odd on purpose:")
	fmt.Fprintln(d.text)
	err = errors.Join(out.Conflicts(conflicts), out.Quarantine(quarantined))
	fmt.Fprintln(d.text, "\nThe two cycles:")
	return err
}

// The products that morning touches.
const (
	skuCheaper   = "MLN-001" // price in Products Manager
	skuDearer    = "PCS-001" // price in Odoo
	skuBoth      = "THR-001" // title in Products Manager, weight in Odoo: both go over
	skuFought    = "PLD-001" // price in both, differently: a conflict that waits
	skuAgreed    = "INF-002" // the same description in both: nothing to write
	skuWithdrawn = "BAR-002" // made inactive in Products Manager
	skuMoved     = "CTP-001" // to a new category in Odoo
	skuNewPM     = "NEU-001" // new in Products Manager
	skuNewERP    = "NEU-002" // new in Odoo
)

// morning is what the staff of both systems do between the two cycles.
func (s *shop) morning() error {
	orange := "Sans théine, à boire chaud ou glacé."
	return errors.Join(
		s.editPM(skuCheaper, map[string]any{"price": json.Number("59.90")}),
		s.editERP(skuDearer, odoosim.Values{"list_price": 16.25}),
		s.editPM(skuBoth, map[string]any{"title": "Théière en fonte « Sōma » 0,8 L"}),
		s.editERP(skuBoth, odoosim.Values{"weight": 1.65}),
		s.editPM(skuFought, map[string]any{"price": json.Number("89.00")}),
		s.editERP(skuFought, odoosim.Values{"list_price": 82.50}),
		s.editPM(skuAgreed, map[string]any{"description": orange}),
		s.editERP(skuAgreed, odoosim.Values{"description_sale": orange}),
		s.editPM(skuWithdrawn, map[string]any{"is_active": false, "status": "inactive"}),
		s.editERP(skuMoved, odoosim.Values{"categ_id": "All / Plein air / Bivouac / Couteaux"}),
		s.insertPM(map[string]any{
			"sku": skuNewPM, "title": "Boîte à goûter en bois de hêtre", "brand": "Ty Glaz", "price": json.Number("26.00"),
			"category": "Cuisine / Pique-nique / Boîtes", "description": "Avec élastique ; passe à l'eau, pas au lave-vaisselle.",
		}),
		s.insertERP(odoosim.Values{
			"default_code": skuNewERP, "name": "Picnic blanket, waterproof", "x_brand": "Fjordane", "list_price": 32.50,
			"categ_id": "All / Maison / Textile / Plaids",
		}),
	)
}
