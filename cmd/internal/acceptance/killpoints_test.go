package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// TestInvariant1KillPoints kills the real program at each named point of a cycle, of an apply and of an undo,
// 200 times in all, while people go on editing on both sides. After each kill every record is wholly as it
// was or wholly as intended; after a run to the end both sides hold each last edit once, and the next run
// writes nothing.
func TestInvariant1KillPoints(t *testing.T) {
	cycles, applies, undos := 70, 15, 15 // in each of two worlds
	if testing.Short() {
		cycles, applies, undos = len(failpoint.Points()), 3, 3
	}
	tandem := binary(t, "-tags", "failpoints")
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprintf("odoo %d", version), func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, tandem, version)
			k.cycles(cycles)
			k.applies(applies)
			k.undos(undos)
			k.t.Logf("%d kills, by point: %v; %d products in the end", k.kills(), k.killed, len(k.want))
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
	t      *testing.T
	tandem string
	rand   *rand.Rand
	want   map[string]seen // what people have made of each product
	// before and aim are per side what was held before the run, and what it may make of it.
	before, aim [2]map[string]seen
	created     int
	loaded      bool // a run has come to its end
	killed      map[string]int
}

func newKilling(t *testing.T, tandem string, version int) *killing {
	k := &killing{
		world: newWorld(t, settings{odoo: odoosim.Config{Version: version}}), t: t, tandem: tandem,
		rand: rand.New(rand.NewPCG(20261124, uint64(version))), want: map[string]seen{}, killed: map[string]int{},
	}
	// The first kills interrupt the first load, in both directions.
	k.load(t, made(110))
	k.inOdooOnly(t, 30)
	k.look()
	maps.Copy(k.want, k.before[0])
	maps.Copy(k.want, k.before[1])
	return k
}

// look notes what both sides hold; a run then makes of it what people want.
func (k *killing) look() {
	k.t.Helper()
	k.before[0], k.before[1] = k.sides(k.t)
	k.aim = [2]map[string]seen{k.want, k.want}
}

// cycles kills ordinary cycles; the first ones are the first load, in both directions.
func (k *killing) cycles(kills int) {
	k.t.Helper()
	loading := true
	edited := func() []string {
		if !loading || k.loaded {
			k.people()
		}
		k.look()
		return []string{"sync"}
	}
	for i, most := 0, k.kills()+kills; k.kills() < most; i++ {
		loading = i < 5
		point := failpoint.Points()[i%len(failpoint.Points())]
		k.kill(point, edited)
		if i%len(failpoint.Points()) == len(failpoint.Points())-1 {
			k.settle()
		}
	}
	k.settle()
	k.quiet()
}

// asked are the points that a cycle passes which somebody asked for.
func asked() []string {
	return slices.DeleteFunc(failpoint.Points(), func(p string) bool {
		return p == failpoint.CycleDecided || p == failpoint.CycleBeforeMove || p == failpoint.CycleMoved
	})
}

// applies kills the carrying out of kept plans.
func (k *killing) applies(kills int) {
	k.t.Helper()
	plan := filepath.Join(k.dir, "kept.plan")
	kept := func() []string {
		k.people()
		k.look()
		k.must(5, "plan", "-out", plan)
		return []string{"apply", plan}
	}
	for i, most := 0, k.kills()+kills; k.kills() < most; i++ {
		k.kill(asked()[i%len(asked())], kept)
		k.settle()
	}
	k.quiet()
}

// undos kills the undoing of a cycle. An undo that is run to its end leaves each side as it was before the
// cycle; what the cycle made is archived, and nothing of it comes back by itself.
func (k *killing) undos(kills int) {
	k.t.Helper()
	var args []string
	done := func() []string {
		k.restore() // what an undo that nobody killed has left
		k.people()
		k.look()
		former := k.before
		var report struct{ Cycle string }
		if err := json.Unmarshal(k.must(0, "sync", "--json"), &report); err != nil {
			k.t.Fatal(err)
		}
		k.look()
		for s := range former {
			k.aim[s] = maps.Clone(former[s])
			for sku, made := range k.before[s] {
				if _, ok := former[s][sku]; !ok {
					made.active = false
					k.aim[s][sku] = made
				}
			}
		}
		args = []string{"undo", report.Cycle, "--yes"}
		return args
	}
	for i, most := 0, k.kills()+kills; k.kills() < most; i++ {
		k.kill(asked()[i%len(asked())], done)
		k.must(0, args...)
		for s, now := range k.now() {
			if diff := cmp.Diff(k.aim[s], now, cmp.AllowUnexported(seen{})); diff != "" {
				k.t.Fatalf("side %d is not as it was before the cycle (-want +is):\n%s", s, short(diff))
			}
		}
		k.quiet()
	}
	k.restore()
}

// restore lets people on both sides make everything what it is to be again.
func (k *killing) restore() {
	k.t.Helper()
	odoo, _ := k.odoo.products(k.t)
	for s, now := range k.now() {
		for sku, held := range now {
			want := k.want[sku]
			switch {
			case held == want:
			case s == 0:
				for _, p := range k.pm.Find("sku", sku) {
					if _, err := k.pm.Edit(p.ID, pmsim.Fields{
						"title": want.title, "description": want.description, "price": want.price, "weight": want.weight, "is_active": want.active,
					}); err != nil {
						k.t.Fatal(err)
					}
				}
			default:
				price, weight := decimal.RequireFromString(want.price).Div(decimal.RequireFromString("1.2")), decimal.RequireFromString(want.weight)
				k.odoo.edit(k.t, odoo[sku].id, map[string]any{
					"name": want.title, "description_sale": want.description, "list_price": price.InexactFloat64(), "weight": weight.InexactFloat64(), "active": want.active,
				})
			}
		}
	}
	k.settle()
}

func (k *killing) now() [2]map[string]seen {
	k.t.Helper()
	left, right := k.sides(k.t)
	return [2]map[string]seen{left, right}
}

// settle runs a cycle to its end and holds that both sides hold what people want.
func (k *killing) settle() {
	k.t.Helper()
	k.runToEnd(k.t, k.tandem)
	for s, now := range k.now() {
		if diff := cmp.Diff(k.want, now, cmp.AllowUnexported(seen{})); diff != "" {
			k.t.Fatalf("side %d is not as people want it (-want +is):\n%s", s, short(diff))
		}
	}
}

// quiet holds that a full pass writes nothing any more.
func (k *killing) quiet() {
	k.t.Helper()
	before := k.writeCounts()
	k.runToEnd(k.t, k.tandem)
	if after := k.writeCounts(); before != after {
		k.t.Fatalf("a run after everything was done wrote: %v became %v", before, after)
	}
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

// kill runs the command that prepare makes ready, and kills it at some hit of a point.
func (k *killing) kill(point string, prepare func() []string) {
	k.t.Helper()
	defer k.pm.ClearFaults()
	for n := 1 + k.rand.IntN(most(point)); n > 0; n /= 2 {
		args := prepare()
		switch point {
		case failpoint.RecoverLooked, failpoint.RecoverCommitted: // there must be something to recover
			if !k.dies(failpoint.WriteSent, 1, args) {
				continue
			}
		case failpoint.WriteLooked: // an answer must have been lost
			k.pm.Inject(pmsim.Fault{Kind: pmsim.FaultResetAfter, Method: "POST", Path: "/products"})
			k.pm.Inject(pmsim.Fault{Kind: pmsim.FaultResetAfter, Method: "PUT", Path: "/products/*"})
		}
		if k.dies(point, n, args) {
			return
		}
	}
	k.t.Fatalf("no run comes to %s", point)
}

// dies runs the program; true if it was killed at the nth hit of the point.
func (k *killing) dies(point string, n int, args []string) bool {
	k.t.Helper()
	cmd := exec.CommandContext(k.t.Context(), k.tandem, append(args, "-c", k.dir)...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("TANDEM_FAILPOINT=%s:%d", point, n))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		k.loaded = true
		return false
	case errors.As(err, &exit) && !exit.Exited():
		k.killed[args[0]+" "+point]++
		k.whole(point)
		return true
	case errors.As(err, &exit) && exit.ExitCode() == 3 && args[0] != "sync": // left alone what has moved
		return false
	}
	k.t.Fatalf("tandem %v, which nobody killed, failed: %v\n%s", args, err, out)
	return false
}

// must runs the program to its end, which must have that exit code.
func (k *killing) must(code int, args ...string) []byte {
	k.t.Helper()
	cmd := exec.CommandContext(k.t.Context(), k.tandem, append(args, "-c", k.dir)...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if got := cmd.ProcessState.ExitCode(); got != code {
		k.t.Fatalf("tandem %v: %v\n%s%s", args, err, out, problems.Bytes())
	}
	return out
}

// whole holds Invariant 1 after a kill: every record is as it was before the run, or as it was to become.
func (k *killing) whole(point string) {
	k.t.Helper()
	for s, now := range k.now() {
		for sku, held := range now {
			was, before := k.before[s][sku]
			if aim, ok := k.aim[s][sku]; (!ok || held != aim) && (!before || held != was) {
				k.t.Errorf("killed at %s: %s is neither as it was nor as intended on side %d:\n was %+v\n  is %+v\nwant %+v", point, sku, s, was, held, aim)
			}
		}
	}
}
