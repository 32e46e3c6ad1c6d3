package xmlrpc

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func decoded(t fataler, doc []byte) any {
	t.Helper()
	v, err := DecodeResponse(bytes.NewReader(doc), Limits{})
	if err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return v
}

func TestPythonFloat(t *testing.T) {
	for want, f := range map[string]float64{
		"0.0": 0, "12.5": 12.5, "70.0": 70, "-4.0": -4, "1e-05": 1e-5, "0.0001": 1e-4,
		"1e+16": 1e16, "1000000000000000.0": 1e15, "0.30000000000000004": 0.30000000000000004,
	} {
		if got := PythonFloat(f); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDecodeCallForms(t *testing.T) {
	for name, tt := range map[string]struct {
		xml    string
		method string
		params []any
	}{
		"without params": {"<methodCall><methodName>version</methodName></methodCall>", "version", []any{}},
		"empty params":   {"<methodCall><methodName>version</methodName><params/></methodCall>", "version", []any{}},
		"no param":       {"<?xml version='1.0'?>\n<methodCall>\n<methodName>version</methodName>\n<params>\n</params>\n</methodCall>\n", "version", []any{}},
		"a nil":          {"<methodCall><methodName>x</methodName><params><param><value><nil/></value></param></params></methodCall>", "x", []any{nil}},
	} {
		t.Run(name, func(t *testing.T) {
			method, params, err := DecodeCall([]byte(tt.xml), Limits{})
			if err != nil || method != tt.method {
				t.Fatalf("%q, %v", method, err)
			}
			if diff := cmp.Diff(tt.params, params); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, _, err := DecodeCall([]byte("not xml!"), Limits{}); !errors.Is(err, ErrNotXMLRPC) {
		t.Errorf("got %v", err)
	}
	if _, _, err := DecodeCall([]byte("<methodCall><methodName>x</methodName><params>"), Limits{}); !errors.Is(err, ErrTruncated) {
		t.Errorf("got %v", err)
	}
}

func TestEncodeResponseRefuses(t *testing.T) {
	for _, v := range []any{nil, int64(1 << 31), Struct{{"a", nil}}} {
		if b, err := EncodeResponse(v, Style16); !errors.Is(err, ErrUnencodable) {
			t.Errorf("%v: %q, %v", v, b, err)
		}
	}
}

// recordings returns the answers of a real server of that version, or skips the test.
func recordings(t *testing.T, version string) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "..", "shared", "odoo", version, "*.response.xml"))
	if len(files) == 0 {
		t.Skipf("the shared data is not there: ../shared/odoo/%s", version)
	}
	return files
}

// ordered is v with the members of its structs in the order of doc, of which it uses up the names.
func ordered(v any, doc *string) any {
	switch x := v.(type) {
	case []any:
		for i := range x {
			x[i] = ordered(x[i], doc)
		}
	case map[string]any:
		s := Struct{}
		for range x {
			_, after, _ := strings.Cut(*doc, "<name>")
			name, rest, _ := strings.Cut(after, "</name>")
			*doc = rest
			s = append(s, Member{name, ordered(x[name], doc)})
		}
		return s
	}
	return v
}

func TestAnswersAreWrittenAsRealServersWriteThem(t *testing.T) {
	for version, style := range map[string]Style{"16": Style16, "18": Style18} {
		for _, file := range recordings(t, version) {
			t.Run(version+"/"+filepath.Base(file), func(t *testing.T) {
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(filepath.Base(file), "v1_") {
					t.Skip("the first protocol version, whose fault codes are texts, is not served")
				}
				v, err := DecodeResponse(bytes.NewReader(want), Limits{})
				var fault *Fault
				var got []byte
				switch {
				case errors.As(err, &fault):
					got = EncodeFault(fault.Code, fault.String, style)
				case err != nil:
					t.Fatal(err)
				default:
					names := string(want)
					if got, err = EncodeResponse(ordered(v, &names), style); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestRecordedCallsAreRead(t *testing.T) {
	for _, file := range recordings(t, "18") {
		name := strings.TrimSuffix(file, ".response.xml") + ".request.xml"
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		method, _, err := DecodeCall(b, Limits{})
		broken := strings.Contains(name, "not_xml")
		if (err != nil) != broken {
			t.Errorf("%s: %q, %v", filepath.Base(name), method, err)
		}
	}
}
