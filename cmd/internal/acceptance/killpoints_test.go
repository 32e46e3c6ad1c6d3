package acceptance

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// TestInvariant1KillPoints kills the real program at each named point, 200 times in all, while people go on
// editing on both sides. After each kill every record is wholly as it was or wholly as intended; after a
// run to the end both sides hold each last edit once, and the next run writes nothing.
func TestInvariant1KillPoints(t *testing.T) {
	kills := 200
	if testing.Short() {
		kills = 2 * len(failpoint.Points())
	}
	tandem := binary(t, "-tags", "failpoints")
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprintf("odoo %d", version), func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, tandem, version)
			k.run(kills / 2)
		})
	}
}

// most is how many hits of each point a run of a few edits makes at most; the first load makes more.
func most(point string) int {
	switch point {
	case failpoint.SourceRequest:
		return 25
	case failpoint.WriteChecked, failpoint.WriteIntended, failpoint.WriteSent, failpoint.WriteReadBack:
		return 5
	case failpoint.RecoverLooked, failpoint.RecoverCommitted:
		return 3
	}
	return 1
}

// killing is a world in which the program is killed.
type killing struct {
	*world
	t       *testing.T
	tandem  string
	rand    *rand.Rand
	want    map[string]seen // what people have made of each product
	before  [2]map[string]seen
	created int
	killed  map[string]int
}

func newKilling(t *testing.T, tandem string, version int) *killing {
	k := &killing{
		world: newWorld(t, settings{odoo: odoosim.Config{Version: version}}), t: t, tandem: tandem,
		rand: rand.New(rand.NewPCG(20261124, uint64(version))), want: map[string]seen{}, killed: map[string]int{},
	}
	// The first kills interrupt the first load, in both directions.
	k.load(t, made(110))
	k.inOdooOnly(t, 30)
	k.before[0], k.before[1] = k.sides(t)
	maps.Copy(k.want, k.before[0])
	maps.Copy(k.want, k.before[1])
	return k
}

func (k *killing) run(kills int) {
	points := failpoint.Points()
	for i := 0; k.kills() < kills; i++ {
		if i >= 5 { // the first kills are of the first load
			k.people()
		}
		k.kill(points[i%len(points)])
		k.pm.ClearFaults()
		if i%len(points) == len(points)-1 {
			k.runToEnd(k.t, k.tandem)
			k.settled()
		}
	}
	k.runToEnd(k.t, k.tandem)
	k.settled()
	before := k.writeCounts()
	k.runToEnd(k.t, k.tandem)
	if after := k.writeCounts(); before != after {
		k.t.Errorf("a run after everything was done wrote: %v became %v", before, after)
	}
	k.t.Logf("%d kills, by point: %v; %d products in the end", k.kills(), k.killed, len(k.want))
}

func (k *killing) kills() (n int) {
	for _, at := range k.killed {
		n += at
	}
	return n
}

// people edit: each field has one side on which it is edited, so that no edit may lose.
func (k *killing) people() {
	k.t.Helper()
	k.created++
	k.load(k.t, []pmsim.Fields{{
		"title": fmt.Sprintf("Neuf %d", k.created), "sku": fmt.Sprintf("N-%04d", k.created), "price": "24", "cost_price": "5", "weight": "0.5", "is_active": true,
	}})
	k.want[fmt.Sprintf("N-%04d", k.created)] = seen{title: fmt.Sprintf("Neuf %d", k.created), price: "24", cost: "5", weight: "0.5", active: true}
	if _, err := k.odoo.call("product.template", "create", []any{map[string]any{
		"name": fmt.Sprintf("New %d", k.created), "default_code": fmt.Sprintf("E-%04d", k.created), "list_price": 30.0, "weight": 2.0,
	}}); err != nil {
		k.t.Fatal(err)
	}
	k.want[fmt.Sprintf("E-%04d", k.created)] = seen{title: fmt.Sprintf("New %d", k.created), price: "36", cost: "0", weight: "2", active: true}
	odoo, _ := k.odoo.products(k.t)
	skus := slices.Sorted(maps.Keys(k.want))
	k.rand.Shuffle(len(skus), func(i, j int) { skus[i], skus[j] = skus[j], skus[i] })
	for i, sku := range skus[:8] {
		p, inOdoo := odoo[sku]
		inPM := k.pm.Find("sku", sku)
		switch {
		case i%4 == 0 && len(sku)%2 == 0 && len(inPM) == 1:
			k.archiveInPM(sku, inPM[0].ID)
		case i%4 == 0 && inOdoo:
			k.archiveInOdoo(sku, p.id)
		case i%2 == 0 && len(inPM) == 1:
			k.editInPM(sku, inPM[0].ID)
		case inOdoo:
			k.editInOdoo(sku, p.id)
		}
	}
	k.before[0], k.before[1] = k.sides(k.t)
}

// editInPM changes two fields at once.
func (k *killing) editInPM(sku, id string) {
	v, n := k.want[sku], k.rand.IntN(1_000_000)
	v.title, v.description = fmt.Sprintf("Titre %d", n), fmt.Sprintf("Texte %d\nligne 2", n)
	k.want[sku] = v
	if _, err := k.pm.Edit(id, pmsim.Fields{"title": v.title, "description": v.description}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killing) editInOdoo(sku string, id int64) {
	v, n := k.want[sku], k.rand.IntN(1000)
	v.price, v.weight = number(fmt.Sprintf("%f", 12+0.6*float64(n)), 2), number(fmt.Sprintf("%f", 1+0.25*float64(n)), 2)
	k.want[sku] = v
	k.odoo.edit(k.t, id, map[string]any{"list_price": 10 + 0.5*float64(n), "weight": 1 + 0.25*float64(n)})
}

// archiveInPM takes a product out of use, or back; those of Odoo's own are archived there.
func (k *killing) archiveInPM(sku, id string) {
	v := k.want[sku]
	v.active = !v.active
	k.want[sku] = v
	if _, err := k.pm.Edit(id, pmsim.Fields{"is_active": v.active}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killing) archiveInOdoo(sku string, id int64) {
	v := k.want[sku]
	v.active = !v.active
	k.want[sku] = v
	k.odoo.edit(k.t, id, map[string]any{"active": v.active})
}

// kill runs a cycle that is killed at some hit of a point.
func (k *killing) kill(point string) {
	k.t.Helper()
	for n := 1 + k.rand.IntN(most(point)); n > 0; n /= 2 {
		switch point {
		case failpoint.RecoverLooked, failpoint.RecoverCommitted: // there must be something to recover
			k.kill(failpoint.WriteSent)
		case failpoint.WriteLooked: // an answer must have been lost
			k.pm.Inject(pmsim.Fault{Kind: pmsim.FaultResetAfter, Method: "POST", Path: "/products"})
		}
		if k.cycle(fmt.Sprintf("%s:%d", point, n)) {
			k.killed[point]++
			k.whole()
			return
		}
		k.people() // it had come to its end: something new to do
	}
	k.t.Fatalf("no run comes to %s", point)
}

// cycle runs the program; true if it was killed.
func (k *killing) cycle(at string) (killed bool) {
	k.t.Helper()
	cmd := exec.CommandContext(k.t.Context(), k.tandem, "sync", "-c", k.dir)
	cmd.Env = append(os.Environ(), "TANDEM_FAILPOINT="+at)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if killed = errors.As(err, &exit) && !exit.Exited(); !killed && err != nil {
		k.t.Fatalf("a cycle that nobody killed failed: %v\n%s", err, out)
	}
	return killed
}

// whole holds Invariant 1 after a kill: every record is as it was before the run or as people want it.
func (k *killing) whole() {
	k.t.Helper()
	left, right := k.sides(k.t)
	for i, now := range []map[string]seen{left, right} {
		for sku, held := range now {
			if was, ok := k.before[i][sku]; held != k.want[sku] && (!ok || held != was) {
				k.t.Errorf("%s is neither as it was nor as intended on side %d:\n was %+v\n  is %+v\nwant %+v", sku, i, was, held, k.want[sku])
			}
		}
	}
}

// settled holds that both sides hold what people want.
func (k *killing) settled() {
	k.t.Helper()
	left, right := k.sides(k.t)
	for name, now := range map[string]map[string]seen{"Products Manager": left, "Odoo": right} {
		if diff := cmp.Diff(k.want, now, cmp.AllowUnexported(seen{})); diff != "" {
			k.t.Fatalf("%s is not as people want it (-want +is):\n%s", name, short(diff))
		}
	}
}
