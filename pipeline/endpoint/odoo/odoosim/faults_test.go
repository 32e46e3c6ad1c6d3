package odoosim_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// TestFaults is section a of what was measured, as far as it is not in the recordings.
func TestFaults(t *testing.T) {
	type say struct {
		code int
		text string // the last line for code 1, else the whole
	}
	same := func(code int, text string) map[int]say { return map[int]say{16: {code, text}, 18: {code, text}} }
	fine := map[int]say{16: {}, 18: {}}
	write := func(field string, value any) func(*caller) error {
		return func(c *caller) error { return c.do(templateModel, "write", ids(1), odoosim.Values{field: value}) }
	}
	for name, c := range map[string]struct {
		do   func(*caller) error
		want map[int]say
	}{
		"unknown field in a domain": {
			func(c *caller) error { return c.do(templateModel, "search", list(list("x_nope", "=", 1))) },
			same(1, "ValueError: Invalid field product.template.x_nope in leaf ('x_nope', '=', 1)"),
		},
		"unknown field in an order": {
			func(c *caller) error { return c.do(templateModel, "search", list(), 0, 0, "x_nope") },
			same(1, "ValueError: Invalid field 'x_nope' on model 'product.template'"),
		},
		"unknown field in create": {
			func(c *caller) error {
				return c.do(templateModel, "create", odoosim.Values{"name": "x", "x_nope": 1})
			},
			same(1, "ValueError: Invalid field 'x_nope' on model 'product.template'"),
		},
		"write of a list":   {func(c *caller) error { return c.do(templateModel, "write", ids(1), list()) }, same(1, "AttributeError: 'list' object has no attribute 'keys'")},
		"missing argument":  {func(c *caller) error { return c.do(templateModel, "write", ids(1)) }, same(1, "TypeError: write() missing 1 required positional argument: 'vals'")},
		"deleted, mixed":    {func(c *caller) error { return c.do(templateModel, "write", ids(1, 32), odoosim.Values{}) }, same(2, "Record does not exist or has been deleted.\n(Record: product.template(32,), User: 2)")},
		"deleted, unlinked": {func(c *caller) error { return c.do(templateModel, "unlink", ids(1, 32)) }, same(2, "Record does not exist or has been deleted.\n(Record: product.template(32,), User: 2)")},
		"bad selection":     {write("type", "nope"), same(1, "ValueError: Wrong value for product.template.type: 'nope'")},
		"number as text":    {write("list_price", "12.50"), fine},
		"name false":        {write("name", false), same(2, "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another model requires the record being deleted. If possible, archive it instead.\n\nModel: Product (product.template)\nField: Name (name)\n")},
		"name empty":        {write("name", ""), fine},
		"missing category": {write("categ_id", 999999), map[int]say{
			16: {2, "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\nModel: Product (product.template)\nConstraint: product_template_categ_id_fkey\n"},
			18: {2, "Record does not exist or has been deleted.\n(Record: product.category(999999,), User: 2)"},
		}},
		"other version's field": {
			func(c *caller) error {
				return c.do(templateModel, "write", ids(1), odoosim.Values{map[int]string{16: "is_storable", 18: "detailed_type"}[c.version]: "consu"})
			},
			map[int]say{
				16: {1, "ValueError: Invalid field 'is_storable' on model 'product.template'"},
				18: {1, "ValueError: Invalid field 'detailed_type' on model 'product.template'"},
			},
		},
		"image not an image": {write("image_1920", base64.StdEncoding.EncodeToString([]byte("not an image"))), same(2, "This file could not be decoded as an image file.")},
		"image not base64":   {write("image_1920", "data:image/png;base64,abcd"), same(2, "Image is not encoded in base64.")},
		"image as binary":    {write("image_1920", []byte("x")), same(2, "Image is not encoded in base64.")},
		"image SVG":          {write("image_1920", base64.StdEncoding.EncodeToString([]byte("<svg/>"))), fine},
		"unlink of a quant":  {func(c *caller) error { return c.do("stock.quant", "unlink", ids()) }, same(4, "You are not allowed to delete 'Quants' (stock.quant) records.\n\nNo group currently allows this operation.\n\nContact your administrator to request access if necessary.")},
		"language not installed": {
			func(c *caller) error {
				return c.with("lang", "de_DE").do(templateModel, "write", ids(1), odoosim.Values{"name": "Becher"})
			},
			map[int]say{16: {}, 18: {2, "Invalid language code: de_DE"}},
		},
		"default category": {func(c *caller) error { return c.do("product.category", "unlink", ids(1)) }, same(2, "You cannot delete this product category, it is the default generic category.")},
		"category cycle": {func(c *caller) error {
			return c.do("product.category", "write", ids(1), odoosim.Values{"parent_id": 2})
		}, same(2, "Recursion Detected.")},
		"quant for a consumable":   {func(c *caller) error { return c.do("stock.quant", "create", quantOf(1, 8, 3)) }, same(2, "Quants cannot be created for consumables or services.")},
		"action that returns none": {func(c *caller) error { return c.do(templateModel, "action_archive", ids(1)) }, same(1, "TypeError: cannot marshal None unless allow_none is enabled")},
		"external ids":             {func(c *caller) error { return c.do(templateModel, "get_external_id", ids(1)) }, same(1, "TypeError: dictionary key must be string")},
		"search counts":            {func(c *caller) error { return c.do(templateModel, "search", list(), 0, 0, "id", true) }, map[int]say{16: {}, 18: {1, "TypeError: search() got an unexpected keyword argument 'count'"}}},
		"has_access":               {func(c *caller) error { return c.do(templateModel, "has_access", ids(), "write") }, map[int]say{16: {1, "AttributeError: The method 'has_access' does not exist on the model 'product.template'"}, 18: {}}},
		"barcode of an archived":   {write("barcode", "archived"), fine},
		"reference of another":     {write("default_code", "taken"), fine},
		"integer out of range":     {write("sequence", "3000000000"), same(1, "psycopg2.errors.NumericValueOutOfRange: integer out of range")},
		"bad date in a domain":     {func(c *caller) error { return c.do(templateModel, "search", list(list("write_date", ">", "abc"))) }, same(1, `psycopg2.errors.InvalidDatetimeFormat: invalid input syntax for type timestamp: "abc"`)},
		"unbalanced domain":        {func(c *caller) error { return c.do(templateModel, "search", list("|", list("id", "=", 1))) }, same(1, "ValueError: Domain is syntactically not correct: an operator lacks its operand")},
		"order that is not one":    {func(c *caller) error { return c.do(templateModel, "search", list(), 0, 0, "name; drop") }, same(2, "Invalid \"order\" specified (name; drop). A valid \"order\" specification is a comma-separated list of valid field names (optionally followed by asc/desc for the direction)")},
		"company that is forbidden": {func(c *caller) error {
			return c.with("allowed_company_ids", list(7)).do(templateModel, "search", list())
		}, same(4, "Access to unauthorized or invalid companies.")},
	} {
		for _, version := range both {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, version)
				w.create(odoosim.Values{"name": "First"})
				taken, _ := w.create(odoosim.Values{"name": "Archived", "barcode": "archived", "default_code": "taken"})
				must(t, w.admin.Archive(templateModel, taken))
				want := c.want[version]
				err := c.do(&caller{client: w.serve(), version: version, kwargs: map[string]any{}})
				var fault *xmlrpc.Fault
				switch {
				case want.code == 0:
					if err != nil {
						t.Errorf("Odoo %d: %v, want no fault", version, err)
					}
				case !errors.As(err, &fault):
					t.Errorf("Odoo %d: %v, want fault %d", version, err, want.code)
				case fault.Code != want.code || want.code == 1 && fault.LastLine() != want.text || want.code != 1 && fault.String != want.text:
					t.Errorf("Odoo %d: fault %d %q\nwant %d %q", version, fault.Code, fault.String, want.code, want.text)
				}
			})
		}
	}
}

// caller calls as the administrator, over HTTP.
type caller struct {
	*client
	version int
	kwargs  map[string]any
}

func (c *caller) with(key string, value any) *caller {
	return &caller{c.client, c.version, map[string]any{"context": map[string]any{key: value}}}
}

func (c *caller) do(model, method string, args ...any) error {
	_, err := c.raw(context.Background(), "/xmlrpc/2/object", "execute_kw",
		"odoo", 2, odoosim.AdminPassword, model, method, args, c.kwargs)
	return err
}

func list(values ...any) []any { return append([]any{}, values...) }

func ids(values ...int) []any {
	out := []any{}
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

func quantOf(product, location, quantity int) odoosim.Values {
	return odoosim.Values{"product_id": product, "location_id": location, "inventory_quantity_auto_apply": quantity}
}

func TestWhatWipesAnImage(t *testing.T) {
	w := newWorld(t, 18)
	id, _ := w.create(odoosim.Values{"image_1920": pixel})
	for _, wipe := range []any{"@@@", "", " ", false} {
		must(t, w.admin.Write(templateModel, odoosim.Values{"image_1920": pixel}, id))
		must(t, w.admin.Write(templateModel, odoosim.Values{"image_1920": wipe}, id))
		w.expect(id, map[string]any{"image_1920": false})
	}
}

func TestLargeImagesAreMadeSmaller(t *testing.T) {
	w := newWorld(t, 18)
	var file bytes.Buffer
	must(t, png.Encode(&file, image.NewGray(image.Rect(0, 0, 3840, 40))))
	sent := base64.StdEncoding.EncodeToString(file.Bytes())
	id, _ := w.create(odoosim.Values{"image_1920": sent})
	stored, _ := w.read(w.admin, templateModel, id, "image_1920").(string)
	raw, err := base64.StdEncoding.DecodeString(stored)
	must(t, err)
	config, err := png.DecodeConfig(bytes.NewReader(raw))
	must(t, err)
	if config.Width != 1920 || config.Height != 20 {
		t.Errorf("it is %d by %d now", config.Width, config.Height)
	}
	must(t, w.admin.Write(templateModel, odoosim.Values{"image_1920": stored}, id))
	w.expect(id, map[string]any{"image_1920": stored})
	if size, _ := w.read(w.admin.With("bin_size", true), templateModel, id, "image_1920").(string); !strings.HasSuffix(size, " Kb") && !strings.HasSuffix(size, " bytes") {
		t.Errorf("its size reads %q", size)
	}
}

func TestNumbersAreRounded(t *testing.T) {
	for version, want := range map[int][2]float64{16: {1.23, 2.35}, 18: {1.23, 2.35}, 19: {1.23456789, 2.345}} {
		w := newWorld(t, version)
		id, _ := w.create(odoosim.Values{"list_price": 1.23456789, "standard_price": 2.345, "weight": 0.125})
		w.expect(id, map[string]any{"list_price": want[0], "standard_price": want[1], "weight": 0.13})
	}
}

func TestValuesAreTakenAsPythonTakesThem(t *testing.T) {
	w := newWorld(t, 16)
	id, _ := w.create(odoosim.Values{"sale_ok": "false", "list_price": "12.50", "default_code": 17, "description": "plain"})
	w.expect(id, map[string]any{"sale_ok": true, "list_price": 12.5, "default_code": "17", "description": "<p>plain</p>"})
	must(t, w.admin.Write(templateModel, odoosim.Values{
		"description": `<p onclick="x()">a <script>b()</script><a href="javascript:c">d</a></p>`, "default_code": "  a\r\nb ", "barcode": nil,
	}, id))
	w.expect(id, map[string]any{"description": `<p>a <a >d</a></p>`, "default_code": "  a\r\nb ", "barcode": false})
}
