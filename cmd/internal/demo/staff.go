package demo

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// What the staff do, each in their own system. Products are known by their SKU or their id there.

// editPM changes a product of Products Manager.
func (s *shop) editPM(name string, fields map[string]any) error {
	if p, ok := s.pm.Get(name); ok {
		_, err := s.pm.Edit(p.ID, fields)
		return err
	}
	switch found := s.pm.Find("sku", name); len(found) {
	case 0:
		return unknownProduct("Products Manager", name)
	case 1:
		_, err := s.pm.Edit(found[0].ID, fields)
		return err
	default:
		return fmt.Errorf("there are %d products %q in Products Manager: name one by its id, such as %s", len(found), name, found[0].ID)
	}
}

// insertPM makes a product in Products Manager.
func (s *shop) insertPM(fields map[string]any) error {
	_, err := s.pm.Create(fields)
	return err
}

// editERP changes a product of Odoo.
func (s *shop) editERP(name string, values odoosim.Values) error {
	values, err := s.odooTerms(values)
	if err != nil {
		return err
	}
	ids, err := s.odooIDs(name)
	switch {
	case err != nil:
		return err
	case len(ids) > 1:
		return fmt.Errorf("there are %d products %q in Odoo: name one by its id, such as %d", len(ids), name, ids[0])
	}
	return s.staff.Write(templateModel, values, ids[0])
}

// odooIDs returns the products of that code or, if there is none, of that id; never none without an error.
func (s *shop) odooIDs(name string) ([]int64, error) {
	ids, err := s.staff.Search(templateModel, []any{"default_code", "=", name})
	if err != nil || len(ids) > 0 {
		return ids, err
	}
	if id, notANumber := strconv.ParseInt(name, 10, 32); notANumber == nil {
		ids, err = s.staff.Search(templateModel, []any{"id", "=", id})
	}
	if err == nil && len(ids) == 0 {
		err = unknownProduct("Odoo", name)
	}
	return ids, err
}

func unknownProduct(system, name string) error {
	return fmt.Errorf("there is no product %q in %s", name, system)
}

// insertERP makes a product in Odoo.
func (s *shop) insertERP(values odoosim.Values) error {
	values, err := s.odooTerms(values)
	if err == nil {
		_, err = s.staff.Create(templateModel, values)
	}
	return err
}

// odooTerms turns JSON's numbers and nulls, and the path of a category, into what Odoo takes.
func (s *shop) odooTerms(values odoosim.Values) (odoosim.Values, error) {
	terms := maps.Clone(values)
	for name, v := range values {
		switch x := v.(type) {
		case nil:
			terms[name] = false
		case json.Number:
			f, err := x.Float64()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			terms[name] = f
		case string:
			if name != "categ_id" {
				continue
			}
			id, err := s.categoryAt(x)
			if err != nil {
				return nil, err
			}
			terms[name] = id
		}
	}
	return terms, nil
}

// categoryAt returns the category of that path, and makes what is missing of it.
func (s *shop) categoryAt(path string) (id int64, err error) {
	ids, err := s.staff.Search(categoryModel, []any{"complete_name", "=", path})
	if err != nil || len(ids) > 0 {
		return append(ids, 0)[0], err
	}
	values := odoosim.Values{"name": path}
	if at := strings.LastIndex(path, " / "); at >= 0 {
		parent, err := s.categoryAt(path[:at])
		if err != nil {
			return 0, err
		}
		values = odoosim.Values{"name": path[at+len(" / "):], "parent_id": parent}
	}
	return s.staff.Create(categoryModel, values)
}
