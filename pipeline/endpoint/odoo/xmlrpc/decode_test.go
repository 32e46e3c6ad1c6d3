package xmlrpc

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func response(value string) string {
	return "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n" + value + "\n</param>\n</params>\n</methodResponse>\n"
}

func TestDecodeValues(t *testing.T) {
	for name, tt := range map[string]struct {
		xml  string
		want any
	}{
		"int":                         {"<value><int>42</int></value>", int64(42)},
		"i4 with blanks":              {"<value> <i4> -7\n</i4> </value>", int64(-7)},
		"i8":                          {"<value><i8>9007199254740993</i8></value>", int64(9007199254740993)},
		"double":                      {"<value><double>12.5</double></value>", 12.5},
		"double in exponent form":     {"<value><double>1e-05</double></value>", 1e-05},
		"boolean":                     {"<value><boolean>1</boolean></value>", true},
		"boolean as a word":           {"<value><boolean>false</boolean></value>", false},
		"string":                      {"<value><string> a  b </string></value>", " a  b "},
		"empty string":                {"<value><string></string></value>", ""},
		"empty string tag":            {"<value><string/></value>", ""},
		"untyped":                     {"<value> text </value>", " text "},
		"untyped and empty":           {"<value></value>", ""},
		"untyped empty tag":           {"<value/>", ""},
		"nil":                         {"<value><nil/></value>", nil},
		"nil of an extension":         {"<value><ex:nil/></value>", nil},
		"base64 in lines":             {"<value><base64>\naGVs\nbG8=\n</base64></value>", []byte("hello")},
		"references":                  {"<value><string>&lt;a&gt; &amp; &quot;&apos; &#233;&#xE9;&#x1F600;</string></value>", `<a> & "' éé😀`},
		"line ends":                   {"<value><string>a\r\nb\rc&#13;d</string></value>", "a\nb\nc\rd"},
		"CDATA amid text":             {"<value><string>a<![CDATA[b<&c]]>d</string></value>", "ab<&cd"},
		"comment amid text":           {"<value><string>a<!-- <int> -->b</string></value>", "ab"},
		"comments between":            {"<!-- x --><value><!-- y --><int>1</int><!-- z --></value><!-- é -->", int64(1)},
		"CDATA untyped":               {"<value><![CDATA[<int>]]></value>", "<int>"},
		"attributes":                  {`<value><string xml:lang="a>b">x</string></value>`, "x"},
		"dateTime":                    {"<value><dateTime.iso8601>20261124T10:20:30</dateTime.iso8601></value>", time.Date(2026, 11, 24, 10, 20, 30, 0, time.UTC)},
		"dateTime with zone":          {"<value><dateTime.iso8601>2026-11-24T10:20:30+02:00</dateTime.iso8601></value>", time.Date(2026, 11, 24, 8, 20, 30, 0, time.UTC)},
		"empty array":                 {"<value><array><data></data></array></value>", []any{}},
		"empty array tags":            {"<value><array><data/></array></value>", []any{}},
		"array":                       {"<value><array><data><value><int>1</int></value><value>x</value></data></array></value>", []any{int64(1), "x"}},
		"empty struct":                {"<value><struct></struct></value>", map[string]any{}},
		"empty struct tag":            {"<value><struct/></value>", map[string]any{}},
		"struct":                      {"<value><struct><member><name>a &amp; b</name><value><boolean>0</boolean></value></member></struct></value>", map[string]any{"a & b": false}},
		"comment in a member's name":  {"<value><struct><member><name>a<!-- -->b</name><value/></member></struct></value>", map[string]any{"ab": ""}},
		"many2one as Odoo writes one": {"<value><array><data>\n<value><int>1</int></value>\n<value><string>All</string></value>\n</data></array></value>", []any{int64(1), "All"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeResponse(strings.NewReader(response(tt.xml)), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := strings.Repeat("<value><array><data>", 40) + strings.Repeat("</data></array></value>", 40)
	whole := response("<value><string>text</string></value>")
	for name, tt := range map[string]struct {
		xml  string
		want error
		clue string
	}{
		"nothing":                {"", ErrEmpty, ""},
		"blanks":                 {" \n", ErrEmpty, ""},
		"a page":                 {"<!DOCTYPE html>\n<html><head><title>502 Bad\nGateway</title></head></html>", ErrNotXMLRPC, `a page titled "502 Bad Gateway"`},
		"a page without title":   {"<HTML><body>login</body></HTML>", ErrNotXMLRPC, "a web page"},
		"JSON":                   {`{"error": "no"}`, ErrNotXMLRPC, `it begins "{"error": "no"}"`},
		"a call":                 {"<methodCall><methodName>x</methodName></methodCall>", ErrNotXMLRPC, "it begins"},
		"Latin 1":                {"<?xml version='1.0' encoding='ISO-8859-1'?><methodResponse/>", ErrNotXMLRPC, "iso-8859-1"},
		"bytes that are no text": {"<methodResponse>\xff", ErrNotXMLRPC, "not UTF-8"},
		"cut in a tag":           {whole[:len(whole)-5], ErrTruncated, ""},
		"cut in a text":          {whole[:strings.Index(whole, "xt</")], ErrTruncated, ""},
		"cut in a comment":       {"<methodResponse><!-- ", ErrTruncated, ""},
		"cut in CDATA":           {"<methodResponse><params><param><value><![CDATA[ ", ErrTruncated, ""},
		"too deep":               {response(deep), ErrTooDeep, ""},
		"an unknown type":        {response("<value><decimal>1</decimal></value>"), ErrMalformed, "<decimal>"},
		"an empty int":           {response("<value><int></int></value>"), ErrMalformed, "no int"},
		"an int that is none":    {response("<value><int>1.5</int></value>"), ErrMalformed, "no int"},
		"a wide int":             {response("<value><int>9999999999999999999</int></value>"), ErrMalformed, "no int"},
		"not a number":           {response("<value><double>nan</double></value>"), ErrMalformed, "no double"},
		"a boolean of 2":         {response("<value><boolean>2</boolean></value>"), ErrMalformed, "no boolean"},
		"base64 that is none":    {response("<value><base64>?</base64></value>"), ErrMalformed, "no base64"},
		"an unknown reference":   {response("<value>&nbsp;</value>"), ErrMalformed, "&nbsp;"},
		"a control character":    {response("<value>&#1;</value>"), ErrMalformed, "&#1;"},
		"a lone &":               {response("<value>a & b</value>"), ErrMalformed, "no reference"},
		"text beside a type":     {response("<value>x<int>1</int></value>"), ErrMalformed, "text beside"},
		"a wrong end":            {response("<value><int>1</i4></value>"), ErrMalformed, "</i4>"},
		"two values":             {response("<value>1</value><value>2</value>"), ErrMalformed, "<value>"},
		"text after the end":     {whole + "x", ErrMalformed, "after the end"},
		"a member without name":  {response("<value><struct><member><value/></member></struct></value>"), ErrMalformed, "<name>"},
		"a fault of no form":     {"<methodResponse><fault><value>x</value></fault></methodResponse>", ErrMalformed, "fault"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeResponse(strings.NewReader(tt.xml), Limits{})
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, %v; want %v", got, err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.clue) {
				t.Errorf("%q does not say %q", err, tt.clue)
			}
		})
	}
}

func TestDecodeIsTruncatedWhereverItIsCut(t *testing.T) {
	whole := strings.TrimSpace(response("<value><struct><member><name>a</name><value><array><data><value>é &amp; b</value></data></array></value></member></struct></value>"))
	for n := 1; n < len(whole); n++ {
		_, err := DecodeResponse(strings.NewReader(whole[:n]), Limits{})
		if err == nil {
			t.Fatalf("accepted %q", whole[:n])
		}
	}
}

func TestDecodeLimits(t *testing.T) {
	list := response("<value><array><data>" + strings.Repeat("<value/>", 100) + "</data></array></value>")
	for name, lim := range map[string]Limits{"bytes": {Bytes: 500}, "values": {Values: 100}} {
		if _, err := DecodeResponse(strings.NewReader(list), lim); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := DecodeResponse(strings.NewReader(list), Limits{Values: 101, Bytes: int64(len(list)), Depth: 2}); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

func TestDecodeKeepsTheReadersError(t *testing.T) {
	broken := errors.New("reset by peer")
	if _, err := DecodeResponse(iotest.ErrReader(broken), Limits{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	cut := io.MultiReader(strings.NewReader("<methodRes"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := DecodeResponse(cut, Limits{}); !errors.Is(err, ErrTruncated) {
		t.Errorf("got %v", err)
	}
}

func TestFaults(t *testing.T) {
	member := func(name, value string) string {
		return "<member><name>" + name + "</name><value>" + value + "</value></member>"
	}
	for name, tt := range map[string]struct {
		code, text string
		want       Fault
		last       string
	}{
		"application":       {"<int>1</int>", "Traceback (most recent call last):\n  File x\nValueError: no\n\n", Fault{1, "Traceback (most recent call last):\n  File x\nValueError: no\n\n"}, "ValueError: no"},
		"warning":           {"<int>2</int>", "Not so.", Fault{2, "Not so."}, "Not so."},
		"v1 denied":         {"<string>AccessDenied</string>", "Access Denied", Fault{3, "Access Denied"}, "Access Denied"},
		"v1 missing":        {"<string>warning -- MissingError\n\nGone.\n(x)</string>", "", Fault{2, "Gone.\n(x)"}, "(x)"},
		"v1 access":         {"<string>warning -- AccessError\n\nNo.</string>", "", Fault{4, "No."}, "No."},
		"v1 something else": {"<string>boom</string>", "", Fault{1, "boom"}, "boom"},
		"a number as text":  {"<string>2</string>", "x", Fault{2, "x"}, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := "<methodResponse><fault><value><struct>" + member("faultCode", tt.code) + member("faultString", tt.text) + "</struct></value></fault></methodResponse>"
			_, err := DecodeResponse(strings.NewReader(doc), Limits{})
			var f *Fault
			if !errors.As(err, &f) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tt.want, *f); diff != "" {
				t.Error(diff)
			}
			if got := f.LastLine(); got != tt.last {
				t.Errorf("last line %q", got)
			}
		})
	}
}
