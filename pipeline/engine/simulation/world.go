package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/media"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
	"github.com/tandem-sync/tandem/pipeline/state"
	"github.com/tandem-sync/tandem/stages/detect"
	"github.com/tandem-sync/tandem/stages/fetch"
	"github.com/tandem-sync/tandem/stages/resolve"
	"github.com/tandem-sync/tandem/stages/transform"
	"github.com/tandem-sync/tandem/stages/write"
)

const stateDir = "state"

// world is one seed's two systems, its people and its process.
type world struct {
	seed    uint64
	rand    *rand.Rand
	asked   *rand.Rand // see asks
	shelves *rand.Rand // of renames on the left
	hooks   *rand.Rand // of hints: they draw from a source of their own, as what is asked does
	undoing bool       // an undo is under way
	now     time.Time
	systems [2]*memory.System
	def     *pipeline.Definition
	mutant  Mutant
	ids     int
	// keyless: products may lack SKU and EAN, since both systems keep the token of a creation.
	keyless bool

	disk    *vfs.MemFS // what the process sees
	state   *state.State
	store   *troubledStore
	engine  *engine.Engine
	images  pipeline.Images
	trouble trouble
	people  people
	kin     families
	formula formulas
	watch   watcher

	operators operators
	// limits are the brakes of this seed, which the definition has too until everything is to settle.
	limits pipeline.Limits
	stats  Stats
	last   pipeline.Report
	// ending is everything that was left behind.
	ending string
}

// clock is the virtual time of this process.
func (w *world) clock() time.Time { return w.now }

// wait lets the virtual time pass.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	w.now = w.now.Add(d)
	return ctx.Err()
}

func (w *world) newID() string {
	w.ids++
	return fmt.Sprintf("s%06d", w.ids)
}

func (w *world) chance(percent int) bool { return w.rand.IntN(100) < percent }

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func newWorld(seed uint64, mutant Mutant) *world {
	computed := seed > ComputedFrom
	if computed {
		seed -= ComputedFrom
	}
	families := seed > FamiliesFrom
	if families {
		seed -= FamiliesFrom
	}
	w := &world{
		seed: seed, rand: rand.New(rand.NewPCG(seed, 0x7a6e64656d)), asked: rand.New(rand.NewPCG(seed, 0x61736b)), mutant: mutant,
		shelves: rand.New(rand.NewPCG(seed, 0x7368656c66)), hooks: rand.New(rand.NewPCG(seed, 0x686f6f6b)),
		now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), disk: vfs.NewCrashableMem(),
	}
	w.trouble.world, w.people.world, w.operators.world = w, w, w
	w.images = media.NewCarrier(media.CarrierConfig{Studio: picture.NewStudio(picture.DefaultLimits()), Now: w.clock})
	w.watch.init(w)
	w.people.init()
	w.keyless = w.chance(50)
	w.kin.there = families
	w.kin.init(w)
	w.formula.there = computed
	w.formula.init(w)
	for _, s := range pipeline.Sides() {
		w.systems[s] = w.newSystem(s)
	}
	w.def = w.definition()
	if w.chance(30) {
		w.limits = pipeline.Limits{Updates: pipeline.CountLimit(2), Deletes: pipeline.CountLimit(1)}
		w.def.Limits = w.limits
	}
	if mutant.Brakes != nil {
		w.def.Limits = mutant.Brakes(w.def.Limits)
	}
	return w
}

// newSystem makes one side, of the kinds that real systems are: with and without tokens, searching,
// records in listings, coarse stamps, a clock that is off.
func (w *world) newSystem(s pipeline.Side) *memory.System {
	offset := time.Duration(w.rand.IntN(600)-300) * time.Second
	cfg := memory.Config{
		Name:           [2]string{"left", "right"}[s],
		Schema:         schema(s),
		Now:            func() time.Time { return w.now.Add(offset) },
		Local:          w.clock,
		Granularity:    pick(w.rand, time.Second, time.Second, time.Millisecond),
		BatchSize:      2 + w.rand.IntN(6),
		Findable:       w.chance(50),
		CarriesRecords: w.chance(50),
		KeepsTokens:    w.keyless || w.chance(50),
		Tombstones:     w.chance(30),
		Vouch:          w.chance(50),
		// As with Odoo and Products Manager: one has categories of its own, the other texts in its products.
		RenamesCategories: s == pipeline.Right,
		Fault:             func(op string, _ int) memory.FaultKind { return w.trouble.onCall(s, op) },
		OnWrite: func(_ string, keys []pipeline.Key) {
			w.watch.onWrite(s, keys)
			w.people.interfere()
		},
	}
	if w.chance(50) {
		cfg.Unique = []string{"ean"}
	}
	if s == pipeline.Right && w.kin.there {
		cfg.Family = rightFamily()
	}
	return memory.New(cfg)
}

// schema is what one side's products are: the sides differ in names, digits and paths. uid is what the
// oracle knows a product by; no person edits it.
func schema(s pipeline.Side) pipeline.Schema {
	fields := []pipeline.Field{
		{Name: "uid", Type: pipeline.TypeText},
		{Name: "title", Type: pipeline.TypeText, Required: true},
		{Name: "sku", Type: pipeline.TypeText},
		{Name: "ean", Type: pipeline.TypeText},
		{Name: "price", Type: pipeline.TypeNumber, Digits: 3},
		{Name: "note", Type: pipeline.TypeText},
		{Name: "category", Type: pipeline.TypePath, Separator: "/"},
		{Name: "active", Type: pipeline.TypeBool, NotNull: true},
		{Name: "image", Type: pipeline.TypeImage, Image: &pipeline.ImageNeeds{}},
		{Name: "attributes", Type: pipeline.TypeAny},
		{Name: "parent", Type: pipeline.TypeReference, Via: "sku"},
	}
	fields = append(fields, computedFields()...)
	if s == pipeline.Right {
		fields[4].Digits, fields[4].NotNull = 2, true
		fields[6].Separator, fields[6].Root, fields[6].NotNull = " / ", "All", true
		fields[10].Via, fields[10].Fixed = "", true
	}
	m := map[string]pipeline.Field{}
	for _, f := range fields {
		m[f.Name] = f
	}
	return pipeline.Schema{Fields: m}
}

func (w *world) definition() *pipeline.Definition {
	d := &pipeline.Definition{
		Name: "products", Sources: [2]string{"pm", "erp"}, Match: []string{"sku", "ean"},
		Creates: [2]bool{true, true}, Removes: [2]bool{true, true}, Hash: "1",
		Deletes: pick(w.rand, pipeline.DeletesArchive, pipeline.DeletesArchive, pipeline.DeletesDelete, pipeline.DeletesIgnore),
	}
	names := []string{"uid", "title", "sku", "ean", "price", "note", "category", "active", "image"}
	if w.kin.there {
		names = append(names, "parent", "attributes")
		d.Family = pipeline.Family{Parent: "parent", Attributes: "attributes"}
	}
	if w.formula.there {
		names = append(names, "label", "badge", "cost", "rate")
	}
	for _, name := range names {
		f := pipeline.MappedField{
			Name: name, Image: name == "image", Fields: [2]string{name, name}, Writes: [2]bool{true, true}, Source: "sim.hcl:1",
			Strategy: w.operators.strategy(), Rule: "strategy of " + name,
		}
		f.Carry, f.Reads = w.formula.of(name)
		if name == "price" {
			f.Carry = [2]pipeline.Transform{vat{"1.2", false}, vat{"1.2", true}}
			w.operators.carries = append(w.operators.carries, f.Carry)
		}
		d.Fields = append(d.Fields, f)
	}
	return d
}

// vat carries a price with tax to one without, or back.
type vat struct {
	rate   string
	divide bool
}

func (t vat) Apply(v pipeline.Value, _ *pipeline.Record) (pipeline.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	rate := decimal.RequireFromString(t.rate)
	if t.divide {
		return pipeline.Number(v.AsNumber().DivRound(rate, 6).Round(2)), nil
	}
	return pipeline.Number(v.AsNumber().Mul(rate).Round(2)), nil
}

// start starts the process on what the disk holds.
func (w *world) start(ctx context.Context) error {
	st, err := state.Open(stateDir, state.Options{FS: w.disk, Now: w.clock})
	if err != nil {
		return err
	}
	store, err := st.Pipeline(ctx, w.def.Name, w.def.Match)
	if err != nil {
		return err
	}
	w.state, w.store = st, &troubledStore{Store: store, trouble: &w.trouble}
	p := parts{
		store:  w.store,
		stages: []pipeline.Stage{fetch.New(), transform.New().Relating(w.store).Comparing(w.images), resolve.New()},
	}
	logger := slog.New(slog.DiscardHandler)
	var readers [2]pipeline.ImageReader
	for _, s := range pipeline.Sides() {
		p.endpoints[s] = engine.NewRetrying(w.systems[s], engine.RetryConfig{
			Source: w.def.Sources[s], Logger: logger, Wait: w.wait, Attempts: 3, Jitter: w.rand.Float64,
		})
		readers[s], _ = p.endpoints[s].(pipeline.ImageReader)
	}
	if w.mutant.Store != nil {
		p.store = w.mutant.Store(p.store)
	}
	for _, s := range pipeline.Sides() {
		if w.mutant.Endpoint != nil {
			p.endpoints[s] = w.mutant.Endpoint(p.endpoints[s])
		}
		p.endpoints[s] = &watched{Endpoint: p.endpoints[s], images: readers[s], side: s, o: &w.watch}
	}
	p.detector = detect.New(detect.Config{State: p.store})
	if w.mutant.Detector != nil {
		p.detector = w.mutant.Detector(p.detector)
	}
	if w.mutant.Stages != nil {
		p.stages = w.mutant.Stages(p.stages)
	}
	w.engine = engine.New(engine.Config{
		Definition: w.def, Endpoints: p.endpoints, Store: p.store, Detector: p.detector, Stages: p.stages,
		Writer: write.New(write.Config{State: p.store, Images: w.images, Now: w.clock, NewID: w.newID, Wait: w.wait}),
		Now:    w.clock, Logger: logger, Sequential: true,
	})
	return nil
}

// parts are what a mutant may replace.
type parts struct {
	store     pipeline.Store
	endpoints [2]pipeline.Endpoint
	detector  pipeline.Detector
	stages    []pipeline.Stage
}

// Mutant is a way to break the engine on purpose, to prove that the simulation notices.
type Mutant struct {
	Store    func(pipeline.Store) pipeline.Store
	Endpoint func(pipeline.Endpoint) pipeline.Endpoint
	Detector func(pipeline.Detector) pipeline.Detector
	Stages   func([]pipeline.Stage) []pipeline.Stage
	Brakes   func(pipeline.Limits) pipeline.Limits
}

// CursorNow returns the cursor that a memory system gives with no overlap: a mutant's.
func CursorNow(ctx context.Context, end pipeline.Endpoint) (string, error) {
	about, err := end.Describe(ctx)
	if err != nil {
		return "", err
	}
	return about.Time.UTC().Format(time.RFC3339Nano), nil
}
