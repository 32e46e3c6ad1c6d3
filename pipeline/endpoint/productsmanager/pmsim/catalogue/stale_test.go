package catalogue

import (
	"testing"
	"time"
)

func TestReadsLagBehindWrites(t *testing.T) {
	clk := newClock()
	o := options(clk)
	o.Stale = 30 * time.Second
	s := open(t, o)
	p := create(t, s, Fields{"title": "one"})
	title := func() string {
		t.Helper()
		read, err := s.Read(p.ID)
		page, total := s.List(Query{SortBy: "updated_at", Limit: 10})
		if (err == nil) != (total == 1) || len(page) != total {
			t.Fatalf("read says %v, the list has %d", err, total)
		}
		if err != nil {
			return "nothing"
		}
		if page[0].Text("title") != read.Text("title") {
			t.Fatalf("read says %s, the list %s", read.Text("title"), page[0].Text("title"))
		}
		return read.Text("title")
	}
	edit := func(to string) {
		t.Helper()
		if _, err := s.Edit(p.ID, Fields{"title": to}); err != nil {
			t.Fatal(err)
		}
	}
	see := func(want string) {
		t.Helper()
		if got := title(); got != want {
			t.Errorf("%s: reads see %q, want %q", clk.now.Format("05"), got, want)
		}
	}
	see("nothing")
	clk.advance(30 * time.Second)
	see("one")
	edit("two")
	see("one")
	clk.advance(20 * time.Second)
	edit("three")
	see("one")
	clk.advance(10 * time.Second)
	see("two") // the first edit is 30 s old, the second 10 s
	clk.advance(20 * time.Second)
	see("three")
	if err := s.Trash(p.ID); err != nil {
		t.Fatal(err)
	}
	see("three")
	clk.advance(30 * time.Second)
	see("nothing")
	if got, _ := s.Get(p.ID); got.Text("title") != "three" {
		t.Errorf("the truth lags: %v", got)
	}
}
