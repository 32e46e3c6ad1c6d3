package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/cli"
	"github.com/tandem-sync/tandem/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened is a demonstration that the test closes, with everything that it says.
func opened(t *testing.T, once bool, text io.Writer) *demo {
	t.Helper()
	d, err := open(t.Context(), cli.DemoOptions{Once: once, Text: text, Log: t.Output(), Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(d.dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", d.dir, err)
		}
	})
	return d
}

func wrote(create, update int) pipeline.Writes {
	return pipeline.Writes{Create: create, Update: update}
}

func TestOnce(t *testing.T) {
	var text bytes.Buffer
	d := opened(t, true, &text)
	reports, err := d.once(t.Context())
	if err != nil || len(reports) != 2 {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	first, second := reports[0], reports[1]
	if diff := cmp.Diff(map[string]int{"pm": 60, "erp": 14}, first.Seen); diff != "" {
		t.Errorf("seen by the first cycle (-want +got):\n%s", diff)
	}
	// 60 products less 6 that both have, a draft, a wrong check digit, a SKU twice and a bar code twice; the
	// 14 of Odoo less those 6.
	if diff := cmp.Diff(map[string]pipeline.Writes{"erp": wrote(49, 2), "pm": wrote(8, 1)}, first.Writes); diff != "" {
		t.Errorf("written by the first cycle (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]pipeline.Writes{"erp": wrote(1, 3), "pm": wrote(1, 3)}, second.Writes); diff != "" {
		t.Errorf("written by the second cycle (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(pipeline.ConflictCount{New: 1, Pending: 2}, second.Conflicts); diff != "" {
		t.Errorf("conflicts of the second cycle (-want +got):\n%s", diff)
	}
	for _, told := range []string{skuPriced, skuFought, "its check digit is", "waits for a person"} {
		if !strings.Contains(text.String(), told) {
			t.Errorf("nothing says %q: %s", told, text.String())
		}
	}
	wantAgreement(t, d.shop, skuTwice, skuWrongDigit, skuWrongCode, skuRightCode, skuDraft, skuPriced, skuFought)
	wantOddities(t, d)

	third, err := d.cycle(t.Context())
	if err != nil || third.Writes["pm"].Total()+third.Writes["erp"].Total() != 0 {
		t.Errorf("the cycle after the last edit wrote %v: %v", third.Writes, err)
	}
}

// wantOddities looks where the products ended that are odd on purpose.
func wantOddities(t *testing.T, d *demo) {
	t.Helper()
	quarantined, err := d.app.Quarantine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	held := map[string][]string{}
	for _, q := range quarantined {
		sku := q.Match["sku"].AsText()
		held[sku] = append(held[sku], string(q.Code)+" "+q.Message)
	}
	for sku, parts := range map[string][]string{
		skuTwice:      {"ambiguous_match", `sku "THE-003" is held by pm `},
		skuWrongDigit: {"mapping_failed", `"2010000020030" is not a valid GTIN`, "its check digit is 0, and it should be 6"},
		skuWrongCode:  {"duplicate_record", "EAN 2010000013236 already exists"},
		skuRightCode:  {"ambiguous_match", `ean "2010000013236" is held by pm `, "erp "},
	} {
		for _, message := range held[sku] {
			for _, part := range parts {
				if !strings.Contains(message, part) {
					t.Errorf("%s is in quarantine with %q, which lacks %q", sku, message, part)
				}
			}
		}
	}
	if len(held) != 4 || len(held[skuTwice]) != 2 {
		t.Errorf("in quarantine are %v", held)
	}

	s := d.shop
	is := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %q, want %q", what, got, want)
		}
	}
	is("the price with three decimals", s.inPM(t, skuThreeDecimals).Text("price"), "28.495")
	is("its price in Odoo", text(s.inERP(t, skuThreeDecimals)["list_price"]), "23.75")
	is("the title of a product that both had", text(s.inERP(t, skuRenamed)["name"]), s.inPM(t, skuRenamed).Text("title"))
	is("the weight that was edited last", s.inPM(t, skuLater).Text("weight"), "1.29")
	is("the description that Products Manager lacked", s.inPM(t, skuLater).Text("description"), "Trois accès, ceinture réglable, housse de pluie.")
	is("the UPC as an EAN", s.inPM(t, skuUPC).Text("ean"), "0810000012343")
	is("the UPC in Odoo", text(s.inERP(t, skuUPC)["barcode"]), "810000012343")
	for _, sku := range []string{skuInactive, skuArchived, skuWithdrawn} {
		if s.inERP(t, sku)["active"] != false || s.inPM(t, sku).Text("is_active") != "false" {
			t.Errorf("%s is not archived on both sides", sku)
		}
	}
	for _, sku := range []string{skuDraft, skuRightCode, skuWrongDigit, oldSpelling} {
		if _, err := s.showERP(sku); err == nil {
			t.Errorf("%s is in Odoo", sku)
		}
	}
}

// The command: JSON alone on standard output, nothing beside it, and nothing left behind.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var stdout, stderr bytes.Buffer
	code := cli.Main(t.Context(), cli.Process{
		Args: []string{"demo", "--once", "--json"}, Stdout: &stdout, Stderr: &stderr,
		Getenv: func(string) (string, bool) { return "", false },
	}, cli.Options{Version: "1.2.3", Kinds: app.Kinds(), Demo: Runner{Program: "tandem"}.Run})
	if code != cli.ExitDone || stderr.Len() > 0 {
		t.Errorf("exit code %d, standard error %q", code, stderr.String())
	}
	var reports []pipeline.Report
	if err := json.Unmarshal(stdout.Bytes(), &reports); err != nil || len(reports) != 2 {
		t.Errorf("%d reports, %v: %s", len(reports), err, stdout.String())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// A demonstration that is stopped in the middle ends as one that was stopped.
func TestStopped(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Runner{}.Run(ctx, cli.DemoOptions{Once: true, Text: io.Discard, Log: io.Discard})
	if pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodeStopped {
		t.Errorf("it ended with %v", err)
	}
}
