package watch

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// place is a directory that is watched: conf, in a directory of its own.
type place struct {
	t       *testing.T
	root    string
	changed chan struct{}
	files   chan []string
}

func watched(t *testing.T, prepare func(p *place)) *place {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, root: root, changed: make(chan struct{}), files: make(chan []string)}
	prepare(p)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		o := Options{Quiet: 5 * time.Millisecond, Patience: time.Second, Files: p.files, Logger: slog.New(slog.DiscardHandler)}
		ended <- Dir(ctx, p.path("conf"), o, func() {
			select {
			case p.changed <- struct{}{}:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-p.changed // the one at the beginning
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.root, name) }

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) write(name, text string) {
	p.t.Helper()
	p.must(os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
	p.must(os.WriteFile(p.path(name), []byte(text), 0o600))
}

func (p *place) link(target, name string) { p.t.Helper(); p.must(os.Symlink(target, p.path(name))) }

func (p *place) rename(from, to string) {
	p.t.Helper()
	p.must(os.Rename(p.path(from), p.path(to)))
}

// until waits until a change was told at whose time name held want; "-" is no such file.
func (p *place) until(name, want string) {
	p.t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case <-p.changed:
		case <-late:
			p.t.Fatalf("no change was told with %s = %q", name, want)
		}
		text, err := os.ReadFile(p.path(name))
		if err == nil && string(text) == want || os.IsNotExist(err) && want == "-" {
			return
		}
	}
}

func TestChangesAreTold(t *testing.T) {
	plain := func(p *place) { p.write("conf/a.hcl", "1") }
	for _, tt := range []struct {
		name    string
		prepare func(p *place)
		steps   func(p *place)
	}{
		{"written in place", plain, func(p *place) {
			p.write("conf/a.hcl", "2")
			p.until("conf/a.hcl", "2")
			p.write("conf/a.hcl", "3")
			p.until("conf/a.hcl", "3")
		}},
		{"saved by a rename", plain, func(p *place) {
			for _, text := range []string{"2", "3"} {
				p.write("conf/.a.hcl.tmp", text)
				p.rename("conf/.a.hcl.tmp", "conf/a.hcl")
				p.until("conf/a.hcl", text)
			}
		}},
		{"new, renamed and removed files", plain, func(p *place) {
			p.write("conf/b.hcl", "b")
			p.until("conf/b.hcl", "b")
			p.rename("conf/b.hcl", "conf/c.hcl")
			p.until("conf/b.hcl", "-")
			p.must(os.Remove(p.path("conf/c.hcl")))
			p.until("conf/c.hcl", "-")
		}},
		{"a directory that vanishes and returns", plain, func(p *place) {
			for _, text := range []string{"2", "3"} {
				p.must(os.RemoveAll(p.path("conf")))
				p.until("conf/a.hcl", "-")
				p.write("conf/a.hcl", text)
				p.until("conf/a.hcl", text)
			}
			p.write("conf/a.hcl", "4")
			p.until("conf/a.hcl", "4")
		}},
		{"a directory whose place another takes", plain, func(p *place) {
			p.write("next/a.hcl", "2")
			p.rename("conf", "last")
			p.rename("next", "conf")
			p.until("conf/a.hcl", "2")
			p.write("conf/a.hcl", "3")
			p.until("conf/a.hcl", "3")
			p.rename("conf", "next")
			p.until("conf/a.hcl", "-")
			p.rename("next", "conf") // the same one again
			p.until("conf/a.hcl", "3")
			p.write("conf/a.hcl", "4")
			p.until("conf/a.hcl", "4")
		}},
		{"a directory that is there later", func(*place) {}, func(p *place) {
			p.write("conf/a.hcl", "1")
			p.until("conf/a.hcl", "1")
		}},
		{"the links of Kubernetes", func(p *place) {
			p.write("conf/..1/a.hcl", "1")
			p.link("..1", "conf/..data")
			p.link("..data/a.hcl", "conf/a.hcl")
		}, func(p *place) {
			for i, text := range []string{"2", "3"} {
				dir := "..v" + text
				p.write("conf/"+dir+"/a.hcl", text)
				p.link(dir, "conf/..data_tmp")
				p.rename("conf/..data_tmp", "conf/..data")
				p.must(os.RemoveAll(p.path([]string{"conf/..1", "conf/..v2"}[i])))
				p.until("conf/a.hcl", text)
			}
		}},
		{"a directory that is a link to a link", func(p *place) {
			p.write("releases/1/conf/a.hcl", "1")
			p.write("releases/2/conf/a.hcl", "2")
			p.link("releases/1", "current")
			p.link("current/conf", "conf")
		}, func(p *place) {
			p.link("releases/2", "new")
			p.rename("new", "current")
			p.until("conf/a.hcl", "2")
			p.write("releases/2/conf/a.hcl", "3")
			p.until("conf/a.hcl", "3")
		}},
		{"a file that is a link to elsewhere", func(p *place) {
			p.write("elsewhere/a.hcl", "1")
			p.must(os.Mkdir(p.path("conf"), 0o755))
			p.link(p.path("elsewhere/a.hcl"), "conf/a.hcl")
		}, func(p *place) {
			p.write("elsewhere/a.hcl", "2")
			p.until("conf/a.hcl", "2")
		}},
		{"files elsewhere", plain, func(p *place) {
			p.write("tables/other.csv", "0")
			p.files <- []string{p.path("tables/a.csv"), p.path("conf/sub/b.csv")}
			p.until("tables/a.csv", "-") // told, since it may have changed before it was watched
			p.write("tables/a.csv", "1") // which was not there
			p.until("tables/a.csv", "1")
			p.write("tables/a.csv", "2")
			p.until("tables/a.csv", "2")
			p.write("conf/sub/b.csv", "1")
			p.until("conf/sub/b.csv", "1")
			p.rename("tables", "away")
			p.until("tables/a.csv", "-")
			p.rename("away", "tables")
			p.until("tables/a.csv", "2")
			p.write("conf/a.hcl", "2")
			p.until("conf/a.hcl", "2")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.steps(watched(t, tt.prepare)) })
	}
}

func TestWayEndsWithLinksInACircle(t *testing.T) {
	p := &place{t: t, root: t.TempDir()}
	p.link("b", "a")
	p.link("a", "b")
	if w := wayTo(p.path("a"), nil); !w.matters(p.path("b")) || w.matters(p.path("c")) {
		t.Errorf("the way is %v", w)
	}
}
