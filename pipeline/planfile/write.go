package planfile

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// Writer writes a plan. What Close has not ended is no plan.
type Writer struct {
	w     io.Writer
	mac   hash.Hash
	items int
}

// NewWriter begins a plan. Each line is one call of w.Write.
func NewWriter(w io.Writer, key []byte, h Header) (*Writer, error) {
	h.Format = Format
	p := &Writer{w: w, mac: newMAC(key)}
	return p, p.line(h)
}

// Add adds one record.
func (p *Writer) Add(it Item) error {
	p.items++
	return p.line(it)
}

// Close ends the plan and signs it; t.Items is set.
func (p *Writer) Close(t Trailer) error {
	t.Items = p.items
	if err := p.line(ending{&t}); err != nil {
		return err
	}
	return p.line(signature{hex.EncodeToString(p.mac.Sum(nil))})
}

func (p *Writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("a line of the plan: %w", err)
	}
	b = append(b, '\n')
	p.mac.Write(b)
	if _, err := p.w.Write(b); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return nil
}
