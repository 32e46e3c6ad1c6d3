package productsmanager

import (
	"maps"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

const (
	// cacheLife is how long PM may answer reads from a cache, by its documentation.
	cacheLife = 30 * time.Minute
	// mostWrites are remembered; a first load makes many, and only the latest can still be in doubt.
	mostWrites = 4096
	mostTokens = 16384
)

// bounded is a map that forgets its oldest entries.
type bounded[K comparable, V any] struct {
	most  int
	held  map[K]V
	order []K
}

func (b *bounded[K, V]) put(k K, v V) {
	if _, there := b.held[k]; !there {
		if len(b.order) >= b.most {
			delete(b.held, b.order[0])
			b.order = b.order[1:]
		}
		b.order = append(b.order, k)
	}
	b.held[k] = v
}

// writes remembers what this process wrote last to each record, as PM answered. PM may answer reads
// from caches that have not noticed a write; without this, the old state of our own write would look like
// somebody's edit back (Invariant 7).
type writes struct {
	now func() time.Time
	mu  sync.Mutex
	bounded[pipeline.Key, written]
}

// written is the state of a record after a write.
type written struct {
	product product.Product // nil: deleted
	stamp   time.Time       // of PM's clock: updated_at, or when it was deleted
	at      time.Time       // of this process's clock
}

func newWrites(now func() time.Time) *writes {
	return &writes{now: now, bounded: bounded[pipeline.Key, written]{most: mostWrites, held: map[pipeline.Key]written{}}}
}

// updated remembers what PM answered to a write, or gave right after it.
func (w *writes) updated(key pipeline.Key, p product.Product) {
	if stamp := p.Updated(); !stamp.IsZero() {
		w.remember(key, written{product: p, stamp: stamp})
	}
}

// deleted remembers that a record was deleted when PM's clock showed at.
func (w *writes) deleted(key pipeline.Key, at time.Time) {
	if !at.IsZero() {
		w.remember(key, written{stamp: at})
	}
}

func (w *writes) remember(key pipeline.Key, state written) {
	state.at = w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(key, state)
}

// correct returns p, or, if p is older than what this process wrote, p with what PM answered to that. stale
// tells which; a nil product then is one that was deleted. An edit in the very second of our write is not
// told from it, and p is believed.
func (w *writes) correct(key pipeline.Key, p product.Product) (now product.Product, stale bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	state, ok := w.held[key]
	updated := p.Updated()
	if !ok || updated.IsZero() || w.now().Sub(state.at) > cacheLife || !updated.Before(state.stamp) {
		return p, false
	}
	if state.product == nil {
		return nil, true
	}
	now = maps.Clone(p) // the answer to a write may hold some fields only
	maps.Copy(now, state.product)
	return now, true
}

// tokens remembers the creations that this process sent, so that a repeated one is looked for first.
type tokens struct {
	mu                            sync.Mutex
	bounded[string, pipeline.Key] // "": sent, outcome unknown
}

func newTokens() *tokens {
	return &tokens{bounded: bounded[string, pipeline.Key]{most: mostTokens, held: map[string]pipeline.Key{}}}
}

// note says that a creation was sent and, if key is not "", what it made.
func (t *tokens) note(token string, key pipeline.Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(token, key)
}

// lookup returns what a creation made, and whether it was ever sent.
func (t *tokens) lookup(token string) (key pipeline.Key, sent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key, sent = t.held[token]
	return key, sent
}

// forget says that a creation certainly did not take effect.
func (t *tokens) forget(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.held, token)
}
