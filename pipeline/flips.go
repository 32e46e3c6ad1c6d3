package pipeline

import (
	"hash/fnv"
	"maps"
	"slices"
	"time"
)

// A field that went between the same two values FlipTimes times within FlipWindow is about to loop: two
// automations fight over it. What it takes next waits for a person.
const (
	FlipTimes  = 4
	FlipWindow = 10 * time.Minute
)

// Take notes that a field took a value.
type Take struct {
	At    int64  `json:"at"` // seconds since 1970
	Value uint32 `json:"value"`
}

// Takes are the values that fields took lately, oldest first, by mapping name.
type Takes map[string][]Take

// TakeOf notes v, in the terms of the left side.
func TakeOf(at time.Time, v Value) Take {
	h := fnv.New32a()
	_, _ = h.Write(v.appendJSON(nil)) // never fails
	return Take{At: at.Unix(), Value: h.Sum32()}
}

// Flips tells whether a field that takes next goes on going between two values.
func (t Takes) Flips(field string, next Take) bool {
	recent := since(t[field], next)
	if len(recent) < FlipTimes {
		return false
	}
	recent = append(slices.Clone(recent[len(recent)-FlipTimes:]), next)
	for i := 1; i < len(recent); i++ {
		if recent[i].Value == recent[i-1].Value || i > 1 && recent[i].Value != recent[i-2].Value {
			return false
		}
	}
	return true
}

// With returns t with one more take of a field, without those that are too old or too many to count. It
// leaves t as it is.
func (t Takes) With(field string, next Take) Takes {
	kept := Takes{}
	for name, takes := range t {
		if recent := since(takes, next); len(recent) > 0 {
			kept[name] = recent
		}
	}
	takes := append(slices.Clone(kept[field]), next)
	kept[field] = takes[max(0, len(takes)-FlipTimes):]
	return kept
}

// Without returns t without a field: it counts anew.
func (t Takes) Without(field string) Takes {
	if _, known := t[field]; !known {
		return t
	}
	t = maps.Clone(t)
	delete(t, field)
	return t
}

func since(takes []Take, now Take) []Take {
	for i, t := range takes {
		if t.At > now.At-int64(FlipWindow/time.Second) {
			return takes[i:]
		}
	}
	return nil
}
