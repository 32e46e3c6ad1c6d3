package demo

import (
	"context"
	_ "embed" // the guide
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

//go:embed guide.txt.tmpl
var guideText string

// guide is what the text for the user is made of.
type guide struct {
	Dir, PM, PMKey, ERP, Desk, Listen, Usual string
	Busy                                     bool   // Usual is taken by somebody else
	Tandem                                   string // how to call it
	Report                                   string // of the first cycle
	Conflict                                 string // id of the one that waits
	// Products by what the guide does with them.
	Cheaper, Renamed, Fought, WrongCode, RightCode, Draft string
	CheaperID, TwiceID                                    string
}

// show runs the first cycle and the daemon, says where everything is and what to try, and tells what the
// cycles do until ctx ends.
func (d *demo) show(ctx context.Context, program string) error {
	first, err := d.cycle(ctx)
	if err != nil {
		return err
	}
	if err := d.app.Start(ctx); err != nil {
		return err
	}
	g, err := d.guide(ctx, program, first)
	if err != nil {
		return err
	}
	t, err := template.New("guide").Parse(guideText)
	if err != nil {
		return err
	}
	if err := t.Execute(d.text, g); err != nil {
		return err
	}
	return d.watch(ctx, first)
}

func (d *demo) guide(ctx context.Context, program string, first pipeline.Report) (g guide, err error) {
	g = guide{
		Dir: d.dir, PM: d.shop.pmURL, PMKey: pmKey, ERP: d.shop.erpURL, Desk: d.desk.url,
		Listen: "http://" + d.app.Address(), Usual: config.DefaultListen, Busy: !d.usual,
		Tandem:  command(program),
		Cheaper: skuCheaper, Renamed: skuBoth, Fought: skuFought, WrongCode: skuWrongCode, RightCode: skuRightCode, Draft: skuDraft,
	}
	for sku, id := range map[string]*string{skuCheaper: &g.CheaperID, skuTwice: &g.TwiceID} {
		for _, p := range d.shop.pm.Find("sku", sku) {
			*id = p.ID
		}
	}
	conflicts, err := d.app.Conflicts(ctx)
	if err != nil {
		return g, err
	}
	for _, c := range conflicts {
		g.Conflict = c.ID
	}
	g.Report, err = indented(first)
	return g, err
}

// indented is what the command line would print about a cycle.
func indented(r pipeline.Report) (string, error) {
	var text strings.Builder
	err := render.Output{W: &text}.Reports([]pipeline.Report{r}, false)
	return "  " + strings.ReplaceAll(strings.TrimSpace(text.String()), "\n", "\n  "), err
}

var plainWord = regexp.MustCompile(`^[\w./+-]+$`)

// command is how a shell in any directory calls the program.
func command(program string) string {
	if !strings.ContainsRune(program, filepath.Separator) {
		return shellWord(program) // found by PATH
	}
	if absolute, err := filepath.Abs(program); err == nil {
		program = absolute
	}
	return shellWord(program)
}

// shellWord quotes what a shell would take apart.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
