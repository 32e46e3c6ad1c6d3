package odoo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// One load, however many products: Odoo is asked for the categories, makes the products and is asked
// what it holds.
func TestCreateIsOneTransaction(t *testing.T) {
	both(t, func(s *shop) {
		s.make(s.drafts(1)...) // makes the connection, and categories
		drafts := s.drafts(150)[1:]
		for i := range drafts {
			drafts[i].Fields["categ_id"] = pipeline.Text("All / Vêtements / Rayon 0")
		}
		s.server.ResetStats()
		s.make(drafts...)
		want := map[string]int{"product.category.search_read": 1, "product.template.load": 1, "product.product.search_read": 1, "product.template.read": 2}
		if got := s.server.Stats().Requests; fmt.Sprint(got) != fmt.Sprint(want) {
			s.Errorf("requests %v, want %v", got, want)
		}
	})
}

func TestBadDraftsStandAlone(t *testing.T) {
	both(t, func(s *shop) {
		s.make(s.drafts(1)...)
		drafts := s.drafts(61)[1:]
		barcode := drafts[0].Fields["barcode"]
		bad := map[int]pipeline.Code{}
		for _, i := range []int{7, 20, 59} { // Odoo alone can tell
			drafts[i].Fields["barcode"], bad[i] = barcode, pipeline.CodeDuplicate
		}
		drafts[3].Fields["list_price"], bad[3] = pipeline.Text("cheap"), pipeline.CodeMappingFailed
		drafts[4].Fields["name"], bad[4] = pipeline.Value{}, pipeline.CodeFieldRequired
		drafts[5].Fields["x_nope"], bad[5] = pipeline.Text("x"), pipeline.CodeFieldNotFound
		drafts[6].Fields["qty_available"], bad[6] = pipeline.Int(3), pipeline.CodeMappingFailed
		s.server.ResetStats()
		for i, r := range s.end.Create(s.Context(), drafts) {
			if e := pipeline.AsError(r.Err); (e == nil) != (bad[i] == "") || e != nil && (e.Code != bad[i] || e.Class != pipeline.Permanent || e.MaybeDone) {
				s.Errorf("draft %d: %+v", i, e)
			}
		}
		if got := s.server.Count("product.template"); got != 1+60-len(bad) {
			s.Errorf("%d products", got)
		}
		if n := s.server.Stats().Requests["product.template.load"]; n > 40 {
			s.Errorf("%d loads for three culprits", n)
		}
	})
}

// Invariant 3: after a lost answer, looking finds what was made, and repeating makes nothing twice.
func TestLostAnswerOfCreate(t *testing.T) {
	both(t, func(s *shop) {
		s.make(s.drafts(1)...)
		drafts := s.drafts(300)[1:] // more than one transaction
		s.pass(time.Hour)
		for i := range drafts {
			drafts[i].Since = s.Now()
		}
		cancel := s.server.Order(odoosim.Rule{Method: "load", Times: 1, Effect: odoosim.DropAfter})
		made, unsent := 0, 0
		for _, r := range s.end.Create(s.Context(), drafts) {
			switch e := pipeline.AsError(r.Err); {
			case e == nil || e.Class != pipeline.Transient:
				s.Fatalf("got %+v", r)
			case e.MaybeDone:
				made++
			default:
				unsent++
			}
		}
		cancel()
		if made == 0 || unsent == 0 || made+1 != s.server.Count("product.template") {
			s.Errorf("%d may be done, %d were not sent, there are %d", made, unsent, s.server.Count("product.template"))
		}
		s.pass(time.Minute)
		keys, err := s.end.Settle(s.Context(), drafts)
		if err != nil {
			s.Fatal(err)
		}
		for i, key := range keys {
			if (key != "") != (i < made) {
				s.Fatalf("draft %d was settled as %q", i, key)
			}
		}
		again := s.make(drafts...)
		if !slices.Equal(again[:made], keys[:made]) || s.server.Count("product.template") != 300 {
			s.Errorf("a repeated Create made products twice: there are %d", s.server.Count("product.template"))
		}
	})
}

func TestSettleWritesNothing(t *testing.T) {
	both(t, func(s *shop) {
		drafts := s.drafts(5)
		s.make(drafts[:3]...)
		s.server.ResetStats()
		if _, err := s.end.Settle(s.Context(), drafts); err != nil || s.server.Stats().Changes() != 0 {
			s.Errorf("%v, %+v", err, s.server.Stats())
		}
	})
}

// On Odoo 16 one write of several templates leaves all their barcodes as they are.
func TestBarcodesOfManyAreCleared(t *testing.T) {
	both(t, func(s *shop) {
		keys := s.make(s.drafts(8)...)
		var patches []pipeline.Patch
		for _, key := range keys {
			patches = append(patches, pipeline.Patch{Key: key, Fields: pipeline.Values{"barcode": {}}})
		}
		for _, r := range s.end.Update(s.Context(), patches) {
			if r.Err != nil || !r.Record.Fields["barcode"].IsNull() || !r.Alone {
				s.Errorf("%+v", r)
			}
		}
	})
}

func TestUpdateGroupsWhatIsEqual(t *testing.T) {
	both(t, func(s *shop) {
		keys := s.make(s.drafts(60)...)
		var patches []pipeline.Patch
		for i, key := range keys {
			fields := pipeline.Values{"list_price": pipeline.Int(5)}
			if i >= 40 {
				fields["list_price"] = pipeline.Int(int64(i))
			}
			patches = append(patches, pipeline.Patch{Key: key, Fields: fields})
		}
		s.server.ResetStats()
		for i, r := range s.end.Update(s.Context(), patches) {
			if r.Err != nil || !r.Record.Fields["list_price"].Equal(patches[i].Fields["list_price"]) || len(r.Record.Fields) != 1 {
				s.Fatalf("%d: %+v", i, r)
			}
		}
		// Archived products are written by calls of their own: every twentieth of the drafts.
		if got := s.server.Stats().Requests; got["product.template.write"] > 3 || got["product.template.load"] > 2 {
			s.Errorf("requests %v", got)
		}
	})
}

// A product that returns from the archive with other values is never active without them.
func TestReturnFromTheArchive(t *testing.T) {
	both(t, func(s *shop) {
		key := s.make(s.drafts(1)...)[0] // the first one is archived
		cancel := s.server.Order(odoosim.Rule{Method: "write", After: 1, Effect: odoosim.BadGateway})
		patch := pipeline.Patch{Key: key, Fields: pipeline.Values{
			"active": pipeline.Bool(true), "default_code": pipeline.Text("BACK"), "standard_price": pipeline.Int(3), "name": pipeline.Text("Back"),
		}}
		r := s.end.Update(s.Context(), []pipeline.Patch{patch})[0]
		if e := pipeline.AsError(r.Err); e == nil || e.Class != pipeline.Transient {
			s.Errorf("got %+v", r)
		}
		if p := s.server.Products()[0]; p.Active || p.SKU != "BACK" || p.Cost != 3 {
			s.Errorf("half written: %+v", p)
		}
		cancel()
		if r := s.end.Update(s.Context(), []pipeline.Patch{patch})[0]; r.Err != nil || !r.Alone {
			s.Errorf("got %+v", r)
		}
		if p := s.server.Products()[0]; !p.Active || !p.VariantActive || p.SKU != "BACK" || p.Name != "Back" {
			s.Errorf("after the return: %+v", p)
		}
	})
}

func TestNotAloneWhenSomebodyElseEdited(t *testing.T) {
	both(t, func(s *shop) {
		keys := s.make(s.drafts(3)...)
		s.pass(time.Minute)
		// Somebody edits one of the variants just before what was written is read back.
		var variant int64
		for _, p := range s.server.Products() {
			if p.ID == id(keys[1]) {
				variant = p.Variants[0]
			}
		}
		patches := []pipeline.Patch{
			{Key: keys[1], Fields: pipeline.Values{"name": pipeline.Text("A")}}, {Key: keys[2], Fields: pipeline.Values{"name": pipeline.Text("B")}},
		}
		s.after("update", func() {
			s.pass(time.Second)
			if err := s.as().Write("product.product", odoosim.Values{"standard_price": 99.0}, variant); err != nil {
				s.Error(err)
			}
		})
		receipts := s.end.Update(s.Context(), patches)
		if receipts[0].Alone || !receipts[1].Alone || receipts[0].Err != nil {
			s.Errorf("alone: %t and %t, want false and true", receipts[0].Alone, receipts[1].Alone)
		}
	})
}

func TestDeleteOfWhatIsUsed(t *testing.T) {
	both(t, func(s *shop) {
		keys := s.make(s.drafts(3)...)
		cancel := s.server.Order(odoosim.Rule{
			Method: "unlink", Effect: odoosim.Refuse, Code: 2,
			Text: "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\nModel: Stock Move (stock.move)",
		})
		defer cancel()
		for _, r := range s.end.Remove(s.Context(), keys[:1], pipeline.Delete) {
			if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeRecordRejected || !strings.Contains(e.Remedy, "archive") {
				s.Errorf("got %+v", e)
			}
		}
	})
}

func TestCategoriesThatMayNotBeMade(t *testing.T) {
	both(t, func(s *shop) {
		drafts := s.drafts(3)
		drafts[1].Fields["categ_id"] = pipeline.Text("All / Saleable")
		receipts := s.end.Create(s.Context(), drafts)
		for i, r := range receipts {
			if e := pipeline.AsError(r.Err); (e == nil) != (i == 1) || e != nil && (e.Code != pipeline.CodeCategoryMapping || !strings.Contains(e.Message, "Vêtements")) {
				s.Errorf("draft %d: %+v", i, e)
			}
		}
		if n := len(s.server.Categories()); n != 3 {
			s.Errorf("%d categories", n)
		}
	}, func(_ *odoosim.Config, s *odoo.Settings) { s.Categories.Create = false })
}

func TestCategoryNamesThatNearlyAgree(t *testing.T) {
	both(t, func(s *shop) {
		must(s.as().Create("product.category", odoosim.Values{"name": " Été ", "parent_id": int64(1)})) // a decomposed accent, blanks
		must(s.as().Create("product.category", odoosim.Values{"name": "Twin", "parent_id": int64(1)}))
		twin := must(s.as().Create("product.category", odoosim.Values{"name": "Twin", "parent_id": int64(1)}))
		drafts := s.drafts(2)
		drafts[0].Fields["categ_id"] = pipeline.Text("All / Été / New")
		drafts[1].Fields["categ_id"] = pipeline.Text("All / Twin")
		s.make(drafts...)
		names := s.server.Categories()
		if len(names) != 3+3+1 {
			s.Errorf("categories: %v", names)
		}
		ids, err := s.as().Call("product.template", "search", []any{[]any{"categ_id", "=", twin}})
		if err != nil || len(ids.([]int64)) != 0 {
			s.Errorf("the younger of two equal categories was taken: %v, %v", ids, err)
		}
	})
}

// Several batches at once make each category once.
func TestCategoriesAreMadeOnce(t *testing.T) {
	both(t, func(s *shop) {
		drafts := s.drafts(40)
		done := make(chan []pipeline.Receipt)
		for some := range slices.Chunk(drafts, 10) {
			go func() { done <- s.end.Create(s.Context(), some) }()
		}
		for range 4 {
			for _, r := range <-done {
				if r.Err != nil {
					s.Error(r.Err)
				}
			}
		}
		seen := map[string]bool{}
		for _, name := range s.server.Categories() {
			if seen[name] {
				s.Errorf("twice: %q", name)
			}
			seen[name] = true
		}
	})
}

// A missing right holds the source at once: no thousand calls to find a culprit.
func TestMissingRightHoldsTheSource(t *testing.T) {
	both(t, func(s *shop) {
		drafts := s.drafts(100)
		for i := range drafts {
			delete(drafts[i].Fields, "categ_id")
		}
		if _, err := s.end.Describe(s.Context()); err != nil {
			s.Fatal(err)
		}
		s.server.ResetStats()
		for i, r := range s.end.Create(s.Context(), drafts) {
			if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeAccessDenied || e.Class != pipeline.Auth {
				s.Fatalf("draft %d: %+v", i, e)
			}
		}
		if n := s.server.Stats().Total(); n > 3 {
			s.Errorf("requests %v", s.server.Stats().Requests)
		}
	}, asEmployee)
}

func asEmployee(c *odoosim.Config, s *odoo.Settings) {
	c.Users = []odoosim.User{{Login: "clerk", Keys: []string{"k"}, Role: odoosim.Employee}}
	s.Login, s.APIKey = "clerk", pipeline.NewSecret("k")
}

// A conflict with another transaction passes: the batch is to be tried again, nobody is blamed.
func TestSerializationFailure(t *testing.T) {
	both(t, func(s *shop) {
		keys := s.make(s.drafts(2)...)
		cancel := s.server.Order(odoosim.Rule{Method: "write", Times: 1, Effect: odoosim.Conflict})
		defer cancel()
		patch := pipeline.Patch{Key: keys[1], Fields: pipeline.Values{"name": pipeline.Text("A")}}
		if e := pipeline.AsError(s.end.Update(s.Context(), []pipeline.Patch{patch})[0].Err); e == nil || e.Class != pipeline.Transient || e.MaybeDone {
			s.Errorf("got %+v", e)
		}
		if r := s.end.Update(s.Context(), []pipeline.Patch{patch})[0]; r.Err != nil {
			s.Error(r.Err)
		}
	})
}

// Odoo keeps who edited the template and who edited its variant; a product of somebody else, of which
// only the template is written, was edited by nobody else all the same.
func TestAloneOnAnothersProduct(t *testing.T) {
	both(t, func(s *shop) {
		key := keyOf(must(s.as().Create("product.template", odoosim.Values{"name": "Theirs"})))
		s.pass(time.Minute)
		patch := pipeline.Patch{Key: key, Fields: pipeline.Values{"name": pipeline.Text("Ours")}}
		if r := s.end.Update(s.Context(), []pipeline.Patch{patch})[0]; r.Err != nil || !r.Alone {
			s.Errorf("got %+v", r)
		}
	})
}
