package demo

import (
	"net"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

func TestLine(t *testing.T) {
	event := func(kind, side, note string, fields ...view.EventField) view.Event {
		return view.Event{Kind: kind, Side: side, Note: note, Fields: fields, Match: pipeline.Values{"sku": pipeline.Text("A-1")}}
	}
	long := strings.Repeat("é", 60)
	for _, c := range []struct {
		events []view.Event
		want   string
	}{
		{[]view.Event{event("create", "erp", "")}, "A-1 made in erp"},
		{[]view.Event{event("update", "pm", "", view.EventField{Name: "price", Before: pipeline.Int(1), After: pipeline.Int(2)},
			view.EventField{Name: "ean", After: pipeline.Text("x\x1b[2Jy")})}, `A-1 in pm: price 1 → 2, ean nothing → "x[2Jy"`},
		{
			[]view.Event{event("update", "pm", "", view.EventField{Name: "title", Before: pipeline.Text("a"), After: pipeline.Text(long)})},
			`A-1 in pm: title "a" → "` + long[:2*40] + `…"`,
		},
		{[]view.Event{event("archive", "erp", "")}, "A-1 archived in erp"},
		{[]view.Event{event("conflict", "", "", view.EventField{Name: "price"})}, "A-1: the two sides differ in price, which waits for you (tandem conflicts)"},
		{
			[]view.Event{event("quarantine", "", "duplicate_record: taken"), event("release", "", "")},
			"A-1 goes into quarantine: duplicate_record: taken; A-1 leaves quarantine",
		},
		{[]view.Event{event("conflict", "", "", view.EventField{})}, "A-1: the two sides differ in whether it is there, which waits for you (tandem conflicts)"},
		{[]view.Event{event("agree", "", "")}, "A-1: both sides were changed to the same"},
		{[]view.Event{event("close", "", "it ended by itself")}, "A-1: close it ended by itself"},
		{[]view.Event{{Kind: "link"}}, "a product without SKU paired"},
		{
			[]view.Event{event("create", "pm", ""), event("create", "pm", ""), event("create", "pm", ""), event("create", "pm", ""), event("create", "pm", ""), event("create", "pm", "")},
			"A-1 made in pm; A-1 made in pm; A-1 made in pm; A-1 made in pm; and 2 more",
		},
	} {
		if got := line(c.events); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// Where the daemon's address is taken, by this test or by whoever has it already, another one serves.
func TestBusyAddress(t *testing.T) {
	if l, err := net.Listen("tcp", config.DefaultListen); err == nil {
		defer func() { _ = l.Close() }()
	}
	if address, usual := freeAddress(); usual || address != "127.0.0.1:0" {
		t.Errorf("%s is taken and yet it is %s", config.DefaultListen, address)
	}
}
