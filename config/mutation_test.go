package config_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config"
)

var mutations = flag.Int("mutations", 200, "in how many ways a good configuration is broken")

// planted is a mistake of its own, in a block of its own behind what is broken.
const planted = "\nvariable \"planted\" {\n  defualt = 1\n  default = 2\n}\n"

// TestBrokenInManyWays breaks a good configuration in many ways (-mutations). Whatever is broken: nothing panics, all that is told
// has a place inside the file and full sentences, and another mistake in another block is told too.
func TestBrokenInManyWays(t *testing.T) {
	good, err := os.ReadFile("testdata/example/tandem.hcl")
	if err != nil {
		t.Fatal(err)
	}
	opts := options(t)
	told := 0
	for seed := range uint64(*mutations) {
		random := rand.New(rand.NewPCG(seed, 5))
		broken, how := mutate(random, good)
		name := fmt.Sprintf("seed %d: %s", seed, how)
		src := append(slices.Clone(broken), planted...)
		c, problems := config.LoadBytes("testdata", map[string][]byte{"shop.hcl": src}, opts)
		text := render(t, c, problems)
		if strings.Contains(text, secret) {
			t.Errorf("%s: a secret is shown:\n%s", name, text)
		}
		if len(problems) > 1 {
			told++
		}
		for _, p := range problems {
			sound(t, name, p, src)
		}
		if !slices.ContainsFunc(problems, func(p *hcl.Diagnostic) bool { return strings.Contains(p.Detail, `"defualt"`) }) {
			t.Errorf("%s: hides the mistake in another block\n%s", name, text)
		}
	}
	if told < *mutations*3/4 {
		t.Errorf("only %d of %d ways to break it were noticed", told, *mutations)
	}
}

// sound checks what can be said of every diagnostic.
func sound(t *testing.T, name string, p *hcl.Diagnostic, src []byte) {
	t.Helper()
	if p.Summary == "" || len(strings.Fields(p.Detail)) < 4 || !strings.ContainsAny(p.Detail[len(p.Detail)-1:], ".?") {
		t.Errorf("%s: no full sentences: %q, %q", name, p.Summary, p.Detail)
	}
	if strings.Contains(strings.ToLower(p.Summary), "syntax") {
		t.Errorf("%s: says no more than %q", name, p.Summary)
	}
	if p.Subject == nil {
		if p.Summary != "No pipeline" {
			t.Errorf("%s: %q has no place", name, p.Summary)
		}
		return
	}
	r := *p.Subject
	if r.Filename != "shop.hcl" || r.Start.Byte < 0 || r.End.Byte < r.Start.Byte || r.End.Byte > len(src) {
		t.Errorf("%s: %q is at %+v of %d bytes", name, p.Summary, r, len(src))
		return
	}
	if line := 1 + bytes.Count(src[:r.Start.Byte], []byte("\n")); line != r.Start.Line {
		t.Errorf("%s: %q is on line %d, not on %d", name, p.Summary, line, r.Start.Line)
	}
}

// mutate breaks a text in one way.
func mutate(random *rand.Rand, src []byte) (broken []byte, how string) {
	all, _ := hclsyntax.LexConfig(src, "shop.hcl", hcl.InitialPos)
	tokens := slices.DeleteFunc(slices.Clone(all), func(t hclsyntax.Token) bool {
		return t.Type == hclsyntax.TokenComment || t.Type == hclsyntax.TokenEOF || t.Type == hclsyntax.TokenNewline
	})
	i := random.IntN(len(tokens))
	a, b := tokens[i].Range, tokens[random.IntN(len(tokens))].Range
	text := string(a.SliceBytes(src))
	replace := func(r hcl.Range, with string) []byte {
		return slices.Concat(src[:r.Start.Byte], []byte(with), src[r.End.Byte:])
	}
	line := func(r hcl.Range) (start, end int) {
		start = bytes.LastIndexByte(src[:r.Start.Byte], '\n') + 1
		return start, r.Start.Byte + bytes.IndexByte(src[r.Start.Byte:], '\n') + 1
	}
	switch random.IntN(8) {
	case 0:
		return replace(a, ""), fmt.Sprintf("line %d without %q", a.Start.Line, text)
	case 1:
		return replace(a, text+" "+text), fmt.Sprintf("line %d with %q twice", a.Start.Line, text)
	case 2:
		return replace(a, text+"x"), fmt.Sprintf("line %d with %q renamed", a.Start.Line, text)
	case 3:
		wrong := []string{"[1, 2]", "true", `"text"`, "-1.5", "null", "{ a = 1 }"}[random.IntN(6)]
		return replace(a, wrong), fmt.Sprintf("line %d with %s for %q", a.Start.Line, wrong, text)
	case 4:
		if a.Start.Byte > b.Start.Byte {
			a, b = b, a
		}
		if a.Start.Byte == b.Start.Byte {
			return replace(a, "="), "one token for another"
		}
		return slices.Concat(src[:a.Start.Byte], b.SliceBytes(src), src[a.End.Byte:b.Start.Byte], a.SliceBytes(src), src[b.End.Byte:]),
			fmt.Sprintf("%q of line %d and %q of line %d swapped", a.SliceBytes(src), a.Start.Line, b.SliceBytes(src), b.Start.Line)
	case 5:
		start, end := line(a)
		return slices.Concat(src[:start], src[end:]), fmt.Sprintf("without line %d", a.Start.Line)
	case 6:
		start, end := line(a)
		return slices.Concat(src[:end], src[start:end], src[end:]), fmt.Sprintf("line %d twice", a.Start.Line)
	}
	// A line somewhere else: mostly an attribute in another block, or a block's head within another.
	start, end := line(a)
	to, _ := line(b)
	moved := src[start:end]
	if to >= start && to < end {
		return replace(a, "}"), "a brace"
	}
	if to > start {
		return slices.Concat(src[:start], src[end:to], moved, src[to:]), fmt.Sprintf("line %d moved to %d", a.Start.Line, b.Start.Line)
	}
	return slices.Concat(src[:to], moved, src[to:start], src[end:]), fmt.Sprintf("line %d moved to %d", a.Start.Line, b.Start.Line)
}
