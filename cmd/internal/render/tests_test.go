package render

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func testRun() view.TestRun {
	value := func(v pipeline.Value) *pipeline.Value { return &v }
	long := strings.Repeat("a long text, ", 20)
	return view.TestRun{
		Tests: []view.Test{
			{Name: "a new product", Pipeline: "products", File: "products.test.hcl", Line: 1, Passed: true, Seconds: 0.0012, Failures: []view.TestFailure{}},
			{Name: "prices lose their tax & " + evil.String(), Pipeline: "products", File: "products.test.hcl", Line: 12, Seconds: 0.002, Failures: []view.TestFailure{
				{
					Message: "another value is written", Line: 20, Side: "erp", Field: "list_price", Expected: value(price("21")), Got: value(price("20")),
					Rule: "changed on pm only", Mapping: "shop.hcl:33",
				},
				{Message: "nothing is written", Line: 21, Side: "erp", Field: "name", Expected: value(evil), Rule: "unchanged on both sides", Mapping: "defaults"},
				{Message: "nothing else is expected to be written", Line: 19, Side: "erp", Field: "barcode", Got: value(pipeline.Value{}), Rule: "changed on pm only", Mapping: "defaults"},
				{Message: "another value is written", Line: 22, Side: "erp", Field: "description_sale", Expected: value(pipeline.Text(long + "old end")), Got: value(pipeline.Text(long + "new end")), Mapping: "defaults"},
				{Message: `a conflict about "title" is expected, and there is none`, Line: 23},
			}},
			{Name: "drafts", Pipeline: "outlet", File: "outlet.test.hcl", Line: 3, Failures: []view.TestFailure{
				{Message: `the record fails (field_required): field "name" must not be empty on erp`, Line: 8, Remedy: `Fill in "title" on pm (record 1).`},
			}},
		},
		Passed: 1, Failed: 2,
		Coverage: []view.TestCoverage{
			{
				Pipeline: "products", Fields: []view.CoveredField{
					{Field: "title", To: "erp", Mapping: "defaults", Covered: true},
					{Field: "title", To: "pm", Mapping: "defaults"},
					{Field: "price", To: "erp", Mapping: "shop.hcl:33"},
				},
				Rules: []view.CoveredStrategy{
					{Rule: `strategy "latest" of pipeline "products" (shop.hcl:40)`, Fields: []string{"title"}, Covered: true},
					{Rule: conflict.Rule, Fields: []string{"price"}},
				},
			},
			{
				Pipeline: "outlet", Fields: []view.CoveredField{{Field: "title", To: "erp", Mapping: "defaults", Covered: true}},
				Rules: []view.CoveredStrategy{{Rule: `strategy "manual" (the default)`, Fields: []string{"title"}, Covered: true}},
			},
		},
		Diagnostics: []view.Diagnostic{},
	}
}

// What JUnit's readers are told: valid XML with the same failures as text, also where nothing ran.
func TestJUnit(t *testing.T) {
	broken := view.TestRun{Diagnostics: []view.Diagnostic{{
		Severity: "error", Summary: "Unknown attribute", Detail: "There is no `urll` here.", File: "shop.hcl", Line: 2,
	}}}
	for name, run := range map[string]view.TestRun{"testdata/junit.xml": testRun(), "testdata/junit_errors.xml": broken} {
		var b bytes.Buffer
		if err := JUnit(&b, run); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.String())
		var doc struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Suites   []struct {
				Tests int `xml:"tests,attr"`
				Cases []struct {
					Failures []string `xml:"failure"`
					Errors   []string `xml:"error"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		cases, failures, failed := 0, 0, 0
		for _, s := range doc.Suites {
			if s.Tests != len(s.Cases) {
				t.Errorf("%s: a suite of %d tests has %d", name, s.Tests, len(s.Cases))
			}
			cases += len(s.Cases)
			for _, c := range s.Cases {
				failures += len(c.Failures)
				failed += len(c.Errors)
			}
		}
		if cases != doc.Tests || failures != doc.Failures || failed != doc.Errors || failures+failed == 0 {
			t.Errorf("%s: %+v", name, doc)
		}
	}
}
