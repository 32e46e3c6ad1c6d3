package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tandem-sync/tandem/pipeline"
)

// planFile is a plan on its way into a file. The file has its name only once it is whole, and nobody else
// can read it: a plan tells prices.
type planFile struct {
	path string
	file *os.File
	w    *bufio.Writer
}

func newPlanFile(path string) (*planFile, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return nil, &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("the plan cannot be kept in %s", path), Cause: err,
			Remedy: "Name a file in a directory that exists and that you may write.",
		}
	}
	return &planFile{path: path, file: f, w: bufio.NewWriter(f)}, nil
}

// Keep implements view.PlanKeeper.
func (p *planFile) Keep(line string) error {
	_, err := p.w.WriteString(line)
	return err
}

// finish gives the file its name.
func (p *planFile) finish() error {
	err := p.w.Flush()
	if err == nil {
		err = p.file.Sync()
	}
	if err = errors.Join(err, p.file.Close()); err == nil {
		err = os.Rename(p.file.Name(), p.path)
	}
	if err != nil {
		return fmt.Errorf("keeping the plan in %s: %w", p.path, err)
	}
	p.file = nil
	return nil
}

// discard takes away what was not finished.
func (p *planFile) discard() {
	if p.file != nil {
		_ = p.file.Close() // closed already when finish failed
		_ = os.Remove(p.file.Name())
	}
}
