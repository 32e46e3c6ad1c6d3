package state

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
)

// Links are stored in a form of their own, since a full pass reads them all: it takes an eighth of
// the time of JSON, and keeps every value to the bit.
//
// A link is a format byte and its parts in the order of encodeLink. Texts are a length and bytes, counts
// are uvarints, a value is a tag and what follows it. What fields took lately is left out where there is
// nothing of it, and a link that takes part says nothing of that. What expressions read comes last, where there is
// anything of it; then nothing before is left out.
const linkFormat = 1

const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagNumber // exponent and coefficient, varints
	tagBig    // exponent, sign byte, the coefficient's bytes
	tagText
	tagList
	tagObject
)

func encodeLink(l *pipeline.Link) []byte {
	b := make([]byte, 0, 1024)
	b = append(b, linkFormat)
	for _, side := range pipeline.Sides() {
		b = appendText(b, string(l.Keys[side]))
		b = appendText(b, l.Seen[side])
		b = appendText(b, string(l.Missing[side]))
		b = appendValue(b, pipeline.Bool(l.Gone[side]))
		b = appendValues(b, l.Base[side])
	}
	b = appendTime(appendTime(b, l.Created), l.Updated)
	read := len(l.Read[0])+len(l.Read[1]) > 0
	if len(l.Takes) == 0 && !l.Outside && !read {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(l.Takes)))
	for _, name := range slices.Sorted(maps.Keys(l.Takes)) {
		b = appendText(b, name)
		b = binary.AppendUvarint(b, uint64(len(l.Takes[name])))
		for _, take := range l.Takes[name] {
			b = binary.AppendUvarint(binary.AppendVarint(b, take.At), uint64(take.Value))
		}
	}
	switch {
	case l.Outside:
		b = append(b, tagTrue)
	case read:
		b = append(b, tagFalse)
	}
	if read {
		b = appendReadings(appendReadings(b, l.Read[0]), l.Read[1])
	}
	return b
}

func appendReadings(b []byte, all pipeline.Readings) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		given := all[name].Given
		b = binary.AppendUvarint(appendText(b, name), uint64(all[name].Gave))
		b = binary.AppendUvarint(b, uint64(len(given)))
		for _, field := range slices.Sorted(maps.Keys(given)) {
			b = binary.AppendUvarint(appendText(b, field), uint64(given[field]))
		}
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendTime writes seconds since the year 1, so that the zero time is 0, and nanoseconds.
func appendTime(b []byte, t time.Time) []byte {
	b = binary.AppendVarint(b, t.Unix()-time.Time{}.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

func appendValues(b []byte, values map[string]pipeline.Value) []byte {
	b = binary.AppendUvarint(b, uint64(len(values)))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		b = appendValue(appendText(b, name), values[name])
	}
	return b
}

func appendValue(b []byte, v pipeline.Value) []byte {
	switch v.Kind() {
	case pipeline.KindBool:
		if v.AsBool() {
			return append(b, tagTrue)
		}
		return append(b, tagFalse)
	case pipeline.KindNumber:
		return appendNumber(b, v.AsNumber())
	case pipeline.KindText:
		return appendText(append(b, tagText), v.AsText())
	case pipeline.KindList:
		b = binary.AppendUvarint(append(b, tagList), uint64(len(v.AsList())))
		for _, e := range v.AsList() {
			b = appendValue(b, e)
		}
		return b
	case pipeline.KindObject:
		return appendValues(append(b, tagObject), v.AsObject())
	}
	return append(b, tagNull)
}

func appendNumber(b []byte, d decimal.Decimal) []byte {
	coefficient := d.Coefficient()
	if coefficient.IsInt64() {
		b = binary.AppendVarint(append(b, tagNumber), int64(d.Exponent()))
		return binary.AppendVarint(b, coefficient.Int64())
	}
	b = binary.AppendVarint(append(b, tagBig), int64(d.Exponent()))
	b = append(b, byte(1+coefficient.Sign()))
	return appendText(b, string(coefficient.Bytes()))
}

var errBadLink = errors.New("a link is not as this version writes it")

func decodeLink(id pipeline.LinkID, b []byte) (*pipeline.Link, error) {
	d := decoder{rest: b}
	if d.byte() != linkFormat {
		return nil, errBadLink
	}
	l := &pipeline.Link{ID: id}
	for _, side := range pipeline.Sides() {
		l.Keys[side] = pipeline.Key(d.text())
		l.Seen[side] = d.text()
		l.Missing[side] = pipeline.CycleID(d.text())
		l.Gone[side] = d.byte() == tagTrue
		l.Base[side] = d.values()
	}
	l.Created, l.Updated = d.time(), d.time()
	if !d.bad && len(d.rest) > 0 {
		l.Takes = d.takes()
	}
	if !d.bad && len(d.rest) > 0 {
		outside := d.byte()
		l.Outside = outside == tagTrue
		d.bad = d.bad || outside != tagTrue && (outside != tagFalse || len(d.rest) == 0) // it is left out then
	}
	if !d.bad && len(d.rest) > 0 {
		l.Read[0], l.Read[1] = d.readings(), d.readings()
		d.bad = d.bad || len(l.Read[0])+len(l.Read[1]) == 0
	}
	if d.bad || len(d.rest) > 0 {
		return nil, errBadLink
	}
	return l, nil
}

// decoder reads what the append functions wrote. After a mistake it is bad and reads zeros.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) fail() {
	d.bad = true
	d.rest = nil
}

func (d *decoder) byte() byte {
	if len(d.rest) == 0 {
		d.fail()
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.rest)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// count reads the number of things that follow, of which each takes a byte at least.
func (d *decoder) count() int {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count()
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) time() time.Time {
	seconds, nanoseconds := d.varint(), d.uvarint()
	return time.Unix(seconds+time.Time{}.Unix(), int64(nanoseconds%1e9)).UTC()
}

// values returns a map that may be written to, also when it is empty.
func (d *decoder) values() map[string]pipeline.Value {
	n := d.count()
	values := make(map[string]pipeline.Value, n)
	for range n {
		name := d.text()
		values[name] = d.value()
	}
	return values
}

func (d *decoder) takes() pipeline.Takes {
	n := d.count()
	if n == 0 {
		if len(d.rest) == 0 { // it is left out then
			d.fail()
		}
		return nil
	}
	takes := make(pipeline.Takes, n)
	for range n {
		name := d.text()
		of := make([]pipeline.Take, d.count())
		for i := range of {
			of[i] = pipeline.Take{At: d.varint(), Value: uint32(d.uvarint())}
		}
		takes[name] = of
	}
	return takes
}

func (d *decoder) readings() pipeline.Readings {
	n := d.count()
	if n == 0 {
		return nil
	}
	all := make(pipeline.Readings, n)
	for range n {
		name, gave := d.text(), pipeline.Digest(d.uvarint())
		fields := d.count()
		given := make(map[string]pipeline.Digest, fields)
		for range fields {
			field := d.text()
			given[field] = pipeline.Digest(d.uvarint())
		}
		all[name] = pipeline.Reading{Given: given, Gave: gave}
	}
	return all
}

func (d *decoder) value() pipeline.Value {
	switch d.byte() {
	case tagNull:
	case tagFalse:
		return pipeline.Bool(false)
	case tagTrue:
		return pipeline.Bool(true)
	case tagNumber:
		exponent, coefficient := d.exponent(), d.varint()
		return pipeline.Number(decimal.New(coefficient, exponent))
	case tagBig:
		return d.big()
	case tagText:
		return pipeline.Text(d.text())
	case tagList:
		list := make([]pipeline.Value, d.count())
		for i := range list {
			list[i] = d.value()
		}
		return pipeline.List(list...)
	case tagObject:
		return pipeline.Object(d.values())
	default:
		d.fail()
	}
	return pipeline.Value{}
}

func (d *decoder) exponent() int32 {
	n := d.varint()
	if n != int64(int32(n)) {
		d.fail()
	}
	return int32(n)
}

func (d *decoder) big() pipeline.Value {
	exponent, sign := d.exponent(), d.byte()
	coefficient := new(big.Int).SetBytes([]byte(d.text()))
	if sign == 0 {
		coefficient.Neg(coefficient)
	}
	return pipeline.Number(decimal.NewFromBigInt(coefficient, exponent))
}
