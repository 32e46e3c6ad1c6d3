package kv

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// ErrStop is what the function that a scan calls returns to end the scan without an error.
var ErrStop = errors.New("stop")

// Reader reads. It is valid only in the function that it was given to.
type Reader struct {
	ctx    context.Context
	dir    string
	source pebble.Reader
}

// Get returns the value of key, nil if there is none.
func (r *Reader) Get(key []byte) ([]byte, error) {
	value, closer, err := r.source.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, damagedError(r.dir, err)
	}
	copied := append([]byte{}, value...)
	return copied, closer.Close()
}

// Scan calls f for every key with the prefix from start on, in order; start may be the prefix itself. Key
// and value are valid during the call only.
func (r *Reader) Scan(prefix, start []byte, f func(key, value []byte) error) error {
	return r.iterate(&pebble.IterOptions{LowerBound: start, UpperBound: End(prefix)}, (*pebble.Iterator).First, (*pebble.Iterator).Next, f)
}

// ScanBack calls f for every key with the prefix, the last first.
func (r *Reader) ScanBack(prefix []byte, f func(key, value []byte) error) error {
	return r.iterate(&pebble.IterOptions{LowerBound: prefix, UpperBound: End(prefix)}, (*pebble.Iterator).Last, (*pebble.Iterator).Prev, f)
}

func (r *Reader) iterate(bounds *pebble.IterOptions, first, next func(*pebble.Iterator) bool, f func(key, value []byte) error) error {
	it, err := r.source.NewIterWithContext(r.ctx, bounds)
	if err != nil {
		return damagedError(r.dir, err)
	}
	defer func() { _ = it.Close() }() // its error was told by Error already
	for ok := first(it); ok; ok = next(it) {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return damagedError(r.dir, err)
		}
		if err := f(it.Key(), value); errors.Is(err, ErrStop) {
			return nil
		} else if err != nil {
			return err
		}
	}
	if err := it.Error(); err != nil {
		return damagedError(r.dir, err)
	}
	return nil
}

// ScanEach calls f for every key with one of the prefixes, which it visits in order. It is Scan for many
// small ranges at once.
func (r *Reader) ScanEach(prefixes [][]byte, f func(prefix int, key, value []byte) error) error {
	it, err := r.source.NewIterWithContext(r.ctx, nil)
	if err != nil {
		return damagedError(r.dir, err)
	}
	defer func() { _ = it.Close() }() // its error was told by Error already
	for i, prefix := range prefixes {
		for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
			value, err := it.ValueAndErr()
			if err != nil {
				return damagedError(r.dir, err)
			}
			if err := f(i, it.Key(), value); err != nil {
				return err
			}
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
	}
	if err := it.Error(); err != nil {
		return damagedError(r.dir, err)
	}
	return nil
}

// Tx reads what was stored before the update and collects what the update writes; it does not read its
// own writes.
type Tx struct {
	Reader
	batch *pebble.Batch
}

// Set stores a value.
func (t *Tx) Set(key, value []byte) error { return t.batch.Set(key, value, nil) }

// Delete removes a key, which need not be there.
func (t *Tx) Delete(key []byte) error { return t.batch.Delete(key, nil) }

// DeletePrefix removes all keys with the prefix.
func (t *Tx) DeletePrefix(prefix []byte) error { return t.batch.DeleteRange(prefix, End(prefix), nil) }

// DeleteRange removes the keys from start up to, and without, end.
func (t *Tx) DeleteRange(start, end []byte) error { return t.batch.DeleteRange(start, end, nil) }

// End returns the key behind all keys with the prefix, nil if the prefix has no end.
func End(prefix []byte) []byte {
	end := slices.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}
