package planfile

import (
	"bufio"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds one line, in bytes: one record with its texts.
const maxLine = 64 << 20

// Plan is a plan whose signature was found right.
type Plan struct {
	Header  Header
	Trailer Trailer
	r       io.ReadSeeker
}

// Pipeline returns the name of the pipeline that a plan says it is of, before anything is verified: it
// only tells whose key is to be asked. r is at its beginning again when it returns.
func Pipeline(r io.ReadSeeker) (string, error) {
	line, err := readLine(bufio.NewReader(r))
	if err != nil {
		return "", err
	}
	h, err := header(line)
	if err != nil {
		return "", err
	}
	_, err = r.Seek(0, io.SeekStart)
	return h.Pipeline, err
}

// Open reads r once to the end and verifies it. Errors about its content are of code plan_invalid.
func Open(r io.ReadSeeker, key []byte) (*Plan, error) {
	p := &Plan{r: r}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	in, mac := bufio.NewReader(r), newMAC(key)
	var first, previous, last []byte
	for {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = line
		}
		if last != nil {
			mac.Write(last)
		}
		previous, last = last, line
	}
	if previous == nil {
		return nil, invalid("it is empty or was cut off", nil)
	}
	var err error
	if p.Header, err = header(first); err != nil {
		return nil, err
	}
	if err := verify(last, mac.Sum(nil)); err != nil {
		return nil, err
	}
	end := ending{End: &p.Trailer}
	if err := json.Unmarshal(previous, &end); err != nil || end.End == nil {
		return nil, invalid("it has no end", err)
	}
	return p, nil
}

func header(line []byte) (h Header, err error) {
	if err := json.Unmarshal(line, &h); err != nil || h.Format == 0 {
		return h, invalid("its first line is not that of a plan", err)
	}
	if h.Format != Format {
		return h, invalid(fmt.Sprintf("its form is of version %d, this Tandem knows %d", h.Format, Format), nil)
	}
	return h, nil
}

func verify(line, sum []byte) error {
	var s signature
	if err := json.Unmarshal(line, &s); err != nil || s.Signature == "" {
		return invalid("it was cut off or changed", err)
	}
	signed, err := hex.DecodeString(s.Signature)
	if err != nil || !hmac.Equal(signed, sum) {
		return invalid("the signature is not that of its content", nil)
	}
	return nil
}

// Each calls f for every item, in order, until f returns an error, which it returns.
func (p *Plan) Each(f func(Item) error) error {
	if _, err := p.r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReader(p.r)
	if _, err := readLine(in); err != nil {
		return err
	}
	for range p.Trailer.Items {
		line, err := readLine(in)
		if err != nil {
			return err
		}
		var it Item
		if err := json.Unmarshal(line, &it); err != nil {
			return invalid("a line is not that of a record", err)
		}
		if err := f(it); err != nil {
			return err
		}
	}
	return nil
}

// readLine returns the next line with its end; io.EOF after the last one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return line, nil // the signature then tells whether something is missing
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("reading the plan: %w", err)
		case len(line) > maxLine:
			return nil, invalid(fmt.Sprintf("a line is longer than %d MB", maxLine>>20), nil)
		}
	}
}
