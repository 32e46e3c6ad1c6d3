package odoosim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// load calls load and returns the ids, nil if it failed, and the messages as "row field: message".
func (w *world) load(s *odoosim.Session, fields []string, rows ...[]any) (ids []int64, messages []string) {
	w.t.Helper()
	data := make([]any, len(rows))
	for i, r := range rows {
		data[i] = r
	}
	v, err := s.Call(templateModel, "load", fields, data)
	must(w.t, err)
	record := asRecord(w.t, v)
	for _, m := range record["messages"].([]any) {
		said := asRecord(w.t, m.(xmlrpc.Struct))
		field, _ := said["field"].(string)
		messages = append(messages, fmt.Sprintf("%v %s: %s", said["record"], field, said["message"]))
	}
	ids, _ = record["ids"].([]int64)
	if (ids == nil) != (record["ids"] == false) {
		w.t.Errorf("ids are %v", record["ids"])
	}
	return ids, messages
}

func TestLoadMakesAndFindsAgain(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		bot := w.As(odoosim.BotLogin)
		ids, messages := w.load(bot, []string{"id", "name", "list_price", "categ_id/.id", "active", "default_code", "barcode"},
			[]any{"__tandem__.a", "One", "3.50", "2", "1", "A", "590"},
			[]any{"c", "Three", "", "1", "true", "", ""})
		if len(ids) != 2 || len(messages) > 0 {
			t.Fatalf("Odoo %d: %v %v", version, ids, messages)
		}
		second, messages := w.load(bot, []string{"id", "name", "list_price", "categ_id", "active", "default_code"},
			[]any{"__tandem__.b", "Two", 4, "All / Expenses", "0", "B"})
		if len(second) != 1 || len(messages) > 0 {
			t.Fatalf("Odoo %d: %v %v", version, second, messages)
		}
		type line struct {
			Name, External, Category, SKU, Barcode string
			Price                                  float64
			Active                                 bool
		}
		var got []line
		for _, p := range w.Products() {
			got = append(got, line{p.Name, p.ExternalID, p.Category, p.SKU, p.Barcode, p.Price, p.Active})
		}
		want := []line{
			{"One", "__tandem__.a", "All / Saleable", "A", "590", 3.5, true},
			{"Three", "__import__.c", "All", "", "", 0, true},
			{"Two", "__tandem__.b", "All / Expenses", "B", "", 4, false},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Odoo %d: (-want +got):\n%s", version, diff)
		}
		again, messages := w.load(bot, []string{"id", "name"}, []any{"__tandem__.a", "One more"}, []any{"__tandem__.d", "Four"})
		if len(messages) > 0 || len(again) != 2 || again[0] != ids[0] {
			t.Errorf("Odoo %d: a repeated row made %v (was %v), %v", version, again, ids, messages)
		}
		only, messages := w.load(bot, []string{"id"}, []any{"__tandem__.a"})
		if len(messages) > 0 || len(only) != 1 || only[0] != ids[0] {
			t.Errorf("Odoo %d: the id alone found %v, %v", version, only, messages)
		}
		if n := len(w.Products()); n != 4 {
			t.Errorf("Odoo %d: %d products, want 4", version, n)
		}
		v, err := bot.Call(templateModel, "get_metadata", ids)
		must(t, err)
		if got := asRecords(t, v)[0]["xmlid"]; got != "__tandem__.a" {
			t.Errorf("Odoo %d: get_metadata says %v", version, got)
		}
	}
}

func TestLoadIsAllOrNothing(t *testing.T) {
	fields := []string{"id", "name", "list_price", "type", "categ_id/.id", "barcode"}
	good := []any{"__tandem__.good", "Good", "1", "consu", "1", ""}
	for name, c := range map[string]struct {
		row  []any
		want string
	}{
		"number":      {[]any{"b", "Bad", "abc", "", "", ""}, "1 list_price: 'abc' does not seem to be a number for field 'Sales Price'"},
		"selection":   {[]any{"b", "Bad", "1", "nope", "", ""}, "1 type: Value 'nope' not found in selection field 'Product Type'"},
		"category":    {[]any{"b", "Bad", "1", "", "4711", ""}, "1 categ_id: No matching record found for database id '4711' in field 'Product Category'"},
		"no category": {[]any{"b", "Bad", "1", "", "", ""}, "1 categ_id: Missing required value for the field 'Product Category' (categ_id)"},
		"name":        {[]any{"b", "", "1", "", "", ""}, "1 name: Missing required value for the field 'Name' (name)"},
	} {
		for _, version := range both {
			w := newWorld(t, version)
			row := append([]any{}, c.row...)
			if row[3] == "" {
				row[3] = "consu"
			}
			if row[4] == "" && name != "no category" {
				row[4] = "1"
			}
			ids, messages := w.load(w.shop, fields, good, row)
			if ids != nil || len(messages) != 1 || messages[0] != c.want {
				t.Errorf("%s on Odoo %d: ids %v, messages %q", name, version, ids, messages)
			}
			if n := len(w.Products()); n != 0 {
				t.Errorf("%s on Odoo %d: %d products stayed", name, version, n)
			}
			if ids, _ := w.load(w.shop, fields, good); len(ids) != 1 {
				t.Errorf("%s on Odoo %d: afterwards the good row fails too", name, version)
			}
		}
	}
}

func TestLoadBlamesAllForADuplicateBarcode(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		w.create(odoosim.Values{"barcode": "590"})
		ids, messages := w.load(w.shop, []string{"id", "name", "barcode"},
			[]any{"a", "A", "1"}, []any{"b", "B", "590"}, []any{"c", "C", "3"})
		if ids != nil || len(messages) != 3 || !strings.Contains(messages[0], "Barcode(s) already assigned") {
			t.Errorf("Odoo %d: %v %v", version, ids, messages)
		}
		if n := len(w.Products()); n != 1 {
			t.Errorf("Odoo %d: %d products", version, n)
		}
	}
}

func TestLoadRefusesByMessageNotByFault(t *testing.T) {
	w := newWorld(t, 18, func(c *odoosim.Config) {
		c.Users = []odoosim.User{{ID: 2, Login: "admin", Password: "admin", Role: odoosim.Administrator}, {Login: "low", Password: "low", Role: odoosim.Employee}}
	})
	ids, messages := w.load(w.As("low"), []string{"id", "name"}, []any{"a", "A"})
	if ids != nil || len(messages) != 1 || !strings.Contains(messages[0], "You are not allowed to create 'Product'") {
		t.Errorf("%v %v", ids, messages)
	}
}

func TestLoadFaults(t *testing.T) {
	for version, want := range map[int]string{16: "KeyError: 'nope'", 18: "ValueError: Invalid field name 'nope'"} {
		w := newWorld(t, version)
		if _, err := w.shop.Call(templateModel, "load", []string{"id", "nope"}, []any{[]any{"a", "b"}}); err == nil || err.Error() != want {
			t.Errorf("Odoo %d: an unknown column gives %v", version, err)
		}
		// Cells are texts: of anything else Odoo's own code stumbles.
		_, err := w.shop.Call(templateModel, "load", []string{"id", "name", "active"}, []any{[]any{"a", "b", true}})
		if err == nil || err.Error() != "AttributeError: 'bool' object has no attribute 'lower'" {
			t.Errorf("Odoo %d: a boolean cell gives %v", version, err)
		}
	}
}

func TestLoadByDatabaseID(t *testing.T) {
	w := newWorld(t, 18)
	id, _ := w.create(odoosim.Values{"name": "Old"})
	ids, messages := w.load(w.shop, []string{".id", "name"}, []any{fmt.Sprint(id), "New"})
	if len(messages) > 0 || len(ids) != 1 || w.Products()[0].Name != "New" {
		t.Errorf("%v %v", ids, messages)
	}
	must(t, w.admin.Archive(templateModel, id))
	if ids, messages := w.load(w.shop, []string{".id", "name"}, []any{fmt.Sprint(id), "Newer"}); ids != nil {
		t.Errorf("an archived product was found: %v", messages)
	}
	if ids, messages := w.load(w.shop.With("active_test", false), []string{".id", "name"}, []any{fmt.Sprint(id), "Newer"}); len(ids) != 1 {
		t.Errorf("an archived product was not found with active_test = False: %v", messages)
	}
}

func TestADeletedRecordIsLoadedAnew(t *testing.T) {
	w := newWorld(t, 18)
	first, _ := w.load(w.shop, []string{"id", "name"}, []any{"x.a", "A"})
	must(t, w.admin.Unlink(templateModel, first[0]))
	second, messages := w.load(w.shop, []string{"id", "name"}, []any{"x.a", "A"})
	if len(second) != 1 || second[0] == first[0] {
		t.Errorf("%v, then %v: %v", first, second, messages)
	}
}
