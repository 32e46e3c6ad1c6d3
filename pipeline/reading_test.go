package pipeline_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestDigestOf(t *testing.T) {
	seen := map[pipeline.Digest]string{0: "none"}
	for _, v := range []pipeline.Value{
		{},
		pipeline.Bool(false), pipeline.Int(0), pipeline.Text("0"), pipeline.Text("false"), pipeline.Text("null"),
		pipeline.List(), pipeline.List(pipeline.Value{}), pipeline.Object(map[string]pipeline.Value{}),
		pipeline.Object(map[string]pipeline.Value{"a": pipeline.Int(1), "b": {}}),
	} {
		d := pipeline.DigestOf(v)
		if other, taken := seen[d]; taken {
			t.Errorf("%s %q has the digest of %s", v.Kind(), v, other)
		}
		seen[d] = fmt.Sprintf("%s %q", v.Kind(), v)
	}
	long, err := pipeline.ParseNumber("1.50")
	if err != nil {
		t.Fatal(err)
	}
	short, err := pipeline.ParseNumber("1.5")
	if err != nil {
		t.Fatal(err)
	}
	if pipeline.DigestOf(long) != pipeline.DigestOf(short) {
		t.Error("1.50 and 1.5 are equal, their digests are not")
	}
}

type identity struct{}

func (identity) Apply(v pipeline.Value, _ *pipeline.Record) (pipeline.Value, error) { return v, nil }

// reads is a cycle with n mapped fields, of which the last reads the first and one that is not mapped.
func reads(n int) *pipeline.Cycle {
	d := &pipeline.Definition{}
	c := &pipeline.Cycle{Definition: d}
	for i := range n {
		name := fmt.Sprintf("f%d", i)
		d.Fields = append(d.Fields, pipeline.MappedField{Name: name, Fields: [2]string{name, "x_" + name}, Writes: [2]bool{true, true}})
	}
	last := &d.Fields[n-1]
	last.Carry[pipeline.Right], last.Reads[pipeline.Left] = identity{}, []string{"f0", "free"}
	for _, s := range pipeline.Sides() {
		c.About[s].Schema.Open = true
		for range n {
			c.Types[s] = append(c.Types[s], pipeline.Field{Type: pipeline.TypeAny})
		}
	}
	return c
}

func TestReadings(t *testing.T) {
	c := reads(2)
	record := &pipeline.Record{Fields: pipeline.Values{"f0": pipeline.Text("a"), "f1": pipeline.Text("b"), "free": pipeline.Text("c")}}
	link := &pipeline.Link{Base: [2]pipeline.Values{{"f0": pipeline.Text("a"), "f1": pipeline.Text("b")}, {}}}
	now := c.Readings(pipeline.Left, record)
	if len(now) != 1 || c.Readings(pipeline.Right, record) != nil {
		t.Fatalf("the readings are %v", now)
	}
	// What is mapped is known from the base, what is not is unknown.
	agreed := c.Agreed(link, pipeline.Left, 1)
	if agreed.Knows(now["f1"]) || len(agreed.Moved(now["f1"])) > 0 || c.ReadsMoved(link, pipeline.Left, record) {
		t.Errorf("the pair knows %v of %v", agreed, now)
	}
	record.Fields["f0"] = pipeline.Text("moved")
	if !c.ReadsMoved(link, pipeline.Left, record) {
		t.Error("the mapped field moved")
	}
	// What it read counts over the base, which moves with another decision.
	link.Read[pipeline.Left] = now
	link.Base[pipeline.Left]["f0"] = pipeline.Text("moved")
	record.Fields["free"] = pipeline.Text("moved too")
	moved := c.Agreed(link, pipeline.Left, 1).Moved(c.Readings(pipeline.Left, record)["f1"])
	if d := cmp.Diff([]string{"f0", "free"}, moved); d != "" {
		t.Errorf("moved (-want +got):\n%s", d)
	}
	// Where the direction lets nothing through, nothing is read.
	c.Definition.Fields[1].Writes[pipeline.Right] = false
	if c.Readings(pipeline.Left, record) != nil || c.ReadsMoved(link, pipeline.Left, record) {
		t.Error("it reads for a side that is not written")
	}
}

// BenchmarkUnchanged is what a full pass does with a record that nobody edited, without and with an expression that
// reads two fields.
func BenchmarkUnchanged(b *testing.B) {
	const fields = 12
	record := &pipeline.Record{Fields: pipeline.Values{"free": pipeline.Text("something else")}}
	base := pipeline.Values{}
	for i := range fields {
		name := fmt.Sprintf("f%d", i)
		record.Fields[name] = pipeline.Text("a value of a usual length, as titles have it")
		base[name] = record.Fields[name]
	}
	for name, c := range map[string]*pipeline.Cycle{"plain": reads(fields), "reading": reads(fields)} {
		if name == "plain" {
			c.Definition.Fields[fields-1].Reads = [2][]string{}
		}
		link := &pipeline.Link{Base: [2]pipeline.Values{base, {}}, Read: [2]pipeline.Readings{c.Readings(pipeline.Left, record)}}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if !c.Unchanged(link, pipeline.Left, c.OwnValues(pipeline.Left, record)) || c.ReadsMoved(link, pipeline.Left, record) {
					b.Fatal("it changed")
				}
			}
		})
	}
}
