package statetest

import (
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

// What random steps are about: little, so that they meet. Texts are without zero bytes, which not every
// store can hold and no system sends.
func keys() []pipeline.Key       { return []pipeline.Key{"1", "2", "3", "1/", "é"} }
func linkIDs() []pipeline.LinkID { return []pipeline.LinkID{"a", "b", "b/", "c"} }
func ids() []string              { return []string{"x", "y", "z"} }
func texts() []string            { return []string{"A", "A/B", "7", "true"} }
func matchLists() [][]string {
	return [][]string{{"sku", "ean"}, {"ean", "sku", "sku"}, {"sku"}, {"title"}, {}}
}

func drawTime(t *rapid.T) time.Time {
	if rapid.IntRange(0, 9).Draw(t, "no time") == 0 {
		return time.Time{}
	}
	return at(rapid.IntRange(0, 30).Draw(t, "minute")).Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "nanoseconds")))
}

func drawText(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom(append(texts(), "")), rapid.StringOf(rapid.RuneFrom([]rune("aé€𝄞\"\\\n\u2028 </&%")))).Draw(t, "text")
}

func drawKey(t *rapid.T) pipeline.Key {
	return rapid.SampledFrom(append(keys(), "")).Draw(t, "key")
}

// drawSmall draws one of few values, so that two draws are often equal.
func drawSmall(t *rapid.T) pipeline.Value {
	return rapid.SampledFrom([]pipeline.Value{{}, pipeline.Int(1), pipeline.Text("A")}).Draw(t, "value")
}

func drawValue(t *rapid.T) pipeline.Value { return drawDeep(t, 2) }

func drawDeep(t *rapid.T, depth int) pipeline.Value {
	switch rapid.IntRange(0, 4+depth).Draw(t, "kind") {
	case 0:
		return pipeline.Value{}
	case 1:
		return pipeline.Bool(rapid.Bool().Draw(t, "bool"))
	case 2:
		return pipeline.Number(decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-20, 20).Draw(t, "exponent")))
	case 3, 4:
		return pipeline.Text(drawText(t))
	case 5:
		return pipeline.List(drawDeep(t, depth-1), drawDeep(t, depth-1))
	default:
		return pipeline.Object(map[string]pipeline.Value{drawText(t): drawDeep(t, depth-1)})
	}
}

func drawValues(t *rapid.T) pipeline.Values {
	values := pipeline.Values{}
	for _, name := range []string{"sku", "ean", "title", "price"} {
		switch rapid.IntRange(0, 3).Draw(t, name) {
		case 0:
			values[name] = drawValue(t)
		case 1:
			values[name] = pipeline.Text(rapid.SampledFrom(texts()).Draw(t, "text"))
		}
	}
	return values
}

func drawLink(t *rapid.T) *pipeline.Link {
	return &pipeline.Link{
		ID:      rapid.SampledFrom(linkIDs()).Draw(t, "link"),
		Keys:    [2]pipeline.Key{drawKey(t), drawKey(t)},
		Base:    [2]pipeline.Values{drawValues(t), drawValues(t)},
		Seen:    [2]string{drawText(t), drawText(t)},
		Missing: [2]pipeline.CycleID{pipeline.CycleID(drawText(t)), ""},
		Gone:    [2]bool{rapid.Bool().Draw(t, "gone"), false},
		Read:    [2]pipeline.Readings{nil, drawReadings(t)},
		Created: drawTime(t), Updated: drawTime(t),
	}
}

func drawReadings(t *rapid.T) pipeline.Readings {
	if rapid.Bool().Draw(t, "reads") {
		return nil
	}
	given := map[string]pipeline.Digest{"title": pipeline.DigestOf(drawValue(t))}
	return pipeline.Readings{"slug": {Given: given, Gave: pipeline.Digest(rapid.Uint64().Draw(t, "gave"))}}
}

func drawUnlinked(t *rapid.T) pipeline.Unlinked {
	return pipeline.Unlinked{
		Side: rapid.SampledFrom([]pipeline.Side{pipeline.Left, pipeline.Right}).Draw(t, "side"), Key: drawKey(t),
		Match: rapid.MapOfN(rapid.SampledFrom([]string{"sku", "ean", "title"}), rapid.SampledFrom(append(texts(), "")), 0, 3).Draw(t, "match"),
		Why:   drawText(t), Seen: drawText(t),
	}
}

func drawIntent(t *rapid.T) pipeline.Intent {
	return pipeline.Intent{
		ID: rapid.SampledFrom(ids()).Draw(t, "intent"), Kind: pipeline.Create, Side: pipeline.Right,
		Draft: pipeline.Draft{Token: "t", Fields: drawValues(t)}, Base: [2]pipeline.Values{drawValues(t), nil}, At: drawTime(t),
	}
}

func drawConflict(t *rapid.T) pipeline.Conflict {
	return pipeline.Conflict{
		ID: rapid.SampledFrom(ids()).Draw(t, "conflict"), Link: rapid.SampledFrom(linkIDs()).Draw(t, "link"),
		Field: "price", Base: [2]pipeline.Value{drawValue(t), drawValue(t)},
		Values: [2]pipeline.Value{drawSmall(t), drawSmall(t)}, Since: drawTime(t),
	}
}

func drawFailed(t *rapid.T) pipeline.Quarantined {
	return pipeline.Quarantined{
		ID: rapid.SampledFrom(ids()).Draw(t, "entry"), Keys: [2]pipeline.Key{drawKey(t), drawKey(t)},
		Message: drawText(t), Since: drawTime(t), Last: drawTime(t), NextTry: drawTime(t),
	}
}

func drawEvent(t *rapid.T) pipeline.Event {
	return pipeline.Event{
		At: at(0), Link: rapid.SampledFrom(append(linkIDs(), "")).Draw(t, "link"), Kind: "update",
		Fields: []pipeline.FieldChange{{Name: "price", Before: drawValue(t), After: drawValue(t)}},
	}
}

// drawSome draws a few of all.
func drawSome[T any](t *rapid.T, all []T) []T {
	return rapid.SliceOfN(rapid.SampledFrom(all), 0, 2).Draw(t, "some")
}

func few[T any](t *rapid.T, draw func(*rapid.T) T) []T {
	return rapid.SliceOfN(rapid.Custom(draw), 0, 3).Draw(t, "few")
}

func drawCommit(t *rapid.T) pipeline.Commit {
	return pipeline.Commit{
		Links: few(t, drawLink), Drop: drawSome(t, linkIDs()),
		Unlinked: few(t, drawUnlinked), Forget: [2][]pipeline.Key{drawSome(t, keys()), drawSome(t, keys())},
		Intents:   drawSome(t, ids()),
		Conflicts: few(t, drawConflict), Close: drawSome(t, ids()),
		Failed: few(t, drawFailed), Healed: drawSome(t, ids()),
		History: few(t, drawEvent),
	}
}
