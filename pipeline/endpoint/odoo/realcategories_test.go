package odoo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// What categories do on a real server: twins, names like paths, a rename that moves no product's date and is
// told to the next poll.
func TestRealCategories(t *testing.T) {
	s := realSettings(t)
	if s.Protocol == "json2" {
		t.Skip("the people of this test speak XML-RPC")
	}
	people := realPeople(t, s)
	end := open(t, s, nil, time.Now)
	t.Cleanup(func() { _ = end.Close() })
	about, err := end.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := about.Schema.Fields["categ_id"]
	mark := fmt.Sprintf("T%d", time.Now().UnixNano())
	path := func(levels ...string) pipeline.Value {
		return f.UnderRoot(f.Path(append([]string{mark}, levels...)))
	}
	var drafts []pipeline.Draft
	for i, p := range []pipeline.Value{path("Tops / Shirts", "Long"), path("Tops", "Shirts"), path("Plain"), path("Plain", "Deep")} {
		drafts = append(drafts, pipeline.Draft{Token: fmt.Sprintf("%s_%d", mark, i), Since: time.Now(), Fields: pipeline.Values{
			"name": pipeline.Text(fmt.Sprint(mark, i)), "categ_id": p,
		}})
	}
	var keys []pipeline.Key
	for i, r := range end.Create(t.Context(), drafts) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		keys = append(keys, r.Key)
		if got := r.Record.Fields["categ_id"]; !got.Equal(drafts[i].Fields["categ_id"]) {
			t.Errorf("draft %d is in %q, want %q", i, got, drafts[i].Fields["categ_id"])
		}
	}
	stamps := func() (all []string) {
		records, err := end.Fetch(t.Context(), keys, []string{"categ_id"})
		if err != nil || len(records) != len(keys) {
			t.Fatal(records, err)
		}
		for _, r := range records {
			all = append(all, string(r.Key)+"@"+r.Stamp)
		}
		return all
	}
	cursor, err := end.List(t.Context(), []string{"categ_id"}, func([]pipeline.Change) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(stamps())
	renamer := end.(pipeline.CategoryRenamer)
	r := pipeline.CategoryRename{Name: "categ_id", From: path("Plain"), To: path("Tops", "Fancy"), Records: 2}
	if why, err := renamer.CanRename(t.Context(), r); err != nil || why != "" {
		t.Fatal(why, err)
	}
	if err := renamer.Rename(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprint(stamps()); after != before {
		t.Errorf("the rename moved dates: %s, before %s", after, before)
	}
	told := map[pipeline.Key]bool{}
	if _, err := end.Changes(t.Context(), cursor, []string{"categ_id"}, func(changes []pipeline.Change) error {
		for _, c := range changes {
			told[c.Key] = true
		}
		return nil
	}); err != nil || !told[keys[2]] || !told[keys[3]] {
		t.Errorf("the poll tells %v, %v", told, err)
	}
	records, err := end.Fetch(t.Context(), keys[2:], []string{"categ_id"})
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records {
		want := path("Tops", "Fancy")
		if record.Key == keys[3] {
			want = path("Tops", "Fancy", "Deep")
		}
		if !record.Fields["categ_id"].Equal(want) {
			t.Errorf("%s is in %q, want %q", record.Key, record.Fields["categ_id"], want)
		}
	}
	for range 2 {
		id := people.call(t, "product.category", "create", nil, map[string]any{"name": mark + " twin"})
		defer people.call(t, "product.category", "unlink", nil, []any{id}) // the check names some twins only
	}
	fresh := open(t, s, nil, time.Now)
	t.Cleanup(func() { _ = fresh.Close() })
	checks := fmt.Sprint(fresh.(pipeline.Checker).Check(t.Context(), pipeline.Needs{Reads: []string{"categ_id"}}).Checks)
	if !strings.Contains(checks, fmt.Sprintf("2 categories %q", mark+" twin")) {
		t.Errorf("the check tells %s", checks)
	}
}
