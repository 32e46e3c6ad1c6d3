package transform_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/stages/transform"
)

func text(s string) pipeline.Value { return pipeline.Text(s) }

// transformer is a transform as the configuration compiles it.
type transformer func(pipeline.Value, *pipeline.Record) (pipeline.Value, error)

func (f transformer) Apply(v pipeline.Value, r *pipeline.Record) (pipeline.Value, error) {
	return f(v, r)
}

// selector is a filter.
type selector func(*pipeline.Record) (bool, error)

func (f selector) Selects(r *pipeline.Record) (bool, error) { return f(r) }

// cycle is one of a title, a price that the right holds without tax, and a category below a root.
func cycle() *pipeline.Cycle {
	both := [2]bool{true, true}
	times := func(factor string) transformer {
		return func(v pipeline.Value, _ *pipeline.Record) (pipeline.Value, error) {
			n, err := pipeline.ParseNumber(factor)
			if v.Kind() != pipeline.KindNumber {
				return v, errors.New("not a number")
			}
			return pipeline.Number(v.AsNumber().Mul(n.AsNumber())), err
		}
	}
	return &pipeline.Cycle{
		Definition: &pipeline.Definition{
			Name: "products", Sources: [2]string{"pm", "erp"}, Match: []string{"sku"},
			Fields: []pipeline.MappedField{
				{Name: "title", Fields: [2]string{"title", "name"}, Writes: both, Source: "shop.hcl:3"},
				{Name: "price", Fields: [2]string{"price", "list_price"}, Writes: both, Source: "shop.hcl:4", Carry: [2]pipeline.Transform{times("2"), times("0.5")}},
				{Name: "category", Fields: [2]string{"category", "categ_id"}, Writes: both, Source: "shop.hcl:5"},
				{Name: "sku", Fields: [2]string{"sku", "default_code"}, Writes: both, Source: "shop.hcl:6"},
			},
		},
		Types: [2][]pipeline.Field{
			{
				{Name: "title", Type: pipeline.TypeText},
				{Name: "price", Type: pipeline.TypeNumber, Digits: 2},
				{Name: "category", Type: pipeline.TypePath},
				{Name: "sku", Type: pipeline.TypeText},
			},
			{
				{Name: "name", Type: pipeline.TypeText, MaxLength: 10},
				{Name: "list_price", Type: pipeline.TypeNumber, Digits: 1},
				{Name: "categ_id", Type: pipeline.TypePath, Separator: " / ", Root: "All", NotNull: true},
				{Name: "default_code", Type: pipeline.TypeText},
			},
		},
	}
}

func record(key pipeline.Key, fields pipeline.Values) *pipeline.Record {
	return &pipeline.Record{Key: key, Fields: fields}
}

func leftOnly(title, category string, price pipeline.Value) *pipeline.Item {
	return &pipeline.Item{Keys: [2]pipeline.Key{"1", ""}, Records: [2]*pipeline.Record{record("1", pipeline.Values{
		"title": text(title), "price": price, "category": text(category), "sku": text("A"),
	})}}
}

// linked is a pair that holds the same as its base: a chair of 10.00 here, 5.0 there.
func linked() *pipeline.Item {
	return &pipeline.Item{
		Keys: [2]pipeline.Key{"1", "2"},
		Records: [2]*pipeline.Record{
			record("1", pipeline.Values{"title": text("Chair"), "price": pipeline.Int(10), "category": text("Home"), "sku": text("A")}),
			record("2", pipeline.Values{"name": text("Chair"), "list_price": pipeline.Int(5), "categ_id": text("All / Home"), "default_code": text("A")}),
		},
		Link: &pipeline.Link{ID: "l", Base: [2]pipeline.Values{
			{"title": text("Chair"), "price": pipeline.Int(10), "category": text("Home"), "sku": text("A")},
			{"title": text("Chair"), "price": pipeline.Int(5), "category": text("All / Home"), "sku": text("A")},
		}},
	}
}

func run(t *testing.T, c *pipeline.Cycle, it *pipeline.Item) {
	t.Helper()
	if err := transform.New().Process(t.Context(), c, []*pipeline.Item{it}); err != nil {
		t.Fatal(err)
	}
}

// carried shows what was carried to a side, "-" for what was not.
func carried(it *pipeline.Item, s pipeline.Side) (shown []string) {
	for _, v := range it.Carried[s] {
		if v == nil {
			shown = append(shown, "-")
		} else {
			shown = append(shown, v.String())
		}
	}
	return shown
}

func TestCarryingANewRecord(t *testing.T) {
	for name, tc := range map[string]struct {
		item *pipeline.Item
		want []string
		says []string // of the error
	}{
		"every field, in the other side's terms": {leftOnly("Chair", "Home/Seats", pipeline.Int(10)), []string{"Chair", "5", "All / Home / Seats", "A"}, nil},
		"at the other side's digits":             {leftOnly("Chair", "", number("10.5")), []string{"Chair", "5.3", "All", "A"}, nil},
		"no category is the root":                {leftOnly("Chair", "", pipeline.Int(1)), []string{"Chair", "0.5", "All", "A"}, nil},
		"a transform that fails": {
			leftOnly("Chair", "Home", pipeline.Value{}), nil,
			[]string{"an empty value cannot be carried", `field "list_price" of erp`, `mapping of "price", shop.hcl:4`, "not a number"},
		},
		"too long for the other side": {
			leftOnly("A chair of eleven", "Home", pipeline.Int(1)), nil,
			[]string{`"A chair of eleven" cannot be carried`, `field "name" of erp`, "shop.hcl:3", "at most 10"},
		},
		"blanks around a separator": {leftOnly("Chair", "Home/In / out", pipeline.Int(1)), []string{"Chair", "0.5", "All / Home / In / out", "A"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, cycle(), tc.item)
			if len(tc.says) == 0 && tc.item.Err != nil {
				t.Fatal(tc.item.Err)
			}
			for _, says := range tc.says {
				if tc.item.Err == nil || tc.item.Err.Code != pipeline.CodeMappingFailed || !strings.Contains(tc.item.Err.Error(), says) {
					t.Errorf("the error is %v, want %s with %q", tc.item.Err, pipeline.CodeMappingFailed, says)
				}
			}
			if tc.want != nil {
				if d := cmp.Diff(tc.want, carried(tc.item, pipeline.Right)); d != "" {
					t.Errorf("carried (-want +got):\n%s", d)
				}
			}
		})
	}
}

func number(s string) pipeline.Value {
	v, err := pipeline.ParseNumber(s)
	if err != nil {
		panic(err)
	}
	return v
}

// A category of the side with a root comes without it, and a level that holds the other side's separator
// cannot go there.
func TestCarryingPathsBack(t *testing.T) {
	for from, want := range map[string]string{"All / Home / Seats": "Home/Seats", "All": "", "Other / Seats": "Other/Seats", "All / In/out": "error"} {
		it := &pipeline.Item{Keys: [2]pipeline.Key{"", "2"}, Records: [2]*pipeline.Record{nil, record("2", pipeline.Values{
			"name": text("Chair"), "list_price": pipeline.Int(5), "categ_id": text(from), "default_code": text("A"),
		})}}
		run(t, cycle(), it)
		switch {
		case want == "error":
			if it.Err == nil || !strings.Contains(it.Err.Error(), `the category "In/out" would be several levels on the other side, whose separator is "/"`) {
				t.Errorf("%s: %v", from, it.Err)
			}
		case it.Err != nil:
			t.Errorf("%s: %v", from, it.Err)
		default:
			if got := carried(it, pipeline.Left)[2]; got != want {
				t.Errorf("%s is carried as %q, want %q", from, got, want)
			}
		}
	}
}

// A value is carried only when it may have to move.
func TestCarryingAPair(t *testing.T) {
	for name, tc := range map[string]struct {
		set         func(it *pipeline.Item)
		left, right []string
	}{
		"as it was": {func(*pipeline.Item) {}, []string{"-", "-", "-", "-"}, []string{"-", "-", "-", "-"}},
		"left changed": {
			func(it *pipeline.Item) { it.Records[0].Fields["price"] = pipeline.Int(20) },
			[]string{"-", "-", "-", "-"},
			[]string{"-", "10", "-", "-"},
		},
		"right changed": {
			func(it *pipeline.Item) { it.Records[1].Fields["categ_id"] = text("All / Garden") },
			[]string{"-", "-", "Garden", "-"},
			[]string{"-", "-", "-", "-"},
		},
		"both changed": {
			func(it *pipeline.Item) {
				it.Records[0].Fields["title"], it.Records[1].Fields["name"] = text("Stool"), text("Bench")
			},
			[]string{"Bench", "-", "-", "-"},
			[]string{"Stool", "-", "-", "-"},
		},
		"a field without a base": {
			func(it *pipeline.Item) { delete(it.Link.Base[0], "price") },
			[]string{"-", "10", "-", "-"},
			[]string{"-", "5", "-", "-"},
		},
		"never paired": {
			func(it *pipeline.Item) { it.Link = nil },
			[]string{"Chair", "10", "Home", "A"},
			[]string{"Chair", "5", "All / Home", "A"},
		},
		"the other side is not proven gone": {
			func(it *pipeline.Item) { it.Records[1], it.Absent[1] = nil, true },
			[]string{},
			[]string{"-", "-", "-", "-"},
		},
		"the other side is gone, so it may be made again": {
			func(it *pipeline.Item) { it.Records[1], it.Absent[1], it.Proven[1] = nil, true, true },
			[]string{},
			[]string{"Chair", "5", "All / Home", "A"},
		},
		"a third value, settled by hand": {
			func(it *pipeline.Item) { settle(it, pipeline.Int(10), pipeline.Int(5)) },
			[]string{"-", "30", "-", "-"},
			[]string{"-", "15", "-", "-"},
		},
		"a third value, but a side moved since it was shown": {
			func(it *pipeline.Item) { settle(it, pipeline.Int(10), pipeline.Int(6)) },
			[]string{"-", "10", "-", "-"},
			[]string{"-", "5", "-", "-"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			it := linked()
			tc.set(it)
			run(t, cycle(), it)
			if it.Err != nil {
				t.Fatal(it.Err)
			}
			for s, want := range map[pipeline.Side][]string{pipeline.Left: tc.left, pipeline.Right: tc.right} {
				got := carried(it, s)
				if it.Own[s.Other()] == nil {
					got = []string{}
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("to the %s (-want +got):\n%s", s, d)
				}
			}
		})
	}
}

// TestNotCarriedWhereNothingIsWritten: a value that cannot be carried fails its record only where it would be written.
func TestNotCarriedWhereNothingIsWritten(t *testing.T) {
	for _, writes := range [][2]bool{{true, true}, {false, true}} {
		c, it := cycle(), linked()
		c.Definition.Fields[1].Writes = writes
		it.Records[1].Fields["list_price"] = pipeline.Value{} // times() takes numbers alone
		run(t, c, it)
		if failed := it.Err != nil; failed != writes[pipeline.Left] || it.Carried[pipeline.Left][1] != nil {
			t.Errorf("written to %t: carried %v, %v", writes, it.Carried[pipeline.Left][1], it.Err)
		}
	}
}

// settle puts a conflict about the price into the item, settled with 30.
func settle(it *pipeline.Item, seen ...pipeline.Value) {
	it.Open = map[string]pipeline.Conflict{"price": {Field: "price", Resolution: &pipeline.Resolution{
		Verdict: pipeline.TakeValue, Value: pipeline.Int(30), Seen: [2]pipeline.Value{seen[0], seen[1]},
	}}}
}

func TestThirdValueThatDoesNotFit(t *testing.T) {
	it := linked()
	settle(it, pipeline.Int(10), pipeline.Int(5))
	it.Open["price"].Resolution.Value = text("dear")
	run(t, cycle(), it)
	if it.Err == nil || it.Err.Code != pipeline.CodeMappingFailed || !strings.Contains(it.Err.Error(), `"dear" is no value for "price"`) {
		t.Errorf("got %v", it.Err)
	}
}

func TestOwnValuesAndMatch(t *testing.T) {
	it := linked()
	it.Records[0].Fields["price"] = text("10.00")            // a number in disguise
	it.Records[1].Fields["name"] = text("A chair of eleven") // longer than Tandem would write: taken as it is
	it.Records[0].Fields["sku"] = pipeline.Value{}
	run(t, cycle(), it)
	if !it.Own[0][1].Equal(pipeline.Int(10)) || it.Own[1][0].String() != "A chair of eleven" {
		t.Errorf("own values %v, %v", it.Own[0], it.Own[1])
	}
	if len(it.MatchText[0]) != 0 || it.MatchText[1]["sku"] != "A" || it.Match["sku"].String() != "A" {
		t.Errorf("match: %v %v", it.MatchText, it.Match)
	}
}

func TestLeavingOut(t *testing.T) {
	active := selector(func(r *pipeline.Record) (bool, error) { return r.Fields["title"].String() != "Draft", nil })
	for name, tc := range map[string]struct {
		set  func(c *pipeline.Cycle, it *pipeline.Item)
		want string // LeftOut
		err  pipeline.Code
	}{
		"no filter": {func(*pipeline.Cycle, *pipeline.Item) {}, "", ""},
		"selected":  {func(c *pipeline.Cycle, _ *pipeline.Item) { c.Definition.Filter = active }, "", ""},
		"not selected": {
			func(c *pipeline.Cycle, it *pipeline.Item) {
				c.Definition.Filter = active
				it.Records[0].Fields["title"] = text("Draft")
			}, "outside of the filter", "",
		},
		"the filter sees what would be made on its side": {
			func(c *pipeline.Cycle, it *pipeline.Item) {
				c.Definition.Filter = active
				it.Link, it.Keys[0], it.Records[0] = nil, "", nil
				it.Records[1].Fields["name"] = text("Draft")
			}, "outside of the filter", "",
		},
		"a filter that fails": {
			func(c *pipeline.Cycle, _ *pipeline.Item) {
				c.Definition.Filter = selector(func(*pipeline.Record) (bool, error) { return false, fmt.Errorf("no such field") })
			}, "", pipeline.CodeMappingFailed,
		},
		"excluded by its endpoint": {
			func(_ *pipeline.Cycle, it *pipeline.Item) { it.Records[1].Excluded = "it has 3 variants" }, "it has 3 variants", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, it := cycle(), linked()
			tc.set(c, it)
			run(t, c, it)
			var code pipeline.Code
			if it.Err != nil {
				code = it.Err.Code
			}
			if it.LeftOut != tc.want || code != tc.err {
				t.Errorf("left out %q, error %v; want %q, %q", it.LeftOut, it.Err, tc.want, tc.err)
			}
			if it.LeftOut != "" && it.Carried[0] != nil {
				t.Error("its values are carried all the same")
			}
		})
	}
}

// What failed earlier is passed over, but named.
func TestFailedItem(t *testing.T) {
	it := linked()
	it.Fail(errors.New("x"))
	run(t, cycle(), it)
	if it.Match["sku"].String() != "A" || it.Carried[0] != nil {
		t.Errorf("match %v, carried %v", it.Match, it.Carried)
	}
}
