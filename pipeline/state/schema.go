package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// schemaVersion is the version of everything that this file and codec.go define. Whoever changes either
// in a way that an older release misreads raises it and adds a row to migrations.
//
// Version 2: links hold what their expressions read.
const schemaVersion = 2

// The keys. Parts are encoded so that their order as bytes is their order as values, and so that no part
// runs into the next:
//
//	v                                          the schema version, as decimal digits
//	p NAME TABLE …                             everything of the pipeline NAME
//	w PIPELINE SOURCE HINT                     what a webhook told and no cycle has read (hints.go)
//
// where the table, one byte, is followed by
//
//	a NAME                                     single values, see the names below
//	l LINK                                     a link (codec.go)
//	k SIDE KEY LINK                            the links of a record
//	m SIDE FIELD VALUE KEY OWNER               the records whose match field holds a value; OWNER is the
//	                                           link, or "" for an unlinked record
//	u SIDE KEY                                 an unlinked record
//	i INTENT                                   an intent
//	c CONFLICT                                 a conflict
//	d LINK CONFLICT                            the conflicts of a link
//	q ENTRY                                    an entry of the quarantine
//	r TIME ENTRY                               the quarantine by next try, in microseconds
//	s SIDE KEY ENTRY                           the quarantine by record
//	h SEQ                                      an event of the history
//	j LINK SEQ                                 the history of a link
//	y NUMBER CYCLE                             a report
//
// Values without a remark are JSON; those of indexes are empty.
const (
	keyVersion  = "v"
	keyPipeline = 'p'

	tableSingle     = 'a'
	tableLink       = 'l'
	tableByKey      = 'k'
	tableMatch      = 'm'
	tableUnlinked   = 'u'
	tableIntent     = 'i'
	tableConflict   = 'c'
	tableConflictOf = 'd'
	tableQuarantine = 'q'
	tableDue        = 'r'
	tableFailedKey  = 's'
	tableHistory    = 'h'
	tableHistoryOf  = 'j'
	tableReport     = 'y'
)

// The single values of a pipeline.
const (
	singleLinks      = "links"      // the number of links
	singleMatch      = "match"      // the names that table m indexes, sorted; absent while it is being built
	singlePosition   = "position"   // pipeline.Position
	singleIdentities = "identities" // per side
	singleCycle      = "cycle"      // lastCycle
	singleHistory    = "history"    // historyRange
	singleGeneration = "generation" // grows with what is learned, see pipeline.Plans
	singlePlanKey    = "plan_key"   // signs kept plans; absent until it is first asked for
	singleBrake      = "brake"      // pipeline.Brake
	singlePause      = "pause"      // pipeline.Pause; absent unless paused
	singlePast       = "past"       // pipeline.Past
	singleBraked     = "braked"     // what that brake stopped: fingerprints, one after the other
)

// key is a key under construction. Its methods return a longer one and leave it as it is.
type key []byte

func pipelineKey(name string) key { return key{keyPipeline}.text(name) }

func (k key) raw(b ...byte) key { return append(k[:len(k):len(k)], b...) }

func (k key) table(t byte) key { return k.raw(t) }

func (k key) single(name string) key { return k.table(tableSingle).text(name) }

func (k key) side(s pipeline.Side) key { return k.raw(byte(s)) }

func (k key) number(n uint64) key { return binary.BigEndian.AppendUint64(k[:len(k):len(k)], n) }

// text appends s: a zero byte as 0 255, the end as 0 1.
func (k key) text(s string) key {
	k = k[:len(k):len(k)]
	for {
		i := strings.IndexByte(s, 0)
		if i < 0 {
			return append(append(k, s...), 0, 1)
		}
		k = append(append(k, s[:i]...), 0, 0xff)
		s = s[i+1:]
	}
}

// time appends t in microseconds, rounded down; the year 1 comes before all others.
func (k key) time(t time.Time) key { return k.number(uint64(t.UnixMicro()) ^ 1<<63) }

var errBadKey = errors.New("a key is not as this version writes it")

// cutText reads a part that text wrote.
func cutText(k []byte) (s string, rest []byte, err error) {
	var b []byte
	for {
		i := bytes.IndexByte(k, 0)
		if i < 0 || i+1 >= len(k) {
			return "", nil, errBadKey
		}
		b = append(b, k[:i]...)
		end := k[i+1]
		k = k[i+2:]
		switch end {
		case 1:
			return string(b), k, nil
		case 0xff:
			b = append(b, 0)
		default:
			return "", nil, errBadKey
		}
	}
}

// lastText reads the only text left in k.
func lastText(k []byte) (string, error) {
	s, rest, err := cutText(k)
	if err == nil && len(rest) > 0 {
		err = errBadKey
	}
	return s, err
}

// lastNumber reads the only number left in k.
func lastNumber(k []byte) (uint64, error) {
	if len(k) != 8 {
		return 0, errBadKey
	}
	return binary.BigEndian.Uint64(k), nil
}

// reportKey orders reports by the number that their cycles' ids end in.
func (k key) reportKey(c pipeline.CycleID) key {
	_, digits, _ := strings.Cut(string(c), "-")
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		n = 0 // not one of StartCycle's
	}
	return k.table(tableReport).number(n).text(string(c))
}

// linkEntries returns the index entries of a link: they are a function of the link and of the match
// fields alone, so that an index never depends on the order of commits.
func (k key) linkEntries(l *pipeline.Link, match []string) [][]byte {
	if l == nil {
		return nil
	}
	var entries [][]byte
	for _, side := range pipeline.Sides() {
		record := l.Keys[side]
		if record == "" {
			continue
		}
		entries = append(entries, k.table(tableByKey).side(side).text(string(record)).text(string(l.ID)))
		for _, field := range match {
			if value := l.Base[side][field].String(); value != "" {
				entries = append(entries, k.ownerKey(side, field, value).text(string(record)).text(string(l.ID)))
			}
		}
	}
	slices.SortFunc(entries, bytes.Compare)
	return entries
}

// unlinkedEntries returns the index entries of an unlinked record.
func (k key) unlinkedEntries(u *pipeline.Unlinked, match []string) [][]byte {
	if u == nil {
		return nil
	}
	var entries [][]byte
	for _, field := range match {
		if value := u.Match[field]; value != "" {
			entries = append(entries, k.ownerKey(u.Side, field, value).text(string(u.Key)).text(""))
		}
	}
	slices.SortFunc(entries, bytes.Compare)
	return entries
}

func (k key) ownerKey(side pipeline.Side, field, value string) key {
	return k.table(tableMatch).side(side).text(field).text(value)
}

// quarantineEntries returns the index entries of a failed record.
func (k key) quarantineEntries(q *pipeline.Quarantined) [][]byte {
	if q == nil {
		return nil
	}
	entries := [][]byte{k.table(tableDue).time(q.NextTry).text(q.ID)}
	for _, side := range pipeline.Sides() {
		if q.Keys[side] != "" {
			entries = append(entries, k.table(tableFailedKey).side(side).text(string(q.Keys[side])).text(q.ID))
		}
	}
	slices.SortFunc(entries, bytes.Compare)
	return entries
}

// conflictEntries returns the index entries of a conflict.
func (k key) conflictEntries(c *pipeline.Conflict) [][]byte {
	if c == nil {
		return nil
	}
	return [][]byte{k.table(tableConflictOf).text(string(c.Link)).text(c.ID)}
}
