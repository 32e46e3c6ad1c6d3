package acceptance

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// TestInvariant3KillPointsOfImages kills the real program after the requests of a cycle that carries images both
// ways, of products that exist and of new ones, and at each point of their writes. After each kill a product shows
// its former image or its new one; after a run to the end both sides show the same, once, and the next run writes
// nothing.
func TestInvariant3KillPointsOfImages(t *testing.T) {
	tandem := binary(t, "-tags", "failpoints")
	// Images are known by thumbnails on 16, by checksums on 18. Each is killed after every other request, at the
	// requests that the other is not.
	for i, version := range []int{16, 18} {
		t.Run(fmt.Sprint("odoo ", version), func(t *testing.T) {
			t.Parallel()
			k := &imageKilling{gallery: newGallery(t, version, folderStore(t), "folder", `conflict { strategy = "manual" }`), tandem: tandem}
			k.load(t, made(2))
			k.inOdooOnly(t, 2)
			k.edit()
			k.settle()
			step := 2
			if testing.Short() {
				step = 8
			}
			for n := 1 + i; k.dies(failpoint.SourceRequest, n); n += step {
				k.settle()
			}
			for _, point := range []string{failpoint.WriteIntended, failpoint.WriteSent, failpoint.WriteReadBack, failpoint.WriteBefore, failpoint.WriteCommitted} {
				for n := 1; k.dies(point, n); n++ {
					k.settle()
				}
			}
			for _, point := range []string{failpoint.RecoverLooked, failpoint.RecoverCommitted} {
				if !k.dies(failpoint.WriteSent, 1) || !k.killed(point, 1) {
					t.Errorf("no run comes to %s", point)
				}
				k.settle()
			}
			t.Logf("%d kills", k.kills)
		})
	}
}

// imageKilling is a world with images in which the program is killed.
type imageKilling struct {
	*gallery
	tandem string
	round  int
	kills  int
}

// The products whose image is edited: on one side each, and carried to the other.
const (
	editedInPM   = "T-00000"
	editedInOdoo = "O-0000"
)

// edit lets people replace an image on either side and make a product with one.
func (k *imageKilling) edit() {
	k.t.Helper()
	k.round++
	k.uploads(editedInPM, k.mine(k.round))
	k.hangs(editedInOdoo, k.theirs(k.round))
	sku := fmt.Sprintf("N-%04d", k.round)
	k.load(k.t, []pmsim.Fields{{"title": "Neuf " + sku, "sku": sku, "price": "24", "cost_price": "5", "weight": "0.5", "is_active": true}})
	k.uploads(sku, k.mine(k.round))
	sku = fmt.Sprintf("E-%04d", k.round)
	if _, err := k.odoo.call("product.template", "create", []any{map[string]any{
		"name": "New " + sku, "default_code": sku, "list_price": 30.0, "weight": 2.0,
		"image_1920": base64.StdEncoding.EncodeToString(k.theirs(k.round)),
	}}); err != nil {
		k.t.Fatal(err)
	}
}

// mine and theirs are the images that people of Products Manager and of Odoo make in a round. They are large enough to
// look the same however often they are encoded anew.
func (k *imageKilling) mine(round int) []byte   { return photograph(k.t, round, 320, 256) }
func (k *imageKilling) theirs(round int) []byte { return photograph(k.t, round+3, 256, 256) }

// dies edits and runs the program; true if it was killed at the nth hit of the point. Then each record is as it was or
// as intended: Invariant 1.
func (k *imageKilling) dies(point string, n int) bool {
	k.t.Helper()
	k.edit()
	if !k.killed(point, n) {
		k.settle()
		return false
	}
	at := fmt.Sprintf("killed at hit %d of %s", n, point)
	k.showsOneOf(at, "Odoo", editedInPM, k.ofOdoo(editedInPM), k.mine(k.round-1), k.mine(k.round))
	k.showsOneOf(at, "Products Manager", editedInOdoo, k.ofPM(editedInOdoo), k.theirs(k.round-1), k.theirs(k.round))
	return true
}

func (k *imageKilling) killed(point string, n int) bool {
	k.t.Helper()
	cmd := exec.CommandContext(k.t.Context(), k.tandem, "sync", "-c", k.dir)
	cmd.Env = append(os.Environ(), fmt.Sprintf("TANDEM_FAILPOINT=%s:%d", point, n))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && !exit.Exited() {
		k.kills++
		return true
	}
	if err != nil {
		k.t.Fatalf("a cycle that nobody killed failed: %v\n%s", err, out)
	}
	return false
}

func (k *imageKilling) showsOneOf(when, side, sku string, data []byte, images ...[]byte) {
	k.t.Helper()
	for _, want := range images {
		if k.same(want, data) {
			return
		}
	}
	k.t.Errorf("%s: %s shows neither the former nor the new image of %s, but %d bytes", when, side, sku, len(data))
}

// settle runs a cycle to its end, holds that both sides show what people want, and then that a full pass writes
// nothing.
func (k *imageKilling) settle() {
	k.t.Helper()
	k.runToEnd(k.t, k.tandem)
	k.agree(k.t)
	k.show(editedInPM, k.mine(k.round))
	k.show(editedInOdoo, k.theirs(k.round))
	k.show(fmt.Sprintf("N-%04d", k.round), k.mine(k.round))
	k.show(fmt.Sprintf("E-%04d", k.round), k.theirs(k.round))
	for _, sku := range []string{editedInPM, editedInOdoo} {
		p, _ := k.pm.Get(k.inPM(sku))
		if list, _ := p.Fields["images"].([]any); len(list) != 1 {
			k.t.Errorf("%s has the images %v in Products Manager, want one", sku, list)
		}
	}
	before := k.writeCounts()
	k.runToEnd(k.t, k.tandem)
	if after := k.writeCounts(); before != after {
		k.t.Fatalf("round %d: a run after everything was done wrote: %v became %v", k.round, before, after)
	}
	if k.t.Failed() {
		k.t.FailNow()
	}
}
