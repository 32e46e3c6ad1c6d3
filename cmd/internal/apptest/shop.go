// Package apptest gives tests of the daemon and of the commands a shop: two in-memory systems, pm and erp,
// that a configuration can name, with everything else real.
package apptest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// Secret is planted in every configuration: no output may show it.
const Secret = "PLANTED-s3cret-key"

// Shop is a pair of systems with a directory for a configuration and its state.
type Shop struct {
	Dir     string
	systems map[string]*memory.System
	keepers map[string]*keeper
}

// Fault decides what goes wrong with a call (memory.OpList, …) of one of the systems.
type Fault func(system, op string) memory.FaultKind

type settings struct {
	Shop string          `hcl:"shop"`
	Key  pipeline.Secret `hcl:"key"`
}

// New makes a shop; fault may be nil.
func New(t *testing.T, fault Fault) *Shop {
	t.Helper()
	dir, err := os.MkdirTemp("", "tandem-shop-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if fault == nil {
		fault = func(string, string) memory.FaultKind { return memory.NoFault }
	}
	s := &Shop{Dir: dir, systems: map[string]*memory.System{}, keepers: map[string]*keeper{}}
	for _, name := range []string{"pm", "erp"} {
		s.systems[name] = memory.New(memory.Config{
			Name: name, Findable: true, KeepsTokens: true, Vouch: true, Unique: []string{"ean"},
			Overlap: time.Minute, Granularity: time.Microsecond,
			Fault: func(op string, _ int) memory.FaultKind { return fault(name, op) },
		})
	}
	return s
}

// System returns pm or erp.
func (s *Shop) System(name string) *memory.System { return s.systems[name] }

// Kind is the kind of source "memory".
func (s *Shop) Kind() pipeline.SourceKind {
	return pipeline.SourceKind{
		Name:     "memory",
		Settings: func() any { return &settings{} },
		Validate: func(any) []pipeline.SettingProblem { return nil },
		Standard: map[pipeline.StandardField]string{
			"title": "title", "sku": "sku", "price": "price", "ean": "ean", "description": "description", "is_active": "active",
		},
		Known:   memory.ProductSchema(),
		Webhook: webhook,
		Open: func(v any, _ pipeline.Deps) (pipeline.Endpoint, error) {
			name := v.(*settings).Shop
			if k := s.keepers[name]; k != nil {
				return k, nil
			}
			return s.systems[name], nil
		},
	}
}

// KeepHook makes a system a pipeline.HookKeeper that is set up to call. It is called before the configuration is
// brought to life.
func (s *Shop) KeepHook(system string) {
	s.keepers[system] = &keeper{System: s.systems[system], state: pipeline.HookOn}
}

// HookOff has the system switch its webhook off, as after calls that failed for long.
func (s *Shop) HookOff(system string) { s.keepers[system].set(pipeline.HookOff) }

// keeper is a system with one webhook.
type keeper struct {
	*memory.System
	mu    sync.Mutex
	state pipeline.HookState
}

func (k *keeper) set(state pipeline.HookState) (was pipeline.HookState) {
	k.mu.Lock()
	defer k.mu.Unlock()
	was, k.state = k.state, state
	return was
}

// HookAt implements pipeline.HookKeeper.
func (k *keeper) HookAt(context.Context, string) (pipeline.HookState, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state, nil
}

// KeepHook implements pipeline.HookKeeper.
func (k *keeper) KeepHook(context.Context, string) (pipeline.HookState, error) {
	return k.set(pipeline.HookOn), nil
}

// webhook is how the systems call: the secret is Secret, the body {"key", "id"} with the key of a record, or none.
func webhook(any) *pipeline.Webhook {
	return &pipeline.Webhook{
		Authentic: func(c pipeline.HookCall) bool {
			return pipeline.NewSecret(Secret).Matches(cmp.Or(c.Secret, strings.TrimPrefix(c.Header("Authorization"), "Bearer ")))
		},
		Read: func(c pipeline.HookCall) (pipeline.Hooked, error) {
			var body struct{ Key, ID, Event string }
			if err := json.Unmarshal(c.Body, &body); err != nil {
				return pipeline.Hooked{}, &pipeline.Error{Code: pipeline.CodeWebhookRefused, Message: "no call of the shop", Cause: err}
			}
			h := pipeline.Hooked{ID: body.ID, Event: body.Event, Test: body.Event == "test"}
			if body.Key != "" {
				h.Hints = []pipeline.Hint{pipeline.Hint(body.Key)}
			}
			return h, nil
		},
		Settle: 20 * time.Millisecond, Longest: 200 * time.Millisecond,
		Place: func(address string) string { return "call " + address },
	}
}

// Write writes a configuration of the shop; extra goes into the pipeline block, further is further blocks.
func (s *Shop) Write(t *testing.T, extra, further string) {
	t.Helper()
	text := fmt.Sprintf(`daemon {
  state_dir = %q
  listen    = "127.0.0.1:0"
}

source "memory" "pm" {
  shop = "pm"
  key  = %q
}

source "memory" "erp" {
  shop = "erp"
  key  = %[2]q
}

pipeline "products" {
  left  = source.memory.pm
  right = source.memory.erp
  mapping { defaults = true }
  %s
}
%s`, s.StateDir(), Secret, extra, further)
	s.WriteText(t, text)
}

// WriteText writes the configuration's file as it is.
func (s *Shop) WriteText(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(s.file(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Read returns the configuration's file.
func (s *Shop) Read(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.file())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (s *Shop) file() string { return filepath.Join(s.Dir, "shop.hcl") }

// StateDir is the state directory of the configuration.
func (s *Shop) StateDir() string { return filepath.Join(s.Dir, "state") }

// Config is what Write wrote, loaded.
func (s *Shop) Config(t *testing.T, extra string) *config.Config {
	t.Helper()
	s.Write(t, extra, "")
	cfg, diags := config.Load(s.Dir, config.Options{Kinds: []pipeline.SourceKind{s.Kind()}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return cfg
}

// Insert makes a product as somebody at that system would.
func (s *Shop) Insert(t *testing.T, system, title, sku string) pipeline.Key {
	t.Helper()
	key, err := s.systems[system].Insert(pipeline.Values{
		"title": pipeline.Text(title), "sku": pipeline.Text(sku), "active": pipeline.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Edit changes a field of the product with that SKU.
func (s *Shop) Edit(t *testing.T, system, sku, field string, v pipeline.Value) {
	t.Helper()
	if err := s.systems[system].Edit(s.record(t, system, sku).Key, pipeline.Values{field: v}); err != nil {
		t.Fatal(err)
	}
}

// Held returns a field of the product with that SKU.
func (s *Shop) Held(t *testing.T, system, sku, field string) pipeline.Value {
	t.Helper()
	return s.record(t, system, sku).Fields[field]
}

// KeyOf returns the key of the product with that SKU.
func (s *Shop) KeyOf(t *testing.T, system, sku string) pipeline.Key {
	t.Helper()
	return s.record(t, system, sku).Key
}

func (s *Shop) record(t *testing.T, system, sku string) pipeline.Record {
	t.Helper()
	for _, r := range s.systems[system].Snapshot() {
		if r.Fields["sku"].AsText() == sku {
			return r
		}
	}
	t.Fatalf("%s has no product %s", system, sku)
	return pipeline.Record{}
}
