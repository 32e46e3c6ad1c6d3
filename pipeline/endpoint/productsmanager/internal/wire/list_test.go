package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

func decode(t testing.TB, text string) any {
	t.Helper()
	raw, err := wire.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestReadList(t *testing.T) {
	yes, no := true, false
	row := []map[string]any{{"id": "a"}}
	for name, c := range map[string]struct {
		text string
		want wire.Page
	}{
		"data and meta":           {`{"data":[{"id":"a"}],"meta":{"page":1,"per_page":20,"total":41,"total_pages":3}}`, wire.Page{Items: row, Total: 41, Size: 20}},
		"items and meta":          {`{"items":[{"id":"a"}],"meta":{"total":41,"page":1,"per_page":20,"total_pages":3,"has_next":true,"has_previous":false}}`, wire.Page{Items: row, Total: 41, Size: 20, More: &yes}},
		"items and pages":         {`{"items":[{"id":"a"}],"total":1,"page":1,"per_page":50,"pages":1}`, wire.Page{Items: row, Total: 1, Size: 50}},
		"items and page_size":     {`{"items":[{"id":"a"}],"total":1,"page":1,"page_size":20,"total_pages":1}`, wire.Page{Items: row, Total: 1, Size: 20}},
		"in a status":             {`{"status":"success","data":{"items":[{"id":"a"}],"total":1,"page":1,"page_size":20,"total_pages":1}}`, wire.Page{Items: row, Total: 1, Size: 20}},
		"in success, a list":      {`{"success":true,"code":200,"message":"OK","data":[{"id":"a"}],"count":1}`, wire.Page{Items: row, Total: -1}},
		"in success, an object":   {`{"success":true,"code":200,"message":"OK","data":{"products":[{"id":"a"}],"total":7,"page":1,"limit":1,"pages":7},"count":1}`, wire.Page{Items: row, Total: 7, Size: 1}},
		"an array":                {`[{"id":"a"}]`, wire.Page{Items: row, Total: -1}},
		"results":                 {`{"results":[{"id":"a"}],"count":1}`, wire.Page{Items: row, Total: -1}},
		"numbers as texts":        {`{"items":[{"id":"a"}],"total":"41","per_page":"20","has_next":false}`, wire.Page{Items: row, Total: 41, Size: 20, More: &no}},
		"numbers that are none":   {`{"items":[{"id":"a"}],"total":-3,"per_page":1e9999,"has_next":"yes"}`, wire.Page{Items: row, Total: -1}},
		"empty":                   {`{"items":[],"total":0,"page":9,"per_page":20}`, wire.Page{Items: []map[string]any{}, Total: 0, Size: 20}},
		"a mark of bytes before":  {"\ufeff[{\"id\":\"a\"}]", wire.Page{Items: row, Total: -1}},
		"an error key beside it":  {`{"error":null,"items":[{"id":"a"}]}`, wire.Page{Items: row, Total: -1}},
		"meta before the total":   {`{"items":[{"id":"a"}],"pagination":{"total":5,"limit":2}}`, wire.Page{Items: row, Total: 5, Size: 2}},
		"data twice, the 2nd one": {`{"data":{"data":[{"id":"a"}],"total":3}}`, wire.Page{Items: row, Total: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := wire.ReadList(decode(t, c.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What nobody understands is told by its keys; values are the customer's.
func TestReadListOfUnknownShape(t *testing.T) {
	for text, want := range map[string]string{
		`{"rows":[{"secret":"s3cret"}],"n":1}`: `an object with the keys "n", "rows"`,
		`{"data":{"rows":[]}}`:                 `an object with the keys "data"`,
		`"s3cret"`:                             "the answer is a text",
		`[1,2]`:                                "row 1 is a number",
		`[{"id":"a"},["s3cret"]]`:              "row 2 is an array of a text",
		``:                                     "the answer is nothing",
		`{}`:                                   "an object without keys",
		`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1}`: `"l", …`,
		`{"` + strings.Repeat("key", 50) + `":1}`:                                         `"keykeykeykeykeykeykeykeykeykeykeykeykeyk…"`,
	} {
		_, err := wire.ReadList(decode(t, text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error shows a value: %v", text, err)
		}
	}
}

func TestReadOne(t *testing.T) {
	for text, id := range map[string]string{
		`{"id":"a","title":"T"}`:                            "a",
		`{"id":"a","status":"active","error":"x"}`:          "a",
		`{"data":{"id":"a"}}`:                               "a",
		`{"status":"success","data":{"id":"a"}}`:            "a",
		`{"success":true,"data":{"id":"a"}}`:                "a",
		`{"success":true,"data":[{"id":"a"}],"count":1}`:    "a",
		`{"success":true,"data":{"product":{"id":"a"}}}`:    "a",
		`{"product":{"id":"a"}}`:                            "a",
		`{"item":{"product_id":"a"}}`:                       "",
		`{"ean":"1","name":"N"}`:                            "",
		`{"id":"a","data":{"id":"b"}}`:                      "a",
		`{"message":"updated","product":{"id":"a","x":{}}}`: "a",
	} {
		got, ok := wire.ReadOne(decode(t, text))
		if gotID, _ := got["id"].(string); !ok || gotID != id {
			t.Errorf("%s: got %v, %t, want the product %q", text, got, ok, id)
		}
	}
	for _, text := range []string{`{}`, `[]`, `null`, `7`, `{"message":"updated"}`, `{"data":[]}`, `{"data":[{"id":1},{"id":2}]}`, `{"title":"no id"}`} {
		if got, ok := wire.ReadOne(decode(t, text)); ok {
			t.Errorf("%s: got %v, want none", text, got)
		}
	}
}

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		`{"items":[{"id":`: "ends in the middle", `{"a":1} x`: "something follows", `{"a":1}{}`: "something follows",
		`<html>`: "a page of HTML", ` <?xml?>`: "a page of HTML", `nope`: "not JSON", `{'a':1}`: "not JSON",
	} {
		if _, err := wire.Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	if raw, err := wire.Decode([]byte(" \n")); raw != nil || err != nil {
		t.Errorf("an empty body: got %v, %v", raw, err)
	}
}
