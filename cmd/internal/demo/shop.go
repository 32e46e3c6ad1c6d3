package demo

import (
	"errors"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

const (
	pmKey         = "pm_demo_key"
	database      = "refuge"
	language      = "fr_FR" // of the shop
	templateModel = "product.template"
	categoryModel = "product.category"
)

// shop is the two systems with their staff.
type shop struct {
	pm            *pmsim.Server
	erp           *odoosim.Server
	staff         *odoosim.Session // works in Odoo, in the shop's language
	pmURL, erpURL string
}

// openShop starts both systems on free ports and fills them with the sample catalogue.
func openShop(now time.Time) (_ *shop, err error) {
	s := &shop{pm: pmsim.New(pmsim.Config{APIKeys: []pmsim.APIKey{{Key: pmKey}}})}
	s.erp, err = odoosim.New(odoosim.Config{
		Version: 18, Database: database, Languages: []string{language},
		ExtraFields: []odoosim.Field{{Name: "x_brand", Label: "Brand", Type: "char"}},
	})
	if err != nil {
		return nil, err
	}
	s.staff = s.erp.As(odoosim.ShopLogin).With("lang", language).With("active_test", false)
	if err := errors.Join(s.fillPM(now), s.fillERP(), s.hang()); err != nil {
		return nil, err
	}
	if s.pmURL, err = s.pm.Start(); err == nil {
		s.erpURL, err = s.erp.Start()
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *shop) close() error { return errors.Join(s.pm.Close(), s.erp.Close()) }

// fillPM makes the products as if they had been edited last week, so that Odoo's edits of today are later.
func (s *shop) fillPM(now time.Time) error {
	products, err := samplePM()
	if err != nil {
		return err
	}
	lastWeek := now.Add(-7 * 24 * time.Hour)
	for i, fields := range products {
		fields["is_active"] = fields["status"] == "active"
		at := lastWeek.Add(time.Duration(i) * time.Minute)
		if err := s.pm.Put(pmsim.Product{Fields: fields, CreatedAt: at, UpdatedAt: at}); err != nil {
			return fmt.Errorf("product %v of Products Manager: %w", fields["sku"], err)
		}
	}
	return nil
}

func (s *shop) fillERP() error {
	products, err := sampleERP()
	if err != nil {
		return err
	}
	for _, values := range products {
		if err := s.insertERP(values); err != nil {
			return fmt.Errorf("product %v of Odoo: %w", values["default_code"], err)
		}
	}
	return nil
}
