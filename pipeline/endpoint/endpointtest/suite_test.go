package endpointtest_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// fault is one way to break the contract and the tests of the suite that must notice.
type fault struct {
	name    string
	noticed string
	breaks  func(*end)
}

func faults() []fault {
	return slices.Concat(
		createFaults(), repeatFaults(), updateFaults(), valueFaults(), removeFaults(), readFaults(), stampFaults(), listFaults(), stockFaults(), familyFaults(),
	)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// chosen is the environment variable that tells the test binary, started again, which fault to have.
const chosen = "ENDPOINTTEST_FAULT"

// TestFaultsAreNoticed runs the suite on endpoints that break the contract, each in a process of its own
// since there it must fail.
func TestFaultsAreNoticed(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChosenFault$")
			cmd.Env = append(os.Environ(), chosen+"="+f.name)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: TestChosenFault/"+f.noticed+" ") {
				t.Errorf("the suite's %s did not notice (%v):\n%s", f.noticed, err, out)
			}
		})
	}
}

func TestChosenFault(t *testing.T) {
	name, ok := os.LookupEnv(chosen)
	if !ok {
		t.Skip("this is run by TestFaultsAreNoticed")
	}
	for _, f := range faults() {
		if f.name == name {
			run(t, f.breaks)
		}
	}
}

// TestNoFault keeps the others honest: unbroken, the same endpoint passes.
func TestNoFault(t *testing.T) { run(t, func(*end) {}) }

func run(t *testing.T, breaks func(*end)) {
	var clock atomic.Int64
	now := func() time.Time { return time.Unix(1_800_000_000, clock.Load()) }
	family := memory.Family{
		Parent: "parent", Attributes: "attributes", Shared: []string{"title", "description", "category", "attributes.color"},
		Own: []string{"sku", "ean", "cost_price", "weight", "stock_quantity"},
	}
	schema := memory.ProductSchema()
	schema.Fields["parent"] = pipeline.Field{Name: "parent", Type: pipeline.TypeReference, Fixed: true}
	e := newEnd(memory.New(memory.Config{
		Schema: schema, Family: family,
		Now: now, Findable: true, KeepsTokens: true, CarriesRecords: true, Unique: []string{"ean"},
	}))
	breaks(e)
	endpointtest.Run(t, endpointtest.Harness{
		Open: func(*testing.T) pipeline.Endpoint { return e },
		Fields: endpointtest.Fields{
			Title: "title", SKU: "sku", EAN: "ean", Description: "description", Price: "price", Cost: "cost_price",
			Weight: "weight", Category: "category", Active: "active", Custom: "attributes.color",
			Stock: "stock_quantity",
		},
		Family: &endpointtest.Family{
			Parent: "parent", Attributes: "attributes", Shared: family.Shared, Own: append(family.Own, family.Attributes), TakesAlong: true,
		},
		UniqueEAN:    true,
		FindsRepeats: true,
		Now:          now,
		Wait:         func(d time.Duration) { clock.Add(int64(d)) },
	})
}
