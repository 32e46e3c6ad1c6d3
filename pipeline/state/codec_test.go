package state

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
)

// A field that pipeline.Link gains must not be forgotten by the codec, which names each.
func TestCodecKeepsEveryFieldOfALink(t *testing.T) {
	var l pipeline.Link
	count := 0
	fill(t, reflect.ValueOf(&l).Elem(), &count)
	got, err := decodeLink(l.ID, encodeLink(&l))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&l, got); d != "" {
		t.Errorf("the link differs (-before +after):\n%s", d)
	}
}

// fill gives every part of v a value of its own.
func fill(t *testing.T, v reflect.Value, count *int) {
	t.Helper()
	*count++
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = noon().Add(time.Duration(*count) * time.Second)
		return
	case *pipeline.Values:
		*x = pipeline.Values{"title": pipeline.Int(int64(*count))}
		return
	case *pipeline.Takes:
		*x = pipeline.Takes{"title": {{At: int64(*count), Value: 1 << 31}, {At: -1}}, "price": {{At: noon().Unix(), Value: 7}}}
		return
	case *pipeline.Readings:
		*x = pipeline.Readings{
			"slug":  {Given: map[string]pipeline.Digest{"title": pipeline.Digest(*count), "brand": 1 << 63}, Gave: pipeline.Digest(*count)},
			"price": {Given: map[string]pipeline.Digest{"cost": 1}},
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(rune('a' + *count)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), count)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), count)
		}
	default:
		t.Fatalf("the test cannot fill a %s", v.Type())
	}
}

// readingLink is a link of which nothing is left out.
func readingLink() *pipeline.Link {
	l := benchLink(1, 0)
	l.Read[pipeline.Right] = pipeline.Readings{"slug": {Given: map[string]pipeline.Digest{"title": 1 << 40}}}
	return l
}

func TestCodecRefuses(t *testing.T) {
	for name, l := range map[string]*pipeline.Link{"plain": benchLink(1, 0), "reading": readingLink()} {
		t.Run(name, func(t *testing.T) { refuses(t, encodeLink(l), len(encodeLink(benchLink(1, 0)))) })
	}
}

// refuses holds that nothing is read of a link that is cut short, but where only what may be left out is missing.
func refuses(t *testing.T, whole []byte, plain int) {
	t.Helper()
	cases := map[string][]byte{
		"nothing":        nil,
		"another format": append([]byte{linkFormat + 1}, whole[1:]...),
		"something more": append(whole[:len(whole):len(whole)], 0),
		"an unknown tag": {linkFormat, 0, 0, 0, tagFalse, 1, 0, 0xee},
	}
	for name, b := range cases {
		if l, err := decodeLink("a", b); err == nil {
			t.Errorf("%s was read as %v", name, l)
		}
	}
	for n := range len(whole) {
		if l, err := decodeLink("a", whole[:n]); err == nil && n != plain {
			t.Fatalf("the first %d of %d bytes were read as %v", n, len(whole), l)
		}
	}
}

// FuzzDecodeLink feeds the decoder with what a damaged disk may hold. What it takes it must store again.
func FuzzDecodeLink(f *testing.F) {
	f.Add(encodeLink(benchLink(1, 0)))
	f.Add(encodeLink(readingLink()))
	f.Add(encodeLink(&pipeline.Link{Base: [2]pipeline.Values{{
		"list":   pipeline.List(pipeline.Bool(true), pipeline.Object(map[string]pipeline.Value{"a": {}})),
		"number": pipeline.Number(decimal.RequireFromString("-123456789012345678901234567890.5")),
	}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := decodeLink("a", b)
		if err != nil {
			return
		}
		again, err := decodeLink("a", encodeLink(l))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(l, again, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("the link differs (-before +after):\n%s", d)
		}
	})
}

// BenchmarkCodec tells what the codec is worth beside JSON.
func BenchmarkCodec(b *testing.B) {
	l := benchLink(1, 0)
	b.Run("link", func(b *testing.B) {
		for b.Loop() {
			if _, err := decodeLink(l.ID, encodeLink(l)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			text, err := json.Marshal(l)
			if err != nil {
				b.Fatal(err)
			}
			var got pipeline.Link
			if err := json.Unmarshal(text, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
}
