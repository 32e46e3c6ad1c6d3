package xmlrpc

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Style is how a server formats its answers.
type Style uint8

// Odoo 16 and earlier, and 18 and later, differ in the quotes of the declaration and in one empty line.
const (
	Style16 Style = iota
	Style18
)

// Struct is a <struct> whose members keep their order, for EncodeResponse.
type Struct []Member

// Member is one member of a Struct.
type Member struct {
	Name  string
	Value any
}

// DecodeCall reads a call, as a server does. Its params are never nil.
func DecodeCall(b []byte, lim Limits) (method string, params []any, err error) {
	lim = lim.orDefault()
	if int64(len(b)) > lim.Bytes {
		return "", nil, &DecodeError{Kind: ErrTooLarge, Offset: len(b)}
	}
	p := &parser{doc: b, limits: lim}
	if err := p.open("methodCall"); err != nil {
		return "", nil, err
	}
	if err := p.expect("methodName"); err != nil {
		return "", nil, err
	}
	if method, err = p.text(); err != nil {
		return "", nil, err
	}
	if err := p.expectEnd("methodName"); err != nil {
		return "", nil, err
	}
	params, err = p.params()
	return method, params, err
}

// params reads the rest of a call after its name.
func (p *parser) params() ([]any, error) {
	params := []any{}
	t, err := p.next()
	switch {
	case err != nil:
		return nil, err
	case t.name == "params" && t.kind == emptyTag:
		return params, p.close("methodCall")
	case t.name == "methodCall" && t.kind == endTag:
		return params, p.close()
	case !t.isOpen("params"):
		return nil, p.unexpected(t, "<params>")
	}
	for {
		t, err := p.next()
		if err != nil {
			return nil, err
		}
		if t.kind == endTag && t.name == "params" {
			return params, p.close("methodCall")
		}
		if !t.isOpen("param") {
			return nil, p.unexpected(t, "<param>")
		}
		v, err := p.expectValue()
		if err != nil {
			return nil, err
		}
		params = append(params, v)
		if err := p.expectEnd("param"); err != nil {
			return nil, err
		}
	}
}

// EncodeResponse writes an answer byte for byte as Odoo does. Beside what EncodeCall takes it takes
// []int64, []string, []map[string]any and Struct; like Python's marshaller it refuses nil and integers
// of more than 32 bits.
func EncodeResponse(v any, style Style) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("<params>\n<param>\n")
	if err := writeValue(&b, v); err != nil {
		return nil, err
	}
	b.WriteString("</param>\n</params>\n")
	return envelope(b.Bytes(), style), nil
}

// EncodeFault writes a fault.
func EncodeFault(code int, text string, style Style) []byte {
	return envelope([]byte("<fault>\n<value><struct>\n"+
		"<member>\n<name>faultCode</name>\n<value><int>"+strconv.Itoa(code)+"</int></value>\n</member>\n"+
		"<member>\n<name>faultString</name>\n<value><string>"+escape(text)+"</string></value>\n</member>\n"+
		"</struct></value>\n</fault>\n"), style)
}

func envelope(content []byte, style Style) []byte {
	head, tail := "<?xml version='1.0'?>\n<methodResponse>\n", "</methodResponse>\n"
	if style == Style18 {
		head, tail = "<?xml version=\"1.0\"?>\n<methodResponse>\n", "\n</methodResponse>\n"
	}
	return append(append([]byte(head), content...), tail...)
}

func writeValue(b *bytes.Buffer, v any) error {
	switch x := v.(type) {
	case bool:
		simple(b, "boolean", map[bool]string{true: "1", false: "0"}[x])
	case int:
		return writeInt(b, int64(x))
	case int64:
		return writeInt(b, x)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%w: the number %v", ErrUnencodable, x)
		}
		simple(b, "double", PythonFloat(x))
	case string:
		simple(b, "string", escape(x))
	case []byte:
		simple(b, "base64", "\n"+base64.StdEncoding.EncodeToString(x)+"\n")
	case time.Time:
		simple(b, "dateTime.iso8601", x.UTC().Format("20060102T15:04:05"))
	case []any:
		return writeList(b, x)
	case []int64:
		return writeList(b, x)
	case []string:
		return writeList(b, x)
	case []map[string]any:
		return writeList(b, x)
	case map[string]any:
		members := make(Struct, 0, len(x))
		for _, name := range slices.Sorted(maps.Keys(x)) {
			members = append(members, Member{name, x[name]})
		}
		return writeStruct(b, members)
	case Struct:
		return writeStruct(b, x)
	default:
		return fmt.Errorf("%w: a %T", ErrUnencodable, v)
	}
	return nil
}

func simple(b *bytes.Buffer, kind, text string) {
	b.WriteString("<value><" + kind + ">" + text + "</" + kind + "></value>\n")
}

func writeInt(b *bytes.Buffer, i int64) error {
	if _, err := prepareInt(i); err != nil {
		return err
	}
	simple(b, "int", strconv.FormatInt(i, 10))
	return nil
}

func writeList[E any](b *bytes.Buffer, list []E) error {
	b.WriteString("<value><array><data>\n")
	for _, e := range list {
		if err := writeValue(b, e); err != nil {
			return err
		}
	}
	b.WriteString("</data></array></value>\n")
	return nil
}

func writeStruct(b *bytes.Buffer, members Struct) error {
	b.WriteString("<value><struct>\n")
	for _, m := range members {
		b.WriteString("<member>\n<name>" + escape(m.Name) + "</name>\n")
		if err := writeValue(b, m.Value); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		b.WriteString("</member>\n")
	}
	b.WriteString("</struct></value>\n")
	return nil
}

// escape does what Python's marshaller and Odoo's do: three characters are escaped, and control
// characters that XML cannot carry are left out.
func escape(s string) string {
	if strings.IndexFunc(s, needsEscape) < 0 {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if Carries(r) {
			return r
		}
		return -1
	}, s)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// needsEscape tells whether a text with the character cannot be written as it is.
func needsEscape(r rune) bool {
	return r == '&' || r == '<' || r == '>' || r == utf8.RuneError || !Carries(r)
}

// PythonFloat is repr() of a finite Python float.
func PythonFloat(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
