package xmlrpc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzDecodeResponse(f *testing.F) {
	for _, seed := range []string{
		"", "<", "</", "<a", "&", "<value/>", "<!DOCTYPE html><html><title>x</title></html>",
		response("<value/>"), response("<value>a &amp; b<![CDATA[x]]>&#10;</value>"),
		response("<value><struct><member><name>a</name><value><double>1.5</double></value></member></struct></value>"),
		response("<value><array><data><value><base64>aGk=</base64></value><value><nil/></value></data></array></value>"),
		response("<value>a raw \x00 and \x07</value>"),
		string(EncodeFault(2, "no", Style18)),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		v, err := DecodeResponse(bytes.NewReader(doc), Limits{Bytes: 1 << 20})
		var bad *DecodeError
		var fault *Fault
		if err != nil && !errors.As(err, &bad) && !errors.As(err, &fault) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if err != nil {
			return
		}
		again, err := EncodeResponse(v, Style18)
		if err != nil { // nil and wide integers can be read but not written
			return
		}
		w, err := DecodeResponse(bytes.NewReader(again), Limits{})
		if err != nil {
			t.Fatalf("%v in %q", err, again)
		}
		if diff := cmp.Diff(carried(v), w); diff != "" {
			t.Fatal(diff)
		}
	})
}

// carried is v as XML carries it written by Odoo: "\r" arrives as "\n", control characters are left out.
func carried(v any) any {
	switch x := v.(type) {
	case string:
		return carriedText(x)
	case []any:
		for i := range x {
			x[i] = carried(x[i])
		}
	case map[string]any:
		out := map[string]any{}
		for k, e := range x {
			out[carriedText(k)] = carried(e)
		}
		return out
	}
	return v
}

func carriedText(s string) string {
	return lineEnds(strings.Map(func(r rune) rune {
		if Carries(r) {
			return r
		}
		return -1
	}, s))
}

func FuzzDecodeCall(f *testing.F) {
	f.Add([]byte("<methodCall><methodName>x</methodName><params><param><value/></param></params></methodCall>"))
	f.Add([]byte("<methodCall><methodName/></methodCall>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		_, params, err := DecodeCall(doc, Limits{Bytes: 1 << 20})
		if err == nil && params == nil {
			t.Fatal("no error and no params")
		}
	})
}

// products is an answer with n records of twelve fields, as a full pass reads them.
func products(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{
			"id": int64(i), "name": fmt.Sprintf("T-shirt à col rond n° %d", i), "default_code": fmt.Sprintf("TS-%05d", i),
			"list_price": 19.99, "standard_price": 7.5, "weight": 0.25, "active": true, "barcode": false,
			"description_sale": "Coton <b>bio</b> & équitable\nLavage à 30°", "categ_id": []any{int64(7), "All / Vêtements"},
			"write_date": "2026-11-24 15:23:00", "product_variant_ids": []any{int64(i)},
		}
	}
	return list
}

func BenchmarkDecodeResponse(b *testing.B) {
	doc, err := EncodeResponse(products(1000), Style18)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeResponse(bytes.NewReader(doc), Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeCall(b *testing.B) {
	rows := make([]any, 500)
	for i := range rows {
		rows[i] = []any{"__tandem__.x", "T-shirt à col rond", "TS-1", "19.99", "7.5", "0.25", "1", "", "Coton", "7", "x"}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := EncodeCall("execute_kw", "db", 2, "key", "product.template", "load", rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(rows)), "µs/row")
}
