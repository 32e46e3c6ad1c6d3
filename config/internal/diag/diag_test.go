package diag_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config/internal/diag"
)

func TestNearest(t *testing.T) {
	names := []string{"url", "erp", "pm", "latest", "manual", "description", "stock_quantity", "price"}
	for given, want := range map[string]string{
		"ulr": "url", "prix": "price", "Price": "price", "lates": "latest", "descripton": "description", "stockquantity": "stock_quantity",
		"stocks_quantities": "", "p": "pm", "xyz": "", "automatic": "", "price": "", "": "",
	} {
		if got := diag.Nearest(given, names); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
	for given, want := range map[string]string{
		"manul": ` Did you mean "manual"?`, "zzzzzz": ` The choices are "latest" and "manual".`,
	} {
		if got := diag.Choices(given, []string{"latest", "manual"}); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
	if got := diag.Choices("x", []string{"only"}) + diag.Choices("x", nil); got != ` The only choice is "only".` {
		t.Errorf("got %q", got)
	}
}

func TestListIsSortedAndSaysThingsOnce(t *testing.T) {
	at := func(file string, b int) hcl.Range {
		return hcl.Range{Filename: file, Start: hcl.Pos{Byte: b}, End: hcl.Pos{Byte: b + 1}}
	}
	var l diag.List
	l.Error(at("b.hcl", 1), "3", "three %d", 3)
	l.Warning(at("a.hcl", 9), "2", "two")
	l.Error(at("a.hcl", 2), "1", "one")
	l.General("0", "nowhere")
	l.Error(at("a.hcl", 2), "1", "one")
	l.Fail()
	var got []string
	for _, d := range l.Sorted() {
		got = append(got, d.Summary+" "+d.Detail)
	}
	if s := strings.Join(got, "; "); s != "0 nowhere; 1 one; 2 two; 3 three 3" || l.Errors() != 4 || l.Failures() != 5 {
		t.Errorf("%s; %d errors, %d failures", s, l.Errors(), l.Failures())
	}
}
