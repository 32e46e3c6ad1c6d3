package odoo

import (
	"context"
	"encoding/base64"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// What one transaction writes of images at most: Odoo makes four smaller copies of each, which takes it a sixth
// of a second for a photograph.
const (
	mostImages     = 50
	mostImageBytes = 8 << 20 // of base64
)

// pictured fills in the image that the line writes, of those that came with it.
func (l line) pictured(images map[string]pipeline.Image) (line, error) {
	v, ok := l.values[imageField]
	if !ok || v.IsNull() {
		return l, nil
	}
	if l.image = images[imageField]; l.image == nil {
		return l, imageFailed("the image for the field %q of Odoo did not come with its value", imageField)
	}
	return l, nil
}

// uncovered fills in the variants whose own images are in the way of the template's.
func (w *writer) uncovered(ctx context.Context, lines []line, before map[int64]*variants) ([]line, error) {
	pictured := map[int64]*variants{}
	for _, l := range lines {
		if _, ok := l.values[imageField]; ok && before[l.id] != nil {
			pictured[l.id] = before[l.id]
		}
	}
	template := singles(pictured)
	rows, err := w.ownImages(ctx, w.s, template, "product_tmpl_id")
	if err != nil || len(rows) == 0 {
		return lines, err
	}
	own := map[int64]int64{}
	for _, r := range rows {
		own[template[r.id()]] = r.id()
	}
	lines = slices.Clone(lines)
	for i := range lines {
		if _, ok := lines[i].values[imageField]; ok {
			lines[i].own = own[lines[i].id]
		}
	}
	return lines, nil
}

// imagesLast puts groups that carry images behind the others, which are done in a moment.
func imagesLast(groups [][]line) [][]line {
	slices.SortStableFunc(groups, func(a, b []line) int { return carried(a) - carried(b) })
	return groups
}

func carried(lines []line) int {
	n := 0
	for _, l := range lines {
		if l.image != nil {
			n++
		}
	}
	return n
}

// kept tells whether a product that was read holds the very image that was sent, as far as can be told: Odoo keeps
// one that is small enough to the byte.
func (w *writer) kept(index int, p product) bool {
	sent := w.sent[index]
	held, ok := parseReference(p.Fields[imageField].AsText())
	return sent == "" || ok && (held.checksum == "" || held.checksum == sent)
}

// batches divides a group into what one transaction writes. Images are loaded when their batch is due, and the
// errors of those that cannot be are their lines'.
func (w *writer) batches(ctx context.Context, group []line) iter.Seq[[]line] {
	if carried(group) == 0 {
		return slices.Chunk(group, loadSize)
	}
	return func(yield func([]line) bool) {
		var batch []line
		size := 0
		for l, err := range w.loaded(ctx, group) {
			if err != nil {
				w.fail(l, err)
				continue
			}
			if len(batch) > 0 && (len(batch) == mostImages || size+len(l.picture) > mostImageBytes) {
				if !yield(batch) {
					return
				}
				batch, size = nil, 0
			}
			w.sent[l.index] = l.checksum
			batch, size = append(batch, l), size+len(l.picture)
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// loaded gives lines with their images, in order, loading some ahead while others are written. Once the writer
// has stopped, nothing more is loaded.
func (w *writer) loaded(ctx context.Context, lines []line) iter.Seq2[line, error] {
	type result struct {
		line line
		err  error
	}
	return func(yield func(line, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var loading sync.WaitGroup
		defer loading.Wait()
		defer cancel()
		var ahead []chan result
		for next := 0; ; {
			for ; next < len(lines) && len(ahead) < w.settings.Workers; next++ {
				l, done := lines[next], make(chan result, 1)
				ahead = append(ahead, done)
				if w.stopped != nil {
					done <- result{l, unsent(w.stopped)}
					continue
				}
				loading.Go(func() {
					l, err := w.loadPicture(ctx, l)
					done <- result{l, err}
				})
			}
			if len(ahead) == 0 {
				return
			}
			r := <-ahead[0]
			ahead = ahead[1:]
			if !yield(r.line, r.err) {
				return
			}
		}
	}
}

// loadPicture reads the line's image. Odoo takes text that is no image for the wish to have none, and keeps a
// damaged one, so nothing is sent that does not look like one from its head.
func (w *writer) loadPicture(ctx context.Context, l line) (line, error) {
	if l.image == nil {
		return l, nil
	}
	data, _, err := l.image.Bytes(ctx)
	if err != nil {
		return l, err
	}
	info, err := picture.Inspect(data, picture.DefaultLimits())
	if err != nil {
		return l, err
	}
	if info.Format == picture.WebP && !w.s.dialect.takesWebP {
		return l, imageFailed("Odoo %d takes no %s", w.s.dialect.major, info.Format)
	}
	l.picture = base64.StdEncoding.EncodeToString(data)
	l.checksum = sha1Hex(data)
	return l, nil
}

// unmovedImages looks again at lines that write images, right before they are sent: loading them took its time.
// Those that are no longer as they were decided upon are left to the next cycle.
func (w *writer) unmovedImages(ctx context.Context, lines []line) []line {
	if carried(lines) == 0 || w.stopped != nil {
		return lines
	}
	var ids []int64
	names := map[string]bool{}
	for _, l := range lines {
		if l.id != 0 && len(l.presumed) > 0 {
			ids = append(ids, l.id)
			for name := range l.presumed {
				names[name] = true
			}
		}
	}
	if len(ids) == 0 {
		return lines
	}
	products, err := w.read(ctx, w.s, ids, slices.Sorted(maps.Keys(names)))
	if err != nil {
		w.stopped = err
		return lines
	}
	held := make(map[int64]pipeline.Values, len(products))
	for _, p := range products {
		held[p.id] = p.Fields
	}
	return slices.DeleteFunc(slices.Clone(lines), func(l line) bool {
		for name, v := range l.presumed {
			if now, ok := held[l.id]; ok && !w.s.alike(name, now[name], v) {
				w.fail(l, fieldMoved(l.id, name))
				return true
			}
		}
		return false
	})
}

// alike compares two values of a field as Odoo holds them.
func (s *session) alike(name string, a, b pipeline.Value) bool {
	f := s.schema.Fields[name]
	x, err := f.Canonical(a)
	if err != nil {
		x = a
	}
	y, err := f.Canonical(b)
	if err != nil {
		y = b
	}
	return x.Equal(y)
}

func fieldMoved(id int64, name string) error {
	return &pipeline.Error{
		Code: pipeline.CodeStale, Class: pipeline.Stale, Message: fmt.Sprintf("the field %q of the product %d in Odoo changed meanwhile", name, id),
	}
}
