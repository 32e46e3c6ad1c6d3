package xmlrpc

import (
	"bytes"
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"time"
)

// parser walks over one document. Its depth is bounded by limits.Depth, since each level of values is
// one level of the Go stack.
type parser struct {
	doc    []byte
	at     int
	depth  int
	values int
	limits Limits
	names  map[string]string // member names met before: a listing repeats them in each record
}

// expectValue reads <value>…</value>.
func (p *parser) expectValue() (any, error) {
	tag, err := p.next()
	if err != nil {
		return nil, err
	}
	if tag.name != "value" || tag.kind == endTag {
		return nil, p.unexpected(tag, "<value>")
	}
	return p.value(tag)
}

// value reads on after the tag <value>.
func (p *parser) value(tag tag) (any, error) {
	if p.values++; p.values > p.limits.Values {
		return nil, p.fail(ErrTooLarge, "too many values")
	}
	if tag.kind == emptyTag {
		return "", nil
	}
	if p.depth++; p.depth > p.limits.Depth {
		return nil, p.fail(ErrTooDeep, "")
	}
	defer func() { p.depth-- }()

	text, err := p.text()
	if err != nil {
		return nil, err
	}
	inner, err := p.tag()
	if err != nil {
		return nil, err
	}
	if inner.kind == endTag && inner.name == "value" {
		return text, nil
	}
	if strings.TrimSpace(text) != "" {
		return nil, p.fail(ErrMalformed, "text beside <"+inner.name+">")
	}
	v, err := p.typed(inner)
	if err != nil {
		return nil, err
	}
	return v, p.expectEnd("value")
}

// typed reads on after the tag of a type.
func (p *parser) typed(t tag) (any, error) {
	if t.kind == endTag {
		return nil, p.unexpected(t, "a value")
	}
	switch t.name {
	case "array":
		return p.array(t)
	case "struct":
		return p.structure(t)
	case "nil", "ex:nil":
		if t.kind == emptyTag {
			return nil, nil
		}
		return nil, p.expectEnd(t.name)
	}
	text := ""
	if t.kind == openTag {
		var err error
		if text, err = p.text(); err != nil {
			return nil, err
		}
		if err := p.expectEnd(t.name); err != nil {
			return nil, err
		}
	}
	return p.scalar(t.name, text)
}

func (p *parser) scalar(kind, text string) (any, error) {
	trimmed := strings.TrimSpace(text)
	var v any
	var err error
	switch kind {
	case "string":
		return text, nil
	case "int", "i4", "i8":
		v, err = strconv.ParseInt(trimmed, 10, 64)
	case "double":
		v, err = strconv.ParseFloat(trimmed, 64)
	case "boolean":
		switch trimmed {
		case "1", "true":
			return true, nil
		case "0", "false":
			return false, nil
		}
		err = strconv.ErrSyntax
	case "base64":
		v, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	case "dateTime.iso8601":
		v, err = parseTime(trimmed)
	default:
		return nil, p.fail(ErrMalformed, "the unknown type <"+oneLine(kind)+">")
	}
	if f, ok := v.(float64); err != nil || (ok && (math.IsNaN(f) || math.IsInf(f, 0))) {
		return nil, p.fail(ErrMalformed, strconv.Quote(oneLine(text))+" is no "+kind)
	}
	return v, nil
}

// parseTime reads the forms of a date that servers use; without a zone it is UTC.
func parseTime(s string) (time.Time, error) {
	var err error
	for _, layout := range []string{"20060102T15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "20060102T15:04:05Z07:00", time.RFC3339} {
		var t time.Time
		if t, err = time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, err
}

func (p *parser) array(t tag) (any, error) {
	list := []any{}
	if t.kind == emptyTag {
		return list, nil
	}
	data, err := p.next()
	if err != nil {
		return nil, err
	}
	if data.name != "data" || data.kind == endTag {
		return nil, p.unexpected(data, "<data>")
	}
	for data.kind == openTag {
		t, err := p.next()
		if err != nil {
			return nil, err
		}
		if t.kind == endTag && t.name == "data" {
			break
		}
		if t.name != "value" || t.kind == endTag {
			return nil, p.unexpected(t, "<value> or </data>")
		}
		v, err := p.value(t)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, p.expectEnd("array")
}

func (p *parser) structure(t tag) (any, error) {
	members := map[string]any{}
	for t.kind == openTag {
		m, err := p.next()
		if err != nil {
			return nil, err
		}
		if m.kind == endTag && m.name == "struct" {
			break
		}
		if !m.isOpen("member") {
			return nil, p.unexpected(m, "<member> or </struct>")
		}
		name, err := p.memberName()
		if err != nil {
			return nil, err
		}
		if members[name], err = p.expectValue(); err != nil {
			return nil, err
		}
		if err := p.expectEnd("member"); err != nil {
			return nil, err
		}
	}
	return members, nil
}

func (p *parser) memberName() (string, error) {
	if err := p.expect("name"); err != nil {
		return "", err
	}
	from := p.at
	raw, done := p.run()
	if done && bytes.IndexByte(raw, '&') < 0 {
		return p.intern(raw), p.expectEnd("name")
	}
	p.at = from
	text, err := p.text()
	if err != nil {
		return "", err
	}
	return text, p.expectEnd("name")
}
